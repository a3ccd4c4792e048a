"""The list of customers on both engines: whose they are, in which order, and that an index leads there."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, select, text, update

from app.auth import acts
from app.commands import customers, removals
from app.commands.customers import Profile
from app.core.act import Act
from app.core.countries import search_key
from app.core.lifecycle import State
from app.core.vocabulary import InvitationStatus, PartnerType, RelationshipState
from app.db import WRITE, db
from app.models import FurtherReseller, Invitation, Partner, Relationship
from app.queries import customers as queries
from app.queries.customers import Search, SearchField
from tests.cast import MARIA, Cast
from tests.channel import Channel, act, company, done, hire, refused

NAMES = ["Ärlig", "ärlig 2", "Zebra", "a-b", "ab", "A_c", "éclair", "Straße", "STRASSE 2", "漢字"]


def added(partner: Partner, name: str, domain: str, reseller: Partner | None = None) -> Relationship:
    about = Profile(name, "SE", "en", MARIA, domain)
    return done(customers.add_customer, acts.console(), partner, about, reseller).relationship


def leafed(who: Act, search: Search | None = None, most: int = 3) -> list[str]:
    """Everything there is, page by page."""
    found: list[str] = []
    after: tuple[str, UUID] | None = None
    while True:
        rows, after = queries.listed(who, search, after, most)
        assert len(rows) <= most
        found += [row.company for row in rows]
        db.session.rollback()
        if after is None:
            return found


@pytest.fixture
def own(channel: Channel) -> Act:
    """Somebody of a direct-bill partner whose customers bear all these names."""
    partner = company("Fabrikam", PartnerType.DIRECT_BILL)
    for number, name in enumerate(NAMES):
        added(partner, name, f"d{number}-{partner.id.hex[-8:]}.example")
    return act(hire(partner))


def test_pages_follow_the_letters_without_a_gap_or_a_double(own: Act) -> None:
    assert leafed(own) == sorted(NAMES, key=search_key)


@pytest.mark.parametrize(
    ("begins", "names"),
    [("är", ["Ärlig", "ärlig 2"]), ("A", ["a-b", "A_c", "ab"]), ("strasse", ["Straße", "STRASSE 2"]), ("%", [])],
)
def test_a_search_takes_what_begins_so_in_any_case(own: Act, begins: str, names: list[str]) -> None:
    assert leafed(own, Search(SearchField.COMPANY, begins), 1) == names


def test_a_reseller_has_its_own_and_those_it_was_let_into(channel: Channel) -> None:
    other = company("Litware", PartnerType.RESELLER, channel.provider)
    mark = other.id.hex[-8:]
    shared = added(channel.provider, "Shared", f"s-{mark}.example", channel.reseller)
    added(channel.provider, "Shared", f"s-{mark}.example", other)
    added(channel.provider, "Theirs", f"t-{mark}.example", other)
    added(channel.provider, "Direct", f"u-{mark}.example")
    assert db.session.get(FurtherReseller, (channel.provider.id, shared.customer_id, other.id))
    rita, lena, pia = act(channel.rita), act(hire(other)), act(channel.pia)
    assert (leafed(rita), leafed(lena), leafed(pia)) == (
        ["Shared"],
        ["Shared", "Theirs"],
        ["Direct", "Shared", "Theirs"],
    )
    assert leafed(pia, Search(SearchField.RESELLER, str(other.id))) == ["Shared", "Theirs"]
    assert leafed(pia, Search(SearchField.RESELLER, "")) == ["Shared", "Theirs"]
    assert leafed(rita, Search(SearchField.RESELLER, str(other.id))) == []
    assert leafed(lena, Search(SearchField.PROVIDER, "tail")) == ["Shared", "Theirs"]
    assert leafed(pia, Search(SearchField.DOMAIN, f"T-{mark}")) == ["Theirs"]


# How it is found


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    found: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        found.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def plan(statement: str, parameters: Any) -> str:
    """How the engine goes about it; PostgreSQL is told not to fall back on what is cheap for a small table only."""
    sqlite = db.engine.dialect.name == "sqlite"
    with db.engine.connect() as connection:
        if not sqlite:
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            connection.execute(text("SET LOCAL enable_bitmapscan = off"))
        explain = "EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN "
        rows = connection.exec_driver_sql(explain + statement, parameters).all()
    return "\n".join(str(row[-1]) for row in rows)


@pytest.mark.parametrize(
    ("search", "index"),
    [
        (None, "company_key"),
        (Search(SearchField.COMPANY, "a"), "company_key"),
        (Search(SearchField.DOMAIN, "d1"), "domain"),
    ],
)
def test_a_page_is_read_from_the_index_in_whose_order_it_stands(own: Act, search: Search | None, index: str) -> None:
    with statements() as found:
        queries.listed(own, search, ("a", UUID(int=1)), 3)
    [(statement, parameters)] = found
    db.session.rollback()
    assert f"ix_relationship_partner_id_{index}_id" in plan(statement, parameters)


def test_the_customers_of_one_reseller_are_read_from_the_resellers_index(channel: Channel) -> None:
    pia = act(channel.pia)
    with statements() as found:
        queries.listed(pia, Search(SearchField.RESELLER, str(channel.reseller.id)), None, 3)
    db.session.rollback()
    assert "ix_relationship_reseller_id_company_key_id" in plan(*found[-1])


# Removing


def test_removing_ends_the_invitation_and_writes_every_machine(cast: Cast) -> None:
    story = cast.customer()
    invitation, revision = story.invite(), story.machine.revision
    done(removals.remove, cast.act(), story.relationship)
    assert (story.machine.state, invitation.status) == (State.UNCONFIRMED, InvitationStatus.REVOKED)
    assert story.machine.revision > revision
    assert refused(removals.remove, cast.act(), story.relationship) == "relationship-removed"
    idle = cast.customer()
    revision = idle.machine.revision
    done(removals.remove, cast.act(), idle.relationship)
    assert (idle.relationship.state, idle.machine.revision) == (RelationshipState.REMOVED, revision + 1)
    assert db.session.scalars(select(Invitation).where(Invitation.machine_id == idle.machine.id)).all() == []


# Of an older Assent


def test_customers_of_an_older_schema_get_the_keys_by_which_they_are_found(
    own: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    migration = importlib.import_module("app.migrations.versions.0003_the_api")
    monkeypatch.setattr(migration, "AT_ONCE", 3)
    keys = select(Relationship.id, Relationship.company_key, Relationship.domain).order_by(Relationship.id)
    with db.engine.connect() as connection, connection.execution_options(**{WRITE: True}).begin() as whole:
        before = connection.execute(keys).all()
        assert len(before) > 2 * 3
        connection.execute(update(Relationship).values(company_key="", domain=None))
        migration.find_again(connection)
        assert connection.execute(keys).all() == before
        whole.rollback()
