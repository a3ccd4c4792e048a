"""Records in plain words: what happened, who did it, and what else the record says, one row an event."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.core.evidence import moment
from app.core.lifecycle import Event
from app.core.vocabulary import ActorKind, Assurance, DisputeStatus, Method, Note
from app.queries.chronicle import Happened
from app.tongue import N_, day, gettext, speech

# %(who)s acted, %(person)s is whom it is about.
SENTENCES: Mapping[str, str] = {
    Note.CREATED: N_("%(who)s added the customer; its agreement begins here."),
    Event.INVITE: N_("%(who)s invited %(person)s to accept the agreement."),
    Event.ACCEPT: N_("%(person)s accepted the agreement."),
    Event.BLOCK: N_("The customer could not accept by itself: it has bought before. Its partner has to attest."),
    Event.ATTEST: N_("%(who)s attested that %(person)s agreed on %(day)s."),
    Event.LAPSE: N_("The invitation ended without an answer."),
    Event.DECLINE: N_("%(person)s declined."),
    Event.WITHDRAW: N_("%(who)s recorded that the customer no longer agrees."),
    Note.LINK_COPIED: N_("%(who)s was shown the link of the invitation."),
    Note.BOUNCED: N_("The mail to the contact came back."),
    Note.COMPLAINED: N_("The contact called the mail spam; nothing more is sent there."),
    Note.DISPUTED: N_("%(who)s disputed the acceptance of record %(disputes)s."),
    Note.DISPUTE_CLOSED: N_("%(who)s closed the dispute: the acceptance stands."),
    Note.IMPORTED: N_("%(who)s took this over from elsewhere."),
    Note.ERASED: N_("%(who)s erased personal data; what was recorded still proves itself."),
    Note.EVIDENCE_READ: N_("%(who)s read the evidence."),
    "draft-submitted": N_("%(who)s prepared an attestation and asked for approval."),
    "draft-resubmitted": N_("%(who)s corrected the draft and asked for approval again."),
    "draft-assigned": N_("%(who)s named who decides the draft."),
    "draft-returned": N_("%(who)s returned the draft; whoever prepared it corrects it."),
    "draft-discarded": N_("%(who)s dropped the draft."),
}
CORRECTED = N_("%(who)s corrected the attestation: %(person)s agreed on %(day)s.")
REVOKED = N_("%(who)s took the invitation back.")
ELSEWHERE = N_("%(who)s reported that the customer accepted in the vendor's own portal.")
NEEDLESS = N_("The draft became needless: record %(record)s says the same.")
# What a draft's step notes where a record took its place.
SAME = re.compile(r"see record (\d+)")
UPHELD = N_("%(who)s upheld the dispute: the acceptance no longer counts.")
# Which sentence where the record's facts say more than its event.
ELSE: Mapping[str, Callable[[Happened], str | None]] = {
    Event.ATTEST: lambda one: CORRECTED if one.facts.get("supersedes") else None,
    Event.LAPSE: lambda one: REVOKED if one.facts.get("reason") == "revoked" else None,
    Event.ACCEPT: lambda one: ELSEWHERE if one.facts.get("assurance") == Assurance.IMPORTED else None,
    "draft-discarded": lambda one: NEEDLESS if SAME.fullmatch(one.people.get("reason", "")) else None,
    Note.DISPUTE_CLOSED: lambda one: UPHELD if one.facts.get("outcome") == DisputeStatus.UPHELD else None,
}
NAMELESS: Mapping[str, str] = {
    ActorKind.STAFF: N_("Somebody at the partner"),
    ActorKind.CUSTOMER: N_("Somebody at the customer"),
    ActorKind.UPSTREAM: N_("A system elsewhere"),
    ActorKind.SYSTEM: N_("The operator"),
}
CLOCK = N_("Assent itself")
KNOWN_BY: Mapping[str, str] = {
    Method.PASSWORD: N_("signed in with a password"),
    Method.EMAIL_CODE: N_("gave the code sent to the mailbox"),
    Method.OIDC: N_("signed in to the organisation"),
    Method.API_TOKEN: N_("came with a token of the API"),
    Method.WEBHOOK: N_("came by a signed webhook"),
    Method.CLOCK: N_("a deadline passed, or a mail server answered"),
    Method.CONSOLE: N_("at the installation's own command line"),
}
ASSURANCES: Mapping[str, str] = {
    Assurance.TENANT_OIDC: N_(
        "The person signed in to the customer's own organisation: it counts for all its partners."
    ),
    Assurance.TENANT_ACCOUNT: N_("The person signed in with the account that was made with the customer."),
    Assurance.MAILBOX_CODE: N_("The person read a code in the invited mailbox and stated the authority to agree."),
    Assurance.IMPORTED: N_("The vendor's own portal identified the person and told us."),
    Assurance.ATTESTED: N_("The partner vouches for it; the customer has not accepted here itself."),
}


@dataclass(frozen=True)
class Told:
    """One entry of a timeline: a sentence, and lines of label and text beside it."""

    one: Happened
    sentence: str
    details: tuple[tuple[str, str], ...]


def told(one: Happened) -> Told:
    chosen = ELSE.get(one.event)
    message = (chosen(one) if chosen else None) or SENTENCES.get(one.event) or N_("%(who)s did this: %(event)s.")
    stated = one.facts.get("statedDate")
    same = SAME.fullmatch(one.people.get("reason", ""))
    names = {"record": same[1] if same else ""}
    names |= {"who": who(one), "person": person(one), "event": one.event, "disputes": one.facts.get("disputes", "")}
    sentence = gettext(message) % (names | {"day": day(moment(stated)) if stated else ""})
    return Told(one, sentence, tuple(_details(one)))


def who(one: Happened) -> str:
    named = one.people.get("onBehalfOf") or one.people.get("actorName")
    if named:
        return named
    if one.actor.get("method") == Method.CLOCK and one.actor.get("kind") == ActorKind.SYSTEM:
        return gettext(CLOCK)
    return gettext(NAMELESS.get(str(one.actor.get("kind")), NAMELESS[ActorKind.STAFF]))


def person(one: Happened) -> str:
    whole = f"{one.people.get('firstName', '')} {one.people.get('lastName', '')}".strip()
    return one.people.get("typedName") or whole or gettext("somebody whose name is not shown")


def _details(one: Happened) -> list[tuple[str, str]]:
    facts = one.facts
    language = facts.get("language")
    found = [
        (gettext("Note") if one.event.startswith("draft-") else gettext("Reason"), _reason(one)),
        (gettext("To"), one.people.get("email") if one.event == Event.INVITE else None),
        (gettext("Prepared by"), one.people.get("preparedBy")),
        (gettext("Corrects"), _record(facts.get("supersedes")) if one.event == Event.ATTEST else None),
        (gettext("Version"), facts.get("version") if one.event in (Event.ACCEPT, Event.ATTEST) else None),
        (gettext("Language"), speech(language) if language and one.event == Event.ACCEPT else None),
        (gettext("Scenario"), facts.get("scenario") if one.event == Event.BLOCK else None),
        (gettext("Answer of the mail server"), facts.get("status") if one.event == Note.BOUNCED else None),
        (gettext("Identified"), _known_by(one)),
    ]
    return [(label, str(text)) for label, text in found if text]


def _reason(one: Happened) -> str | None:
    return None if SAME.fullmatch(one.people.get("reason", "")) else one.people.get("reason")


def _record(number: object) -> str | None:
    return gettext("record %(number)s", number=number) if number else None


def _known_by(one: Happened) -> str | None:
    method = KNOWN_BY.get(str(one.actor.get("method")))
    return gettext(method) if method and one.event in (Event.ACCEPT, Event.ATTEST, Event.DECLINE) else None


def assurance(of: Assurance | str) -> str:
    return gettext(ASSURANCES[of])
