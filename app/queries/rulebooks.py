"""The rules that hold for one partner: those of the installation, the versions published since, its own rows."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, func, select

from app.core.policy import Rulebook
from app.core.rows import laid_over
from app.core.vocabulary import AgreementType
from app.db import db
from app.models import AgreementVersion, PolicyRevision

KEPT = 1000
Stamp = tuple[Any, ...]
_books: dict[tuple[int, str, UUID | None], tuple[Stamp, Rulebook, Rulebook]] = {}


def of(base: Rulebook, partner_id: UUID | None) -> Rulebook:
    """The partner's rulebook, put together anew only when something was added."""
    stamp = _stamp(partner_id)
    key = (id(base), str(db.engine.url), partner_id)
    known = _books.get(key)
    if known and known[:1] == (stamp,) and known[1] is base:
        return known[2]
    book = replace(base, catalogue=base.catalogue.with_versions(published()))
    content = rows(partner_id)
    if content:
        book = replace(book, policy=laid_over(base.policy, content, f"partner {partner_id}"))
    if len(_books) >= KEPT:
        _books.clear()
    _books[key] = (stamp, base, book)
    return book


def _stamp(partner_id: UUID | None) -> Stamp:
    """How many there are and which is the newest: a count alone would not see one that took another's place."""
    versions, rows = select(AgreementVersion.id), select(PolicyRevision.id).where(_own(partner_id))
    parts = [
        part
        for table in (versions, rows)
        for part in (
            select(func.count()).select_from(table.subquery()).scalar_subquery(),
            table.order_by(table.selected_columns[0].desc()).limit(1).scalar_subquery(),
        )
    ]
    return tuple(db.session.execute(select(*parts)).one())


def _own(partner_id: UUID | None) -> ColumnElement[bool]:
    return PolicyRevision.partner_id == partner_id if partner_id else false()


def published() -> dict[AgreementType, list[dict[str, Any]]]:
    found: dict[AgreementType, list[dict[str, Any]]] = {}
    for row in db.session.scalars(select(AgreementVersion)):
        members = {name: getattr(row, name) for name in ("rank", "material", "published", "effective", "grace")}
        found.setdefault(row.agreement_type, []).append(members)
    return found


def rows(partner_id: UUID | None) -> str | None:
    """The partner's own policy rows as they were last set."""
    return db.session.scalar(
        select(PolicyRevision.content).where(_own(partner_id)).order_by(PolicyRevision.id.desc()).limit(1)
    )


def revisions(partner_id: UUID, most: int) -> list[PolicyRevision]:
    """The newest sets of rows of a partner, the one that holds first."""
    query = select(PolicyRevision).where(_own(partner_id)).order_by(PolicyRevision.id.desc()).limit(most)
    return list(db.session.scalars(query))
