"""Figures over time: what the sequencer keeps for each month is what the records tell, whatever happened."""

import hashlib
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib import import_module

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, select, text, update

from app import seeding, sequencer
from app.auth import acts
from app.commands import acceptances, attestations, catalogue, invitations
from app.commands.acceptances import Consent
from app.commands.catalogue import Publication
from app.commands.invitations import Ask
from app.core.act import Act
from app.core.policy import Cell
from app.core.refusals import Refused
from app.core.rows import laid_over
from app.core.tally import Passed, within
from app.core.vocabulary import ActorKind, AgreementType, Assurance, InvitationKind, Method, Operation
from app.db import WRITE, db, transaction
from app.installation import installation
from app.models import AgreementVersion, Invitation, Machine, MonthCount, Partner, Relationship
from app.queries import forecast, progress, soundness
from app.seeding.portfolios import Portfolio
from tests.cast import MARIA, Cast
from tests.channel import Channel, act, done
from tests.faults.feeding import Writer
from tests.test_changes import stamp_all

MCA = AgreementType.MCA
WORDS = "We accept."
LAST_YEAR = datetime(2025, 10, 5, 12, 0, tzinfo=UTC)
ROWS = """
[[rule]]
id = "anew"
topic = "enforcement"
from = 2027-02-01
any-of = ["MicrosoftCustomerAgreement"]
accepted-since = 2027-01-01
"""


def faults() -> list[str]:
    return [fault for fault in soundness.report()["faults"] if fault.startswith("months: ")]


def kept(cast: Cast) -> dict[tuple[str, str], int]:
    """Month and word of what is counted."""
    db.session.rollback()
    rows = db.session.scalars(select(MonthCount).where(MonthCount.partner_id == cast.fabrikam.id))
    return {(row.month, row.passed.value): row.number for row in rows}


def live(cast: Cast, at: datetime, *steps: tuple[str, int]) -> None:
    """One customer's story: what happens, and how many hours after what came before."""
    story = cast.customer()
    invitation: Invitation | None = None
    for what, hours in steps:
        at += timedelta(hours=hours)
        by = replace(cast.act(), at=at)
        with transaction():
            machine, tie = db.session.merge(story.machine), db.session.merge(story.relationship)
            if what == "invite":
                ask = Ask(InvitationKind.AGREEMENT, tie.contact, "en", None)
                invitation = invitations.invite(by, machine, tie, ask, cast.rules)
            elif what == "attest":
                contact = replace(MARIA, first_name=f"Maria {hours}")
                attestations.attest(by, machine, tie, contact, at, cast.rules)
            elif what == "withdraw":
                attestations.withdraw(by, machine, "they left")
            else:
                customer = replace(by, kind=ActorKind.CUSTOMER, method=Method.EMAIL_CODE)
                asked = db.session.merge(invitation) if invitation else None
                answer(what, customer, cast, machine, tie, asked)


def answer(what: str, by: Act, cast: Cast, machine: Machine, tie: Relationship, invitation: Invitation | None) -> None:
    assert invitation
    if what == "decline":
        acceptances.decline(by, machine, invitation, "not now")
        return
    sha256 = hashlib.sha256(WORDS.encode()).hexdigest()
    consent = Consent(WORDS, sha256, "Maria Ek", True, True, Assurance.MAILBOX_CODE, "en-US")
    acceptances.accept(by, machine, tie, invitation, consent, cast.rules)


def test_a_month_counts_what_moved_and_how_long_it_took_since_it_was_first_asked_for(cast: Cast) -> None:
    live(cast, LAST_YEAR, ("invite", 0), ("accept", 5))
    # Asked once more, and asked anew after a no: it waits since the first time.
    live(cast, LAST_YEAR, ("invite", 0), ("invite", 60), ("accept", 20))
    live(cast, LAST_YEAR, ("invite", 0), ("decline", 24), ("invite", 24 * 20), ("accept", 24 * 12))
    # A correction moves nothing; what was withdrawn is asked for from the start.
    live(cast, LAST_YEAR, ("invite", 0), ("attest", 1), ("attest", 2), ("withdraw", 3), ("invite", 4), ("accept", 30))
    stamp_all()
    assert faults() == []
    assert kept(cast) == {
        ("2025-10", "invited"): 6,
        ("2025-10", "attested"): 1,
        ("2025-10", "accepted"): 3,
        ("2025-10", "within-1"): 1,
        ("2025-10", "within-3"): 1,
        ("2025-10", "within-7"): 1,
        ("2025-11", "accepted"): 1,
        ("2025-11", "later"): 1,
    }


def test_after_a_random_story_the_months_are_what_the_records_tell(channel: Channel) -> None:
    writer, dice, written = Writer(channel.provider.id, [], random.Random(5)), random.Random(6), 0
    while written < 25:
        try:
            written += writer.write()
        except Refused:
            db.session.rollback()
        if dice.random() < 0.2:
            sequencer.stamp(dice.randint(1, 9))
    # Some have their number by now and some not.
    assert faults() == []
    stamp_all()
    assert faults() == []


