"""Make a message from facts: its skeleton filled, the live links and codes, and headers nobody can inject into."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parseaddr
from functools import cached_property, lru_cache
from pathlib import Path
from uuid import UUID

from cryptography.fernet import MultiFernet

from app import spoken
from app.core import codes, links, pictures, verp
from app.core.carrying import Lane
from app.core.colours import ACCENT, readable_on
from app.core.effects import LANES
from app.core.mails import Mailbox, MailFacts
from app.core.vocabulary import AgreementType, Owed
from app.mail import mime
from app.mail.hush import secrets_of
from app.mail.mime import Picture
from app.mail.skeletons import EMPTY, Escaped, Skeletons, made

# What goes to the partner's own people is written by the installation, not in the partner's name.
OURS = frozenset(
    {
        Owed.ACCEPTED_PARTNER,
        Owed.BLOCKED,
        Owed.DECLINED,
        Owed.DISPUTED,
        Owed.DRAFT_RETURNED,
        Owed.ENDPOINT_DISABLED,
        Owed.HANDED_OVER,
    }
)
# Only what nobody asked for can be stopped.
STOPPABLE = (Owed.REMINDER, Owed.EXPIRY_WARNING)
LOGO = "logo"


@dataclass(frozen=True)
class Message:
    """Ready to go: envelope and bytes."""

    folder: str
    sender: str
    recipients: tuple[str, ...]
    data: bytes = field(repr=False)
    urgent: bool = False  # somebody sits and waits for it
    # What in it opens something: whatever a relay answers is kept without it.
    secrets: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Words:
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Secrets:
    """What links, codes and passwords are made of."""

    link: bytes = field(repr=False)
    code: bytes = field(repr=False)
    reveal: bytes = field(repr=False)
    stop: bytes = field(repr=False)
    bounce: bytes = field(repr=False)
    vault: MultiFernet = field(repr=False)


@dataclass(frozen=True)
class Composer:
    templates: Path
    base_url: str
    mail_from: str
    portal: str
    secrets: Secrets
    # Where mail comes back to, each by an address of its own; empty: to the sender.
    bounces: str = ""

    @property
    def skeletons(self) -> Skeletons:
        return made(self.templates)

    @cached_property
    def sender(self) -> str:
        return parseaddr(self.mail_from)[1]

    @cached_property
    def name(self) -> str:
        return parseaddr(self.mail_from)[0]

    @property
    def domain(self) -> str:
        return self.sender.rpartition("@")[2]

    def words(self, facts: MailFacts, live: bool = True) -> Words:
        """What the mail says; in a preview nothing in it opens anything."""
        return self._words(facts, self._values(facts, live))

    def _words(self, facts: MailFacts, values: Mapping[str, str | int]) -> Words:
        skeleton = self.skeletons.of(facts.folder, facts.language, facts.own, values)
        plain: Mapping[str, str] = values  # type: ignore[assignment]  # only values are filled in, and these are text
        html = skeleton.html.fill(Escaped(values))
        return Words(skeleton.subject.fill(plain), mime.wrapped(skeleton.text.fill(plain)), html)

    def compose(self, facts: MailFacts, message_id: str, at: datetime, row: UUID | None = None) -> Message:
        values = self._values(facts, live=True)
        words = self._words(facts, values)
        headers = [("From", self._from(facts)), *_addressed(facts, words), *_standing(message_id, at)]
        if facts.owed in STOPPABLE and values["stop"]:
            headers.append(("List-Unsubscribe", f"<{values['stop']}>"))
            headers.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
        data = mime.message(headers, words.text, words.html, _picture(facts))
        to = tuple([box.email for box in facts.to])
        urgent = LANES[facts.owed] is Lane.INTERACTIVE
        return Message(facts.folder, self._envelope(row), to, data, urgent, secrets_of(values))

    def draft(self, facts: MailFacts, live: bool) -> bytes:
        """The mail as a mail program opens a draft, to be read once more and sent from somebody's own mailbox.

        From whom and when is for that program to say: none may send in the name of our address.
        """
        words = self.words(facts, live)
        headers = [("X-Unsent", "1"), *_addressed(facts, words)]
        return mime.message(headers, words.text, words.html, _picture(facts))

    def _envelope(self, row: UUID | None) -> str:
        return verp.sender(self.bounces, row, self.secrets.bounce) if self.bounces and row else self.sender

    def _values(self, facts: MailFacts, live: bool) -> dict[str, str | int]:
        colour = facts.brand.colour or ACCENT
        values = {**EMPTY, **{name: value for name, value in facts.words.items() if value}, **facts.numbers}
        values |= {name: spoken.day(at.date(), facts.language) for name, at in facts.days.items()}
        values |= {"language": facts.language.value, "portal": self.portal, "base_url": self.base_url}
        values |= {"partner": facts.partner, "asker": values["reseller"] or facts.partner}
        values |= {"colour": colour, "on_colour": readable_on(colour)}
        if facts.brand.logo:
            width = str(pictures.shown(facts.brand.logo.content))
            values |= {"logo": f"cid:{LOGO}", "logo_alt": facts.brand.logo.alt or values["asker"], "logo_width": width}
        reader = _reader(facts)
        if reader:
            values |= {"reply_name": reader.name, "reply_email": reader.email}
        if facts.agreement:
            values["agreement"] = self._title(facts)
        return values | self._opening(facts, live)

    def _opening(self, facts: MailFacts, live: bool) -> dict[str, str]:
        """What opens something: derived here, and kept nowhere."""
        found: dict[str, str] = {}
        if facts.invited:
            found["link"] = self.link(facts) if live else self.masked(facts)
            if facts.owed in STOPPABLE:
                token = links.token(self.secrets.stop, facts.invited.id, links.ALWAYS) if live else links.MASK
                found["stop"] = links.stop(self.base_url, token)
        if facts.challenge:
            code = codes.code(self.secrets.code, facts.challenge.session, facts.challenge.number)
            found["code"] = code if live else links.MASK
        # Words of a partner's own know the link alone: `password` is no name of theirs.
        if facts.revealed and facts.revealed.sealed and not facts.own:
            found["password"] = self.secrets.vault.decrypt(facts.revealed.sealed).decode() if live else links.MASK
        elif facts.revealed:
            known = facts.revealed
            token = links.token(self.secrets.reveal, known.id, known.generation) if live else links.MASK
            found["reveal"] = links.reveal(self.base_url, token)
        return found

    def link(self, facts: MailFacts) -> str:
        """The customer's way in: our portal with a live token, or the vendor's own page."""
        if facts.invited is None:
            return self.base_url
        if self.portal == "microsoft":
            return links.vendor(facts.invited.link)
        token = links.token(self.secrets.link, facts.invited.id, facts.invited.generation)
        return links.builtin(self.base_url, token, facts.invited.link)

    def masked(self, facts: MailFacts) -> str:
        """The same link without what makes it work; the vendor's own page has no secret in its address."""
        if facts.invited is None or self.portal == "microsoft":
            return self.link(facts)
        return links.builtin(self.base_url, links.MASK, facts.invited.link)

    def _title(self, facts: MailFacts) -> str:
        gettext = spoken.catalogue(facts.language).gettext
        if facts.agreement is AgreementType.CLOUD:
            return gettext("Microsoft Cloud Agreement")
        return gettext("Microsoft Customer Agreement")

    def _from(self, facts: MailFacts) -> str:
        return mime.mailbox(self.name if facts.owed in OURS else facts.partner, self.sender)


