"""`assent seed`: a made-up portfolio that commands could have written."""

import base64
import json
import unicodedata
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import MetaData, Table, text

from app import outbox, seeding, sequencer
from app.auth import acts
from app.commands import acceptances, attestations, customers
from app.commands.customers import Profile
from app.core import contact
from app.core.contact import Contact
from app.core.lifecycle import State
from app.core.vocabulary import AgreementType, Authority, Outcome, PurchaseKind
from app.db import Base, db, transaction
from app.installation import load_rules
from app.models import Machine, Purchase, Relationship
from app.outbox import Finished
from app.queries import mails, scope
from app.seeding.portfolios import CLOUD_YEAR, Plan, Portfolio
from app.settling import settle
from tests.cli.terminal import Terminal
from tests.rows import LEASE, clock
from tests.servers import Assent, wait_for
from tests.verifier import first_fault

RULES = load_rules()
MANY = 60
# What is different of every row, and of two rows that say the same.
OWN = {"id", "uid", "partner_id", "machine_id", "record_id", "hash", "head", "commitment", "salt", "seq", "message_id"}
TOLD = ("relationship", "machine", "purchase", "record", "sealed_value", "news", "task")


@pytest.fixture(scope="module")
def mixed(terminal: Terminal) -> Any:
    return terminal.json("seed", "--machines", str(MANY))


@pytest.fixture(scope="module")
def cloud(terminal: Terminal) -> Any:
    return terminal.json("seed", "--machines", "9", "--portfolio", "cloud-agreement")


def of(terminal: Terminal, table: str, partner: str) -> list[Any]:
    return [row for row in terminal.rows(table) if row.partner_id == UUID(partner)]


def chains(terminal: Terminal, partner: str) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for row in sorted(of(terminal, "record", partner), key=lambda row: row.number):
        found.setdefault(row.machine_id, []).append(row)
    return found


def states(terminal: Terminal, partner: str, kind: AgreementType = AgreementType.MCA) -> dict[State, list[UUID]]:
    """The customers by where their agreement stands."""
    found: dict[State, list[UUID]] = {}
    for row in of(terminal, "machine", partner):
        if row.agreement_type is kind:
            found.setdefault(row.state, []).append(row.customer_id)
    return found


def test_the_answer_counts_what_is_there(terminal: Terminal, mixed: Any, cloud: Any) -> None:
    assert list(mixed) == ["partnerId", "customers", "machines", "records", "seconds"]
    for answer in (mixed, cloud):
        counted = [
            len(of(terminal, table, answer["partnerId"])) for table in ("relationship", "machine", "record", "news")
        ]
        assert counted == [answer["customers"], answer["machines"], answer["records"], answer["records"]]
    assert (mixed["customers"], mixed["machines"]) == (MANY, MANY)
    assert (cloud["customers"], cloud["machines"]) == (5, 9)


def test_everything_is_sound(terminal: Terminal, mixed: Any, cloud: Any) -> None:
    found = terminal.json("db", "check")
    assert (found["sound"], found["faults"]) == (True, [])
    assert found["machines"] == len(terminal.rows("machine"))
    assert found["records"] >= mixed["records"] + cloud["records"]


def test_no_row_points_to_one_that_is_not_there(terminal: Terminal, mixed: Any, cloud: Any) -> None:
    """PostgreSQL sees to it; SQLite can be asked."""
    with terminal.engine.connect() as connection:
        if terminal.engine.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
    assert {row.partner_id for row in terminal.rows("machine")} >= {
        UUID(answer["partnerId"]) for answer in (mixed, cloud)
    }


def test_every_chain_holds_for_somebody_who_knows_the_format_alone(
    terminal: Terminal, mixed: Any, cloud: Any
) -> None:
    sealed = {
        row.commitment: {"salt": base64.b64encode(row.salt).decode(), "value": row.value}
        for row in terminal.rows("sealed_value")
    }
    for answer in (mixed, cloud):
        found = chains(terminal, answer["partnerId"])
        assert len(found) == answer["machines"]
        for rows in found.values():
            records = [json.loads(row.body) | {"hash": row.hash} for row in rows]
            assert first_fault(records, sealed) is None
            assert {value for record in records for value in record["sealed"].values()} <= sealed.keys()


def test_a_mixed_portfolio_has_a_believable_share_of_each_state(terminal: Terminal, mixed: Any) -> None:
    found = {state: len(ids) / MANY for state, ids in states(terminal, mixed["partnerId"]).items()}
    assert set(found) == {State.UNCONFIRMED, State.ATTESTED, State.BLOCKED}
    assert 0.3 < found[State.ATTESTED] < 0.6
    assert found[State.BLOCKED] < 0.2


