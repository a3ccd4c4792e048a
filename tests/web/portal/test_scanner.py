"""A mail scanner follows every link and submits every form it finds: nothing is accepted, nothing declined."""

import re

import pytest

from app.core.lifecycle import State
from app.core.vocabulary import InvitationKind, InvitationStatus
from app.models import Invitation
from tests.cast import Cast, Story
from tests.web.conftest import NewVisitor
from tests.web.forms import forms
from tests.web.portal.accounts import Account
from tests.web.portal.visitor import LANGUAGE, Visitor, events, path, tasks

ROUNDS = 2


def scan(visitor: Visitor, invitation: Invitation, **filled_in: str) -> set[str]:
    """Answers where it sent something to."""
    visitor.send(visitor.client.head, path(invitation))
    for _ in range(5):
        visitor.follow(invitation)
    sent: set[str] = set()
    for _ in range(ROUNDS):
        for form in forms(visitor.get().text):
            sent.add(form.action)
            data = {name: value or filled_in.get("anything", "") for name, value in form.fields.items()}
            answer = visitor.post(form.action, data, follow_redirects=True)
            for link in re.findall('href="(/[^"]*)"', answer.text):
                visitor.send(visitor.client.get, link)
        visitor.follow(invitation)
    return sent


@pytest.mark.parametrize("filled_in", [{}, {"anything": "123456"}], ids=["as they are", "filled in"])
@pytest.mark.parametrize("kind", list(InvitationKind))
def test_a_scanner_answers_nothing_and_leaves_the_link_usable(
    another: NewVisitor, account: Account, kind: InvitationKind, filled_in: dict[str, str]
) -> None:
    story = account.story
    invitation = story.invite(kind)
    sent = scan(another(), invitation, **filled_in)
    assert sent == {"/portal/code/send", "/portal/code", "/portal/sign-in", LANGUAGE}
    assert set(events(story)) == {"created", "invite"}
    assert tasks(story) == []
    assert (story.machine.state, invitation.status) == (State.INVITED, InvitationStatus.OPEN)
    human = another()
    human.identify(invitation)
    human.accept()
    assert story.machine.state is State.DIRECT


def test_a_scanner_in_an_identified_browser_does_not_accept(visitor: Visitor, cast: Cast) -> None:
    """Even with the code, boxes that nobody ticked and a name that nobody typed accept nothing."""
    story: Story = cast.customer()
    invitation = story.invite(InvitationKind.RELATIONSHIP)
    visitor.identify(invitation)
    form = visitor.forms["/portal/accept"]
    for typed in ("", "123456"):
        answer = visitor.post("/portal/accept", form.fields | {"typed_name": typed})
        assert answer.status_code in (400, 403)
    assert events(story) == ["created", "invite"]
