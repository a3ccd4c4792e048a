"""The catalogue as people read it: each version of an agreement with its documents by country and language."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, literal, select, tuple_

from app.core.refusals import Reason, Refused
from app.core.vocabulary import AgreementType
from app.db import db
from app.models import AgreementDocument, Blob

PAGE = 50


@dataclass(frozen=True)
class Sought:
    kind: AgreementType | None = None
    country: str | None = None
    language: str | None = None


def documents(sought: Sought, most: int = PAGE, after: tuple[str, str, UUID] | None = None) -> list[AgreementDocument]:
    """One page and one more: the newest version's first, then by country and language."""
    query = select(AgreementDocument)
    for name, value in (("agreement_type", sought.kind), ("country", sought.country), ("language", sought.language)):
        query = query.where(getattr(AgreementDocument, name) == value) if value else query
    rank = (AgreementDocument.country, AgreementDocument.language, AgreementDocument.id)
    if after:
        last = (literal(value, column.type) for value, column in zip(after, rank, strict=True))
        query = query.where(tuple_(*rank) > tuple_(*last))
    return list(db.session.scalars(query.order_by(*rank).limit(most + 1)))


def places() -> tuple[Sequence[str], Sequence[str]]:
    """The countries and the languages that there are documents for."""
    country, language = AgreementDocument.country, AgreementDocument.language
    return (
        db.session.scalars(select(country).distinct().order_by(country)).all(),
        db.session.scalars(select(language).distinct().order_by(language)).all(),
    )


def numbers() -> dict[tuple[AgreementType, int], int]:
    """How many documents each version has."""
    whose = (AgreementDocument.agreement_type, AgreementDocument.rank)
    rows = db.session.execute(select(*whose, func.count()).group_by(*whose))
    return {(kind, rank): number for kind, rank, number in rows}


def content(id: UUID) -> tuple[AgreementDocument, bytes]:
    """The vendor's text is the same for everybody who may look at agreements."""
    found = db.session.get(AgreementDocument, id)
    if found is None:
        raise Refused(Reason.NOT_FOUND, what="document id")
    return found, db.session.get_one(Blob, found.sha256).content
