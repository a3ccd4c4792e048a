"""A mail scanner with a real browser, scripts on: it opens every link of a mail and submits every form behind it."""

import re
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.core.lifecycle import State
from app.core.vocabulary import InvitationKind, InvitationStatus, Owed
from app.db import db
from app.models import CustomerUser, Invitation, Machine, Outbox, OutboxArchive, Reveal
from tests.browser.conftest import Browse
from tests.browser.service import Service, awaited, fill_in, receipt, records
from tests.cast import Cast, Story
from tests.web.portal.visitor import add_user

pytestmark = pytest.mark.xdist_group("browser")
LINKS = re.compile(r"^http://\S+/(?:AdminPortal/Home|reveal)/\S+$", re.MULTILINE)
SUBMIT = "at => { const form = document.forms[at]; form.noValidate = true; form.requestSubmit(); }"
# Submitted before another is looked for: a page that came back with the same forms is not scanned for ever.
AT_MOST = 12


def fetch(link: str) -> None:
    """As programs do that want to know where a link leads."""
    program = build_opener(HTTPCookieProcessor())
    for method in ("HEAD", *["GET"] * 5):
        with program.open(Request(link, method=method), timeout=10) as answer:
            assert answer.status == 200


def scan(page: Page, link: str) -> set[str]:
    """Answers which forms it has sent."""
    page.goto(link)
    sent: set[str] = set()
    for _ in range(AT_MOST):
        actions = page.evaluate("[...document.forms].map(form => form.action)")
        fresh = [(at, action) for at, action in enumerate(actions) if action not in sent]
        if not fresh:
            break
        at, action = fresh[0]
        sent.add(action)
        with page.expect_navigation():
            page.evaluate(SUBMIT, at)
        if not page.evaluate("document.forms.length"):
            page.goto(link)
    return sent


def newcomer(service: Service, cast: Cast) -> tuple[Story, Invitation, list[str]]:
    """A new customer's invitation, and what can be followed in its mail."""
    story = cast.customer()
    add_user(story, "not a hash")
    invitation = story.invite(InvitationKind.NEW_CUSTOMER)
    said = awaited(service.assent.instance, "new-customer", invitation.email)
    return story, invitation, LINKS.findall(said)


def test_a_scanner_with_a_browser_answers_nothing_and_spends_nothing(
    browse: Browse, service: Service, cast: Cast
) -> None:
    story, invitation, links = newcomer(service, cast)
    assert len(links) == 2, "the way to the agreement and the way to the first password"
    scanner, sent = browse(), set[str]()
    for link in links:
        fetch(link)
        sent |= scan(scanner, link)
    wanted = {"code/send", "code", "sign-in", "credentials/code/send"}
    assert wanted <= {action.rpartition("/portal/")[2] for action in sent}
    untouched(story, invitation)
    human = browse()
    human.goto(links[0])
    human.get_by_role("button", name=re.compile("code")).first.click()
    human.get_by_label("Code from the mail").fill(service.code(invitation, number=codes_sent(story)))
    human.get_by_role("button", name="Continue").click()
    expect(human.get_by_role("button", name="Sign out")).to_be_visible()
    fill_in(human)
    human.get_by_role("button", name="Accept").click()
    receipt(human)


def untouched(story: Story, invitation: Invitation) -> None:
    db.session.rollback()
    db.session.expire_all()
    machine = db.session.get_one(Machine, story.machine.id)
    assert (machine.state, invitation.status) == (State.INVITED, InvitationStatus.OPEN)
    assert records(story, "accept") + records(story, "decline") == []
    reveal = db.session.scalar(select(Reveal).where(Reveal.machine_id == story.machine.id))
    user = db.session.scalar(select(CustomerUser).where(CustomerUser.customer_id == story.machine.customer_id))
    assert reveal
    assert user
    assert (reveal.revealed_at, user.first_password is None) == (None, False)


def codes_sent(story: Story) -> int:
    """How many codes are owed for the agreement's link by now; what follows needs the newest."""
    db.session.rollback()
    found = 0
    for table in (Outbox, OutboxArchive):
        for payload in db.session.scalars(select(table.payload).where(table.kind == Owed.SIGN_IN_CODE)):
            found += payload.get("machine") == str(story.machine.id)
    return found