def test_customers_of_2019_have_an_old_agreement_and_none_of_the_new(terminal: Terminal, cloud: Any) -> None:
    partner = cloud["partnerId"]
    assert {state: len(ids) for state, ids in states(terminal, partner).items()} == {State.UNCONFIRMED: 5}
    old = states(terminal, partner, AgreementType.CLOUD)
    assert {state: len(set(ids)) for state, ids in old.items()} == {State.ATTESTED: 4}
    agreed = [row.agreed_at for row in of(terminal, "machine", partner) if row.agreed_at]
    assert agreed == sorted(agreed)
    assert CLOUD_YEAR[0] <= agreed[0] < agreed[-1] <= CLOUD_YEAR[1]
    assert {row.at.year for row in of(terminal, "record", partner)} <= {2018, 2019}


def test_the_status_of_each_kind_can_be_asked_for(terminal: Terminal, mixed: Any) -> None:
    people = {row.customer_id: row for row in of(terminal, "relationship", mixed["partnerId"])}
    for state, ids in states(terminal, mixed["partnerId"]).items():
        found, person = terminal.json("status", str(ids[0])), people[ids[0]]
        assert (found["state"], found["confirmed"]) == (state, state is State.ATTESTED)
        shown = {"firstName": person.first_name, "lastName": person.last_name, "email": person.email}
        shown |= {"phoneNumber": person.phone} if person.phone else {}
        assert found["primaryContact"] == (shown if state is State.ATTESTED else None)


def test_the_people_are_such_as_a_command_takes_and_cannot_be_mailed(
    terminal: Terminal, mixed: Any, cloud: Any
) -> None:
    tenants = {row.id: row for row in terminal.rows("customer")}
    for row in [row for answer in (mixed, cloud) for row in of(terminal, "relationship", answer["partnerId"])]:
        given = (row.first_name, row.last_name, row.email, row.phone)
        assert Contact.parse(*given) == Contact(*given)
        assert contact.line(row.company, "company") == row.company
        assert contact.domain(tenants[row.customer_id].domain) == tenants[row.customer_id].domain
        assert row.email.endswith(f"@{tenants[row.customer_id].domain}")
        assert row.email.endswith(".example")
        assert row.language in RULES.catalogue.languages[row.country]["languages"]
    assert terminal.rows("outbox") == []


def test_people_come_from_everywhere() -> None:
    names = [name for name, _ in (*seeding.people.FIRST, *seeding.people.LAST)]
    assert len({unicodedata.name(name[0]).split()[0] for name in names}) >= 5
    assert all(spelled.isascii() and spelled.isalnum() for _, spelled in (*seeding.people.FIRST, *seeding.people.LAST))


def test_numbers_in_the_feed_have_no_gap_and_nothing_is_left_to_number(
    terminal: Terminal, mixed: Any, cloud: Any
) -> None:
    counters = {row.partner_id: row.seq for row in terminal.rows("news_counter")}
    for answer in (mixed, cloud):
        told = of(terminal, "news", answer["partnerId"])
        assert [row.seq for row in sorted(told, key=lambda row: row.id)] == list(range(1, answer["records"] + 1))
        assert counters[UUID(answer["partnerId"])] == answer["records"]
        assert {row.seq is None for row in told} == {False}


def test_a_partner_that_is_there_gets_customers_and_numbers_go_on(terminal: Terminal) -> None:
    partner = terminal.partner()
    mine = UUID(terminal.tenant(partner))
    with terminal.inside():
        while sequencer.stamp():
            pass
    terminal.tenant(partner)  # its news has no number yet when the others come
    answer = terminal.json("seed", "--machines", "7", "--partner", partner)
    assert (answer["partnerId"], answer["customers"]) == (partner, 7)
    with terminal.inside():
        assert sequencer.stamp() == 1
        assert not sequencer.pulse()
    told = sorted(of(terminal, "news", partner), key=lambda row: row.seq)
    assert [row.seq for row in told] == list(range(1, answer["records"] + 3))
    assert told[0].customer_id == mine
    [counter] = of(terminal, "news_counter", partner)
    assert counter.seq == answer["records"] + 2


def test_two_portfolios_of_a_size_are_alike_and_share_nothing(terminal: Terminal, mixed: Any) -> None:
    again = terminal.json("seed", "--machines", str(MANY))
    one, other = (of(terminal, "relationship", answer["partnerId"]) for answer in (mixed, again))

    def people(rows: list[Any]) -> Any:
        told = ("company", "country", "language", "first_name", "last_name", "phone")
        return [tuple(getattr(row, name) for name in told) for row in sorted(rows, key=lambda row: row.email)]

    assert people(one) == people(other)
    assert {row.customer_id for row in one}.isdisjoint(row.customer_id for row in other)
    assert {row.email for row in one}.isdisjoint(row.email for row in other)
    domains = [row.domain for row in terminal.rows("customer")]
    assert len(domains) == len(set(domains))


