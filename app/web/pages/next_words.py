"""What comes next in the words of pages: what to do, whose move it is, and where that is done."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import url_for

from app.core.act import Act
from app.core.lifecycle import Event
from app.core.permissions import Action
from app.core.steps import Step
from app.core.vocabulary import Owner, PartnerType
from app.tongue import N_, gettext

STEPS: Mapping[Action | Event, str] = {
    Action.INVITE: N_("Invite the customer"),
    Event.ACCEPT: N_("Wait for the customer's answer"),
    Action.ATTEST: N_("Attest what the customer told you"),
    Action.SUBMIT_DRAFT: N_("Prepare an attestation"),
    Action.APPROVE_DRAFT: N_("Decide the draft"),
    Action.ADD_CUSTOMER: N_("Add the customer again"),
}
EXPLAINED: Mapping[Action | Event, str] = {
    Action.INVITE: N_("An invitation leads the customer to its portal, where it reads and accepts the agreement."),
    Event.ACCEPT: N_(
        "The customer opens the link in its mail and answers. It is reminded; you can send the mail again."
    ),
    Action.ATTEST: N_("Ask the customer who agrees and since when; what you record then counts as its acceptance."),
    Action.SUBMIT_DRAFT: N_("Ask the customer who agrees and since when; somebody else approves what you prepare."),
    Action.APPROVE_DRAFT: N_("A draft waits: whoever may attest reads it, then approves it or returns it."),
    Action.ADD_CUSTOMER: N_("The relationship was removed; it begins anew when the customer is added once more."),
}
# The customer cannot answer what never reached it.
UNSEEN = N_("Invite a contact whom mail reaches")
UNSEEN_EXPLAINED = N_("The mail came back, so that nobody has read it. Correct the address, or name somebody else.")
MOVES: Mapping[Owner, str] = {
    Owner.CUSTOMER: N_("The customer's move"),
    Owner.PARTNER: N_("The partner's move"),
    Owner.PROVIDER: N_("The provider's move"),
    Owner.RESELLER: N_("The reseller's move"),
}
# As whom somebody of a partner makes its moves.
SIDES: Mapping[PartnerType, Owner] = {
    PartnerType.DIRECT_BILL: Owner.PARTNER,
    PartnerType.PROVIDER: Owner.PROVIDER,
    PartnerType.RESELLER: Owner.RESELLER,
}
PAGES: Mapping[Action | Event, str] = {
    Action.INVITE: "dashboard.compose",
    Event.ACCEPT: "dashboard.invitation",
    Action.ATTEST: "dashboard.attest",
    Action.SUBMIT_DRAFT: "dashboard.attest",
    Action.APPROVE_DRAFT: "dashboard.drafts",
    Action.ADD_CUSTOMER: "dashboard.new_customer",
}
NOT_OF_ONE = {"dashboard.drafts", "dashboard.new_customer"}


@dataclass(frozen=True)
class Next:
    label: str
    explained: str
    whose: str
    mine: bool
    url: str | None


def shown(act: Act, step: Step, customer: UUID, invitation: str | None = None, returned: bool = False) -> Next:
    """`returned`: the newest mail to whoever was invited came back."""
    if returned and step.action is Event.ACCEPT:
        url = _where(Step(Action.INVITE, step.owner), customer, None)
        return Next(gettext(UNSEEN), gettext(UNSEEN_EXPLAINED), gettext("Your move"), True, url)
    mine = act.partner_type is not None and SIDES[act.partner_type] is step.owner
    whose = gettext("Your move") if mine else gettext(MOVES[step.owner])
    there = mine or step.action is Event.ACCEPT
    where = _where(step, customer, invitation) if there else None
    return Next(gettext(STEPS[step.action]), gettext(EXPLAINED[step.action]), whose, mine, where)


def _where(step: Step, customer: UUID, invitation: str | None) -> str | None:
    endpoint = PAGES[step.action]
    if endpoint == "dashboard.invitation":
        return url_for(endpoint, invitation_id=invitation) if invitation else None
    return url_for(endpoint) if endpoint in NOT_OF_ONE else url_for(endpoint, customer_id=customer)
