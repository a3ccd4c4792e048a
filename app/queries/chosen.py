"""What an invitation or a reminder would come to, for many customers at once: looked at before anything is sent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core.act import Act
from app.core.contact import is_partners_own, mailbox
from app.core.facts import InviteFacts
from app.core.lifecycle import Event
from app.core.policy import Rulebook
from app.core.refusals import Reason
from app.core.topology import objection
from app.core.vocabulary import AgreementType, InvitationKind, InvitationStatus, PurchaseKind, RelationshipState
from app.db import db
from app.models import RELATED, CustomerUser, Invitation, Machine, Purchase, Relationship, Staff
from app.queries.scope import visible_to
from app.queries.suppressions import healths


@dataclass(frozen=True)
class Chosen:
    """One of them: with the invitation that is open, and the account that nobody has signed in to yet."""

    machine: Machine
    relationship: Relationship
    invitation: Invitation | None
    user_name: str | None
    # Bought before, with nothing on record.
    barred: bool
    # Mailboxes that are not to be written to: the primary contact's, and whoever's the open invitation went to.
    contact_unwanted: bool
    invited_unwanted: bool

    @property
    def kind(self) -> InvitationKind:
        """What to ask for, as things are."""
        if self.relationship.state is RelationshipState.REQUESTED:
            return InvitationKind.RELATIONSHIP
        return InvitationKind.NEW_CUSTOMER if self.user_name else InvitationKind.AGREEMENT


def of(act: Act, ids: Sequence[UUID], kind: AgreementType = AgreementType.MCA) -> list[Chosen]:
    """Those the caller sees, by name; the rest is as little there as what never was."""
    found = db.session.execute(
        select(Machine, Relationship)
        .join(Relationship, RELATED)
        .where(visible_to(act), Machine.customer_id.in_(ids), Machine.agreement_type == kind)
        .options(joinedload(Relationship.customer))
        .order_by(Relationship.company_key, Relationship.id)
    ).all()
    relationships = [relationship for _, relationship in found]
    opened = _open([machine.id for machine, _ in found])
    names, bought = unused_accounts(act, relationships), _bought([one.customer_id for one in relationships])
    addresses = {(machine.partner_id, row.email) for machine, row in found}
    unwanted = healths(addresses | {(held.partner_id, held.email) for held in opened.values()})
    return [
        Chosen(
            machine,
            row,
            opened.get(machine.id),
            names.get(row.id),
            not machine.on_record and row.customer_id in bought,
            (machine.partner_id, mailbox(row.email)) in unwanted,
            machine.id in opened and (machine.partner_id, mailbox(opened[machine.id].email)) in unwanted,
        )
        for machine, row in found
    ]


def one(act: Act, machine: Machine, relationship: Relationship) -> Chosen:
    """The same of a customer that is known already."""
    found = of(act, [relationship.customer_id], machine.agreement_type)
    return next(row for row in found if row.machine.id == machine.id)


def _open(machines: Iterable[UUID]) -> Mapping[UUID, Invitation]:
    held = select(Invitation).where(
        Invitation.machine_id.in_(list(machines)), Invitation.status == InvitationStatus.OPEN
    )
    return {row.machine_id: row for row in db.session.scalars(held)}


def _bought(customers: Iterable[UUID]) -> set[UUID]:
    """Who has bought before, through anybody; renewals do not count."""
    query = select(Purchase.customer_id).where(
        Purchase.customer_id.in_(list(customers)), Purchase.kind != PurchaseKind.AUTO_RENEWAL
    )
    return set(db.session.scalars(query.distinct()))


def unused_accounts(act: Act, relationships: Sequence[Relationship]) -> dict[UUID, str]:
    """Relationship id → the user name made with the tenant, where its first password is still to be shown.

    It is of no concern to partners and resellers that joined the tenant later.
    """
    customers = [row.customer_id for row in relationships]
    accounts = select(CustomerUser.customer_id, CustomerUser.user_name, CustomerUser.first_password).where(
        CustomerUser.customer_id.in_(customers), CustomerUser.disabled_at.is_(None)
    )
    ordered = accounts.order_by(CustomerUser.created_at.desc(), CustomerUser.id.desc())
    first = {row.customer_id: row for row in db.session.execute(ordered)}
    holders = select(Relationship.customer_id, Relationship.id).where(Relationship.customer_id.in_(list(first)))
    latest_first = holders.order_by(Relationship.created_at.desc(), Relationship.id.desc())
    made_by = {row.customer_id: row.id for row in db.session.execute(latest_first)}
    return {
        row.id: first[row.customer_id].user_name
        for row in relationships
        if made_by.get(row.customer_id) == row.id
        and first[row.customer_id].first_password
        and act.partner_id in (None, row.partner_id, row.reseller_id)
    }


def objections(rows: Sequence[Chosen], act: Act, rules: Mapping[UUID, Rulebook]) -> list[Reason | None]:
    """Why each of them cannot be invited now: what the command would say."""
    colleagues = _colleagues({id for row in rows for id in (row.machine.partner_id, row.machine.reseller_id) if id})
    return [_objection(row, act, rules[row.machine.partner_id], colleagues) for row in rows]


def _objection(row: Chosen, act: Act, rules: Rulebook, colleagues: Mapping[UUID, frozenset[str]]) -> Reason | None:
    if row.barred:
        return Reason.DIRECT_ACCEPTANCE_UNAVAILABLE
    machine, relationship, none = row.machine, row.relationship, frozenset[str]()
    own = colleagues.get(machine.partner_id, none) | colleagues.get(machine.reseller_id or machine.partner_id, none)
    kind, version, agreed = machine.agreement_type, machine.accepted_version, machine.agreed_at
    known = version is not None and agreed is not None
    due = known and rules.due(kind, version, agreed, relationship.country, act.at)  # type: ignore[arg-type]
    facts = InviteFacts(
        related=relationship.state is not RelationshipState.REMOVED,
        suppressed=row.contact_unwanted,
        contact_is_partner=is_partners_own(relationship.email, own),
        cloud=relationship.customer.cloud,
        direct_route_open=rules.direct_route_open(act.at, kind),
        on_offer=rules.recordable(kind, act.at),
        reconfirmation_due=due,
    )
    return objection(machine.state, Event.INVITE, facts)


def _colleagues(partners: set[UUID]) -> dict[UUID, frozenset[str]]:
    found: dict[UUID, set[str]] = {}
    for id, box in db.session.execute(select(Staff.partner_id, Staff.mailbox).where(Staff.partner_id.in_(partners))):
        found.setdefault(id, set()).add(box)
    return {id: frozenset(boxes) for id, boxes in found.items()}
