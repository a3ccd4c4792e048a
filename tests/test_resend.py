"""Sending an invitation again, on both engines: one open invitation at a time, one mail, one link."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from app.auth import acts
from app.commands import invitations
from app.core.act import Act
from app.core.carrying import Delivery, Outcome
from app.core.lifecycle import State
from app.core.mails import MailFacts
from app.core.vocabulary import InvitationStatus, Owed, RelationshipState
from app.db import db, transaction
from app.models import Invitation, Outbox, Record, Relationship
from app.outbox import Claimed
from app.queries import mails
from app.timers import expire_invitation
from tests import rows
from tests.cast import Cast, Story
from tests.channel import done, refused


def again(story: Story, invitation: Invitation, by: Act | None = None) -> None:
    act = by or story.cast.act()
    done(invitations.resend, act, story.machine, story.relationship, invitation, story.cast.rules)


def owed(invitation: Invitation, kind: Owed) -> list[Claimed]:
    with db.engine.connect() as connection:
        found = connection.execute(select(Outbox.__table__).where(Outbox.kind == kind).order_by(Outbox.id)).all()
    return [
        Claimed(row.id, row.partner_id, row.lane, row.kind, row.payload, "<1@x>", 1, row.created_at)
        for row in found
        if row.payload["invitation"] == str(invitation.id)
    ]


def test_of_two_mails_that_wait_only_the_newer_goes_out(cast: Cast) -> None:
    story = cast.customer()
    invitation = story.invite()
    again(story, invitation)
    first, second = owed(invitation, Owed.INVITATION)
    facts = mails.load([first, second], acts.now())
    assert facts[first.id] is None
    newer = facts[second.id]
    assert isinstance(newer, MailFacts)
    assert newer.invited
    assert (newer.invited.generation, invitation.mail_id) == (2, second.id)


def test_the_former_clock_finds_nothing_to_end(cast: Cast) -> None:
    story = cast.customer()
    invitation = story.invite(expires_in_days=7)
    end = invitation.expires_at
    again(story, invitation, by_then(story, timedelta(days=3)))
    again(story, invitation, by_then(story, timedelta(days=5)))
    timers = owed(invitation, Owed.INVITATION_EXPIRY)
    assert len(timers) == 3
    assert invitation.expires_at - end == timedelta(days=5), "as many days as at first, however often"
    with transaction():
        assert expire_invitation(acts.clock(end), timers[0]) is Outcome.NOT_NEEDED
        assert expire_invitation(acts.clock(invitation.expires_at), timers[2]) is Outcome.DONE
    assert story.machine.state is State.UNCONFIRMED


def by_then(story: Story, later: timedelta) -> Act:
    invited = db.session.scalars(select(Invitation.created_at).where(Invitation.machine_id == story.machine.id)).one()
    return replace(story.cast.act(), at=invited + later)


def test_an_expired_one_begins_anew_and_takes_the_place_of_another(cast: Cast) -> None:
    story = cast.customer()
    old = story.invite()
    done(invitations.expire, acts.clock(old.expires_at), story.machine, old)
    newer = story.invite()
    again(story, old)
    assert (old.status, old.delivery, newer.status) == (
        InvitationStatus.OPEN,
        Delivery.QUEUED,
        InvitationStatus.REVOKED,
    )
    assert story.machine.state is State.INVITED
    [body] = db.session.scalars(
        select(Record.body).where(Record.machine_id == story.machine.id, Record.number == story.machine.number)
    )
    assert f'"supersedes":"{newer.id}"' in body


def test_a_refused_resend_leaves_no_trace(cast: Cast) -> None:
    story = cast.customer()
    invitation = story.invite()
    ends = invitation.expires_at
    rows.change(Relationship, Relationship.id == story.relationship.id, state=RelationshipState.REMOVED)
    db.session.expire_all()
    act = story.cast.act()
    word = refused(invitations.resend, act, story.machine, story.relationship, invitation, cast.rules)
    assert word == "no-relationship"
    kept = db.session.get_one(Invitation, invitation.id, populate_existing=True)
    assert (kept.generation, kept.expires_at, kept.renewed_at) == (1, ends, None)


def test_a_link_is_handed_over_only_while_it_works(cast: Cast) -> None:
    story = cast.customer()
    invitation = story.invite(send=False)
    assert (invitation.delivery, invitation.mail_id) == (Delivery.NOT_SENT, None)
    assert owed(invitation, Owed.INVITATION) == []
    number = story.machine.number
    done(invitations.hand_over, cast.act(), story.machine, invitation)
    assert story.machine.number == number + 1
    past = by_then(story, timedelta(days=30))
    assert refused(invitations.hand_over, past, story.machine, invitation) == "invitation-expired"
    done(invitations.revoke, cast.act(), story.machine, invitation)
    assert refused(invitations.hand_over, cast.act(), story.machine, invitation) == "invitation-revoked"
