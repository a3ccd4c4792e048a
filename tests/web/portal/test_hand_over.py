"""`POST /portal/hand-over`: the identified person names who should be asked, who is invited in its place."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.auth import acts
from app.commands import handovers
from app.core.carrying import Delivery
from app.core.contact import Contact, mailbox
from app.core.vocabulary import InvitationKind, InvitationStatus, Owed, TaskKind
from app.db import db, transaction
from app.models import Attempt, Invitation, Record, Suppression, Task
from app.outbox import Claimed
from app.queries import mails
from tests import rows
from tests.cast import Cast, Story
from tests.reminded import arrived, fresh, waiting
from tests.web.conftest import NewVisitor
from tests.web.portal.visitor import DEAD, Visitor, events
from tests.web.tables import checksums
from tests.working import settings

WHERE = "/portal/hand-over"


@pytest.fixture
def story(cast: Cast) -> Story:
    return cast.customer()


@pytest.fixture
def invitation(story: Story) -> Invitation:
    more = {"reminders": (5,), "time_zone": "Asia/Tokyo", "dap": True, "language": "da", "expires_in_days": 20}
    return arrived(story.invite(InvitationKind.RELATIONSHIP, **more))


def per(story: Story) -> dict[str, Any]:
    domain = story.relationship.email.rpartition("@")[2]
    return {"first_name": "Per", "last_name": "Ström", "email": f"per@{domain}", "note": "He signs for us."}


def successor(invitation: Invitation) -> Invitation:
    db.session.rollback()
    return db.session.scalars(select(Invitation).where(Invitation.handed_from == invitation.id)).one()


def test_the_named_person_is_invited_in_the_same_way_and_the_old_link_is_dead(
    visitor: Visitor, another: NewVisitor, story: Story, invitation: Invitation
) -> None:
    visitor.identify(invitation)
    page = visitor.submit(WHERE, **per(story))
    assert (page.status_code, "Per Ström is asked instead" in page.text) == (200, True)
    named, former = successor(invitation), fresh(invitation)
    same = ("kind", "dap", "language", "invited_by", "expires_at", "reminders", "partner_id", "machine_id")
    assert [getattr(named, name) for name in same] == [getattr(former, name) for name in same]
    assert (named.contact, named.time_zone) == (Contact("Per", "Ström", per(story)["email"]), None)
    assert (former.status, named.status, named.delivery) == ("revoked", "open", Delivery.QUEUED)
    assert named.reminds_at is not None
    assert DEAD in another().follow(invitation).text
    other = another()
    other.identify(named)
    assert other.is_identified()


def test_it_stands_on_record_with_the_customer_as_who_did_it(
    visitor: Visitor, story: Story, invitation: Invitation
) -> None:
    visitor.identify(invitation)
    visitor.submit(WHERE, **per(story))
    assert events(story) == ["created", "invite", "invite"]
    held = (Record.machine_id == story.machine.id, Record.number == 3)
    body = db.session.scalars(select(Record.body).where(*held)).one()
    assert '"kind":"customer"' in body
    assert f'"supersedes":"{invitation.id}"' in body
    assert "Ström" not in body


def test_the_partner_is_told_by_mail_and_has_a_task(visitor: Visitor, story: Story, invitation: Invitation) -> None:
    visitor.identify(invitation)
    visitor.submit(WHERE, **per(story))
    [row] = waiting(invitation, Owed.HANDED_OVER)
    claimed = Claimed(row.id, row.partner_id, row.lane, row.kind, row.payload, "<1@x>", 1, row.created_at)
    facts = mails.load([claimed], acts.now())[row.id]
    assert facts is not None
    assert [to.email for to in facts.to] == [story.cast.ana.email]
    said = [facts.words[name] for name in ("contact", "named", "named_email", "reason")]
    assert said == ["Maria Ek", "Per Ström", per(story)["email"], "He signs for us."]
    tasks = db.session.execute(select(Task.kind, Task.assignee_id).where(Task.machine_id == story.machine.id)).all()
    assert tasks == [(TaskKind.HANDED_OVER, story.cast.ana.id)]
    assert len(waiting(successor(invitation), Owed.INVITATION)) == 1


def test_sent_twice_it_names_one_person(visitor: Visitor, story: Story, invitation: Invitation) -> None:
    visitor.identify(invitation)
    form = visitor.forms[WHERE].fields | per(story)
    visitor.post(WHERE, form)
    assert visitor.post(WHERE, form).status_code == 303
    assert "is asked instead" in visitor.get().text
    assert successor(invitation).status is InvitationStatus.OPEN


def test_only_the_identified_person_can(visitor: Visitor, story: Story, invitation: Invitation) -> None:
    page = visitor.follow(invitation)
    assert WHERE not in visitor.forms
    assert "Not meant for you?" in page.text
    before = checksums()
    assert visitor.post(WHERE, per(story) | {"csrf_token": visitor.csrf}).status_code == 401
    assert checksums() == before


REFUSED = [
    ({"email": ""}, 400, "Fill in the e-mail address"),
    ({"first_name": "Per\r\nBcc: eve@x.example"}, 400, "as one line"),
    ({"email": "per"}, 400, "plain address"),
    ({"email": "MARIA"}, 400, "name somebody else"),
    ({"email": "ANA"}, 409, "partner"),
]


@pytest.mark.parametrize(("bad", "status", "says"), REFUSED)
def test_what_is_no_person_to_ask_is_refused_with_the_remedy(
    visitor: Visitor, story: Story, invitation: Invitation, bad: dict[str, str], status: int, says: str
) -> None:
    known = {"MARIA": invitation.email.upper(), "ANA": story.cast.ana.email}
    visitor.identify(invitation)
    before = checksums()
    page = visitor.submit(WHERE, **per(story) | {name: known.get(value, value) for name, value in bad.items()})
    assert (page.status_code, says in page.text) == (status, True)
    assert checksums() == before
    assert visitor.forms[WHERE].fields["note"] == "He signs for us.", "what was typed is not lost"
    assert fresh(invitation).status is InvitationStatus.OPEN


def test_a_mailbox_that_wants_no_mail_cannot_be_named(visitor: Visitor, story: Story, invitation: Invitation) -> None:
    with transaction() as session:
        whom: dict[str, Any] = {"partner_id": invitation.partner_id, "mailbox": mailbox(per(story)["email"])}
        session.add(Suppression(reason="asked for it", created_at=acts.now(), **whom))
    visitor.identify(invitation)
    assert visitor.submit(WHERE, **per(story)).status_code == 409
    assert fresh(invitation).status is InvitationStatus.OPEN


def test_it_goes_through_three_hands_and_three_times_a_day(
    another: NewVisitor, story: Story, invitation: Invitation
) -> None:
    current = invitation
    for number in range(3):
        visitor = another()
        visitor.identify(current)
        visitor.submit(WHERE, **per(story) | {"email": f"per{number}@{story.relationship.domain}"})
        current = successor(current)
    visitor = another()
    visitor.identify(current)
    page = visitor.submit(WHERE, **per(story))
    assert (page.status_code, "three times already" in page.text) == (409, True)
    rows.change(Invitation, Invitation.id == current.id, handed_from=None)
    page = visitor.submit(WHERE, **per(story))
    assert (page.status_code, "Too many tries" in page.text) == (429, True)
    rows.change(Attempt, Attempt.subject == str(story.machine.id), at=acts.now() - timedelta(hours=25))
    assert visitor.submit(WHERE, **per(story)).status_code == 200


def test_where_the_vendors_pages_are_used_nobody_can_be_named(
    app: Flask, visitor: Visitor, story: Story, invitation: Invitation
) -> None:
    with settings(app, PORTAL="microsoft"):
        visitor.identify(invitation)
        assert WHERE not in visitor.forms
        assert visitor.post(WHERE, per(story) | {"csrf_token": visitor.csrf}).status_code == 404


def test_an_act_of_nobody_known_hands_nothing_on(app: Flask, story: Story, invitation: Invitation) -> None:
    to = Contact("Per", "Ström", per(story)["email"])
    with app.test_request_context():
        for act in (acts.customer(), acts.clock(), story.cast.act()):
            words = (act, story.machine, story.relationship, fresh(invitation), to, "", story.cast.rules)
            with pytest.raises(Exception, match="not-signed-in"), transaction():
                handovers.pass_on(*words)
    assert fresh(invitation).status is InvitationStatus.OPEN
