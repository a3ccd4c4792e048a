"""Reminders by hand: one a day at most, none to whom none may go; and what many would come to, before any is sent."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app.commands.nudges import nudge
from app.commands.suppressions import suppress
from app.core.carrying import Delivery
from app.core.refusals import Reason, Refused
from app.core.vocabulary import InvitationKind, InvitationStatus, Owed
from app.db import db, transaction
from app.models import Invitation, Machine, Outbox
from app.queries import chosen
from tests.cast import Cast, Story


@pytest.fixture
def story(cast: Cast) -> Story:
    return cast.customer()


def invited(story: Story, **values: object) -> Invitation:
    row = story.invite()
    with transaction():
        held = db.session.get_one(Invitation, row.id)
        for name, value in ({"delivery": Delivery.SENT} | values).items():
            setattr(held, name, value)
    return row


def remind(story: Story, row: Invitation, after: timedelta = timedelta()) -> None:
    act = story.cast.act()
    with transaction():
        machine = db.session.get_one(Machine, story.machine.id)
        nudge(replace(act, at=act.at + after), machine, db.session.get_one(Invitation, row.id))


def owed(row: Invitation) -> int:
    found = db.session.scalars(select(Outbox).where(Outbox.kind == Owed.REMINDER))
    return sum(one.payload["invitation"] == str(row.id) for one in found)


def test_a_day_lies_between_two_reminders(story: Story) -> None:
    row = invited(story)
    remind(story, row)
    with pytest.raises(Refused, match=Reason.REMINDED_ALREADY):
        remind(story, row, timedelta(hours=23))
    assert owed(row) == 1
    remind(story, row, timedelta(hours=25))
    assert owed(row) == 2
    assert db.session.get_one(Invitation, row.id, populate_existing=True).reminded == 2


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"delivery": Delivery.QUEUED}, Reason.NOTHING_TO_REMIND),
        ({"delivery": Delivery.BOUNCED}, Reason.NOTHING_TO_REMIND),
        ({"delivery": Delivery.NOT_SENT}, Reason.NOTHING_TO_REMIND),
        ({"status": InvitationStatus.DECLINED}, Reason.NOTHING_TO_REMIND),
        ({"expires_at": datetime.fromisoformat("2020-01-01T00:00:00+00:00")}, Reason.NOTHING_TO_REMIND),
        ({"stopped_at": datetime.fromisoformat("2026-11-01T00:00:00+00:00")}, Reason.REMINDERS_STOPPED),
    ],
)
def test_nobody_is_reminded_in_vain_or_against_their_will(
    story: Story, values: dict[str, object], reason: Reason
) -> None:
    row = invited(story, **values)
    with pytest.raises(Refused, match=reason):
        remind(story, row)
    db.session.rollback()
    assert owed(row) == 0


def test_a_mailbox_that_is_not_written_to_is_not_reminded(story: Story) -> None:
    row = invited(story)
    with transaction():
        suppress(story.cast.act(), db.session.get_one(Machine, story.machine.id), row.email, "asked")
    with pytest.raises(Refused, match=Reason.CONTACT_SUPPRESSED):
        remind(story, row)


def test_of_many_it_is_known_what_an_invitation_would_come_to(cast: Cast) -> None:
    free, silenced, asked = (cast.customer(company=name) for name in ("Litware", "Northwind", "Tailspin"))
    row = invited(asked)
    act = cast.act()
    with transaction():
        machine = db.session.get_one(Machine, silenced.machine.id)
        suppress(act, machine, silenced.relationship.email, "asked")
    found = chosen.of(act, [story.machine.customer_id for story in (asked, free, silenced)])
    assert [one.relationship.company for one in found] == ["Litware", "Northwind", "Tailspin"]
    assert [one.invitation.id if one.invitation else None for one in found] == [None, None, row.id]
    assert [one.kind for one in found] == [InvitationKind.AGREEMENT] * 3
    words = chosen.objections(found, act, {cast.fabrikam.id: cast.rules})
    assert words == [None, Reason.CONTACT_SUPPRESSED, None]
