"""Counts per state: what the sequencer keeps is what the agreements come to, whatever happened."""

import random

import pytest
from sqlalchemy import select, update

from app import seeding, sequencer
from app.auth import acts
from app.commands.attestations import withdraw
from app.core.lifecycle import State
from app.core.refusals import Refused
from app.core.snapshot import Snapshot
from app.core.vocabulary import AgreementType, PartnerType
from app.db import db, transaction
from app.models import Machine, News, StateCount
from app.queries import counts, soundness
from app.seeding.portfolios import Portfolio
from tests.channel import Channel, act, company, customer, done, hire
from tests.faults.feeding import Writer
from tests.test_changes import stamp_all

MCA, CLOUD = AgreementType.MCA, AgreementType.CLOUD
NOTHING = dict.fromkeys([*State, "total"], 0)


def faults() -> list[str]:
    return [fault for fault in soundness.report()["faults"] if fault.startswith("counts: ")]


def test_after_a_random_story_the_counts_are_what_the_agreements_come_to(channel: Channel) -> None:
    writer, dice, written = Writer(channel.provider.id, [], random.Random(3)), random.Random(4), 0
    while written < 60:
        try:
            written += writer.write()
        except Refused:
            db.session.rollback()
        if dice.random() < 0.2:
            sequencer.stamp(dice.randint(1, 9))
            assert faults() == []
    stamp_all()
    found = db.session.scalars(select(Machine.state).where(Machine.partner_id == channel.provider.id)).all()
    assert len(set(found)) > 2
    there = {state.value: found.count(state) for state in State} | {"total": len(found)}
    assert counts.of(act(channel.pia), MCA) == there
    assert counts.of(act(channel.pia), CLOUD) == NOTHING
    assert faults() == []


def test_an_agreement_is_counted_with_its_number_and_moves_with_its_state(channel: Channel) -> None:
    stamp_all()
    case, pia = channel.customer(), act(channel.pia)
    assert counts.of(pia, MCA) == NOTHING
    stamp_all()
    assert counts.of(pia, MCA) == NOTHING | {"unconfirmed": 1, "total": 1}
    done(case.attest, pia)
    stamp_all()
    assert counts.of(pia, MCA) == NOTHING | {"partner-attested": 1, "total": 1}
    done(withdraw, pia, case.machine, "they left")
    stamp_all()
    assert counts.of(pia, MCA) == NOTHING | {"unconfirmed": 1, "total": 1}


def test_a_reseller_counts_what_it_sees_and_a_partner_its_own(channel: Channel) -> None:
    channel.customer()
    fabrikam = company("Fabrikam", PartnerType.DIRECT_BILL)
    ana, _ = hire(fabrikam), customer(fabrikam)
    other = company("Alpine", PartnerType.RESELLER, channel.provider)
    customer(channel.provider, other)
    stamp_all()
    numbers = {person: counts.of(act(person), MCA)["total"] for person in (channel.pia, channel.rita, ana)}
    assert list(numbers.values()) == [2, 1, 1]
    assert counts.of(act(hire(other)), MCA)["unconfirmed"] == 1


def test_news_of_an_older_assent_were_counted_when_it_was_upgraded(channel: Channel) -> None:
    channel.customer()
    stamp_all()
    case = channel.customer()
    mine = (StateCount.partner_id == channel.provider.id, StateCount.state == State.UNCONFIRMED)
    with transaction() as session:
        session.execute(update(News).where(News.machine_id == case.machine.id).values(after=None, facts=None))
        session.execute(update(StateCount).where(*mine).values(number=2))
    assert faults() == []
    stamp_all()
    assert counts.of(act(channel.pia), MCA)["unconfirmed"] == 2


def test_a_count_that_is_wrong_is_found(channel: Channel) -> None:
    channel.customer()
    stamp_all()
    mine = StateCount.partner_id == channel.provider.id
    done(db.session.execute, update(StateCount).where(mine).values(number=7))
    says = f"counts: partner {channel.provider.id} has 1 agreements {MCA} in unconfirmed, but 7 are counted"
    assert faults() == [says]
    done(db.session.execute, update(StateCount).where(mine).values(number=1))
    assert faults() == []


@pytest.mark.parametrize("portfolio", Portfolio)
def test_what_was_seeded_is_counted_and_told_as_commands_would_have_told_it(
    channel: Channel, portfolio: Portfolio
) -> None:
    by = acts.console(channel.provider.id)
    db.session.rollback()
    plan = seeding.plan(by, channel.provider.id, portfolio, 30, channel.rules, "assent.example")
    seeding.seed(plan, lambda sown: None)
    assert faults() == []
    assert counts.of(act(channel.pia), MCA)["total"] + counts.of(act(channel.pia), CLOUD)["total"] == 30
    rows = db.session.execute(
        select(Machine, News.facts, News.before, News.after)
        .join(News, News.machine_id == Machine.id)
        .where(Machine.partner_id == channel.provider.id)
        .order_by(News.id)
    ).all()
    told = {machine.id: (machine, facts, after) for machine, facts, _, after in rows}
    assert len(told) == 30
    for machine, facts, after in told.values():
        assert (facts, after) == (Snapshot.of(machine).facts(), machine.state)
    assert {before for machine, _, before, after in rows if after == "unconfirmed"} == {None}
