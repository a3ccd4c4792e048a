"""What comes next for each agreement of a page, and whose move it is: a few reads for all of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select

from app.core.act import Act
from app.core.gate import Acceptance, Standing, Subject
from app.core.policy import Rulebook
from app.core.steps import Case, Step, next_step
from app.core.vocabulary import AgreementType, InvitationStatus, RelationshipState
from app.db import db
from app.models import RELATED, Customer, Draft, Invitation, Machine, Partner, Relationship
from app.queries.scope import visible_to
from app.queries.subjects import FOR_ALL_PARTNERS, WAITING, acceptance, bought, resold_further

# Customer and partner: a page of one agreement's type has no pair twice.
Key = tuple[str, str]
UNTIL = (
    select(Invitation.expires_at)
    .where(Invitation.machine_id == Machine.id, Invitation.status == InvitationStatus.OPEN)
    .scalar_subquery()
)
FACTS = (
    *(Machine.id, Machine.customer_id, Machine.partner_id, Machine.state, Machine.acceptance_number),
    *(Machine.agreed_at, Machine.accepted_version, Machine.method),
    *(Relationship.country, Relationship.reseller_id, Relationship.state.label("relation"), Customer.cloud),
    *(Partner.type.label("partner_type"), Partner.authority, Partner.four_eyes),
    UNTIL.label("until"),
    bought(Machine.customer_id).label("purchased"),
    resold_further(Machine.partner_id, Machine.customer_id).label("further"),
    select(Draft.id).where(Draft.machine_id == Machine.id, WAITING).exists().label("drafted"),
)


def of(
    act: Act, ids: Sequence[UUID], kind: AgreementType, at: datetime, rules_of: Callable[[UUID], Rulebook]
) -> dict[Key, Step | None]:
    """The next step of these machines, all of that type, by the rules of whoever confirms each."""
    rows = db.session.execute(
        select(*FACTS)
        .join_from(Machine, Relationship, RELATED)
        .join(Customer, Customer.id == Machine.customer_id)
        .join(Partner, Partner.id == Machine.partner_id)
        .where(Machine.id.in_(ids), visible_to(act))
    ).all()
    shared = _shared([row.customer_id for row in rows], kind)
    books = {partner: rules_of(partner) for partner in {row.partner_id for row in rows}}
    found = {}
    for row in rows:
        others = [one for partner, one in shared.get(row.customer_id, ()) if partner != row.partner_id]
        case = Case(_subject(row, kind, others, at), kind, at, books[row.partner_id])
        found[str(row.customer_id), str(row.partner_id)] = next_step(case)
    return found


def _subject(row: Any, kind: AgreementType, others: Iterable[Acceptance], at: datetime) -> Subject:
    standing = Standing(
        state=row.state,
        own=acceptance(row),
        shared=max(others, key=lambda one: (one.version, one.at), default=None),
        invited=row.until is not None,
        answerable=row.until is not None and at < row.until,
        drafted=bool(row.drafted),
    )
    return Subject(
        partner_type=row.partner_type,
        authority=row.authority,
        cloud=row.cloud,
        region=row.country,
        related=row.relation is not RelationshipState.REMOVED,
        resold=row.reseller_id is not None or bool(row.further),
        purchased=bool(row.purchased),
        four_eyes=row.four_eyes,
        standings={kind: standing},
    )


def _shared(customers: Sequence[UUID], kind: AgreementType) -> Mapping[UUID, list[tuple[UUID, Acceptance]]]:
    """Whose direct acceptance of these tenants counts for every partner."""
    columns = (Machine.customer_id, Machine.partner_id, Machine.acceptance_number)
    query = select(*columns, Machine.agreed_at, Machine.accepted_version, Machine.method)
    held = and_(Machine.customer_id.in_(customers), Machine.agreement_type == kind, FOR_ALL_PARTNERS)
    found: dict[UUID, list[tuple[UUID, Acceptance]]] = {}
    for row in db.session.execute(query.where(held)):
        one = acceptance(row)
        if one:
            found.setdefault(row.customer_id, []).append((row.partner_id, one))
    return found
