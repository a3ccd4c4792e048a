"""What `assent seed` writes beside what commands write of the same customers, value by value as it is stored."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from app import outbox, sequencer
from app.auth import acts
from app.commands import acceptances, attestations, customers
from app.commands.customers import Profile
from app.core.carrying import Outcome
from app.core.lifecycle import State
from app.core.vocabulary import AgreementType, Owed, PurchaseKind
from app.db import db, transaction
from app.installation import load_rules
from app.models import Machine, Purchase, Relationship
from app.outbox import Finished
from app.queries import mails, scope
from app.settling import settle
from tests.cli.terminal import Terminal
from tests.rows import LEASE, clock

RULES = load_rules()
TABLES = "relationship machine purchase record sealed_value news task outbox_archive".split()
# What two rows that say the same do not share.
OWN = {"id", "uid", "partner_id", "machine_id", "record_id", "seq", "message_id", "done_at"}
OWN |= {"hash", "head", "commitment", "salt"}


def form(value: Any) -> Any:
    """What values of a kind have in common: an id its length, a time its spelling."""
    return (type(value).__name__, len(value) if isinstance(value, str | bytes) else None)


def plain(row: dict[str, Any]) -> dict[str, Any]:
    shown = {name: form(value) if name in OWN else value for name, value in row.items()}
    if "body" in row:
        body = json.loads(row["body"])
        sealed = {name: form(value) for name, value in body["sealed"].items()}
        told = body | {"machine": form(body["machine"]), "prev": form(body["prev"]), "sealed": sealed}
        shown["body"] = (len(row["body"]), told)
    if "payload" in row:
        payload = row["payload"] if isinstance(row["payload"], dict) else json.loads(row["payload"])
        shown["payload"] = (form(row["payload"]), {name: form(value) for name, value in payload.items()})
    return shown


def stored(terminal: Terminal, customer: UUID, partner: UUID) -> dict[str, list[dict[str, Any]]]:
    """Everything about a partner's customer; the driver's values, not the models'."""
    with terminal.engine.connect() as connection:
        raw = {
            table: [dict(row) for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY id")).mappings()]
            for table in TABLES
        }
    ours = {
        table: [row for row in rows if UUID(str(row["partner_id"])) == partner and belongs(row, customer)]
        for table, rows in raw.items()
    }
    machines = {row["id"] for row in ours["machine"]}
    records = {row["id"] for row in raw["record"] if row["machine_id"] in machines}
    ours["record"] = [row for row in ours["record"] if row["id"] in records]
    ours["sealed_value"] = [row for row in ours["sealed_value"] if row["record_id"] in records]
    ours["task"] = [row for row in ours["task"] if row["machine_id"] in machines]
    names = {str(UUID(str(machine))) for machine in machines}
    # To made-up customers nobody writes that they were vouched for, so that of this no row is seeded.
    mails_of = [row for row in ours["outbox_archive"] if row["kind"] != Owed.ATTESTED]
    ours["outbox_archive"] = [row for row in mails_of if any(name in str(row) for name in names)]
    return {table: [plain(row) for row in rows] for table, rows in ours.items()}


def belongs(row: dict[str, Any], customer: UUID) -> bool:
    return "customer_id" not in row or UUID(str(row["customer_id"])) == customer


def repeat(partner: UUID, machine: Machine, known: Relationship, purchases: list[Purchase]) -> None:
    """The same life of the same customer with another partner."""
    created, now = (replace(acts.console(partner), at=at) for at in (known.created_at, machine.since))
    profile = Profile(known.company, known.country, known.language, known.contact, known.customer.domain)
    with transaction():
        added = customers.add_customer(created, scope.partner(partner), profile)
    ours = added.machine
    if machine.agreement_type is AgreementType.CLOUD:
        assert machine.agreed_at
        with transaction():
            ours = customers.machine_for(
                replace(created, at=machine.agreed_at), added.relationship, AgreementType.CLOUD
            )
    with transaction():
        for purchase in purchases:
            customers.record_purchase(created, added.relationship, PurchaseKind(purchase.kind), purchase.bought_on)
    with transaction():
        if machine.state is State.ATTESTED:
            assert machine.agreed_at
            attestations.attest(now, ours, added.relationship, known.contact, machine.agreed_at, RULES)
        if machine.state is State.BLOCKED:
            acceptances.block(now, ours, None)


def carry() -> None:
    """What is owed, by the worker's own steps; there is nothing to say but that somebody was vouched for."""
    db.session.remove()
    rows = outbox.claim("me", 10, LEASE, 0, "localhost")
    facts = mails.load(rows, clock())
    assert {row.kind for row in rows if facts[row.id]} <= {Owed.ATTESTED}
    settle("me", [Finished(row, Outcome.NOT_NEEDED) for row in rows])
    sequencer.stamp()


@pytest.mark.parametrize(
    ("portfolio", "kind", "machines"),
    [("mixed", AgreementType.MCA, "40"), ("cloud-agreement", AgreementType.CLOUD, "6")],
)
def test_commands_would_have_written_the_same(
    terminal: Terminal, portfolio: str, kind: AgreementType, machines: str
) -> None:
    seeded = UUID(terminal.json("seed", "--machines", machines, "--portfolio", portfolio)["partnerId"])
    rows = [row for row in terminal.rows("machine") if row.partner_id == seeded and row.agreement_type is kind]
    by_state = {state: [row.customer_id for row in rows if row.state is state][:2] for state in State}
    assert sum(map(bool, by_state.values())) == (3 if portfolio == "mixed" else 1)
    for customer in [customer for some in by_state.values() for customer in some]:
        other = UUID(terminal.partner())
        with terminal.inside():
            machine, known = scope.agreement(acts.console(seeded), customer, kind)
            held = select(Purchase).where(Purchase.partner_id == seeded, Purchase.customer_id == customer)
            repeat(other, machine, known, list(db.session.scalars(held)))
            carry()
        made, written = (stored(terminal, customer, partner) for partner in (seeded, other))
        for table in TABLES:
            assert made[table] == written[table], table


def test_a_tenant_is_stored_like_one_that_a_command_added(terminal: Terminal) -> None:
    terminal.json("seed", "--machines", "1")
    terminal.tenant()
    with terminal.engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(text("SELECT * FROM customer ORDER BY id")).mappings()]
    one, other = rows[-2:]
    assert one.keys() == other.keys()
    for name in ("id", "created_at", "cloud"):
        assert form(one[name]) == form(other[name])
    assert one["cloud"] == other["cloud"]
