"""Who may send a partner webhooks, and what came of those that it sent."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from app.core.act import Act
from app.core.evidence import stamp
from app.core.hooks import Arrival
from app.core.permissions import Action, require
from app.core.refusals import Reason, Refused
from app.db import db
from app.models import HookSource, Machine, ReceivedHook

Row = tuple[ReceivedHook, str, UUID | None]


def sending(id: UUID) -> HookSource:
    """The source with this id, for whoever sends in its name; one that is disabled is as unknown as any other."""
    found = db.session.scalar(
        select(HookSource).where(HookSource.id == id, HookSource.disabled_at.is_(None), HookSource.removed_at.is_(None))
    )
    if found is None:
        raise Refused(Reason.NOT_FOUND, what="source id")
    return found


def known(source: HookSource, key: str) -> ReceivedHook | None:
    """What this source has sent before under the same key."""
    return db.session.scalar(select(ReceivedHook).where(ReceivedHook.source_id == source.id, ReceivedHook.key == key))


def _own(act: Act) -> Select[HookSource]:
    """Who may not manage sources learns nothing of any, so the permission comes before the search."""
    require(act, Action.MANAGE_SOURCES)
    return select(HookSource).where(HookSource.partner_id == act.partner_id, HookSource.removed_at.is_(None))


def one(act: Act, id: UUID) -> HookSource:
    """One of the caller's own; unknown and foreign ids are alike not there."""
    found = db.session.scalar(_own(act).where(HookSource.id == id))
    if found is None:
        raise Refused(Reason.NOT_FOUND, what="source id")
    return found


def page(act: Act, most: int, after: UUID | None = None) -> list[HookSource]:
    """The caller's sources, the newest first, from the one after `after` on."""
    query = _own(act).order_by(HookSource.id.desc()).limit(most)
    return list(db.session.scalars(query.where(HookSource.id < after) if after else query))


def shown(source: HookSource) -> dict[str, Any]:
    return {
        "id": str(source.id),
        "name": source.name,
        "scheme": source.scheme,
        "enabled": source.disabled_at is None,
        "certificateHosts": source.certificate_hosts,
        "organization": source.organization,
        "roots": source.roots,
        "formerSecretUntil": stamp(source.former_until) if source.former_until else None,
        "createdAt": stamp(source.created_at),
        "attributes": {"objectType": "WebhookSource"},
    }


def _received(act: Act) -> Select[ReceivedHook, str, UUID | None]:
    """Also of sources that were removed since."""
    require(act, Action.MANAGE_SOURCES)
    return (
        select(ReceivedHook, HookSource.name, Machine.customer_id)
        .join(HookSource, HookSource.id == ReceivedHook.source_id)
        .outerjoin(Machine, Machine.id == ReceivedHook.machine_id)
        .where(ReceivedHook.partner_id == act.partner_id)
    )


def received(
    act: Act, most: int, outcome: Arrival | None = None, source_id: UUID | None = None, after: UUID | None = None
) -> list[dict[str, Any]]:
    """What was received, the newest first, from the one after `after` on."""
    query = _received(act).order_by(ReceivedHook.id.desc()).limit(most)
    if outcome:
        query = query.where(ReceivedHook.outcome == outcome)
    if source_id:
        query = query.where(ReceivedHook.source_id == source_id)
    if after:
        query = query.where(ReceivedHook.id < after)
    return [arrived(*row) for row in db.session.execute(query)]


def one_received(act: Act, id: UUID) -> Row:
    found = db.session.execute(_received(act).where(ReceivedHook.id == id)).one_or_none()
    if found is None:
        raise Refused(Reason.NOT_FOUND, what="webhook id")
    return found[0], found[1], found[2]


def arrived(row: ReceivedHook, source: str, customer_id: UUID | None) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "sourceId": str(row.source_id),
        "source": source,
        "key": row.key,
        "event": row.event,
        "outcome": row.outcome,
        "reason": row.reason,
        "details": row.details,
        "customerId": str(customer_id) if customer_id else None,
        "receivedAt": stamp(row.received_at),
        "attributes": {"objectType": "ReceivedWebhook"},
    }
