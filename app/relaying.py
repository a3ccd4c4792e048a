"""Relays that do not want our mail, for a worker: read with every claim, written down when one says so."""

from collections.abc import Sequence
from uuid import UUID

import structlog

from app.auth import acts
from app.commands import pauses
from app.config import Relay
from app.db import database_now, transaction
from app.mail.routes import Routes
from app.rounds import Rounds, line

log = structlog.get_logger("worker")


def watched(rounds: Rounds, relays: Sequence[Relay]) -> Routes:
    """What goes wrong while it is written down must not touch the mail itself: that was taken, or it was not."""

    async def strike(relay: str, answer: str, row: str) -> bool:
        try:
            return await rounds.in_thread(_strike, relay, answer, UUID(row))
        except Exception as error:
            log.warning("cannot write down a relay's refusal", relay=relay, error=line(error))
            return True

    async def clear(relay: str) -> None:
        try:
            await rounds.in_thread(_clear, relay)
        except Exception as error:
            log.warning("cannot write down that a relay takes mail", relay=relay, error=line(error))

    return Routes([relay.name for relay in relays], strike, clear)


def _strike(relay: str, answer: str, row: UUID) -> bool:
    with transaction() as session:
        closed = pauses.strike(acts.clock(database_now(session)), relay, answer, row)
    if closed:
        log.error("relay refuses our mail, it gets none for a while", relay=relay, answer=answer)
    return closed


def _clear(relay: str) -> None:
    with transaction():
        pauses.clear(acts.clock(), relay)
