"""`POST /portal/sign-out`, and what else ends a session: time, a newer invitation, the partner's own word."""

from datetime import timedelta

import pytest
import time_machine

from app.auth import acts, visits
from app.commands import attestations
from app.db import transaction
from app.models import Invitation
from tests.cast import MARIA, Cast, Story
from tests.web.conftest import NewVisitor
from tests.web.portal.visitor import DEAD, Visitor, events
from tests.web.tables import checksums


@pytest.fixture
def story(cast: Cast) -> Story:
    return cast.customer()


@pytest.fixture
def invitation(story: Story) -> Invitation:
    return story.invite()


def test_signing_out_ends_the_session_on_the_server(
    visitor: Visitor, another: NewVisitor, invitation: Invitation
) -> None:
    visitor.identify(invitation)
    thief = another()
    thief.client.set_cookie("assent", visitor.cookie())
    assert thief.is_identified()
    page = visitor.submit("/portal/sign-out")
    assert "You are signed out" in page.text
    with visitor.client.session_transaction() as cookie:
        assert not {*visits.NAMES} & {*cookie}
    assert not thief.is_identified()
    assert thief.post("/portal/accept", {"csrf_token": thief.csrf}).status_code == 401


def test_signing_out_leaves_the_link_alive(visitor: Visitor, invitation: Invitation) -> None:
    visitor.identify(invitation)
    visitor.submit("/portal/sign-out")
    visitor.identify(invitation)
    assert visitor.is_identified()


def test_a_session_ends_after_twelve_hours_of_use(visitor: Visitor, invitation: Invitation) -> None:
    with time_machine.travel(acts.now(), tick=False) as clock:
        visitor.identify(invitation)
        for _ in range(28):
            clock.shift(timedelta(minutes=25))
            visitor.get()
        assert visitor.is_identified()
        clock.shift(timedelta(minutes=21))
        assert not visitor.is_identified()
        assert visitor.page.status_code == 200


def test_a_new_invitation_ends_the_sessions_of_the_one_before(
    visitor: Visitor, story: Story, invitation: Invitation
) -> None:
    visitor.identify(invitation)
    form = visitor.forms["/portal/accept"]
    story.invite()
    before = checksums()
    assert visitor.get().status_code == 410
    assert DEAD in visitor.page.text
    for action in ("accept", "decline", "code/send", "code", "sign-in"):
        answer = visitor.post(f"/portal/{action}", form.fields | form.boxes | {"typed_name": "Maria Ek"})
        assert answer.status_code == 410
    assert checksums() == before


def test_once_attested_the_pages_that_were_open_are_dead(
    visitor: Visitor, story: Story, invitation: Invitation
) -> None:
    visitor.identify(invitation)
    with transaction():
        act = story.cast.act()
        attestations.attest(act, story.machine, story.relationship, MARIA, act.at, story.cast.rules)
    assert visitor.accept().status_code == 410
    assert DEAD in visitor.page.text
    assert events(story) == ["created", "invite", "attest"]
