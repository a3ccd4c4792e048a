"""`assent seed`: a made-up portfolio that commands could have written."""

import base64
import json
import unicodedata
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app import sequencer
from app.core import contact
from app.core.contact import Contact
from app.core.lifecycle import State
from app.core.vocabulary import AgreementType
from app.installation import load_rules
from app.seeding.people import FIRST, LAST
from tests.cli.terminal import Terminal
from tests.verifier import first_fault

RULES = load_rules()
MANY = 60


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


def test_every_chain_holds_for_somebody_who_knows_the_format_alone(terminal: Terminal, mixed: Any, cloud: Any) -> None:
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
    assert 0.25 < found[State.ATTESTED] < 0.65
    assert 0.02 < found[State.BLOCKED] < 0.25


def test_customers_of_2019_have_an_old_agreement_and_none_of_the_new(terminal: Terminal, cloud: Any) -> None:
    partner = cloud["partnerId"]
    assert {state: len(ids) for state, ids in states(terminal, partner).items()} == {State.UNCONFIRMED: 5}
    old = states(terminal, partner, AgreementType.CLOUD)
    assert {state: len(set(ids)) for state, ids in old.items()} == {State.ATTESTED: 4}
    agreed = [row.agreed_at for row in of(terminal, "machine", partner) if row.agreed_at]
    assert agreed == sorted(agreed)
    assert datetime(2018, 8, 7, tzinfo=UTC) <= agreed[0] < agreed[-1] < datetime(2019, 10, 1, tzinfo=UTC)
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
    names = [name for name, _ in (*FIRST, *LAST)]
    assert len({unicodedata.name(name[0]).split()[0] for name in names}) >= 5
    assert all(spelled.isascii() and spelled.isalnum() for _, spelled in (*FIRST, *LAST))


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


# What is refused


@pytest.mark.parametrize("number", ["0", "-1"])
def test_fewer_than_one_machine_makes_no_portfolio(desk: Terminal, number: str) -> None:
    says = desk.misused("seed", "--machines", number)
    assert says == f"Error: Invalid value for '--machines': {number} is not in the range x>=1."


def test_a_portfolio_of_one_machine_is_one(desk: Terminal) -> None:
    for portfolio in ("mixed", "cloud-agreement"):
        answer = desk.json("seed", "--machines", "1", "--portfolio", portfolio)
        assert (answer["customers"], answer["machines"]) == (1, 1)


def test_only_a_partner_that_confirms_here_can_have_customers(desk: Terminal) -> None:
    provider = desk.partner("indirect-provider")
    reseller = desk.partner("indirect-reseller", "--provider", provider)
    mirror = desk.partner("direct-bill", "--authority", "mirror")
    nobody = "0199f0c2-1111-7abc-8def-0123456789ab"
    said = {id: desk.refused("seed", "--machines", "3", "--partner", id) for id in (reseller, mirror, nobody)}
    assert said == {reseller: "wrong-partner-type", mirror: "not-forwarded", nobody: "not-found"}
    assert desk.json("seed", "--machines", "3", "--partner", provider)["machines"] == 3


def test_the_made_up_partner_has_somebody_who_can_act(desk: Terminal) -> None:
    partner = desk.json("seed", "--machines", "5")["partnerId"]
    [person] = of(desk, "staff", partner)
    assert "made up" in desk.row("partner", id=UUID(partner)).name
    customer = str(states(desk, partner)[State.UNCONFIRMED][0])
    words = ["--first-name", "Ana", "--last-name", "Ek", "--email", "ana@contoso.example", "--date", "2026-01-31"]
    assert desk.json("attest", customer, *words, "--as", person.email)["state"] == State.ATTESTED
