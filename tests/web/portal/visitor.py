"""A browser at the portal without the browser: follows links, fills in forms, keeps its cookie."""

from collections.abc import Callable
from contextvars import Context
from ipaddress import IPv4Address
from itertools import count
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app import vault
from app.auth import acts
from app.commands import customers
from app.core import codes, links
from app.core.vocabulary import Owed
from app.db import db, transaction
from app.installation import installation
from app.models import Customer, CustomerUser, Invitation, Outbox, Record, SealedValue, Task
from tests.cast import Story
from tests.web.forms import Form, forms
from tests.web.portal.accounts import FIRST

PAGE, LANGUAGE = "/portal/invitation", "/language"
DEAD = "This link no longer works"
_number = count(1)


def token(invitation: Invitation) -> str:
    return links.token(installation().keys.link, invitation.id, invitation.generation)


def path(invitation: Invitation) -> str:
    return f"/AdminPortal/Home/{token(invitation)}?ref=/BillingAccounts/agreement"


def mailed_code(invitation: Invitation) -> str:
    """The code of the newest mail that is owed to the invited mailbox."""
    db.session.rollback()
    rows = db.session.scalars(select(Outbox).where(Outbox.kind == Owed.SIGN_IN_CODE).order_by(Outbox.id.desc()))
    row = next(row for row in rows if row.payload.get("invitation") == str(invitation.id))
    return codes.code(installation().keys.code, UUID(row.payload["session"]), row.payload["number"])


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def events(story: Story) -> list[str]:
    db.session.rollback()
    query = select(Record.event).where(Record.machine_id == story.machine.id).order_by(Record.number)
    return list(db.session.scalars(query))


def tasks(story: Story) -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Task.kind).where(Task.machine_id == story.machine.id)))


def sealed(story: Story, event: str) -> dict[str, Any]:
    """The personal values of the one record of that event, by name."""
    db.session.rollback()
    query = (
        select(SealedValue.name, SealedValue.value)
        .join(Record, Record.id == SealedValue.record_id)
        .where(Record.machine_id == story.machine.id, Record.event == event)
    )
    return {row.name: row.value for row in db.session.execute(query)}


def add_user(story: Story, password_hash: str, **changes: Any) -> CustomerUser:
    """The admin account that was made with the tenant."""
    with transaction():
        tenant = db.session.get_one(Customer, story.machine.customer_id)
        user = customers.add_user(acts.console(), tenant, f"admin@{tenant.domain}", password_hash, vault.seal(FIRST))
        for name, value in changes.items():
            setattr(user, name, value)
    return user


def _exchange(call: Callable[..., TestResponse], where: str, **more: Any) -> TestResponse:
    """Read to its end and closed, as a browser does; a file is streamed otherwise."""
    answer = call(where, **more)
    answer.get_data()
    answer.close()
    return answer


class Visitor:
    """One browser at an address of its own. Requests run as in production: each in a context and a database
    session of its own."""

    def __init__(self, app: Flask, base_url: str = "http://localhost") -> None:
        self.client = app.test_client()
        self.base_url = base_url
        self.address = str(IPv4Address("198.18.0.0") + next(_number))
        self.page: TestResponse

    def send(self, call: Callable[..., TestResponse], where: str, **more: Any) -> TestResponse:
        there = {"REMOTE_ADDR": self.address}
        answer = Context().run(_exchange, call, where, base_url=self.base_url, environ_overrides=there, **more)
        db.session.rollback()
        return answer

    def get(self, where: str = PAGE, **more: Any) -> TestResponse:
        self.page = self.send(self.client.get, where, follow_redirects=True, **more)
        return self.page

    def post(self, where: str, data: dict[str, str], **more: Any) -> TestResponse:
        return self.send(self.client.post, where, data=data, **more)

    def follow(self, invitation: Invitation) -> TestResponse:
        return self.get(path(invitation))

    @property
    def forms(self) -> dict[str, Form]:
        """Of the page itself: that of the languages is on every page."""
        return {form.action: form for form in forms(self.page.text) if form.action != LANGUAGE}

    @property
    def csrf(self) -> str:
        return next(form.fields["csrf_token"] for form in forms(self.page.text) if "csrf_token" in form.fields)

    def submit(self, action: str, tick: bool = False, **fields: str) -> TestResponse:
        """Send a form that is on the page, with its own defaults under what is filled in."""
        form = next(form for form in forms(self.page.text) if form.action == action)
        data = form.fields | (form.boxes if tick else {}) | fields
        self.page = self.post(action, data, follow_redirects=True)
        return self.page

    def ask_code(self, invitation: Invitation) -> str:
        self.submit("/portal/code/send")
        return mailed_code(invitation)

    def identify(self, invitation: Invitation) -> TestResponse:
        """From the link to the agreement, by a mailed code."""
        self.follow(invitation)
        return self.submit("/portal/code", code=self.ask_code(invitation))

    def sign_in(self, user_name: str, password: str) -> TestResponse:
        return self.submit("/portal/sign-in", user_name=user_name, password=password)

    def accept(self, **changes: str) -> TestResponse:
        return self.submit("/portal/accept", tick=True, **({"typed_name": "Maria Ek"} | changes))

    def cookie(self) -> str:
        held = self.client.get_cookie("assent")
        assert held
        return held.value

    def is_identified(self) -> bool:
        return "/portal/sign-out" in forms_of(self.get())


def forms_of(page: TestResponse) -> set[str]:
    return {form.action for form in forms(page.text)}
