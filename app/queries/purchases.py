"""What a customer bought, as the partner that sold it knows: its own alone."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, literal, select, tuple_

from app.core.refusals import Reason, Refused
from app.db import db
from app.models import Purchase, Relationship
from app.queries.keysets import spelled

A_PAGE = 50


def page(relationship: Relationship, after: tuple[date, UUID] | None = None) -> tuple[Sequence[Purchase], str | None]:
    """The newest first; and the key of the last where there are more."""
    rank = (Purchase.bought_on, Purchase.id)
    query = select(Purchase).where(*_own(relationship)).order_by(*(column.desc() for column in rank)).limit(A_PAGE + 1)
    if after:
        last = tuple_(*(literal(value, column.type) for value, column in zip(after, rank, strict=True)))
        query = query.where(tuple_(*rank) < last)
    rows = db.session.scalars(query).all()
    end = rows[A_PAGE - 1] if len(rows) > A_PAGE else None
    return rows[:A_PAGE], spelled(end.bought_on, end.id) if end else None


def order(relationship: Relationship, id: UUID) -> Sequence[Purchase]:
    """The lines of one order placed through us."""
    found = db.session.scalars(
        select(Purchase).where(*_own(relationship), Purchase.order_id == id).order_by(Purchase.id)
    ).all()
    if not found:
        raise Refused(Reason.NOT_FOUND, what="order id")
    return found


def _own(relationship: Relationship) -> tuple[ColumnElement[bool], ...]:
    return Purchase.partner_id == relationship.partner_id, Purchase.customer_id == relationship.customer_id
