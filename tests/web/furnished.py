"""A small demo with everything in it, and the address of every page with something true to show, from the url map."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from app.auth import acts
from app.commands import entries, orders, staff
from app.core.lifecycle import State
from app.core.policy import Cell
from app.core.vocabulary import AcceptanceMethod, Channel, Method, Operation, PartnerType, Role
from app.db import Base, db, transaction
from app.demo.making import make
from app.demo.names import Company, Person, Register
from app.installation import installation
from app.models import (
    AgreementDocument,
    Attachment,
    Dispute,
    Draft,
    HookSource,
    Invitation,
    Machine,
    Partner,
    Purchase,
    ReceivedHook,
    ServiceAccount,
    Staff,
    Suppression,
    Task,
    Token,
    WebhookDelivery,
    WebhookEndpoint,
)
from app.queries import rulebooks, subjects

PAYLOADS = (Path(__file__).parent.parent / "browser" / "payloads.txt").read_text(encoding="utf-8").splitlines()
MANY = 25


class Hostile(Register):
    """Whoever writes anything in this world tries to break a page with it."""

    def __init__(self) -> None:
        super().__init__()
        self._said = 0

    def payload(self) -> str:
        self._said += 1
        return PAYLOADS[self._said % len(PAYLOADS)]

    def say(self, *words: str) -> str:
        said = self.payload()
        # A wording of a partner's own with unknown braces would be refused.
        return said.replace("{", "(").replace("%}", ")") if any("{{" in word for word in words) else said

    def company(self, *countries: str) -> Company:
        found = super().company(*countries)
        return Company(self.payload(), found.country, found.language, found.domain, found.person, found.phone)

    def person(self, country: str) -> Person:
        return Person(self.payload(), self.payload(), super().person(country).spelled)


@dataclass
class Furnished:
    """Who there is: of each kind of partner somebody who may do everything that such a partner's people may."""

    provider: Staff
    reseller: Staff
    direct: Staff


def furnish(app: Flask, names: Register | None = None) -> Furnished:
    make(app, "http://127.0.0.1:9", MANY, names)
    say = names or Register()
    with transaction():
        of = {
            kind: db.session.scalars(select(Partner).where(Partner.type == kind).order_by(Partner.id)).first()
            for kind in PartnerType
        }
        people = [
            _jack(of[kind], say) for kind in (PartnerType.PROVIDER, PartnerType.RESELLER, PartnerType.DIRECT_BILL)
        ]
    with transaction():
        _order(people[0])
    return Furnished(*people)


def _order(me: Staff) -> None:
    """One that was placed, whatever chance has brought."""
    held = (Machine.partner_id == me.partner_id, Machine.accepted_version >= 1, Machine.state == State.DIRECT)
    machine = db.session.scalars(select(Machine).where(*held).order_by(Machine.id)).first()
    assert machine
    act = replace(acts.of(me, Method.PASSWORD), at=acts.now())
    known = subjects.of(act, machine.customer_id, act.at)
    cell, rules = Cell(Operation.NEW_PURCHASE, Channel.DASHBOARD), rulebooks.of(installation().rules, me.partner_id)
    placed = orders.place(act, known.subject, known.relationship, [orders.Line("CFQ7TTC0LH18:0001", 7)], cell, rules)
    assert isinstance(placed, UUID)


def _jack(partner: Partner | None, names: Register) -> Staff:
    assert partner
    email = f"jack@{partner.type}.example"
    return staff.add_staff(acts.console(), partner, email, names.say("Jack of All Trades"), list(Role))


# What the parameters of addresses stand for: of each kind one, as far as the reader may see it.


def _customers(me: Staff) -> list[UUID]:
    """One in each state, one whose version is outdated, one worked through a reseller, one that was vouched for."""
    mine = select(Machine).where((Machine.partner_id == me.partner_id) | (Machine.reseller_id == me.partner_id))
    found = list(db.session.scalars(mine.order_by(Machine.id)))
    kinds: list[Callable[[Machine], bool]] = [lambda m, state=state: m.state is state for state in State]  # type: ignore[misc]
    kinds += [
        lambda m: m.accepted_version == 0,
        lambda m: m.reseller_id is not None,
        lambda m: m.method is AcceptanceMethod.ATTESTED and m.reseller_id is None,
    ]
    return list(
        dict.fromkeys(next(m.customer_id for m in found if is_it(m)) for is_it in kinds if any(map(is_it, found)))
    )


