"""The rules that hold for one partner: those of the installation, the versions published since, its own rows."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from app.core.policy import Rulebook
from app.core.rows import laid_over
from app.core.vocabulary import AgreementType
from app.db import db
from app.models import AgreementVersion, PolicyRevision

KEPT = 1000
# Everything that is added is only ever added to, so a count tells whether something is new.
_books: dict[tuple[int, str, UUID | None], tuple[tuple[int, int], Rulebook, Rulebook]] = {}


def of(base: Rulebook, partner_id: UUID | None) -> Rulebook:
    """The partner's rulebook, put together anew only when something was added."""
    stamp = _stamp(partner_id)
    key = (id(base), str(db.engine.url), partner_id)
    known = _books.get(key)
    if known and known[:1] == (stamp,) and known[1] is base:
        return known[2]
    book = Rulebook(base.policy, base.catalogue.with_versions(published()))
    content = rows(partner_id)
    if content:
        book = Rulebook(laid_over(base.policy, content, f"partner {partner_id}"), book.catalogue)
    if len(_books) >= KEPT:
        _books.clear()
    _books[key] = (stamp, base, book)
    return book


def _stamp(partner_id: UUID | None) -> tuple[int, int]:
    versions = select(func.count()).select_from(AgreementVersion).scalar_subquery()
    own = select(func.count()).where(PolicyRevision.partner_id == partner_id).scalar_subquery()
    versions_found, rows_found = db.session.execute(select(versions, own)).one()
    return versions_found, rows_found


def published() -> dict[AgreementType, list[dict[str, Any]]]:
    found: dict[AgreementType, list[dict[str, Any]]] = {}
    for row in db.session.scalars(select(AgreementVersion)):
        members = {name: getattr(row, name) for name in ("rank", "material", "published", "effective", "grace")}
        found.setdefault(row.agreement_type, []).append(members)
    return found


def rows(partner_id: UUID | None) -> str | None:
    """The partner's own policy rows as they were last set."""
    return db.session.scalar(
        select(PolicyRevision.content)
        .where(PolicyRevision.partner_id == partner_id)
        .order_by(PolicyRevision.id.desc())
        .limit(1)
    )
