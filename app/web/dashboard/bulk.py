"""Invite or remind many customers at once: first what would go to whom and who is left out, then what became of it."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.commands import invitations, nudges
from app.commands.invitations import Ask
from app.core import contact as text
from app.core.carrying import Delivery
from app.core.contact import Contact
from app.core.permissions import Action
from app.core.policy import Rulebook
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import InvitationKind, InvitationStatus, Owed
from app.db import transaction
from app.errors import on_page
from app.models import Invitation, Machine, Relationship
from app.queries import chosen, scope
from app.queries import invitations as queries
from app.queries.chosen import Chosen
from app.tongue import N_, gettext
from app.web.dashboard import page, shell
from app.web.pages.routes import act

MOST = 500
RETURNED = (Delivery.BOUNCED, Delivery.COMPLAINED)
WAITS = N_("An open invitation waits for an answer: remind the contact, or send a new one from the customer's page.")


class What(StrEnum):
    INVITE = "invite"
    REMIND = "remind"


@dataclass(frozen=True)
class Verdict:
    """One customer: whom the mail would go to, or why none goes."""

    row: Chosen
    to: Contact
    remedy: str | None


@dataclass(frozen=True)
class Outcome:
    """What became of one of them."""

    company: str
    to: Contact
    remedy: str | None
    url: str | None = None


@dataclass(frozen=True)
class Known:
    """What is the same for all of them, and what each is to be asked for: looked up once."""

    rules: dict[UUID, Rulebook]
    kinds: dict[UUID, InvitationKind]

    @classmethod
    def of(cls, rows: list[Chosen]) -> "Known":
        rules = {id: shell.rules_of(id) for id in {row.machine.partner_id for row in rows}}
        return cls(rules, {row.relationship.customer_id: row.kind for row in rows})


@page.post("/customers/bulk", needs=Action.INVITE)
def bulk() -> ResponseReturnValue:
    """Nothing is sent yet."""
    what, ids = _what(), _ids()
    verdicts = _verdicts(what, chosen.of(act(), ids))
    goes = [one for one in verdicts if one.remedy is None]
    sample = _sample(what, goes[0].row) if goes else None
    gone = len(ids) - len(verdicts)
    left = [one for one in verdicts if one.remedy]
    return render_template("dashboard/bulk/preview.html", what=what, goes=goes, left=left, gone=gone, sample=sample)


@page.post("/customers/bulk/send", needs=Action.INVITE)
def send_bulk() -> ResponseReturnValue:
    """Each in a transaction of its own: what one customer is refused holds up nobody else."""
    what, ids = _what(), _ids()
    known = Known.of(chosen.of(act(), ids))
    outcomes = [_carried_out(what, id, known) for id in ids]
    sent = [one for one in outcomes if one.remedy is None]
    left = [one for one in outcomes if one.remedy]
    return render_template("dashboard/bulk/result.html", what=what, sent=sent, left=left)


def _what() -> What:
    named = request.form.get("what", "")
    refuse_if(named not in list(What), Reason.INVALID_VALUE, field="what")
    return What(named)


def _ids() -> list[UUID]:
    """Each once, as they came."""
    found = [id for id in map(text.uuid, dict.fromkeys(request.form.getlist("customer"))) if id]
    refuse_if(not 1 <= len(found) <= MOST, Reason.NONE_CHOSEN, most=MOST)
    return found


def _verdicts(what: What, rows: list[Chosen]) -> list[Verdict]:
    if what is What.REMIND:
        return [_reminded(row) for row in rows]
    rules = {id: shell.rules_of(id) for id in {row.machine.partner_id for row in rows}}
    words = chosen.objections(rows, act(), rules)
    return [_invited(row, word) for row, word in zip(rows, words, strict=True)]


def _reminded(row: Chosen) -> Verdict:
    word = nudges.objection(act().at, row.machine.state, row.invitation, row.invited_unwanted)
    to = row.invitation.contact if row.invitation else row.relationship.contact
    return Verdict(row, to, on_page(Refused(word)).remedy if word else None)


def _invited(row: Chosen, word: Reason | None) -> Verdict:
    to = row.relationship.contact
    if word is None and _waits(row):
        return Verdict(row, to, gettext(WAITS))
    facts = {"cloud": row.relationship.customer.cloud, "type": row.machine.agreement_type}
    return Verdict(row, to, on_page(Refused(word, **facts)).remedy if word else None)


def _waits(row: Chosen) -> bool:
    """Whoever was asked and can still answer is not asked again by the dozen; a mail that came back asks nobody."""
    held = row.invitation
    return held is not None and _answerable(held)


def _answerable(held: Invitation) -> bool:
    return queries.status(held, act().at) is InvitationStatus.OPEN and held.delivery not in RETURNED


def _sample(what: What, row: Chosen) -> str:
    if what is What.REMIND and row.invitation:
        return url_for("dashboard.invitation_mail", invitation_id=row.invitation.id, what=Owed.REMINDER.value)
    return url_for("dashboard.show_preview", customer_id=row.relationship.customer_id)


def _carried_out(what: What, id: UUID, known: Known) -> Outcome:
    try:
        with transaction():
            machine, relationship = scope.agreement(act(), id)
            held = invitations.open_invitation(machine)
            if what is What.REMIND:
                return _remind(machine, relationship, held)
            return _invite(machine, relationship, held, known)
    except Refused as problem:
        return _refused(id, problem)


def _remind(machine: Machine, relationship: Relationship, held: Invitation | None) -> Outcome:
    if held is None:
        raise Refused(Reason.NOTHING_TO_REMIND)
    nudges.nudge(act(), machine, held)
    return Outcome(relationship.company, held.contact, None, url_for("dashboard.invitation", invitation_id=held.id))


def _invite(machine: Machine, relationship: Relationship, held: Invitation | None, known: Known) -> Outcome:
    if held and _answerable(held):
        return Outcome(relationship.company, relationship.contact, gettext(WAITS))
    ask = Ask(known.kinds[relationship.customer_id], relationship.contact, relationship.language, shell.me())
    made = invitations.invite(act(), machine, relationship, ask, known.rules[machine.partner_id])
    return Outcome(relationship.company, made.contact, None, url_for("dashboard.invitation", invitation_id=made.id))


def _refused(id: UUID, problem: Refused) -> Outcome:
    """Those that are not the caller's to see are named by nothing."""
    try:
        known = scope.relationship(act(), id)
    except Refused:
        return Outcome("", Contact("", "", ""), on_page(problem).remedy)
    return Outcome(known.company, known.contact, on_page(problem).remedy)
