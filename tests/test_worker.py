"""The worker: owed mails go out, deadlines are kept, and what became of them is written down."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from app.commands import attestations, invitations, portal
from app.core import codes, links
from app.core.carrying import Delivery, Outcome
from app.core.contact import Contact
from app.core.lifecycle import State
from app.core.vocabulary import InvitationStatus, TaskKind
from app.db import db, transaction
from app.installation import installation
from app.models import Invitation, Machine, News, Outbox, OutboxArchive, Record, Task
from tests.cast import Cast, Story
from tests.mail.facts import body, parsed
from tests.mail.postbox import Postbox
from tests.rows import change, empty
from tests.working import archive_of, outbox_of, settings, work

YESTERDAY = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture(autouse=True)
def _empty(app: Flask) -> None:
    empty()


def read(column: Any, row: UUID) -> Any:
    db.session.rollback()
    return db.session.scalar(select(column).where(column.class_.id == row))


def delivery(invitation: UUID) -> Any:
    return read(Invitation.delivery, invitation)


def reached(invitation: UUID, wanted: Delivery) -> Callable[[], bool]:
    return lambda: delivery(invitation) is wanted


def events(machine: UUID) -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Record.event).where(Record.machine_id == machine).order_by(Record.number)))


def dropped(app: Flask) -> list[Path]:
    return sorted((app.extensions["assent"].config.instance / "mail").glob("*.eml"))


# Mails


def test_an_invitation_goes_out_and_everybody_may_know(app: Flask, cast: Cast) -> None:
    story = cast.customer()
    invitation = story.invite()
    work(app, lambda: delivery(invitation.id) is Delivery.SENT and stamped(story.machine.id))
    sent = archive_of(invitation.id, "invitation")
    assert (sent.outcome, sent.attempts) == (Outcome.DONE, 1)
    (path,) = [path for path in dropped(app) if path.name.startswith(str(sent.id))]
    assert sent.answer == f"written to {path.name}"
    mail = parsed(path.read_bytes())
    assert mail["To"].addresses[0].addr_spec == invitation.email
    assert mail["Message-ID"] == sent.message_id
    assert "/AdminPortal/Home/" in body(mail, "plain")
    assert outbox_of(invitation.id, "invitation") is None
    assert outbox_of(invitation.id, "invitation-expiry").attempts == 0
    assert events(story.machine.id) == ["created", "invite"], "a mail sent is news, not evidence"


def stamped(machine: UUID) -> bool:
    """True when the news of a sent mail is there and has its number."""
    rows = db.session.execute(select(News.type, News.seq).where(News.machine_id == machine).order_by(News.id)).all()
    assert all(seq is None or seq > 0 for _, seq in rows)
    return ("invitation.sent" in [kind for kind, _ in rows]) and None not in [seq for _, seq in rows]


def test_news_of_a_partner_is_numbered_without_a_gap(app: Flask, cast: Cast) -> None:
    stories = [cast.customer() for _ in range(5)]
    for story in stories:
        story.invite()
    work(app, lambda: all(stamped(story.machine.id) for story in stories))
    mine = select(News.seq).where(News.partner_id == cast.fabrikam.id).order_by(News.id)
    assert list(db.session.scalars(mine)) == list(range(1, 16))


def test_a_revoked_invitation_is_not_mailed(app: Flask, cast: Cast) -> None:
    story = cast.customer()
    invitation = story.invite()
    before = dropped(app)
    with transaction():
        invitations.revoke(cast.act(), story.machine, invitation)
    work(app, partial(archive_of, invitation.id, "invitation"))
    assert archive_of(invitation.id, "invitation").outcome is Outcome.NOT_NEEDED
    assert delivery(invitation.id) is Delivery.QUEUED
    assert dropped(app) == before


# Deadlines


def overdue(invitation: Invitation) -> None:
    """The invitation's date has passed, and its timer is due."""
    change(Invitation, Invitation.id == invitation.id, expires_at=YESTERDAY)
    ring(invitation)


def ring(invitation: Invitation) -> None:
    change(Outbox, Outbox.id == outbox_of(invitation.id, "invitation-expiry").id, due_at=YESTERDAY)


def attested(cast: Cast) -> Story:
    """A customer whose attestation is older than the newest material version."""
    story = cast.customer()
    person = Contact("Maria", "Ek", "maria@contoso.example")
    with transaction():
        attestations.attest(cast.act(), story.machine, story.relationship, person, YESTERDAY, installation().rules)
        story.machine.accepted_version = -1
    return story


@pytest.mark.parametrize(("origin", "back_to"), [("new", State.UNCONFIRMED), ("attested", State.ATTESTED)])
def test_an_unanswered_invitation_lapses_to_where_it_came_from(
    app: Flask, cast: Cast, origin: str, back_to: State
) -> None:
    story = attested(cast) if origin == "attested" else cast.customer()
    invitation = story.invite()
    assert story.machine.state is State.INVITED
    overdue(invitation)
    work(app, partial(archive_of, invitation.id, "invitation-expiry"))
    assert archive_of(invitation.id, "invitation-expiry").outcome is Outcome.DONE
    assert read(Machine.state, story.machine.id) is back_to
    assert read(Invitation.status, invitation.id) is InvitationStatus.EXPIRED
    assert events(story.machine.id)[-2:] == ["invite", "lapse"]


