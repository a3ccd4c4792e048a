"""How the portal calls what the program calls by one word, for customers; and which field a refusal is about."""

from collections.abc import Mapping

from app.core.lifecycle import Event, State
from app.core.refusals import Reason
from app.core.vocabulary import Assurance, DisputeStatus, Note, PartnerType, RelationshipState, Role
from app.tongue import N_, gettext
from app.web.pages.words import LABELS, Word, shown

STATES: Mapping[State, Word] = {
    State.UNCONFIRMED: Word(
        "todo", N_("Not accepted"), N_("No acceptance is on record. The partner asks you when it needs one.")
    ),
    State.INVITED: Word(
        "wait", N_("Waiting for your answer"), N_("The partner has asked you to accept. You can accept or decline.")
    ),
    State.DIRECT: Word("good", N_("Accepted by you"), N_("Somebody of your company accepted the agreement itself.")),
    State.ATTESTED: Word(
        "vouched", N_("Vouched for by the partner"), N_("The partner has stated that your company accepted.")
    ),
    State.BLOCKED: Word(
        "stop",
        N_("The partner has to confirm"),
        N_("Your company has bought before, so the partner has to confirm the acceptance. It has been told."),
    ),
}
RELATIONSHIPS: Mapping[RelationshipState, Word] = {
    RelationshipState.REQUESTED: Word(
        "wait", N_("Wants to be your partner"), N_("It becomes your partner once you accept its request.")
    ),
    RelationshipState.ACTIVE: Word("good", N_("Active"), N_("It is your partner and can order for you.")),
    RelationshipState.REMOVED: Word(
        "quiet", N_("Ended"), N_("It is no longer your partner; what was agreed stays on record.")
    ),
}
TYPES: Mapping[PartnerType, str] = {
    PartnerType.DIRECT_BILL: N_("It sells to you and bills you itself."),
    PartnerType.PROVIDER: N_("It supplies what resellers sell to you, and confirms agreements for them."),
    PartnerType.RESELLER: N_("It sells to you and works through a provider."),
}
DISPUTES: Mapping[DisputeStatus, Word] = {
    DisputeStatus.OPEN: Word("wait", N_("Waiting for an answer"), N_("The partner has to answer it.")),
    DisputeStatus.UPHELD: Word("good", N_("You were right"), N_("What was on record has been withdrawn.")),
    DisputeStatus.REJECTED: Word("quiet", N_("Not upheld"), N_("What is on record stands.")),
}
EVENTS: Mapping[str, str] = {
    Event.ACCEPT.value: N_("Your company accepted"),
    Event.ATTEST.value: N_("The partner vouched for your acceptance"),
    Event.DECLINE.value: N_("Your company declined"),
    Event.BLOCK.value: N_("The partner was told that it has to confirm"),
    Event.WITHDRAW.value: N_("The acceptance was withdrawn"),
    Note.DISPUTED.value: N_("What is on record was disputed"),
    Note.DISPUTE_CLOSED.value: N_("The dispute was closed"),
}
KNOWN_BY: Mapping[Assurance, str] = {
    Assurance.TENANT_OIDC: N_("by signing in to your organisation"),
    Assurance.TENANT_ACCOUNT: N_("by user name and password"),
    Assurance.MAILBOX_CODE: N_("by a code sent to the invited mailbox"),
    Assurance.IMPORTED: N_("at Microsoft's own portal, which told us"),
    Assurance.ATTESTED: N_("by the partner's word"),
}
# Which field of a form stands beside what was refused, where the refusal names none.
BESIDE: Mapping[Reason, str] = {
    Reason.WRONG_CODE: "code",
    Reason.WRONG_CREDENTIALS: "password",
    Reason.NOT_AGREED: "consent",
    Reason.WRONG_LENGTH: "password",
    Reason.EASILY_GUESSED: "password",
    Reason.UNCHANGED: "password",
    Reason.TYPED_DIFFERENTLY: "repeat",
    Reason.SAME_MAILBOX: "email",
    Reason.CONTACT_SUPPRESSED: "email",
    Reason.CONTACT_IS_PARTNER: "email",
}


def word(
    table: Mapping[State, Word] | Mapping[RelationshipState, Word] | Mapping[DisputeStatus, Word], of: str
) -> Word:
    """The row of one of the tables above, in the reader's language."""
    return shown({key.value: row for key, row in table.items()}[of])


def said(table: Mapping[str, str], of: str | None) -> str:
    """The sentence of a table; nothing where there is none."""
    return gettext(table[of]) if of is not None and of in table else ""


def roles(held: list[str]) -> str:
    return ", ".join(gettext(LABELS[Role(role)]) for role in held if role in list(Role))
