"""Fixtures for mail: SMTP servers, relays as the setting names them, and one mail of everything."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar

import pytest

from app.config import Relay, load
from app.core.mails import MailFacts
from app.mail import mime
from app.mail.compose import Message
from app.mail.smtp import Relays
from tests.mail.facts import body, composed, parsed
from tests.mail.kinds import mails
from tests.mail.postbox import Postbox, self_signed

T = TypeVar("T")
Open = Callable[..., Postbox]


@dataclass(frozen=True)
class Made:
    """A mail, as it was made and as it is read."""

    name: str
    mail: MailFacts
    message: Message
    read: EmailMessage
    text: str
    page: str


@pytest.fixture
def postbox() -> Iterator[Open]:
    """Opens SMTP servers and closes them after the test."""
    opened: list[Postbox] = []

    def start(*args: Any, **settings: Any) -> Postbox:
        opened.append(Postbox(*args, **settings))
        return opened[-1].start()

    yield start
    for box in opened:
        box.stop()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return self_signed(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="session")
def everything() -> list[Made]:
    """One mail of each kind and wording in each language."""
    made = [(name, mail, composed(mail)) for name, mail in mails()]
    read = [parsed(message.data) for _, _, message in made]
    return [Made(*one, of, body(of, "plain"), body(of, "html")) for one, of in zip(made, read, strict=True)]


def relays_of(url: str) -> tuple[Relay, ...]:
    return load({"ASSENT_SMTP_URL": url}).smtp_url


def using(url: str, work: Callable[[Relays], Coroutine[Any, Any, T]], **options: Any) -> T:
    """Do something with the relays of a setting, and hang up."""

    async def scenario() -> T:
        relays = Relays(relays_of(url), **options)
        try:
            return await work(relays)
        finally:
            await relays.close()

    return asyncio.run(scenario())


def letter(to: str = "maria@contoso.example", subject: str = "hello") -> Message:
    data = mime.message([("From", "assent@assent.example"), ("To", to), ("Subject", subject)], "Hello.\n.\n..\nBye.\n")
    return Message("agreement", "assent@assent.example", (to,), data)


def send(url: str, message: Message | None = None, **options: Any) -> str:
    """Send one mail; answers what the relay said."""
    return using(url, lambda relays: relays.send(message or letter(), "row"), **options)
