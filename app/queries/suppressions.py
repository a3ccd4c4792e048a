"""The mailboxes a partner must not write to, as they are read, and what that says of a contact."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, tuple_

from app.core.act import Act
from app.core.carrying import Health
from app.core.contact import mailbox
from app.core.evidence import stamp
from app.core.permissions import Action, require
from app.core.refusals import Reason, Refused
from app.db import db
from app.models import Suppression, SuppressionLifted


def _own(act: Act) -> Select[Suppression]:
    return select(Suppression).where(Suppression.partner_id == act.partner_id)


def page(act: Act, most: int, after: UUID | None = None, q: str | None = None) -> list[Suppression]:
    """The newest first, from the one after `after` on; with `q`, those in whose address it stands."""
    require(act, Action.VIEW_MAIL)
    query = _own(act).order_by(Suppression.id.desc()).limit(most)
    if q:
        query = query.where(Suppression.mailbox.contains(mailbox(q.strip()), autoescape=True))
    return list(db.session.scalars(query.where(Suppression.id < after) if after else query))


def one(act: Act, id: UUID) -> Suppression:
    """One of the caller's own, to be taken off; unknown and foreign ids are alike not there."""
    require(act, Action.MANAGE_MAIL)
    return _found(_own(act).where(Suppression.id == id))


def of_address(act: Act, email: str) -> Suppression:
    require(act, Action.MANAGE_MAIL)
    return _found(_own(act).where(Suppression.mailbox == mailbox(email.strip())))


def _found(query: Select[Suppression]) -> Suppression:
    row = db.session.scalar(query)
    if row is None:
        raise Refused(Reason.NOT_FOUND, what="suppression")
    return row


def lifted(act: Act, most: int) -> list[SuppressionLifted]:
    """Those that were taken off last."""
    require(act, Action.VIEW_MAIL)
    query = select(SuppressionLifted).where(SuppressionLifted.partner_id == act.partner_id)
    return list(db.session.scalars(query.order_by(SuppressionLifted.id.desc()).limit(most)))


def shown(row: Suppression) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "email": row.mailbox,
        "reason": row.reason,
        "contactHealth": _health(row),
        "createdBy": row.created_by,
        "createdAt": stamp(row.created_at),
        "attributes": {"objectType": "Suppression"},
    }


def healths(contacts: Collection[tuple[UUID, str]]) -> dict[tuple[UUID, str], Health]:
    """Of contacts, by partner and address: what is known of those who cannot be written to."""
    boxes = {(partner, mailbox(email)) for partner, email in contacts}
    if not boxes:
        return {}
    held = select(Suppression).where(tuple_(Suppression.partner_id, Suppression.mailbox).in_(boxes))
    return {(row.partner_id, row.mailbox): _health(row) for row in db.session.scalars(held)}


def _health(row: Suppression) -> Health:
    if row.created_by is None and row.reason == Health.COMPLAINED:
        return Health.COMPLAINED
    bounced = row.created_by is None and row.reason.startswith(Health.BOUNCED)
    return Health.BOUNCED if bounced else Health.SUPPRESSED
