"""One customer: where its agreement stands and why, what comes next and who does it, and all that happened."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.carrying import Delivery
from app.core.evidence import moment
from app.core.permissions import Action
from app.core.refusals import Reason, Refused, refuse_if
from app.core.steps import Step, next_step
from app.core.vocabulary import AgreementType
from app.models import Machine
from app.queries import chronicle, dossier, invitations, scope, status, subjects
from app.queries.dossier import Beside
from app.web.dashboard import page, shell
from app.web.dashboard.standing import Standing, gates
from app.web.pages import act_words, happenings, next_words, rule_words
from app.web.pages.act_words import Button, Named
from app.web.pages.next_words import Next
from app.web.pages.routes import act, may

ASKED = 10
RETURNED = (Delivery.BOUNCED, Delivery.COMPLAINED)
# Moments of an invitation, as the page and as the API calls them.
TIMES = {"created": "createdAt", "ends": "expiresAt", "tried": "nextTry", "reminds": "nextReminder"}


@page.get("/customers/<uuid:customer_id>", needs=Action.VIEW)
def customer(customer_id: UUID) -> ResponseReturnValue:
    kind = _kind()
    machine, relationship = scope.agreement(act(), customer_id, kind)
    before = _before()
    found, earlier = chronicle.page(act(), machine, before)
    told = [happenings.told(one) for one in found]
    there = {"known": relationship, "machine": machine, "timeline": told, "earlier": _earlier(machine, earlier)}
    if before:
        return render_template("dashboard/customer/earlier.html", **there, newest=_address(machine))
    return render_template("dashboard/customer/page.html", **there, **_whole(machine), rule_text=rule_words.text)


def _kind() -> AgreementType:
    named = request.args.get("agreementType") or AgreementType.MCA
    refuse_if(named not in list(AgreementType), Reason.NOT_FOUND, what="agreement type")
    return AgreementType(named)


def _before() -> int | None:
    text = request.args.get("before", "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Refused(Reason.INVALID_VALUE, field="before")
    return int(text)


def _address(machine: Machine, **more: Any) -> str:
    of_kind: dict[str, Any] = (
        {} if machine.agreement_type is AgreementType.MCA else {"agreementType": machine.agreement_type.value}
    )
    return url_for("dashboard.customer", customer_id=machine.customer_id, **of_kind, **more)


def _earlier(machine: Machine, number: int | None) -> str | None:
    return _address(machine, before=number) if number else None


def _whole(machine: Machine) -> dict[str, Any]:
    """Everything but the timeline."""
    at, rules = act().at, shell.rules_of(machine.partner_id)
    known = subjects.of(act(), machine.customer_id, at)
    case = known.case(machine.agreement_type, at, rules)
    beside = dossier.beside(act(), machine, known.relationship)
    asked = _asked(machine)
    named = _named(machine, asked, beside)
    can, cannot = act_words.sorted_out(act(), case, named)
    step = next_step(case)
    returned = bool(asked) and asked[0]["delivery"] in RETURNED
    following = _following(step, can, named, returned) if step else None
    return {
        "standing": Standing.of(act(), machine, case, status.status(machine, rules, at)),
        "case": case,
        "partner": known.partner,
        "cloud": known.subject.cloud,
        "next": following,
        "buttons": [
            button for button in can.values() if not (following and following.mine and following.url == button.url)
        ],
        "cannot": cannot,
        "gates": gates(known, at, rules),
        "asked": asked,
        "beside": beside,
        "tabs": _tabs(machine),
        "sees_files": may(Action.VIEW_DRAFT),
    }


def _following(step: Step, can: Mapping[Action, Button], named: Named, returned: bool) -> Next:
    found = next_words.shown(act(), step, named.customer_id, named.invitation_id, returned)
    here = can.get(step.action) if found.mine and isinstance(step.action, Action) else None
    return replace(found, url=here.url) if here else found


def _asked(machine: Machine) -> list[dict[str, Any]]:
    """The newest invitations of this agreement, each with the life of its mail."""
    rows = invitations.of(act(), machine.customer_id, ASKED)
    found = invitations.shown([row for row in rows if row.machine_id == machine.id], act().at)
    return [one | {here: moment(one[there]) if one[there] else None for here, there in TIMES.items()} for one in found]


def _named(machine: Machine, asked: list[dict[str, Any]], beside: Beside) -> Named:
    opened = next((one["id"] for one in asked if one["status"] == "open"), None)
    draft = next((one.id for one in beside.drafts), None)
    return Named(machine.customer_id, opened, draft, next((one.id for one in beside.disputes), None))


def _tabs(machine: Machine) -> list[tuple[AgreementType, str, bool]]:
    """The agreements there are, where there is more than one."""
    kinds = dossier.kinds(act(), machine.customer_id)
    there: list[tuple[AgreementType, dict[str, Any]]] = [
        (kind, {} if kind is AgreementType.MCA else {"agreementType": kind.value}) for kind in kinds
    ]
    found = [
        (kind, url_for("dashboard.customer", customer_id=machine.customer_id, **more), kind is machine.agreement_type)
        for kind, more in there
    ]
    return found if len(found) > 1 else []
