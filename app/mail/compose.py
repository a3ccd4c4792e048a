"""Make a message from facts: the templates of its kind, the live link or code, and headers nobody can inject into."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.core import codes, links
from app.core.mails import Mailbox, MailFacts
from app.core.vocabulary import InvitationKind, Owed

POLICY = policy.SMTP.clone(cte_type="7bit", raise_on_defect=False)
FOLDERS = {
    InvitationKind.AGREEMENT: "agreement",
    InvitationKind.RELATIONSHIP: "relationship-and-agreement",
    InvitationKind.NEW_CUSTOMER: "new-customer",
}
LONGEST_LINE = 990
MONTHS = "January February March April May June July August September October November December".split()


@dataclass(frozen=True)
class Message:
    """Ready to go: envelope and bytes."""

    folder: str
    sender: str
    recipients: tuple[str, ...]
    data: bytes


@dataclass(frozen=True)
class Composer:
    templates: Path
    base_url: str
    mail_from: str
    portal: str
    link_key: bytes = field(repr=False)
    code_key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        environment = Environment(
            loader=FileSystemLoader(self.templates / "email"),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters["day"] = day
        object.__setattr__(self, "_environment", environment)

    @property
    def sender(self) -> str:
        return parseaddr(self.mail_from)[1]

    @property
    def domain(self) -> str:
        return self.sender.rpartition("@")[2]

    def compose(self, facts: MailFacts, message_id: str, at: datetime) -> Message:
        folder = FOLDERS[facts.kind] if facts.owed is Owed.INVITATION else facts.owed.value
        words = {"mail": facts, "link": self.link(facts), "code": self._code(facts), "base_url": self.base_url}
        subject, text, html = (
            self._environment.get_template(f"{folder}/{name}").render(words)  # type: ignore[attr-defined]
            for name in ("subject.txt", "body.txt", "body.html")
        )
        message = EmailMessage(policy=POLICY)
        message["From"] = self._from(facts)
        message["To"] = tuple(_address(box) for box in facts.to)
        if facts.reply_to:
            message["Reply-To"] = _address(facts.reply_to)
        message["Subject"] = " ".join(subject.split())
        message["Date"] = format_datetime(at.astimezone(UTC))
        message["Message-ID"] = message_id
        message["Auto-Submitted"] = "auto-generated"
        text, html = text.strip() + "\n", html.strip() + "\n"
        message.set_content(text, cte=_encoding(text))
        message.add_alternative(html, subtype="html", cte=_encoding(html))
        return Message(folder, self.sender, tuple(box.email for box in facts.to), message.as_bytes())

    def link(self, facts: MailFacts) -> str:
        """The customer's way in: our portal with a live token, or the vendor's own page."""
        if self.portal == "microsoft":
            return links.vendor(facts.link)
        token = links.token(self.link_key, facts.invitation, facts.generation)
        return links.builtin(self.base_url, token, facts.link)

    def _code(self, facts: MailFacts) -> str | None:
        asked = facts.challenge
        return codes.code(self.code_key, asked.session, asked.number) if asked else None

    def _from(self, facts: MailFacts) -> Address:
        name = parseaddr(self.mail_from)[0]
        shown = facts.partner if facts.owed is not Owed.BLOCKED else name
        return _address(Mailbox(shown, self.sender))


def _encoding(content: str) -> str:
    """Plain where it can be, so that a link in a dropped mail can be copied as it stands."""
    plain = content.isascii() and max(map(len, content.splitlines())) <= LONGEST_LINE
    return "7bit" if plain else "quoted-printable"


def _address(box: Mailbox) -> Address:
    """Built from parsed parts; Address refuses line breaks."""
    local, _, domain = box.email.rpartition("@")
    return Address(box.name, local, domain)


def day(at: datetime) -> str:
    return f"{at.day} {MONTHS[at.month - 1]} {at.year}"


def test_message(composer: Composer, address: str, message_id: str, at: datetime) -> Message:
    """A mail that only shows that mail works."""
    message = EmailMessage(policy=POLICY)
    message["From"] = composer.mail_from
    message["To"] = _address(Mailbox("", address))
    message["Subject"] = "Assent can send mail"
    message["Date"] = format_datetime(at.astimezone(UTC))
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(f"This is the test mail of the Assent installation at {composer.base_url}.\n")
    return Message("test", composer.sender, (address,), message.as_bytes())
