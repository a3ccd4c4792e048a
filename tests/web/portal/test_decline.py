"""`POST /portal/decline`."""

import pytest

from app.core.lifecycle import State
from app.core.vocabulary import InvitationStatus
from app.db import db
from app.models import Invitation
from tests.cast import Cast, Story
from tests.web.conftest import NewVisitor
from tests.web.portal.visitor import PAGE, Visitor, events, sealed, tasks
from tests.web.tables import checksums


@pytest.fixture
def story(cast: Cast) -> Story:
    return cast.customer()


@pytest.fixture
def invitation(story: Story) -> Invitation:
    return story.invite()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("", None), ("We left.", "We left."), (" We left.\r\n\r\nSorry! ", "We left. Sorry!"), ("x" * 1000, "x" * 1000)],
)
def test_declining_records_the_reason_and_opens_a_task(
    visitor: Visitor, story: Story, invitation: Invitation, typed: str, kept: str | None
) -> None:
    visitor.identify(invitation)
    page = visitor.submit("/portal/decline", reason=typed)
    assert (page.status_code, page.history[0].status_code, page.request.path) == (200, 303, PAGE)
    assert "You declined" in page.text
    assert events(story) == ["created", "invite", "decline"]
    assert tasks(story) == ["customer-declined"]
    assert sealed(story, "decline").get("reason") == kept
    assert story.machine.state is State.UNCONFIRMED
    assert invitation.status is InvitationStatus.DECLINED


def test_a_second_decline_and_a_late_accept_change_nothing(
    visitor: Visitor, story: Story, invitation: Invitation
) -> None:
    visitor.identify(invitation)
    form = visitor.forms["/portal/accept"]
    visitor.submit("/portal/decline")
    before = checksums()
    for action in ("decline", "accept"):
        data = form.fields | form.boxes | {"typed_name": "Maria Ek"}
        page = visitor.post(f"/portal/{action}", data, follow_redirects=True)
        assert page.status_code == 200
        assert "You declined" in page.text
    assert checksums() == before


def test_a_decline_after_the_acceptance_shows_the_receipt(
    visitor: Visitor, story: Story, invitation: Invitation
) -> None:
    visitor.identify(invitation)
    form = visitor.forms["/portal/decline"]
    visitor.accept()
    page = visitor.post("/portal/decline", form.fields, follow_redirects=True)
    assert "the acceptance is recorded" in page.text
    assert events(story) == ["created", "invite", "accept"]


def test_whoever_is_not_identified_cannot_decline(visitor: Visitor, another: NewVisitor, story: Story) -> None:
    invitation = story.invite()
    visitor.follow(invitation)
    before = checksums()
    assert visitor.post("/portal/decline", {"csrf_token": visitor.csrf}).status_code == 401
    assert checksums() == before


@pytest.mark.parametrize("reason", ["\0", "a\x1bb", "x" * 1001])
def test_a_reason_that_is_no_text_is_refused_and_kept_in_the_form(
    visitor: Visitor, story: Story, invitation: Invitation, reason: str
) -> None:
    visitor.identify(invitation)
    page = visitor.submit("/portal/decline", reason=reason)
    assert page.status_code == 400
    assert "Give your reason as one line of at most 1000 characters" in page.text
    assert visitor.forms["/portal/decline"].fields["reason"] == reason
    db.session.refresh(story.machine)
    assert story.machine.state is State.INVITED