def test_a_month_that_is_wrong_is_found(cast: Cast) -> None:
    live(cast, LAST_YEAR, ("attest", 1))
    stamp_all()
    mine = update(MonthCount).where(MonthCount.partner_id == cast.fabrikam.id)
    done(db.session.execute, mine.values(number=7))
    assert faults() == [f"months: partner {cast.fabrikam.id}, {MCA}, 2025-10: 1 are attested, but 7 are counted"]
    done(db.session.execute, mine.values(number=1))
    assert faults() == []


def test_what_was_seeded_is_counted(channel: Channel) -> None:
    by = acts.console(channel.provider.id)
    db.session.rollback()
    plan = seeding.plan(by, channel.provider.id, Portfolio.MIXED, 30, channel.rules, "assent.example")
    seeding.seed(plan, lambda sown: None)
    assert faults() == []
    rows = progress.months(channel.provider.id, MCA, act(channel.pia).at.date(), 30)
    assert sum(month.of(Passed.ATTESTED) for month in rows) > 5


def test_an_upgrade_counts_what_was_recorded_before_it(cast: Cast) -> None:
    live(cast, LAST_YEAR, ("invite", 0), ("accept", 30))
    live(cast, LAST_YEAR, ("invite", 0), ("attest", 3), ("attest", 4))
    stamp_all()
    live(cast, LAST_YEAR, ("attest", 1))  # the sequencer has yet to come to it
    before = kept(cast)
    db.session.rollback()
    with db.engine.connect() as connection, connection.execution_options(**{WRITE: True}).begin():
        connection.execute(text("DROP TABLE month_count"))
        filled(connection)
    assert kept(cast) == before
    stamp_all()
    assert faults() == []


def filled(connection: Connection) -> None:
    with Operations.context(MigrationContext.configure(connection)):
        import_module("app.migrations.versions.0006_pages").count_months(connection)


def test_the_last_twelve_months_are_there_also_where_nothing_happened(cast: Cast) -> None:
    live(cast, LAST_YEAR, ("invite", 0), ("accept", 30))
    live(cast, LAST_YEAR, ("invite", 0), ("accept", 100))
    stamp_all()
    found = progress.months(cast.fabrikam.id, MCA, date(2026, 1, 31))
    assert [month.first for month in found][::11] == [date(2025, 2, 1), date(2026, 1, 1)]
    assert [(month.first, month.of(Passed.ACCEPTED)) for month in found if month.numbers] == [(date(2025, 10, 1), 2)]
    waits = progress.waits(found)
    assert [number for _, number in waits] == [0, 1, 1, 0, 0, 0]
    assert progress.median(waits) is Passed.WITHIN_3
    assert progress.median(progress.waits(found[:2])) is None
    assert progress.months(cast.ana.id, MCA, date(2026, 1, 31))[8].numbers == {}


@pytest.mark.parametrize(
    ("hours", "word"), [(0, "within-1"), (24, "within-3"), (72, "within-7"), (700, "within-30"), (720, "later")]
)
def test_a_wait_belongs_to_one_span(hours: int, word: str) -> None:
    assert within(timedelta(hours=hours)) == word


def test_the_next_turn_is_the_next_day_that_changes_what_orders_need(cast: Cast) -> None:
    rules, now = cast.rules, datetime(2026, 11, 21, tzinfo=UTC)
    assert forecast.next_turn(rules, now) is None
    drafted = replace(rules, policy=laid_over(rules.policy, ROWS, "draft"))
    assert forecast.next_turn(drafted, now) == date(2027, 2, 1)
    assert forecast.next_turn(drafted, datetime(2027, 2, 1, tzinfo=UTC)) is None


def test_the_outlook_counts_everybody_and_names_the_first(cast: Cast) -> None:
    live(cast, LAST_YEAR, ("attest", 1))
    for _ in range(3):
        cast.customer()
    drafted = replace(cast.rules, policy=laid_over(cast.rules.policy, ROWS, "draft"))
    partner, cell = db.session.get_one(Partner, cast.fabrikam.id), Cell(Operation.NEW_PURCHASE)
    now = forecast.outlook(partner, cell, datetime(2026, 11, 21, tzinfo=UTC), drafted)
    then = forecast.outlook(partner, cell, datetime(2027, 2, 1, tzinfo=UTC), drafted, 2)
    assert (now.blocked, len(now.listed), then.blocked, len(then.listed)) == (3, 3, 4, 2)
    assert sum(number for _, number in then.reasons) == 4
    every = list(forecast.everybody(partner, cell, datetime(2027, 2, 1, tzinfo=UTC), drafted))
    assert [row.customer_id for row in every][:2] == [row.customer_id for row in then.listed]
    assert len(every) == 4


def test_a_grace_that_runs_out_is_a_turn(cast: Cast) -> None:
    known = cast.rules.catalogue
    dates = (date(2026, 12, 1), date(2026, 12, 10), date(2027, 1, 5))
    with transaction() as session:
        version = catalogue.publish(acts.console(), Publication(MCA, True, *dates), known)
        book = replace(cast.rules, catalogue=known.with_versions({MCA: [_row(version)]}))
        session.rollback()
    assert forecast.next_turn(book, datetime(2026, 11, 21, tzinfo=UTC)) == date(2027, 1, 5)
    assert installation().rules is cast.rules


def _row(version: AgreementVersion) -> dict[str, object]:
    return {name: getattr(version, name) for name in ("rank", "material", "published", "effective", "grace")}
