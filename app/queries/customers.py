"""A caller's customers, page by page in the order of an index, also those that begin with some letters."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, select, tuple_, union
from sqlalchemy.orm import joinedload

from app.core.act import Act
from app.core.countries import search_key
from app.core.vocabulary import PartnerType, RelationshipState
from app.db import db
from app.models import Customer, FurtherReseller, Partner, Relationship
from app.queries import partners, scope

LAST_CHARACTER = "\U0010ffff"
FURTHER = and_(
    FurtherReseller.partner_id == Relationship.partner_id, FurtherReseller.customer_id == Relationship.customer_id
)


class SearchField(StrEnum):
    COMPANY = "CompanyName"
    DOMAIN = "Domain"
    RESELLER = "IndirectReseller"
    PROVIDER = "IndirectCloudSolutionProvider"


@dataclass(frozen=True)
class Search:
    """Customers whose name, domain, reseller or provider begins with a text."""

    field: SearchField
    value: str


def listed(
    act: Act, search: Search | None, after: tuple[str, UUID] | None, most: int
) -> tuple[list[Relationship], tuple[str, UUID] | None]:
    """A page, and where it ended when there is more; what was removed is not listed."""
    key: Any = Relationship.domain if search and search.field is SearchField.DOMAIN else Relationship.company_key
    wanted = [Relationship.state != RelationshipState.REMOVED, *_beginning(key, search)]
    if after:
        wanted.append(tuple_(key, Relationship.id) > tuple_(literal(after[0]), literal(after[1], Relationship.id.type)))
    pages = [
        select(side.where(*wanted).order_by(key, Relationship.id).limit(most + 1).subquery())
        for side in _sides(act, search, key)
    ]
    found = union(*pages).subquery()
    rows = db.session.execute(
        select(Relationship, found.c.key)
        .join(found, found.c.id == Relationship.id)
        .where(scope.visible_to(act, Relationship))
        .options(joinedload(Relationship.customer))
        .order_by(found.c.key, found.c.id)
        .limit(most + 1)
    ).all()
    page = rows[:most]
    return [row[0] for row in page], (page[-1][1], page[-1][0].id) if len(rows) > most else None


def _beginning(key: Any, search: Search | None) -> list[ColumnElement[bool]]:
    if search is None or search.field not in (SearchField.COMPANY, SearchField.DOMAIN):
        return []
    first = search_key(search.value)
    return [key >= first, key < first + LAST_CHARACTER]


def _sides(act: Act, search: Search | None, key: Any) -> list[Select[Any]]:
    """The ways in which a caller has customers, each read from an index of its own."""
    base = select(key.label("key"), Relationship.id)
    resells = act.partner_type is PartnerType.RESELLER
    providers = None if resells else {act.partner_id}
    resellers = {act.partner_id} if resells else None
    if search and search.field is SearchField.PROVIDER:
        named = partners.beginning(act, PartnerType.PROVIDER, search.value)
        providers = named if providers is None else named & providers
    if search and search.field is SearchField.RESELLER:
        named = partners.beginning(act, PartnerType.RESELLER, search.value)
        resellers = named if resellers is None else named & resellers
    if resellers is None:
        return [base.where(Relationship.partner_id.in_(providers or ()))]
    if providers is not None:
        # As a value that no index knows: the reseller's index is the one to follow, the provider's is far longer.
        base = base.where(func.coalesce(Relationship.partner_id, None).in_(providers))
    further = base.join(FurtherReseller, FURTHER).where(FurtherReseller.reseller_id.in_(resellers))
    return [base.where(Relationship.reseller_id.in_(resellers)), further]


def of_domain(act: Act, domain: str, partner_id: UUID) -> Relationship | None:
    """A partner's customer with this domain, as the caller sees it; not one that was removed."""
    query = select(Relationship).where(
        scope.visible_to(act, Relationship),
        Relationship.partner_id == partner_id,
        Relationship.domain == domain,
        Relationship.state != RelationshipState.REMOVED,
    )
    return db.session.scalar(query.limit(1))


def domain_taken(domain: str) -> bool:
    return bool(db.session.scalar(select(exists().where(Customer.domain == domain))))


def resellers_of(relationship: Relationship) -> Sequence[Partner]:
    """The resellers that a customer is worked through, the first one first."""
    further = (
        select(Partner)
        .join(FurtherReseller, FurtherReseller.reseller_id == Partner.id)
        .where(
            FurtherReseller.partner_id == relationship.partner_id,
            FurtherReseller.customer_id == relationship.customer_id,
        )
        .order_by(Partner.name, Partner.id)
    )
    first = db.session.get(Partner, relationship.reseller_id) if relationship.reseller_id else None
    return [*([first] if first else []), *db.session.scalars(further)]