def _reader(facts: MailFacts) -> Mailbox | None:
    """Where answers go must not be what asks more of a relay (SMTPUTF8) than the mail's own address does."""
    reader = facts.reply_to
    fits = reader and (reader.email.isascii() or not all(to.email.isascii() for to in facts.to))
    return reader if fits else None


def _addressed(facts: MailFacts, words: Words) -> list[tuple[str, str]]:
    headers = [("To", mime.mailboxes([(to.name, to.email) for to in facts.to]))]
    reader = _reader(facts)
    if reader:
        headers.append(("Reply-To", mime.mailbox(reader.name, reader.email)))
    return [*headers, ("Subject", mime.unstructured(words.subject))]


def _picture(facts: MailFacts) -> Picture | None:
    logo = facts.brand.logo
    return Picture(logo.content, logo.type, LOGO) if logo else None


def _standing(message_id: str, at: datetime) -> list[tuple[str, str]]:
    """The headers every mail has."""
    date = _date(at.astimezone(UTC).replace(microsecond=0))
    return [("Date", date), ("Message-ID", message_id), ("Auto-Submitted", "auto-generated")]


@lru_cache(maxsize=8)
def _date(at: datetime) -> str:
    return format_datetime(at)


def test_message(composer: Composer, address: str, message_id: str, at: datetime) -> Message:
    """A mail that only shows that mail works."""
    headers = [
        ("From", mime.mailbox(composer.name, composer.sender)),
        ("To", mime.mailbox("", address)),
        ("Subject", "Assent can send mail"),
        *_standing(message_id, at),
    ]
    text = f"This is the test mail of the Assent installation at {composer.base_url}.\n"
    return Message("test", composer.sender, (address,), mime.message(headers, text))