def _each(table: type[Base], column: str) -> Callable[[Staff], list[Any]]:
    """One of the reader's rows for each value of a column."""

    def find(me: Staff) -> list[Any]:
        rows: list[Any] = list(db.session.scalars(select(table)))
        mine = sorted((row for row in rows if _may_see(me, row)), key=lambda row: row.id)
        return list({str(getattr(row, column)): row.id for row in mine}.values())

    return find


def _may_see(me: Staff, row: Any) -> bool:
    machine = db.session.get(Machine, row.machine_id) if getattr(row, "machine_id", None) else None
    draft = db.session.get(Draft, row.draft_id) if getattr(row, "draft_id", None) else None
    machine = db.session.get(Machine, draft.machine_id) if draft else machine
    return me.partner_id in (row.partner_id, machine.reseller_id if machine else None)


def _documents(me: Staff) -> list[UUID]:
    return list(db.session.scalars(select(AgreementDocument.id).order_by(AgreementDocument.id).limit(1)))


def _placed(me: Staff) -> Purchase | None:
    held = (Purchase.order_id.is_not(None), Purchase.partner_id == me.partner_id)
    return db.session.scalars(select(Purchase).where(*held).order_by(Purchase.id)).first()


def _orders(me: Staff) -> list[Any]:
    placed = _placed(me)
    return [placed.order_id] if placed else []


def _ordering(me: Staff) -> list[Any]:
    placed = _placed(me)
    return [placed.customer_id] if placed else []


def _tokens(me: Staff) -> list[Any]:
    """A one-time link of somebody's that works."""
    with transaction():
        return [entries.issue_link(acts.console(), me)]


PARAMETERS: dict[str, Callable[[Staff], list[Any]]] = {
    "customer_id": _customers,
    "draft_id": _each(Draft, "status"),
    "dispute_id": _each(Dispute, "status"),
    "invitation_id": _each(Invitation, "status"),
    "endpoint_id": _each(WebhookEndpoint, "url"),
    "delivery_id": _each(WebhookDelivery, "status"),
    "source_id": _each(HookSource, "scheme"),
    "received_id": _each(ReceivedHook, "outcome"),
    "document_id": _documents,
    "staff_id": _each(Staff, "disabled_at"),
    "account_id": _each(ServiceAccount, "partner_id"),
    "token_id": _each(Token, "kind"),
    "suppression_id": _each(Suppression, "partner_id"),
    "task_id": _each(Task, "kind"),
    "file_id": _each(Attachment, "media_type"),
    "kind": lambda me: ["agreement", "reminder"],
    "language": lambda me: ["en", "sv"],
}

# Where a page is meant for some of them only.
ONLY: dict[str, dict[str, Callable[[Staff], list[Any]]]] = {
    "dashboard.placed_order": {"customer_id": _ordering, "order_id": _orders},
}


@dataclass(frozen=True)
class Sample:
    """A page with something to show."""

    endpoint: str
    path: str
    given: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.endpoint} ({self.path})"


def pages(app: Flask) -> list[Rule]:
    """Every GET page of the dashboard."""
    rules = app.url_map.iter_rules()
    return [rule for rule in rules if rule.endpoint.startswith("dashboard.") and "GET" in (rule.methods or ())]


def values(app: Flask, rule: Rule, me: Staff) -> list[dict[str, Any]]:
    """What to fill a rule's parameters with; pages of unknown parameters have no sample, and fail for it."""
    own = ONLY.get(rule.endpoint, {})
    unknown = {name for name in rule.arguments if name not in PARAMETERS and name not in own and name != "token"}
    assert not unknown, f"{rule.endpoint} has parameters without a sample: {unknown}; add them to {__file__}"
    many = {name: (own.get(name) or PARAMETERS.get(name) or _tokens)(me) for name in sorted(rule.arguments)}
    if not all(many.values()):
        return []
    most = max(map(len, many.values()), default=1)
    return [{name: found[min(n, len(found) - 1)] for name, found in many.items()} for n in range(most)]


def samples(app: Flask, me: Staff) -> list[Sample]:
    adapter = app.url_map.bind("localhost")
    found = []
    for rule in pages(app):
        for given in values(app, rule, me):
            found.append(Sample(rule.endpoint, adapter.build(rule.endpoint, given), given))
    return found


def with_unknown_ids(app: Flask, one: Sample) -> str:
    """The same page of something that nobody has."""
    given = {name: uuid4() if isinstance(value, UUID) else value for name, value in one.given.items()}
    return app.url_map.bind("localhost").build(one.endpoint, given)
