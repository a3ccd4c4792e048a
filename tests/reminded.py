"""Invitations at a virtual time: sent then, looked at by the clock, and what is owed for them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from app import timers
from app.auth import acts
from app.commands import deliveries, invitations, mailpolicies
from app.commands.invitations import Ask
from app.core.carrying import Delivery, Outcome
from app.core.vocabulary import InvitationKind, Owed
from app.db import db, transaction
from app.models import Invitation, Outbox
from app.outbox import Claimed
from tests.cast import Story
from tests.channel import done

# In Stockholm it is ten in the morning.
SENT = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def invite(story: Story, **changes: Any) -> Invitation:
    """At the moment above, and the mail has gone out."""
    ask = replace(Ask(InvitationKind.AGREEMENT, story.relationship.contact, "en", story.cast.ana), **changes)
    by = replace(story.cast.act(), at=SENT)
    row = done(invitations.invite, by, story.machine, story.relationship, ask, story.cast.rules)
    return arrived(row)


def arrived(row: Invitation) -> Invitation:
    if row.delivery is Delivery.QUEUED:
        with transaction():
            deliveries.mark_sent(acts.clock(SENT), {row.id: row.mail_id})
    return fresh(row)


def fresh(row: Invitation) -> Invitation:
    db.session.rollback()
    return db.session.get_one(Invitation, row.id, populate_existing=True)


def waiting(row: Invitation, *kinds: Owed) -> list[Outbox]:
    db.session.rollback()
    found = db.session.scalars(select(Outbox).where(Outbox.kind.in_(kinds)).order_by(Outbox.created_at, Outbox.id))
    return [one for one in found if one.payload.get("invitation") == str(row.id)]


def mails(row: Invitation) -> list[tuple[str, int]]:
    return [(one.kind, one.payload["n"]) for one in waiting(row, Owed.REMINDER, Owed.EXPIRY_WARNING)]


def looks(row: Invitation, at: datetime) -> list[Outcome]:
    """The clock comes by: each timer that is due fires, as in the worker, and is gone."""
    found = []
    while due := [one for one in waiting(row, Owed.INVITATION_REMINDING) if one.due_at <= at]:
        timer = claimed(due[0])
        with transaction():
            found.append(timers.remind(acts.clock(at), timer))
            db.session.execute(delete(Outbox).where(Outbox.id == timer.id))
    return found


def claimed(row: Outbox) -> Claimed:
    return Claimed(row.id, row.partner_id, row.lane, row.kind, row.payload, "<1@x>", 1, row.created_at)


def day(number: float) -> datetime:
    return SENT + timedelta(days=number)


def decide(story: Story, **values: Any) -> None:
    done(mailpolicies.change, acts.console(), story.machine.partner_id, values)
