"""The portfolio on both engines: every filter finds what it says, page after page, for each side what it may see."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, select, update

from app.auth import acts
from app.commands import customers, invitations
from app.commands.customers import Profile
from app.commands.invitations import Ask
from app.core.act import Act
from app.core.carrying import Delivery, Trouble
from app.core.contact import mailbox
from app.core.lifecycle import State
from app.core.policy import Rulebook
from app.core.refusals import Refused
from app.core.steps import next_step
from app.core.vocabulary import AgreementType, InvitationKind, PartnerType
from app.db import WRITE, db, transaction
from app.installation import installation
from app.models import Invitation, Machine, Partner, Relationship, StateCount, Suppression
from app.queries import places, portfolio, subjects, upcoming
from app.queries.portfolio import FEW, Wanted
from app.queries.scope import ranges, visible_to
from app.queries.status import status
from app.queries.walks import Key
from tests import rows
from tests.cast import MARIA
from tests.channel import Case, act, company, done, hire

STATES = (State.UNCONFIRMED, State.INVITED, State.ATTESTED, State.BLOCKED, State.DIRECT)
MCA = AgreementType.MCA


@dataclass(frozen=True)
class Market:
    """A provider with two resellers and a dozen customers, and a rival that has some of them too."""

    provider: Partner
    resellers: tuple[Partner, Partner]
    people: dict[str, Act]
    rules: Rulebook
    cases: list[Case]


def newly(partner: Partner, reseller: Partner | None, name: str, domain: str) -> Case:
    about = Profile(name, "SE", "en", replace(MARIA, email=f"maria@{domain}"), domain)
    added = done(customers.add_customer, acts.console(), partner, about, reseller)
    return Case(added.machine, added.relationship, installation().rules)


_markets: dict[str, Market] = {}


@pytest.fixture
def market(app: Any) -> Market:
    """One for all tests of an engine: they only read."""
    where = str(db.engine.url)
    if where not in _markets:
        _markets[where] = opened()
    return _markets[where]


def opened() -> Market:
    provider = company("Tailspin", PartnerType.PROVIDER)
    first, second = (company(name, PartnerType.RESELLER, provider) for name in ("Wingtip", "Adatum"))
    rival = company("Fabrikam", PartnerType.DIRECT_BILL)
    people = {
        "provider": act(hire(provider)),
        "first": act(hire(first)),
        "second": act(hire(second)),
        "rival": act(hire(rival)),
    }
    cases = []
    for number, (state, through) in enumerate(product(STATES, (None, first, second))):
        mark = f"{provider.id.hex[-6:]}{number}"
        case = newly(provider, through, ("Contoso", "ÉTOILE", "Étoile")[number % 3], f"contoso{mark}.example")
        move(case, state, people["provider"], number)
        if number % 3 == 1:
            rows.change(Relationship, Relationship.id == case.relationship.id, country="NO")
        cases.append(case)
    send_back(provider, rival, cases)
    known = cases[0].relationship.customer
    newly(rival, None, "Contoso", str(known.domain))
    done(customers.add_customer, acts.console(), provider, described(cases[1]), second)
    with transaction() as session:
        # So many that the letters lead to them; of every other state there are few.
        session.add(StateCount(partner_id=provider.id, agreement_type=MCA, state=State.ATTESTED, number=FEW + 1))
    for row in (provider, first, second, *(each for case in cases for each in (case.machine, case.relationship))):
        db.session.refresh(row)
    db.session.expunge_all()  # they outlive this session
    return Market(provider, (first, second), people, installation().rules, cases)


def described(case: Case) -> Profile:
    held = case.relationship
    return Profile(held.company, "SE", "en", held.contact, held.domain)


def move(case: Case, state: State, by: Act, number: int) -> None:
    if state is State.INVITED:
        ask = Ask(InvitationKind.AGREEMENT, case.relationship.contact, "en", expires_in_days=number + 1)
        done(invitations.invite, by, case.machine, case.relationship, ask, case.rules)
    elif state in (State.ATTESTED, State.DIRECT):
        done(case.attest, by)
        version = {"accepted_version": 1} if number % 2 else {}
        rows.change(Machine, Machine.id == case.machine.id, state=state, **version)
    elif state is State.BLOCKED:
        rows.change(Machine, Machine.id == case.machine.id, state=state)


def send_back(provider: Partner, rival: Partner, cases: list[Case]) -> None:
    """Of the three invited the first one's mail came back, of the second a former one's, the third complained; to the
    first two customers the provider must not write, to the fifth another partner must not."""
    first, second, third = (case.machine.id for case in cases[3:6])
    rows.change(Invitation, Invitation.machine_id.in_([first, second]), delivery=Delivery.BOUNCED)
    rows.change(Invitation, Invitation.machine_id == third, delivery=Delivery.COMPLAINED)
    again = Ask(InvitationKind.AGREEMENT, cases[4].relationship.contact, "en", expires_in_days=5)
    done(invitations.invite, act(hire(provider)), cases[4].machine, cases[4].relationship, again, cases[4].rules)
    with transaction() as session:
        for partner, case in ((provider, cases[0]), (provider, cases[1]), (rival, cases[5])):
            box = mailbox(case.relationship.email)
            held = {"mailbox": box, "reason": "left", "created_by": "Pia", "created_at": acts.now()}
            session.add(Suppression(partner_id=partner.id, **held))


def numbers(market: Market, *wanted: int) -> set[str]:
    return {str(market.cases[number].machine.customer_id) for number in wanted}


def everything(by: Act, wanted: Wanted, rules: Rulebook, most: int = 4) -> list[dict[str, Any]]:
    """All pages, one after the other."""
    found: list[dict[str, Any]] = []
    after: Key | None = None
    while True:
        db.session.rollback()
        page, after = portfolio.page(by, wanted, rules, most, after)
        assert len(page) <= most
        found += page
        if after is None:
            return found
        assert len(page) == most


FILTERS: dict[str, tuple[Callable[[Market], Wanted], Callable[[Market, dict[str, Any]], bool]]] = {
    "all": (lambda m: Wanted(), lambda m, item: True),
    **{
        state.value: (lambda m, state=state: Wanted(state=state), lambda m, item, state=state: item["state"] is state)  # type: ignore[misc]
        for state in STATES
    },
    "reseller": (
        lambda m: Wanted(reseller=m.resellers[1].id),
        lambda m, item: item["customerId"] in through(m, m.resellers[1]),
    ),
    "reseller, attested": (
        lambda m: Wanted(reseller=m.resellers[0].id, state=State.ATTESTED),
        lambda m, item: item["state"] is State.ATTESTED and item["customerId"] in through(m, m.resellers[0]),
    ),
    "name": (lambda m: Wanted(begins="étoile"), lambda m, item: item["companyName"].lower() == "étoile"),
    "name or domain": (lambda m: Wanted(begins="CONT"), lambda m, item: True),
    "domain, attested": (
        lambda m: Wanted(begins="contoso", state=State.ATTESTED),
        lambda m, item: item["state"] is State.ATTESTED,
    ),
    "domain, invited": (
        lambda m: Wanted(begins="contoso", state=State.INVITED),
        lambda m, item: item["state"] is State.INVITED,
    ),
    "name, invited": (
        lambda m: Wanted(begins="é", state=State.INVITED),
        lambda m, item: item["state"] is State.INVITED and item["companyName"].lower() == "étoile",
    ),
    "nobody": (lambda m: Wanted(begins="contoso%"), lambda m, item: False),
    "expiring": (
        lambda m: Wanted(expires_before=acts.now() + timedelta(days=5)),
        lambda m, item: soon(item, 5),
    ),
    "expiring, by name": (
        lambda m: Wanted(expires_before=acts.now() + timedelta(days=5), begins="é"),
        lambda m, item: soon(item, 5) and item["companyName"].lower() == "étoile",
    ),
    "expiring, through the second": (
        lambda m: Wanted(expires_before=acts.now() + timedelta(days=9), reseller=m.resellers[1].id),
        lambda m, item: soon(item, 9) and item["customerId"] in through(m, m.resellers[1]),
    ),
    "country": (lambda m: Wanted(country="NO"), lambda m, item: item["country"] == "NO"),
    "country, attested": (
        lambda m: Wanted(country="SE", state=State.ATTESTED),
        lambda m, item: item["country"] == "SE" and item["state"] is State.ATTESTED,
    ),
    "country, blocked": (
        lambda m: Wanted(country="NO", state=State.BLOCKED),
        lambda m, item: item["country"] == "NO" and item["state"] is State.BLOCKED,
    ),
    "country, by letters": (
        lambda m: Wanted(country="NO", begins="é"),
        lambda m, item: item["country"] == "NO" and item["companyName"].lower() == "étoile",
    ),
    "country, by letters, invited": (
        lambda m: Wanted(country="NO", begins="contoso", state=State.INVITED),
        lambda m, item: item["country"] == "NO" and item["state"] is State.INVITED,
    ),
    "country, expiring": (
        lambda m: Wanted(country="NO", expires_before=acts.now() + timedelta(days=9)),
        lambda m, item: item["country"] == "NO" and soon(item, 9),
    ),
    "bounced": (
        lambda m: Wanted(health=Trouble.BOUNCED),
        lambda m, item: item["customerId"] in numbers(m, 3),
    ),
    "complained, by letters": (
        lambda m: Wanted(health=Trouble.COMPLAINED, begins="contoso", expires_before=acts.now() + timedelta(days=9)),
        lambda m, item: item["customerId"] in numbers(m, 5),
    ),
    "suppressed": (
        lambda m: Wanted(health=Trouble.SUPPRESSED),
        lambda m, item: item["customerId"] in numbers(m, 0, 1) and item["partnerId"] == str(m.provider.id),
    ),
    "suppressed, in a country": (
        lambda m: Wanted(health=Trouble.SUPPRESSED, country="NO", state=State.UNCONFIRMED),
        lambda m, item: item["customerId"] in numbers(m, 1) and item["partnerId"] == str(m.provider.id),
    ),
    "the other agreement": (lambda m: Wanted(AgreementType.CLOUD), lambda m, item: False),
}


def through(market: Market, reseller: Partner) -> set[str]:
    """The customers that are worked through a reseller, as the first or as a further one."""
    further = market.cases[1].machine.customer_id if reseller is market.resellers[1] else None
    return {
        str(case.machine.customer_id)
        for case in market.cases
        if case.relationship.reseller_id == reseller.id or case.machine.customer_id == further
    }


def soon(item: dict[str, Any], days: int) -> bool:
    until = (acts.now() + timedelta(days=days)).isoformat()
    return bool(item["invitation"]) and item["invitation"]["expiresAt"] < until


def test_every_filter_finds_what_it_says_for_each_side(market: Market) -> None:
    for who, by in market.people.items():
        whole = everything(by, Wanted(), market.rules)
        assert len(whole) == {"provider": 15, "first": 5, "second": 6, "rival": 1}[who]
        for name, (wanted, holds) in FILTERS.items():
            if who != "provider" and wanted(market).reseller not in (None, by.partner_id):
                continue
            found = everything(by, wanted(market), market.rules)
            ids = [item["customerId"] for item in found]
            assert len(set(ids)) == len(ids), f"{who}, {name}: twice"
            assert sorted(ids) == sorted(item["customerId"] for item in whole if holds(market, item)), f"{who}, {name}"


def test_a_reseller_learns_of_no_other(market: Market) -> None:
    first, second = market.resellers
    assert everything(market.people["first"], Wanted(reseller=second.id), market.rules) == []
    for name, reseller in (("first", first), ("second", second)):
        found = everything(market.people[name], Wanted(), market.rules)
        assert {item["resellerId"] for item in found} == {str(reseller.id)}


def test_what_counts_no_more_is_found_once_its_grace_is_over(market: Market) -> None:
    by = market.people["provider"]
    old = {
        str(case.machine.customer_id)
        for case in market.cases
        if db.session.get_one(Machine, case.machine.id, populate_existing=True).accepted_version == 0
    }
    assert len(old) == 4
    stale = everything(by, Wanted(stale=True), renewed(market.rules))
    assert {item["customerId"] for item in stale} == old
    assert not any(item["confirmed"] for item in stale)
    fresh = everything(by, Wanted(stale=False), renewed(market.rules))
    assert len(fresh) == 15 - len(old)
    attested = everything(by, Wanted(stale=True, state=State.ATTESTED), renewed(market.rules), most=1)
    assert {item["state"] for item in attested} == {State.ATTESTED}
    named = everything(by, Wanted(stale=True, begins="contoso"), renewed(market.rules))
    assert {item["customerId"] for item in named} == old
    assert everything(by, Wanted(stale=True), market.rules) == []


def renewed(rules: Rulebook) -> Rulebook:
    """The rules after a second version, whose grace is over."""
    versions = rules.catalogue.agreements[MCA]["versions"]
    return Rulebook(rules.policy, rules.catalogue.with_versions({MCA: [{**versions[0], "rank": 1}]}))


def test_in_short_it_says_what_the_status_says(market: Market) -> None:
    for item in everything(market.people["provider"], Wanted(), market.rules):
        machine = db.session.scalars(
            select(Machine).where(
                Machine.customer_id == UUID(item["customerId"]), Machine.partner_id == market.provider.id
            )
        ).one()
        told = status(machine, market.rules, market.people["provider"].at)
        shared = set(told) & set(item)
        assert {name: item[name] for name in shared} == {name: told[name] for name in shared}
        assert shared >= {"state", "since", "sequence", "confirmed", "method", "dateAgreed", "version", "invitation"}


def test_a_page_takes_the_same_few_queries_whatever_is_on_it(market: Market) -> None:
    asked: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    portfolio.page(market.people["provider"], Wanted(), market.rules, 1)
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        numbers = []
        for most in (1, 15):
            asked.clear()
            portfolio.page(market.people["provider"], Wanted(), market.rules, most)
            numbers.append(len(asked))
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert numbers[0] == numbers[1] <= 4


def test_the_parts_of_what_one_may_see_are_the_whole_and_never_overlap(market: Market) -> None:
    for by in (*market.people.values(), acts.console(market.provider.id), acts.console()):
        for table in (Machine, Relationship):
            parts = [set(db.session.scalars(select(table.id).where(part))) for part in ranges(by, table)]
            whole = set(db.session.scalars(select(table.id).where(visible_to(by, table))))
            assert set().union(*parts) == whole
            assert sum(map(len, parts)) == len(whole)


@pytest.mark.parametrize(
    "after", [[], ["id"], ["id", "x"], ["name", "x"], ["deadline", "2026-01-01", "x"], ["company", "a\0", "x"]]
)
def test_a_key_that_leads_nowhere_is_refused(market: Market, after: Key) -> None:
    wanted = Wanted(expires_before=acts.now()) if "deadline" in after else Wanted()
    with pytest.raises(Refused, match="invalid-value"):
        portfolio.page(market.people["provider"], wanted, market.rules, 5, after)


def test_what_comes_next_for_a_page_is_what_comes_next_for_each(market: Market) -> None:
    for by in market.people.values():
        ids, _ = portfolio.found(by, Wanted(), market.rules, 50)
        steps = upcoming.of(by, ids, MCA, by.at, lambda partner: market.rules)
        assert len(steps) == len(ids)
        for (customer, _), step in steps.items():
            known = subjects.of(by, UUID(customer), by.at)
            assert step == next_step(known.case(MCA, by.at, market.rules))


def test_countries_are_those_of_ones_own_customers(market: Market) -> None:
    assert places.of(market.people["provider"]) == ["NO", "SE"]
    assert places.of(market.people["first"]) == ["NO"]
    assert places.of(market.people["rival"]) == ["SE"]
    assert places.of(act(hire(company("Litware", PartnerType.PROVIDER)))) == []


def test_contacts_of_an_older_schema_get_the_mailbox_by_which_they_are_found(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    migration = importlib.import_module("app.migrations.versions.0006_pages")
    monkeypatch.setattr(migration, "AT_ONCE", 3)
    boxes = select(Relationship.id, Relationship.mailbox).order_by(Relationship.id)
    with db.engine.connect() as connection, connection.execution_options(**{WRITE: True}).begin() as whole:
        before = connection.execute(boxes).all()
        assert len(before) > 2 * 3
        connection.execute(update(Relationship).values(mailbox=""))
        migration.know_mailboxes(connection)
        assert connection.execute(boxes).all() == before
        whole.rollback()
