"""Webhooks that came with a good signature: each is done once, or kept with the reason why it was not."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from app.commands.reports import COMMANDS, Command, machine_about
from app.commands.tasks import ask_once
from app.core.act import Act
from app.core.arrivals import Told, key_of, name_of
from app.core.hooks import Arrival
from app.core.policy import Rulebook
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import ActorKind, TaskKind
from app.db import db, new_id
from app.models import HookSource, ReceivedHook

BODIES_KEPT, ROWS_KEPT = timedelta(days=30), timedelta(days=90)


def receive(
    act: Act, source: HookSource, key: str, event: object, told: object, sealed_body: bytes, rules: Rulebook
) -> ReceivedHook:
    """What became of it; the same key again is answered with what became of the first."""
    refuse_if(act.kind is not ActorKind.UPSTREAM, Reason.ROLE_NOT_ALLOWED)
    held = {"source_id": source.id, "key": key_of(key)}
    known = db.session.scalar(select(ReceivedHook).filter_by(**held))
    if known is not None:
        return known
    row = ReceivedHook(
        id=new_id(),
        partner_id=source.partner_id,
        **held,
        event=name_of(event),
        body=sealed_body,
        outcome=Arrival.UNKNOWN,
        received_at=act.at,
    )
    db.session.add(row)
    # Before anything is done: of two at once the second waits here and is turned away, to come back later.
    db.session.flush()
    command = COMMANDS.get((source.scheme, row.event.lower()))
    if command:
        _carry_out(act, row, command, Told.of(told), rules)
    return row


def _carry_out(act: Act, row: ReceivedHook, command: Command, told: Told, rules: Rulebook) -> None:
    """All of it, or nothing but the reason and a task."""
    try:
        with db.session.begin_nested():
            machine = command(act, told, rules)
    except Refused as refused:
        if refused.reason is Reason.CHANGED_MEANWHILE:
            raise
        machine = machine_about(act, told)
        row.outcome, row.reason, row.details = Arrival.REFUSED, refused.reason.value, _plain(refused.data)
        ask_once(act, TaskKind.HOOK_REFUSED, machine, f"{row.event}: {refused.reason}", same=True)
    else:
        row.outcome = Arrival.DONE
    row.machine_id = machine.id if machine else None


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    """A refusal's words as JSON keeps them; they name what is amiss and hold nothing that was sent."""
    return {name: value if isinstance(value, int) else str(value) for name, value in data.items()}


def forget_old(now: datetime) -> None:
    """People may be named in a body, so that it goes first; the row still knows the same webhook again for a while."""
    old = (ReceivedHook.received_at < now - BODIES_KEPT, ReceivedHook.body.is_not(None))
    db.session.execute(update(ReceivedHook).where(*old).values(body=None))
    db.session.execute(delete(ReceivedHook).where(ReceivedHook.received_at < now - ROWS_KEPT))
