"""What can be done with an agreement now, as buttons; what cannot, with the reason in words that help."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import url_for

from app.core.act import Act
from app.core.permissions import Action
from app.core.refusals import Reason, Refused
from app.core.steps import OBJECTIONS, Case, next_step
from app.core.vocabulary import AgreementType
from app.errors import on_page
from app.tongue import N_, gettext
from app.web.pages import next_words, words

RETURN = N_("Return the draft")
# Where a thing is done, and what its address names.
PAGES: Mapping[Action, tuple[str, str | None]] = {
    Action.INVITE: ("dashboard.compose", "customer_id"),
    Action.ATTEST: ("dashboard.attest", "customer_id"),
    Action.SUBMIT_DRAFT: ("dashboard.attest", "customer_id"),
    Action.APPROVE_DRAFT: ("dashboard.draft", "draft_id"),
    Action.RETURN_DRAFT: ("dashboard.draft", "draft_id"),
    Action.PLACE_ORDER: ("dashboard.order", "customer_id"),
    Action.RECORD_PURCHASE: ("dashboard.purchases", "customer_id"),
    Action.REVOKE: ("dashboard.invitation", "invitation_id"),
    Action.WITHDRAW: ("dashboard.withdraw", "customer_id"),
    Action.OPEN_DISPUTE: ("dashboard.open_dispute", "customer_id"),
    Action.CLOSE_DISPUTE: ("dashboard.dispute", "dispute_id"),
    Action.ADD_CUSTOMER: ("dashboard.new_customer", None),
}
# Forms that are about one of the agreements.
OF_KIND = {"dashboard.attest", "dashboard.withdraw", "dashboard.open_dispute"}
NO_DRAFT = N_("No draft waits for a decision.")
PREPARE = N_("An indirect reseller cannot attest: prepare a draft, which your provider approves or returns.")
NOT: Mapping[tuple[Action, Reason], str] = {
    (Action.INVITE, Reason.WRONG_STATE): N_("The customer cannot accept by itself: attest what it told you."),
    (Action.REVOKE, Reason.INVITATION_USED): N_("No invitation is open."),
    (Action.REVOKE, Reason.WRONG_STATE): N_("No invitation is open."),
    (Action.ATTEST, Reason.RESELLER_CANNOT_ATTEST): PREPARE,
    (Action.ATTEST, Reason.SECOND_PERSON_NEEDED): N_("A second person has to approve here: prepare a draft instead."),
    (Action.SUBMIT_DRAFT, Reason.ALREADY_EXISTS): N_("A draft about this customer waits for a decision already."),
    (Action.APPROVE_DRAFT, Reason.WRONG_STATE): NO_DRAFT,
    (Action.APPROVE_DRAFT, Reason.RESELLER_CANNOT_ATTEST): N_("Your provider decides about drafts."),
    (Action.APPROVE_DRAFT, Reason.SECOND_PERSON_NEEDED): N_("You prepared this draft: a colleague has to decide it."),
    (Action.RETURN_DRAFT, Reason.WRONG_STATE): NO_DRAFT,
    (Action.WITHDRAW, Reason.WRONG_STATE): N_("There is no acceptance that could be withdrawn."),
    (Action.OPEN_DISPUTE, Reason.WRONG_STATE): N_("There is no acceptance on record that could be disputed."),
    (Action.OPEN_DISPUTE, Reason.ALREADY_EXISTS): N_("A dispute is open already; it is to be answered first."),
    (Action.CLOSE_DISPUTE, Reason.WRONG_STATE): N_("No dispute is open."),
    (Action.ADD_CUSTOMER, Reason.ALREADY_EXISTS): N_("The customer is there already."),
}


@dataclass(frozen=True)
class Named:
    """What the addresses of this customer's pages name."""

    customer_id: UUID
    invitation_id: str | None = None
    draft_id: UUID | None = None
    dispute_id: UUID | None = None


@dataclass(frozen=True)
class Button:
    label: str
    url: str


@dataclass(frozen=True)
class Not:
    label: str
    why: str


def label(action: Action) -> str:
    return gettext(RETURN) if action is Action.RETURN_DRAFT else words.label(action)


def sorted_out(act: Act, case: Case, named: Named) -> tuple[dict[Action, Button], list[Not]]:
    """The buttons, in the order in which pages show them, and what is not possible."""
    can: dict[Action, Button] = {}
    cannot: list[Not] = []
    for action in PAGES:
        reason = OBJECTIONS[action](act, case)
        if reason:
            cannot.append(Not(label(action), _why(case, action, reason)))
        elif url := _url(action, case.kind, named):
            can[action] = Button(label(action), url)
    if Action.ATTEST in can:
        can.pop(Action.SUBMIT_DRAFT, None)  # the same form, by whoever needs nobody's approval
    return can, cannot


def _url(action: Action, kind: AgreementType, named: Named) -> str | None:
    endpoint, name = PAGES[action]
    id = getattr(named, name) if name else None
    if name and id is None:
        return None
    about = {name: id} if name else {}
    return url_for(
        endpoint, **about | ({"type": kind.value} if endpoint in OF_KIND and kind is not AgreementType.MCA else {})
    )


def _why(case: Case, action: Action, reason: Reason) -> str:
    found = NOT.get((action, reason))
    return gettext(found) if found else remedy(case, action, reason)


def remedy(case: Case, action: Action, reason: Reason) -> str:
    """What the refusal itself would say."""
    step = next_step(case)
    return on_page(
        Refused(
            reason,
            state=words.state(case.standing.state).label,
            event=label(action),
            cloud=case.subject.cloud,
            agreement=words.label(case.kind),
            words=gettext(next_words.STEPS[step.action]) if step else "–",
        )
    ).remedy