def test_a_timer_before_the_date_changes_nothing(app: Flask, cast: Cast) -> None:
    story = cast.customer()
    invitation = story.invite()
    ring(invitation)
    work(app, partial(archive_of, invitation.id, "invitation-expiry"))
    assert archive_of(invitation.id, "invitation-expiry").outcome is Outcome.NOT_NEEDED
    assert read(Machine.state, story.machine.id) is State.INVITED
    assert read(Invitation.status, invitation.id) is InvitationStatus.OPEN


def test_the_timer_of_a_replaced_invitation_leaves_the_new_one_alone(app: Flask, cast: Cast) -> None:
    story = cast.customer()
    former = story.invite()
    overdue(former)
    current = story.invite()
    work(app, partial(archive_of, former.id, "invitation-expiry"))
    assert archive_of(former.id, "invitation-expiry").outcome is Outcome.NOT_NEEDED
    assert read(Invitation.status, current.id) is InvitationStatus.OPEN
    assert read(Machine.state, story.machine.id) is State.INVITED
    assert "lapse" not in events(story.machine.id)


# What relays say


def relay(app: Flask, box: Postbox) -> AbstractContextManager[None]:
    return settings(app, SMTP_URL=box.url())


def test_a_mailbox_that_does_not_exist_is_on_record_and_somebodys_task(app: Flask, cast: Cast) -> None:
    story = cast.customer()
    invitation = story.invite()
    box = Postbox({"RCPT": "550 5.1.1 no such user"}).start()
    with relay(app, box):
        work(app, reached(invitation.id, Delivery.BOUNCED))
    box.stop()
    dead = outbox_of(invitation.id, "invitation")
    assert (dead.attempts, dead.last_error) == (1, "550 5.1.1 no such user")
    assert dead.dead_at
    assert events(story.machine.id)[-1] == "bounced"
    task = db.session.scalars(select(Task).where(Task.machine_id == story.machine.id)).one()
    assert (task.kind, task.assignee_id, task.note) == (TaskKind.MAIL_FAILED, cast.ana.id, "550 5.1.1 no such user")


def test_a_refusal_that_is_not_the_mailboxs_fault_is_a_task_but_no_bounce(app: Flask, cast: Cast) -> None:
    story = cast.customer()
    invitation = story.invite()
    box = Postbox({"DATA": "554 5.6.0 content refused"}).start()
    with relay(app, box):
        work(app, reached(invitation.id, Delivery.NOT_SENT))
    box.stop()
    assert "bounced" not in events(story.machine.id)
    assert db.session.scalars(select(Task.kind).where(Task.machine_id == story.machine.id)).all() == ["mail-failed"]


@pytest.mark.parametrize("answer", ["451 4.7.1 greylisted", b"450 nicht verf\xfcgbar\x00"])
def test_what_may_pass_is_tried_again_later(app: Flask, cast: Cast, answer: str | bytes) -> None:
    invitation = cast.customer().invite()
    box = Postbox({"DATA": [answer]}).start()
    with relay(app, box):
        work(app, lambda: outbox_of(invitation.id, "invitation").last_error)
        row = outbox_of(invitation.id, "invitation")
        assert timedelta(seconds=50) < row.due_at - datetime.now(UTC) < timedelta(seconds=70)
        change(Outbox, Outbox.id == row.id, due_at=YESTERDAY)
        work(app, reached(invitation.id, Delivery.SENT))
    box.stop()
    sent = archive_of(invitation.id, "invitation")
    assert (sent.attempts, len(box.letters)) == (2, 1)
    assert sent.message_id == row.message_id == parsed(box.letters[0].data)["Message-ID"]


def test_what_is_owed_names_rows_and_holds_no_secret_and_no_person(app: Flask, cast: Cast) -> None:
    story = cast.customer()
    invitation = story.invite()
    with transaction():
        visit = portal.enter(cast.act(), invitation)
        portal.ask_code(cast.act(), visit, invitation)
    keys = installation().keys
    token = links.token(keys.link, invitation.id, invitation.generation)
    code = codes.code(keys.code, visit.id, visit.code_number)
    work(app, partial(archive_of, invitation.id, "sign-in-code"))
    mail = body(parsed(next(path for path in dropped(app) if "sign-in-code" in path.name).read_bytes()), "plain")
    assert code in mail, "the code is derived when the mail is written"
    db.session.rollback()
    for table in (Outbox, OutboxArchive):
        for payload in db.session.scalars(select(table.payload)):
            assert set(payload) <= {"machine", "invitation", "session", "number", "record", "generation", "step"}
            text = json.dumps(payload)
            assert [word for word in (token, f'"{code}"', invitation.email, "Maria") if word in text] == []