# What commands write


def stored(terminal: Terminal, table: str, customer: UUID, partner: UUID) -> list[dict[str, Any]]:
    """The rows about a customer as the database keeps them, without what every row has of its own."""
    raw = Table(table, MetaData(), autoload_with=terminal.engine)
    own = Base.metadata.tables[table].c
    names = [name for name in ("customer_id", "machine_id", "record_id") if name in own]
    with terminal.engine.connect() as connection:
        found = [dict(row) for row in connection.execute(raw.select()).mappings()]
    machines = {str(row.id): row for row in terminal.rows("machine")}
    records = {str(row.id): row for row in terminal.rows("record")}

    def about(row: dict[str, Any]) -> bool:
        if str(UUID(str(row["partner_id"]))) != str(partner):
            return False
        known = {name: str(UUID(str(row[name]))) for name in names if row[name]}
        machine = known.get("machine_id") or (records[known["record_id"]].machine_id if "record_id" in known else None)
        owner = known.get("customer_id") or machines[str(machine)].customer_id
        return str(owner) == str(customer)

    return [plain(row) for row in found if about(row)]


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row with the form, instead of the value, of what is its own; its body likewise."""
    shown = {name: form(value) if name in OWN else value for name, value in row.items()}
    if "body" in shown:
        body = json.loads(shown["body"])
        length = len(shown["body"])
        body |= {name: form(body[name]) for name in ("machine", "prev")}
        body["sealed"] = {name: form(value) for name, value in body["sealed"].items()}
        shown["body"] = (length, body)
    return shown


def form(value: Any) -> Any:
    return (type(value).__name__, len(value) if isinstance(value, str | bytes) else None)


def repeat(partner: UUID, machine: Machine, relationship: Relationship, purchases: list[Purchase]) -> None:
    """The same life of the same customer with another partner, by commands."""
    created = replace(acts.console(partner), at=relationship.created_at)
    about = relationship
    profile = Profile(about.company, about.country, about.language, about.contact, about.customer.domain)
    with transaction():
        added = customers.add_customer(created, scope.partner(partner), profile)
    ours, now = added.machine, replace(created, at=machine.since)
    if machine.agreement_type is AgreementType.CLOUD:
        first = replace(created, at=machine.agreed_at)
        with transaction():
            ours = customers.machine_for(first, added.relationship, AgreementType.CLOUD)
    for purchase in purchases:
        with transaction():
            customers.record_purchase(created, added.relationship, PurchaseKind(purchase.kind), purchase.bought_on)
    with transaction():
        if machine.state is State.ATTESTED:
            assert machine.agreed_at
            attestations.attest(now, ours, added.relationship, about.contact, machine.agreed_at, RULES)
        if machine.state is State.BLOCKED:
            acceptances.block(now, ours, None)


def carry_as_a_worker(domain: str) -> None:
    """What is due, by the worker's own steps; there must be nothing to say."""
    db.session.remove()
    rows = outbox.claim("me", 10, LEASE, 0, domain)
    facts = mails.load(rows, clock())
    assert set(facts.values()) <= {None}
    settle("me", [Finished(row, Outcome.NOT_NEEDED) for row in rows])


@pytest.mark.parametrize("portfolio", ["mixed", "cloud"])
def test_it_writes_what_commands_would_have_written(
    terminal: Terminal, portfolio: str, request: pytest.FixtureRequest
) -> None:
    partner = UUID(request.getfixturevalue(portfolio)["partnerId"])
    kind = AgreementType.MCA if portfolio == "mixed" else AgreementType.CLOUD
    kinds = {state: ids[:2] for state, ids in states(terminal, str(partner), kind).items()}
    for ids in kinds.values():
        for customer in ids:
            other = UUID(terminal.partner())
            with terminal.inside():
                act = acts.console(partner)
                machine, relationship = scope.agreement(act, customer, kind)
                bought = db.session.query(Purchase).filter_by(partner_id=partner, customer_id=customer).all()
                repeat(other, machine, relationship, bought)
                carry_as_a_worker("localhost")
            for table in (*TOLD, "outbox_archive"):
                if table == "outbox_archive":
                    made, written = (archived(terminal, who, customer) for who in (partner, other))
                else:
                    made, written = (stored(terminal, table, customer, who) for who in (partner, other))
                assert made == written, table
    assert sum(map(len, kinds.values())) >= 2
