"""One mail of every kind, and of every way its wording differs."""

from dataclasses import replace

from app.core.languages import Language
from app.core.links import LinkFacts
from app.core.mails import Challenge, Invited, MailFacts, Own, Revealed
from app.core.vocabulary import InvitationKind, Owed
from tests.mail.facts import ANA, AT, ENDS, ID, MARIA, PASSWORD, VAULT, branded, facts, notice

RELATIONSHIP, NEW = InvitationKind.RELATIONSHIP, InvitationKind.NEW_CUSTOMER
THROUGH = {"reseller": "Tailspin"}
RIGHTS = {"dap": "yes"}
USER = {"user_name": "admin@contoso.example"}
OPENED = Revealed(ID, 2)
SEALED = Revealed(ID, 2, VAULT.encrypt(PASSWORD.encode()))
ACCEPTED = {"version": "2026-10", "signer": "Maria Ek", "receipt": "9f86d081884c7d65" * 4, "number": "17"}
ATTESTED = ACCEPTED | {"voucher": "Ana Lind"}
SAID = {"reason": "The old agreement still stands"}
NAMED = {"named": "Ola Nordmann", "named_email": "ola@contoso.example"}
RETURNED = {"reason": "The date is missing", "decided_by": "Bo Falk", "draft_id": str(ID)}
DISPUTED = {"reason": "Nobody here agreed", "opened_by": "Maria Ek", "dispute_id": str(ID)}
ENDPOINT = {"about": "https://billing.fabrikam.example/hooks?from=assent", "endpoint_id": str(ID)}
OWN = Own(
    "{{ asker }}: about {{ company }}",
    "Dear {{ contact }},\n\nplease look at this until {{ expires }}:\n\n{{ link }}\n\n"
    "{% if dap %}\n- with administration rights\n{% endif %}\n- for {{ company }}\n- by {{ asker }}",
)
OWN_HTML = replace(OWN, html='<h1>{{ company }}</h1><p>Dear {{ contact }}, <a href="{{ link }}">please look</a>.</p>')


def accepted() -> MailFacts:
    return notice(Owed.ACCEPTED, ACCEPTED, to=(MARIA,), reply_to=ANA, days={"agreed_on": AT})


def attested(words: dict[str, str] | None = None) -> MailFacts:
    days = {"agreed_on": AT, "recorded_on": AT}
    said = ATTESTED | (words or {})
    return notice(Owed.ATTESTED, said, to=(MARIA,), reply_to=ANA, numbers={"answer_days": 14}, days=days)


def code(purpose: str) -> MailFacts:
    asked = Challenge(ID, 3)
    said = {"purpose": purpose}
    return notice(Owed.SIGN_IN_CODE, said, to=(MARIA,), numbers={"minutes": 10}, challenge=asked, agreement=None)


def credentials(revealed: Revealed, hours: int = 72) -> MailFacts:
    to, left = (MARIA,), {"hours": hours}
    return notice(Owed.CREDENTIALS, USER, to=to, reply_to=ANA, numbers=left, revealed=revealed, agreement=None)


def endpoint(why: str) -> MailFacts:
    mail = notice(Owed.ENDPOINT_DISABLED, days={"since": AT}, agreement=None)
    return replace(mail, words=ENDPOINT | {"why": why})


def asked_again(owed: Owed, kind: InvitationKind = InvitationKind.AGREEMENT, left: int = 30) -> MailFacts:
    return facts(kind, owed=owed, folder=owed.value, numbers={"days_left": left})


# The first of each folder has the folder's name.
KINDS: dict[str, MailFacts] = {
    "agreement": facts(),
    "agreement-reseller": facts(words=THROUGH),
    "agreement-no-reply": facts(reply_to=None),
    "agreement-logo": branded(facts()),
    "agreement-own-words": facts(own=OWN),
    "agreement-own-html": branded(facts(own=OWN_HTML)),
    "relationship-and-agreement": facts(RELATIONSHIP),
    "relationship-and-agreement-rights": facts(RELATIONSHIP, words=RIGHTS),
    "relationship-and-agreement-reseller": facts(
        RELATIONSHIP,
        words=THROUGH | RIGHTS,
        invited=Invited(ID, 1, LinkFacts(RELATIONSHIP, ID, ID, "4711", dap=True), ENDS),
    ),
    "new-customer": facts(NEW, words=USER, revealed=OPENED),
    "new-customer-reseller": facts(NEW, words=USER | THROUGH, revealed=OPENED),
    "new-customer-password": facts(NEW, words=USER, revealed=SEALED),
    "new-customer-no-account": facts(NEW),
    "new-customer-no-password": facts(NEW, words=USER),
    "reminder": asked_again(Owed.REMINDER),
    "reminder-last-day": asked_again(Owed.REMINDER, left=1),
    "reminder-last-hours": asked_again(Owed.REMINDER, RELATIONSHIP, left=0),
    "expiry-warning": asked_again(Owed.EXPIRY_WARNING, left=3),
    "expiry-warning-relationship": asked_again(Owed.EXPIRY_WARNING, RELATIONSHIP, left=3),
    "accepted": accepted(),
    "accepted-no-reply": replace(accepted(), reply_to=None),
    "accepted-partner": notice(Owed.ACCEPTED_PARTNER, ACCEPTED, days={"agreed_on": AT}),
    "accepted-partner-reseller": notice(Owed.ACCEPTED_PARTNER, ACCEPTED | THROUGH, days={"agreed_on": AT}),
    "attested": attested(),
    "attested-reseller": attested(THROUGH),
    "attested-no-reply": replace(attested(), reply_to=None),
    "blocked": notice(Owed.BLOCKED),
    "blocked-by-nobody": notice(Owed.BLOCKED, {"contact": "", "contact_email": ""}),
    "declined": notice(Owed.DECLINED, SAID),
    "declined-no-reason": notice(Owed.DECLINED),
    "draft-returned": notice(Owed.DRAFT_RETURNED, RETURNED),
    "disputed": notice(Owed.DISPUTED, DISPUTED, days={"due_on": ENDS}),
    "sign-in-code": code("answer"),
    "sign-in-code-reveal": code("reveal"),
    "credentials": credentials(OPENED),
    "credentials-last-hour": credentials(OPENED, hours=1),
    "credentials-password": credentials(SEALED),
    "handed-over": notice(Owed.HANDED_OVER, NAMED | SAID),
    "handed-over-no-reason": notice(Owed.HANDED_OVER, NAMED),
    "endpoint-disabled": endpoint("failing"),
    "endpoint-disabled-gone": endpoint("gone"),
}
MAIN = [name for name, mail in KINDS.items() if name == mail.folder]
# What asks for an answer: there the vendor's portal makes a difference.
ASKING = [name for name, mail in KINDS.items() if mail.invited]


def mails(names: list[str] | None = None) -> list[tuple[str, MailFacts]]:
    """Every kind in every language, named."""
    given = [(name, KINDS[name]) for name in names or KINDS]
    return [(f"{name}.{said}", replace(mail, language=said)) for name, mail in given for said in Language]
