"""The catalogue as it is listed, who is on which version, and the document that a reader is shown."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from app.core.agreements import EVERYWHERE, Catalogue
from app.core.vocabulary import AgreementType
from app.db import db
from app.models import AgreementDocument, Machine


def listed(
    catalogue: Catalogue, partner_id: UUID | None, at: datetime, *, documents: bool = True
) -> list[dict[str, Any]]:
    customers, texts = on_each(partner_id), _documents() if documents else []
    return [
        {
            "type": kind,
            "templateId": catalogue.agreements[kind]["template_id"],
            "versionRank": version.rank,
            "material": version.material,
            "published": version.published.isoformat(),
            "effective": version.effective.isoformat(),
            "grace": version.grace.isoformat(),
            "current": version.rank == catalogue.terms(kind, at).version,
            "customers": customers.get((kind, version.rank), 0),
            "documents": [
                {"country": one.country, "language": one.language, "name": one.name, "sha256": one.sha256}
                for one in texts
                if (one.agreement_type, one.rank) == (kind, version.rank)
            ],
        }
        for kind in AgreementType
        for version in catalogue.versions(kind)
    ]


def on_each(partner_id: UUID | None) -> dict[tuple[AgreementType, int], int]:
    """How many customers' acceptances on record are of each version."""
    query = (
        select(Machine.agreement_type, Machine.accepted_version, func.count())
        # Said as the index says it, which has all that is counted here.
        .where(Machine.accepted_version.is_not(None))
        .group_by(Machine.agreement_type, Machine.accepted_version)
    )
    rows = db.session.execute(query.where(Machine.partner_id == partner_id) if partner_id else query)
    return {(kind, int(version or 0)): number for kind, version, number in rows}


def _documents() -> list[AgreementDocument]:
    order = (AgreementDocument.country, AgreementDocument.language)
    return list(db.session.scalars(select(AgreementDocument).order_by(*order)))


def document(kind: AgreementType, rank: int, country: str, languages: Iterable[str]) -> AgreementDocument | None:
    """The text a reader in this country is shown: the first language it is kept in, its own country's edition first."""
    found = {
        (one.country, one.language): one
        for one in db.session.scalars(
            select(AgreementDocument).where(
                AgreementDocument.agreement_type == kind,
                AgreementDocument.rank == rank,
                AgreementDocument.country.in_((country, EVERYWHERE)),
            )
        )
    }
    places = [(place, language) for language in languages for place in (country, EVERYWHERE)]
    return next((found[place] for place in places if place in found), None)


def by_hash(kind: AgreementType, rank: int, sha256: str) -> AgreementDocument | None:
    """The text of a version whose bytes have this hash."""
    held = (AgreementDocument.agreement_type == kind, AgreementDocument.rank == rank)
    return db.session.scalar(select(AgreementDocument).where(*held, AgreementDocument.sha256 == sha256).limit(1))
