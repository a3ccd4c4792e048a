"""`/stop/…`: the link in a reminder that ends reminders, by one button or by a mail program on its own."""

import pytest
from flask import Flask

from app.auth import acts
from app.commands.portal import LIMITS
from app.core import links
from app.core.evidence import stamp
from app.core.vocabulary import Counted, InvitationStatus
from app.installation import installation
from app.models import Invitation
from app.queries.invitations import shown
from tests.cast import Cast
from tests.reminded import arrived, fresh
from tests.web.portal.visitor import DEAD, Visitor, token
from tests.web.tables import checksums

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def invitation(cast: Cast) -> Invitation:
    return arrived(cast.customer().invite())


def where(invitation: Invitation) -> str:
    return f"/stop/{links.token(installation().keys.stop, invitation.id, links.ALWAYS)}"


def test_reading_the_page_changes_nothing_and_the_button_stops_them(visitor: Visitor, invitation: Invitation) -> None:
    before = checksums()
    for _ in range(2):
        assert "No more reminders?" in visitor.get(where(invitation)).text
        assert visitor.send(visitor.client.head, where(invitation)).status_code == 200
    assert checksums() == before
    [form] = visitor.forms.values()
    assert (form.action, form.fields) == (where(invitation), ONE_CLICK)
    answer = visitor.post(form.action, form.fields)
    assert (answer.status_code, "will not remind you again" in answer.text) == (200, True)
    row = fresh(invitation)
    assert (row.stopped_at is not None, row.reminds_at, row.status) == (True, None, InvitationStatus.OPEN)


def test_a_mail_program_stops_them_without_having_seen_a_page(app: Flask, invitation: Invitation) -> None:
    answer = Visitor(app).post(where(invitation), ONE_CLICK)
    assert (answer.status_code, answer.headers.getlist("Set-Cookie")) == (200, [])
    stopped = fresh(invitation)
    assert stopped.stopped_at
    assert shown([stopped], acts.now())[0]["remindersStoppedAt"] == stamp(stopped.stopped_at)


def test_the_invitation_can_still_be_answered_and_stopping_twice_is_as_once(
    visitor: Visitor, invitation: Invitation
) -> None:
    visitor.post(where(invitation), ONE_CLICK)
    first = fresh(invitation).stopped_at
    assert visitor.post(where(invitation), ONE_CLICK).status_code == 200
    assert fresh(invitation).stopped_at == first
    visitor.identify(invitation)
    assert visitor.is_identified()


def test_the_link_of_an_older_mail_stops_what_came_after_it(visitor: Visitor, cast: Cast) -> None:
    story = cast.customer()
    older, newer = story.invite(), story.invite()
    assert fresh(older).status is InvitationStatus.REVOKED
    visitor.post(where(older), ONE_CLICK)
    assert fresh(newer).stopped_at is not None


def test_other_links_have_the_one_dead_page_and_are_counted(visitor: Visitor, invitation: Invitation) -> None:
    good = where(invitation)
    bad = [f"/stop/{token(invitation)}", f"{good[:-2]}AA", good[:-1], "/stop/x", "/stop/" + "A" * 43]
    for link in bad:
        assert DEAD in visitor.get(link).text
        answer = visitor.post(link, ONE_CLICK)
        assert (answer.status_code, DEAD in answer.text) == (410, True)
    for _ in range(LIMITS[Counted.ADDRESS][0] - len(bad)):
        visitor.post("/stop/x", ONE_CLICK)
    answer = visitor.post("/stop/x", ONE_CLICK)
    assert (answer.status_code, "Too many tries" in answer.text) == (429, True)
    assert fresh(invitation).stopped_at is None
    assert visitor.post(good, ONE_CLICK).status_code == 200, "the right link works all the same"
