"""Reminders and the warning before the end, on both engines: each once, none early, at a time when people are awake."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from app import timers
from app.auth import acts
from app.commands import deliveries, invitations, mailpolicies, reminding
from app.commands.invitations import Ask
from app.core.carrying import Delivery, Outcome
from app.core.contact import mailbox
from app.core.vocabulary import InvitationKind, Owed
from app.db import db, transaction
from app.installation import installation
from app.models import Invitation, Machine, News, Outbox, OutboxArchive, Suppression
from app.queries import mails as queries
from tests import rows
from tests.cast import Cast
from tests.channel import Channel, act, done
from tests.reminded import HOUR, SENT, arrived, claimed, day, decide, fresh, invite, looks, mails, waiting
from tests.working import work

# The plan


def test_whoever_does_not_answer_is_reminded_as_planned_and_warned_once(cast: Cast) -> None:
    row = invite(cast.customer())
    seen = []
    for number in range(31):
        assert row.reminds_at is None or row.reminds_at > day(number - 1)
        looks(row, day(number))
        seen.append(len(mails(row)))
        row = fresh(row)
    assert mails(row) == [("reminder", 3), ("reminder", 7), ("reminder", 14), ("expiry-warning", 3)]
    assert [seen.index(count) for count in (1, 2, 3, 4)] == [3, 7, 14, 27]
    assert (row.reminded, row.reminds_at) == (3, None)
    assert waiting(row, Owed.INVITATION_REMINDING) == []


def test_what_a_mail_must_know_stands_in_its_row_and_no_more(cast: Cast) -> None:
    row = invite(cast.customer())
    looks(row, day(3))
    [mail] = waiting(row, Owed.REMINDER)
    about = {"machine": str(row.machine_id), "invitation": str(row.id), "generation": 1}
    assert mail.payload == about | {"n": 3, "number": 1}
    assert mail.lane == "bulk"


def test_a_worker_that_was_down_for_days_sends_one_for_all_that_was_missed(cast: Cast) -> None:
    row = invite(cast.customer())
    looks(row, day(10))
    assert mails(row) == [("reminder", 7)]
    assert fresh(row).reminds_at == day(14)
    looks(row, day(28))
    assert mails(row) == [("reminder", 7), ("expiry-warning", 3)]
    assert (fresh(row).reminded, fresh(row).reminds_at) == (1, None)


def test_of_those_that_were_held_back_the_last_one_is_sent(cast: Cast) -> None:
    row = invite(cast.customer())
    for number in (3, 7, 14):
        looks(row, day(number))
    held = waiting(row, Owed.REMINDER)
    found = queries.load([claimed(mail) for mail in held], day(15))
    assert [found[mail.id] is not None for mail in held] == [False, False, True]


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_a_clock_that_jumps_makes_none_come_twice_or_early(cast: Cast, jump: timedelta) -> None:
    row = invite(cast.customer())
    looks(row, day(3))
    looks(row, day(3) + jump)
    [timer] = waiting(row, Owed.INVITATION_REMINDING)
    early = claimed(timer)
    with transaction():
        timers.remind(acts.clock(day(7) - HOUR), early)
        db.session.execute(delete(Outbox).where(Outbox.id == early.id))
    assert mails(row) == [("reminder", 3)]
    looks(row, day(7))
    assert mails(row) == [("reminder", 3), ("reminder", 7)]


def test_the_partners_decision_comes_before_the_settings_and_the_invitations_before_it(cast: Cast) -> None:
    story = cast.customer()
    decide(story, reminders=[5], warning_days=0)
    assert fresh(invite(story)).reminds_at == day(5)
    assert fresh(invite(story, reminders=(2, 9))).reminds_at == day(2)
    none = fresh(invite(story, reminders=()))
    assert (none.reminds_at, none.reminders, waiting(none, Owed.INVITATION_REMINDING)) == (None, [], [])
    decide(story, reminders=None)
    assert fresh(invite(story)).reminds_at == day(3)


def test_a_resellers_decision_comes_before_its_providers(channel: Channel) -> None:
    case, by = channel.customer(), act(channel.rita, SENT)
    for partner, days in ((channel.provider, [4]), (channel.reseller, [6])):
        done(mailpolicies.change, acts.console(), partner.id, {"reminders": days})
    ask = Ask(InvitationKind.AGREEMENT, case.relationship.contact, "en", channel.rita)
    row = done(invitations.invite, by, case.machine, case.relationship, ask, case.rules)
    assert row.reminds_at == day(6)


def test_a_decision_holds_for_what_is_open_already(cast: Cast) -> None:
    story = cast.customer()
    row = invite(story)
    decide(story, reminders=[5])
    looks(row, day(3))
    assert (mails(row), fresh(row).reminds_at) == ([], day(5))


# Quiet hours


def test_a_reminder_waits_for_the_contacts_morning(cast: Cast) -> None:
    story = cast.customer()
    decide(story, quiet_hours="9-12")
    assert fresh(invite(story)).reminds_at == day(3) + 2 * HOUR
    row = fresh(invite(story, time_zone="Asia/Kolkata"))
    assert (row.reminds_at, row.time_zone) == (day(3), "Asia/Kolkata")


def test_a_worker_that_comes_back_at_night_wakes_nobody(cast: Cast) -> None:
    row = invite(cast.customer())
    night = day(8) + 14 * HOUR
    assert looks(row, night) == [Outcome.DONE]
    morning = night + 8 * HOUR
    assert (mails(row), fresh(row).reminds_at) == ([], morning)
    looks(row, morning)
    assert (mails(row), fresh(row).reminded) == ([("reminder", 7)], 1)


@pytest.mark.parametrize(("month", "night"), [(3, 28), (10, 24)])
def test_the_nights_in_which_clocks_are_changed_are_nights_like_others(cast: Cast, month: int, night: int) -> None:
    story, at = cast.customer(), datetime(2026, month, night - 3, 21, 30, tzinfo=UTC)
    ask = Ask(InvitationKind.AGREEMENT, story.relationship.contact, "en", cast.ana)
    row = done(invitations.invite, replace(cast.act(), at=at), story.machine, story.relationship, ask, story.cast.rules)
    assert row.reminds_at == datetime(2026, month, night + 1, 6 if month == 3 else 7, tzinfo=UTC)


# What ends them


def test_nobody_is_reminded_of_what_is_answered_taken_back_or_over(cast: Cast) -> None:
    story = cast.customer()
    row = invite(story)
    done(invitations.revoke, cast.act(), story.machine, row)
    assert looks(row, day(3)) == [Outcome.NOT_NEEDED]
    over = invite(cast.customer(), expires_in_days=10)
    assert looks(over, day(10)) == [Outcome.NOT_NEEDED]
    assert (mails(row), mails(over)) == ([], [])
    assert (fresh(over).reminds_at, waiting(over, Owed.INVITATION_REMINDING)) == (None, [])


@pytest.mark.parametrize("delivery", [Delivery.BOUNCED, Delivery.COMPLAINED, Delivery.NOT_SENT])
def test_nobody_is_reminded_of_a_mail_that_never_came(cast: Cast, delivery: Delivery) -> None:
    row = invite(cast.customer())
    rows.change(Invitation, Invitation.id == row.id, delivery=delivery)
    assert (looks(row, day(3)), mails(row), fresh(row).reminds_at) == ([Outcome.NOT_NEEDED], [], None)


def test_nobody_is_reminded_of_a_mail_that_still_waits(cast: Cast) -> None:
    row = invite(cast.customer())
    rows.change(Invitation, Invitation.id == row.id, delivery=Delivery.QUEUED)
    assert (looks(row, day(3)), mails(row), fresh(row).reminds_at) == ([Outcome.DONE], [], day(7))


def test_a_suppressed_mailbox_is_left_in_peace(cast: Cast) -> None:
    row = invite(cast.customer())
    with transaction() as session:
        whom = {"partner_id": row.partner_id, "mailbox": mailbox(row.email)}
        session.add(Suppression(reason="asked for it", created_at=SENT, **whom))
    assert (looks(row, day(3)), mails(row)) == ([Outcome.NOT_NEEDED], [])


def test_without_a_mail_there_is_nothing_to_bring_to_mind(cast: Cast) -> None:
    row = invite(cast.customer(), send=False)
    assert (row.reminds_at, waiting(row, Owed.INVITATION_REMINDING)) == (None, [])


def test_whoever_stops_them_is_reminded_by_no_invitation_of_this_partners(cast: Cast) -> None:
    story, other = cast.customer(), cast.customer()
    row, spelled = invite(story), replace(story.relationship.contact, email=story.relationship.email.upper())
    same, stranger = invite(other, contact=spelled), invite(cast.customer())
    done(reminding.stop, acts.clock(SENT), row)
    stopped = [fresh(one).stopped_at is not None for one in (row, same, stranger)]
    assert stopped == [True, True, False]
    assert (fresh(same).reminds_at, looks(same, day(3)), mails(same)) == (None, [Outcome.NOT_NEEDED], [])
    assert fresh(same).status == "open"


# Once more


def test_sent_again_the_plan_begins_anew_and_the_former_clock_finds_nothing(cast: Cast) -> None:
    story = cast.customer()
    row = invite(story)
    looks(row, day(3))
    by = replace(cast.act(), at=day(5))
    done(invitations.resend, by, story.machine, story.relationship, row, cast.rules)
    row = arrived(row)
    assert (row.reminded, row.reminds_at) == (0, day(8))
    assert looks(row, day(7)) == [Outcome.NOT_NEEDED]
    looks(row, day(8))
    assert [(one.payload["generation"], one.payload["n"]) for one in waiting(row, Owed.REMINDER)] == [(1, 3), (2, 3)]
    assert fresh(row).reminds_at == day(12)


def test_who_has_stopped_them_stays_in_peace_when_it_is_sent_again(cast: Cast) -> None:
    story = cast.customer()
    row = invite(story)
    done(reminding.stop, acts.clock(SENT), row)
    done(invitations.resend, replace(cast.act(), at=day(5)), story.machine, story.relationship, fresh(row), cast.rules)
    assert fresh(row).reminds_at is None


# News, and the worker


def test_the_warning_is_news(cast: Cast) -> None:
    story = cast.customer()
    row = invite(story)
    looks(row, day(27))
    query = select(News.type, News.after, News.facts).where(News.machine_id == row.machine_id).order_by(News.id)
    said = db.session.execute(query).all()
    assert [one.type for one in said][-1] == "invitation.expiring"
    assert (said[-1].after, said[-1].facts["invitation"]["id"]) == ("invited", str(row.id))
    assert db.session.get_one(Machine, row.machine_id).number == 2, "it moves nothing and writes no record"


def test_the_worker_fires_it_and_the_mail_goes_out(cast: Cast, app: Flask) -> None:
    story = cast.customer()
    row = story.invite(reminders=(1,), time_zone="UTC")
    decide(story, quiet_hours="off")
    with transaction():
        deliveries.mark_sent(acts.clock(), {row.id: row.mail_id})
    began = row.created_at - timedelta(days=1)
    rows.change(Invitation, Invitation.id == row.id, created_at=began)
    timer = Outbox.kind == Owed.INVITATION_REMINDING
    rows.change(Outbox, timer, Outbox.partner_id == row.partner_id, due_at=began)

    def sent() -> Any:
        db.session.rollback()
        held = (OutboxArchive.kind == Owed.REMINDER, OutboxArchive.partner_id == row.partner_id)
        return db.session.scalar(select(OutboxArchive.outcome).where(*held))

    work(app, sent)
    assert (sent(), fresh(row).reminded) == (Outcome.DONE, 1)
    files = (installation().config.instance / "mail").glob("*.eml")
    headers = [message_from_bytes(file.read_bytes()) for file in files]
    [mail] = [one for one in headers if row.email in one["To"] and one["List-Unsubscribe"]]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = mail["List-Unsubscribe"].strip("<>").removeprefix(installation().config.base_url)
    assert app.test_client().post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert fresh(row).stopped_at is not None
