"""Make a message from facts: the templates of its kind, the live link or code, and headers nobody can inject into."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parseaddr
from functools import cached_property
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.core import codes, links
from app.core.effects import LANES
from app.core.mails import Letter, MailFacts, Notice
from app.core.vocabulary import InvitationKind, Lane, Owed
from app.mail import mime

FOLDERS = {
    InvitationKind.AGREEMENT: "agreement",
    InvitationKind.RELATIONSHIP: "relationship-and-agreement",
    InvitationKind.NEW_CUSTOMER: "new-customer",
}
# What goes to the partner itself is written by the installation, not in the partner's name.
OURS = (Owed.BLOCKED, Owed.ENDPOINT_DISABLED)
WIDTH = 76
MONTHS = "January February March April May June July August September October November December".split()


@dataclass(frozen=True)
class Message:
    """Ready to go: envelope and bytes."""

    folder: str
    sender: str
    recipients: tuple[str, ...]
    data: bytes
    urgent: bool = False  # somebody sits and waits for it


@dataclass(frozen=True)
class Words:
    subject: str
    text: str
    html: str


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
            auto_reload=False,
        )
        environment.filters["day"] = day
        object.__setattr__(self, "_environment", environment)

    @cached_property
    def sender(self) -> str:
        return parseaddr(self.mail_from)[1]

    @property
    def domain(self) -> str:
        return self.sender.rpartition("@")[2]

    def words(self, facts: Letter, link: str) -> Words:
        """What the mail says, with this link in it."""
        names = {"mail": facts, "link": link, "code": self._code(facts), "portal": self.portal}
        subject, text, html = (
            self._environment.get_template(f"{_folder(facts)}/{name}").render(names)  # type: ignore[attr-defined]
            for name in ("subject.txt", "body.txt", "body.html")
        )
        return Words(" ".join(subject.split()), filled(text.strip()) + "\n", html.strip() + "\n")

    def compose(self, facts: Letter, message_id: str, at: datetime, link: str | None = None) -> Message:
        words = self.words(facts, link or self.link(facts))
        headers = [
            ("From", self._from(facts)),
            ("To", ",\r\n ".join(mime.mailbox(to.name, to.email) for to in facts.to)),
        ]
        if facts.reply_to:
            headers.append(("Reply-To", mime.mailbox(facts.reply_to.name, facts.reply_to.email)))
        headers.append(("Subject", mime.unstructured(words.subject)))
        data = mime.message(headers + _standing(message_id, at), words.text, words.html)
        to = tuple(box.email for box in facts.to)
        return Message(_folder(facts), self.sender, to, data, urgent=LANES[facts.owed] is Lane.INTERACTIVE)

    def link(self, facts: Letter) -> str:
        """The customer's way in: our portal with a live token, or the vendor's own page; for others our own address."""
        if isinstance(facts, Notice):
            return self.base_url
        if self.portal == "microsoft":
            return links.vendor(facts.link)
        token = links.token(self.link_key, facts.invitation, facts.generation)
        return links.builtin(self.base_url, token, facts.link)

    def masked(self, facts: MailFacts) -> str:
        """The same link without what makes it work; the vendor's own page has no secret in its address."""
        if self.portal == "microsoft":
            return links.vendor(facts.link)
        return links.builtin(self.base_url, links.MASK, facts.link)

    def _code(self, facts: Letter) -> str | None:
        asked = facts.challenge if isinstance(facts, MailFacts) else None
        return codes.code(self.code_key, asked.session, asked.number) if asked else None

    def _from(self, facts: Letter) -> str:
        shown = parseaddr(self.mail_from)[0] if facts.owed in OURS else facts.partner
        return mime.mailbox(shown, self.sender)


def _folder(facts: Letter) -> str:
    if isinstance(facts, MailFacts) and facts.owed is Owed.INVITATION:
        return FOLDERS[facts.kind]
    return facts.owed.value


def _standing(message_id: str, at: datetime) -> list[tuple[str, str]]:
    """The headers every mail has."""
    date = format_datetime(at.astimezone(UTC))
    return [("Date", date), ("Message-ID", message_id), ("Auto-Submitted", "auto-generated")]


def filled(text: str) -> str:
    """Wrap long lines at words: names of any length leave paragraphs whole, and a link keeps its line."""
    return "\n".join(line if len(line) <= WIDTH else _wrap(line) for line in text.split("\n"))


def _wrap(line: str) -> str:
    hang = "  " if line.startswith("- ") else ""
    first, *words = line.split(" ")
    lines = [first]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > WIDTH:
            lines.append(hang + word)
        else:
            lines[-1] += f" {word}"
    return "\n".join(lines)


def day(at: datetime) -> str:
    return f"{at.day} {MONTHS[at.month - 1]} {at.year}"


def test_message(composer: Composer, address: str, message_id: str, at: datetime) -> Message:
    """A mail that only shows that mail works."""
    name = parseaddr(composer.mail_from)[0]
    headers = [
        ("From", mime.mailbox(name, composer.sender)),
        ("To", mime.mailbox("", address)),
        ("Subject", "Assent can send mail"),
        *_standing(message_id, at),
    ]
    text = f"This is the test mail of the Assent installation at {composer.base_url}.\n"
    return Message("test", composer.sender, (address,), mime.message(headers, text))
