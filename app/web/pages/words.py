"""How pages call what the program calls by one word: one table a vocabulary, a label never without its meaning."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.core.carrying import Delivery
from app.core.lifecycle import State
from app.core.permissions import Action
from app.core.vocabulary import (
    AgreementType,
    InvitationKind,
    InvitationStatus,
    Operation,
    Owner,
    PartnerType,
    PurchaseKind,
    Role,
)
from app.tongue import N_, gettext


@dataclass(frozen=True)
class Word:
    """A label with the shape it is drawn with, and the sentence that says what it means."""

    shape: str
    label: str
    meaning: str = ""


STATES: Mapping[State, Word] = {
    State.UNCONFIRMED: Word(
        "todo", N_("Not confirmed"), N_("Nobody has accepted yet: invite the customer, or attest what it told you.")
    ),
    State.INVITED: Word("wait", N_("Invited"), N_("The customer has been asked and has not answered yet.")),
    State.DIRECT: Word("good", N_("Accepted"), N_("The customer has accepted the agreement itself.")),
    State.ATTESTED: Word(
        "vouched", N_("Attested"), N_("The partner has vouched that the customer accepted the agreement.")
    ),
    State.BLOCKED: Word(
        "stop",
        N_("Needs attestation"),
        N_("The customer has bought before and cannot accept by itself: the partner has to attest."),
    ),
}
INVITATIONS: Mapping[InvitationStatus, Word] = {
    InvitationStatus.OPEN: Word("wait", N_("Open"), N_("It can be answered.")),
    InvitationStatus.USED: Word("good", N_("Accepted"), N_("The customer has accepted with it.")),
    InvitationStatus.DECLINED: Word("warn", N_("Declined"), N_("The customer has said no.")),
    InvitationStatus.EXPIRED: Word("quiet", N_("Expired"), N_("Its time is over; send a new one.")),
    InvitationStatus.REVOKED: Word("quiet", N_("Revoked"), N_("It was taken back, or a newer one took its place.")),
}
DELIVERIES: Mapping[Delivery, Word] = {
    Delivery.NOT_SENT: Word("quiet", N_("Not sent"), N_("No mail was sent for it.")),
    Delivery.QUEUED: Word("wait", N_("Queued"), N_("The mail is waiting to be sent.")),
    Delivery.SENT: Word("good", N_("Sent"), N_("The mail server has taken the mail.")),
    Delivery.DELIVERED: Word("good", N_("Delivered"), N_("The mail has reached the mailbox.")),
    Delivery.BOUNCED: Word("stop", N_("Bounced"), N_("The mail came back: correct the address.")),
    Delivery.COMPLAINED: Word("stop", N_("Complained"), N_("The reader does not want such mail.")),
}
LABELS: Mapping[StrEnum, str] = {
    AgreementType.MCA: N_("Microsoft Customer Agreement"),
    AgreementType.CLOUD: N_("Microsoft Cloud Agreement"),
    InvitationKind.NEW_CUSTOMER: N_("New customer"),
    InvitationKind.RELATIONSHIP: N_("Relationship and agreement"),
    InvitationKind.AGREEMENT: N_("Agreement only"),
    Owner.CUSTOMER: N_("Customer"),
    Owner.PARTNER: N_("Partner"),
    Owner.PROVIDER: N_("Provider"),
    Owner.RESELLER: N_("Reseller"),
    PartnerType.DIRECT_BILL: N_("Direct-bill partner"),
    PartnerType.PROVIDER: N_("Indirect provider"),
    PartnerType.RESELLER: N_("Indirect reseller"),
    Role.ADMIN_AGENT: N_("Admin agent"),
    Role.SALES_AGENT: N_("Sales agent"),
    Role.HELPDESK_AGENT: N_("Helpdesk agent"),
    Role.GLOBAL_ADMIN: N_("Global admin"),
    Operation.NEW_PURCHASE: N_("New purchase"),
    Operation.SEAT_CHANGE: N_("Change of seats"),
    Operation.RENEWAL: N_("Renewal"),
    Operation.AUTO_RENEWAL: N_("Automatic renewal"),
    PurchaseKind.OFFER: N_("Offer"),
    PurchaseKind.SOFTWARE: N_("Software"),
    PurchaseKind.SOFTWARE_SUBSCRIPTION: N_("Software subscription"),
    PurchaseKind.RESERVED_INSTANCE: N_("Reserved instance"),
    PurchaseKind.AZURE_PLAN: N_("Azure plan"),
    PurchaseKind.AUTO_RENEWAL: N_("Automatic renewal"),
    Action.ADD_CUSTOMER: N_("Add the customer again"),
    Action.INVITE: N_("Invite"),
    Action.REVOKE: N_("Revoke the invitation"),
    Action.ATTEST: N_("Attest"),
    Action.SUBMIT_DRAFT: N_("Prepare an attestation"),
    Action.APPROVE_DRAFT: N_("Decide the draft"),
    Action.WITHDRAW: N_("Withdraw"),
    Action.RECORD_PURCHASE: N_("Record a purchase"),
    Action.PLACE_ORDER: N_("Order"),
    Action.OPEN_DISPUTE: N_("Dispute"),
    Action.CLOSE_DISPUTE: N_("Close the dispute"),
}


def label(word: StrEnum) -> str:
    return gettext(LABELS[word])


def shown(word: Word) -> Word:
    return Word(word.shape, gettext(word.label), gettext(word.meaning) if word.meaning else "")


def state(of: State | str) -> Word:
    return shown(STATES[State(of)])


def invitation(of: InvitationStatus | str) -> Word:
    return shown(INVITATIONS[InvitationStatus(of)])


def delivery(of: Delivery | str) -> Word:
    return shown(DELIVERIES[Delivery(of)])
