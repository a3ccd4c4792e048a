"""How a carried row ends: archived, postponed or dead, in one transaction with what that means for its invitation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from app import outbox
from app.auth import acts
from app.commands import credentials, deliveries, pauses
from app.commands.returns import TO_INVITED
from app.core.carrying import Lane, Outcome
from app.core.vocabulary import Owed
from app.db import database_now, transaction
from app.mail.smtp import Undelivered
from app.models import Invitation, Machine
from app.outbox import Claimed, Finished
from app.queries import routes

log = structlog.get_logger("worker")


@dataclass(frozen=True)
class Failed:
    row: Claimed
    trouble: Undelivered


Result = Finished | Failed


def settle(me: str, group: Sequence[Result]) -> None:
    """Write down how a group of rows ended; rows whose lease another worker has taken over are left to it."""
    with transaction() as session:
        ours = outbox.held(session, me, [result.row for result in group])
        now = database_now(session)
        finished = [r for r in group if isinstance(r, Finished) and r.row.id in ours]
        outbox.archive(session, now, finished)
        sent = [done.row for done in finished if done.row.kind is Owed.INVITATION and done.outcome is Outcome.DONE]
        deliveries.mark_sent(acts.clock(now), {UUID(row.payload["invitation"]): row.id for row in sent})
        for failed in group:
            if isinstance(failed, Failed) and failed.row.id in ours:
                _settle_failure(session, now, failed)


def _settle_failure(session: Session, now: datetime, failed: Failed) -> None:
    row, trouble = failed.row, failed.trouble
    if trouble.held or (trouble.ours and row.lane is Lane.BULK and row.strikes < pauses.STRIKES):
        until = routes.opens(now) or now + outbox.BACKOFF[0]
        log.warning("held back", row=str(row.id), kind=row.kind, answer=trouble.answer, until=until.isoformat())
        outbox.hold(session, row, until, trouble.answer)
        return
    after = None if trouble.final else outbox.wait(row.attempts)
    if after is not None:
        log.warning("postponed", row=str(row.id), kind=row.kind, answer=trouble.answer, wait=str(after))
        outbox.postpone(session, row, now, trouble.answer, after)
        return
    log.error("given up", row=str(row.id), kind=row.kind, answer=trouble.answer)
    outbox.bury(session, row, now, trouble.answer)
    if row.kind is Owed.CREDENTIALS:
        credentials.undelivered(acts.clock(now), row.payload, trouble.answer, gone=trouble.address)
    named = row.payload.get("invitation")
    if row.kind not in TO_INVITED or not named:
        return
    invitation = session.get(Invitation, UUID(named))
    machine = session.get(Machine, UUID(row.payload["machine"]))
    if invitation and machine:
        newest = row.id == invitation.mail_id
        deliveries.give_up(acts.clock(now), invitation, machine, trouble.answer, address=trouble.address, newest=newest)


def set_aside(me: str, row: Claimed, reason: str) -> None:
    """A row whose end cannot be written down must neither hold up the others nor be sent again and again."""
    with transaction() as session:
        if outbox.held(session, me, [row]):
            outbox.bury(session, row, database_now(session), reason)
