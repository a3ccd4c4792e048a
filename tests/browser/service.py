"""A running Assent as the browser tests need it: links, dropped mails, and short ways through the portal."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from flask import Flask
from playwright.sync_api import Page, expect

from app.core import links
from app.db import db
from app.installation import installation
from app.models import Invitation, Record
from tests.cast import Story
from tests.servers import Assent, wait_for

CODE = re.compile(r"^\d{6}$", re.MULTILINE)
LINK = re.compile(r"^http://\S+/AdminPortal/Home/\S+$", re.MULTILINE)


def mails(instance: Path, kind: str, to: str) -> list[EmailMessage]:
    """The dropped mails of a kind to one mailbox, oldest first."""
    files = sorted((instance / "mail").glob(f"*-{kind}.eml"))
    found = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    return [mail for mail in found if mail["To"].addresses[0].addr_spec == to]


def text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body
    return "\n".join(str(body.get_content()).splitlines())


def awaited(instance: Path, kind: str, to: str, number: int = 1) -> str:
    """The text of the newest mail, once so many have come."""
    wait_for(lambda: len(mails(instance, kind, to)) >= number, f"mail {number} of kind {kind} to {to}")
    return text(mails(instance, kind, to)[-1])


def the(pattern: re.Pattern[str], words: str) -> str:
    [found] = pattern.findall(words)
    return str(found)


@dataclass
class Service:
    assent: Assent
    address: str
    app: Flask

    def link(self, invitation: Invitation) -> str:
        live = links.token(installation().keys.link, invitation.id, invitation.generation)
        return f"{self.address}/AdminPortal/Home/{live}?ref=/BillingAccounts/agreement"

    def code(self, invitation: Invitation, number: int = 1) -> str:
        return the(CODE, awaited(self.assent.instance, "sign-in-code", invitation.email, number))

    def identify(self, page: Page, invitation: Invitation) -> None:
        """From the link to the agreement, by a mailed code."""
        page.goto(self.link(invitation))
        page.get_by_role("button", name="Send me a code").click()
        page.get_by_label("Code from the mail").fill(self.code(invitation))
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def fill_in(page: Page, name: str = "Maria Ek") -> None:
    page.get_by_label("Your full name").fill(name)
    for box in page.get_by_role("checkbox").all():
        box.check()


def receipt(page: Page) -> str:
    expect(page.get_by_role("heading", name="the acceptance is recorded")).to_be_visible()
    return page.get_by_role("code").inner_text()


def records(story: Story, event: str) -> list[Record]:
    db.session.rollback()
    return db.session.query(Record).filter_by(machine_id=story.machine.id, event=event).all()


def focus(page: Page, reached: Callable[[], bool], most: int = 30) -> None:
    """Tab until there."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if reached():
            return
    raise AssertionError("not to be reached by keyboard")
