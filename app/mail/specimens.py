"""Mails as examples: our own words in the placeholder language, and a made-up mail to look at words with."""

from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, uuid5

from app.core.agreements import DAYS_TO_ANSWER
from app.core.languages import Language
from app.core.links import LinkFacts
from app.core.mails import Brand, Invited, Mailbox, MailFacts, Own, Revealed
from app.core.names import GRAMMARS, NAMES, Kind
from app.core.vocabulary import AgreementType, InvitationKind
from app.mail.compose import Composer
from app.mail.skeletons import EMPTY, NUMBERS, VALUES, Skeletons

ID = uuid5(NAMESPACE_OID, "specimen")
LIFE = timedelta(days=30)
# Not every mail has these: ours leave them out together with the words around them.
SELDOM = frozenset({"reseller", "password", "dap"})
FIRST_SIGN_IN = frozenset({"user_name", "reveal"})
# Whatever frames a mail knows.
FRAME = ("base_url", "colour", "on_colour", "asker", "partner", "reply_name", "reply_email")
MIDDLE = "\u2063"
# Numbers nobody writes, in whose place their names stand then.
STAND_INS = {name: 90_000_001 + place for place, name in enumerate(NUMBERS)}


def default(skeletons: Skeletons, portal: str, kind: Kind, language: Language) -> Own:
    """What our own mail says, as somebody who wants to change it would write it; its foot stays ours."""
    usual = GRAMMARS[kind].names - (SELDOM if kind is Kind.NEW_CUSTOMER else SELDOM | FIRST_SIGN_IN)
    names: dict[str, str | int] = EMPTY | {name: "x" for name in VALUES if name in FRAME or name in usual}
    names |= STAND_INS | {"language": language.value, "portal": portal, "agreement_kind": kind.asks or ""}
    values = {name: f"{{{{ {name} }}}}" for name in EMPTY}
    ours = skeletons.of(kind.folder, language, None, names)
    # With the link that a wording gets added where it does not mention it.
    frame = skeletons.of(kind.folder, language, Own("x", f"{{{{ reveal }}}}{MIDDLE}"), names)
    foot = frame.text.fill(values).partition(MIDDLE)[2]
    return Own(_named(ours.subject.fill(values)), _named(ours.text.fill(values).removesuffix(foot).strip() + "\n"))


def _named(text: str) -> str:
    for name, number in STAND_INS.items():
        text = text.replace(str(number), f"{{{{ {name} }}}}")
    return text


def facts(kind: Kind, language: Language, partner: str, brand: Brand, own: Own | None, at: datetime) -> MailFacts:
    """A mail of this kind to nobody; nothing in it opens anything."""
    asks = kind.asks
    said = {name: NAMES[name] for name in GRAMMARS[kind].names - SELDOM}
    return MailFacts(
        owed=kind.owed,
        folder=kind.folder,
        language=language,
        to=(Mailbox(said["contact"], said["contact_email"]),),
        partner=partner,
        words=said | {"asker": partner, "agreement_kind": asks.value if asks else "", "stop": ""},
        numbers={"days_left": LIFE.days} if asks else {"answer_days": DAYS_TO_ANSWER},
        days={"expires": at + LIFE} if asks else {"agreed_on": at, "recorded_on": at},
        reply_to=Mailbox(said["reply_name"], said["reply_email"]),
        agreement=AgreementType.MCA,
        invited=Invited(ID, 1, LinkFacts(asks, ID), at + LIFE) if asks else None,
        revealed=Revealed(ID, 1) if asks is InvitationKind.NEW_CUSTOMER else None,
        brand=brand,
        own=own,
    )


def ours(mails: Composer, kind: Kind, language: Language) -> Own:
    """What our own mail says where this installation's links lead."""
    return default(mails.skeletons, mails.portal, kind, language)
