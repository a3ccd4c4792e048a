"""Relays that misbehave in every way we know of: nothing is lost, nobody dead is asked twice, and others stand in."""

from collections.abc import Sequence

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core.carrying import Delivery
from app.core.vocabulary import Owed
from app.db import db
from app.models import MailRoute, Outbox, OutboxArchive
from app.outbox import BACKOFF
from tests.cast import Cast
from tests.faults.queued import delivery, fresh, invitations, mailbox_of, on_schedule, opened, queued, settled
from tests.faults.queued import opening as opening
from tests.mail.postbox import DROP, SILENCE, Answer, Postbox
from tests.rows import change, clock
from tests.servers import free_port
from tests.sizes import FULL, engines, size
from tests.working import settings, work

MAILS = size(1000)
SILENT = "30" if FULL else "0.5"
# A mail in fifty meets each of these; more dead mailboxes than that would pause the partner's mail.
SCRIPT: dict[str, Answer | Sequence[Answer]] = {
    "RCPT 1": ["451 4.7.1 greylisted"],
    "RCPT 2": ["451 4.3.0 later", "452 4.2.2 mailbox full", "450 4.2.1 busy"],
    "RCPT 3": "550 5.1.1 no such user",
    "RCPT 4": ["421 4.3.2 closing down"],
    "DATA 5": [DROP],
    "DATA 6": [SILENCE],
    "DATA 7": ["421 4.3.2 closing down"],
    "DATA 8": "554 5.6.0 content refused",
}
KINDS = 50
# Silent to these alone: to wait for more would take longer than the first of them waits for its next try.
FEW = 5 * KINDS
LATER, DEAD, REFUSED = (1, 2, 5), (3,), (8,)
# At once over a new connection, where the one that it was told on had carried others before.
AT_ONCE = (4, 6, 7)


def scripted(mailboxes: Sequence[str]) -> dict[str, Answer | Sequence[Answer]]:
    return {
        f"{verb.split()[0]} {mailboxes[number]}": said
        for verb, said in SCRIPT.items()
        for number in range(int(verb.split()[1]), len(mailboxes), KINDS)
        if said != [SILENCE] or number < FEW
    }


def which(mailboxes: Sequence[str], kinds: Sequence[int]) -> set[str]:
    return {mailbox for number, mailbox in enumerate(mailboxes) if number % KINDS in kinds}


@pytest.mark.soak
@engines("sqlite")
def test_nothing_is_lost_nobody_dead_is_asked_twice_and_the_schedule_is_kept(
    app: Flask, cast: Cast, boxes: list[Postbox]
) -> None:
    mailboxes = fresh(cast, MAILS)
    box = opened(boxes, scripted(mailboxes))
    with settings(app, SMTP_URL=box.url(), SMTP_TIMEOUT=SILENT):
        for attempt, pause in enumerate(BACKOFF[:4], 1):
            before = clock()
            work(app, settled, patience=600 if FULL else 20)
            rows = queued()
            waiting = LATER if attempt == 1 else (2,) if attempt < 4 else ()
            least, most = which(mailboxes, waiting), which(mailboxes, waiting + (AT_ONCE if attempt == 1 else ()))
            assert least <= {mailbox_of(row) for row in rows} <= most
            if attempt == 1:
                silenced = len(range(6, min(MAILS, FEW), KINDS))
                assert sum("Timed out" in row.last_error for row in rows) == silenced
            assert {row.attempts for row in rows} <= {attempt}
            on_schedule(rows, before, pause)
            change(Outbox, invitations(), due_at=clock())
    dead, refused = which(mailboxes, DEAD), which(mailboxes, REFUSED)
    got = [letter.recipients[0] for letter in box.letters]
    assert sorted(got) == sorted(set(mailboxes) - dead - refused), "each of them once"
    assert {box.asked[mailbox] for mailbox in dead | refused} == {1}
    assert {delivery(mailbox) for mailbox in list(dead)[:5]} == {Delivery.BOUNCED}
    assert {delivery(mailbox) for mailbox in list(refused)[:5]} == {Delivery.NOT_SENT}
    assert {delivery(mailbox) for mailbox in got[:5]} == {Delivery.SENT}
    assert db.session.scalar(select(func.count()).select_from(MailRoute)) == 0, "nothing of this is a blocklist"


# Failover


def test_relays_that_cannot_be_used_are_stood_in_for(app: Flask, cast: Cast, boxes: list[Postbox]) -> None:
    """One refuses TLS, one is not there, one is silent, one hangs up, one closes down."""
    mailboxes = fresh(cast, 30)
    plain, silent, rude, closing = (
        opened(boxes, answers) for answers in ({}, {"MAIL": SILENCE}, {"MAIL": DROP}, {"MAIL": "421 4.3.2 closing"})
    )
    good = opened(boxes)
    urls = [plain.url(option="require"), f"smtp://127.0.0.1:{free_port()}", *(box.url() for box in (silent, rude))]
    with settings(app, SMTP_URL=",".join([*urls, closing.url(), good.url()]), SMTP_TIMEOUT="0.5"):
        work(app, lambda: settled() and not queued())
    assert sorted(letter.recipients[0] for letter in good.letters) == sorted(mailboxes)
    assert [box.letters for box in (plain, silent, rude, closing)] == [[]] * 4
    assert silent.connections <= 20, "a relay that is away is not asked for every mail"
    attempts = db.session.scalars(select(OutboxArchive.attempts).where(OutboxArchive.kind == Owed.INVITATION))
    assert set(attempts) == {1}
