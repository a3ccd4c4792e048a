"""Until when an answer of the gate holds, and what every answer says: for any customer, order and moment."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.gate import Acceptance, Standing, Subject, Verdict, decide
from app.core.policy import Cell, dates, start_of
from app.core.refusals import Reason
from app.core.vocabulary import (
    AcceptanceMethod,
    AgreementType,
    Authority,
    Channel,
    Cloud,
    Environment,
    Operation,
    PartnerType,
)
from tests.core.asking import CLOUD, MCA, accepted, ask, customer, moment, rulebook, version

# Rows that come and go, and versions, on top of the shipped ones.
BOOK = rulebook(
    """
    [[rule]]
    id = "anew"
    topic = "enforcement"
    from = 2020-06-01
    until = 2020-09-15
    region = ["SE"]
    any-of = ["MicrosoftCustomerAgreement"]
    accepted-since = 2020-03-01
    [[rule]]
    id = "plan"
    topic = "enforcement"
    from = 2021-03-01
    offer = ["DZH318Z0BPS6"]
    any-of = ["MicrosoftCustomerAgreement", "MicrosoftCloudAgreement"]
    accepted-since = 2021-01-01
    [[rule]]
    id = "national-clouds-2018-08-07"
    topic = "unsupported-cloud"
    cloud = ["us-government", "china"]
    from = 2018-12-01
    until = 2020-12-01
    """,
    version(1, "2020-07-01", grace="2020-10-01"),
    version(2, "2020-08-01", material=False),
    version(3, "2021-05-01"),
)
FIRST, PAST = datetime(2018, 6, 1, tzinfo=UTC), datetime(2022, 1, 1, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
TURNS = [start_of(day) for day in dates(BOOK.policy.rules)] + [
    moment(day) for day in ("2020-07-01", "2020-10-01", "2021-05-01")
]
moments = st.sampled_from(TURNS) | st.datetimes(
    FIRST.replace(tzinfo=None), PAST.replace(tzinfo=None), timezones=st.just(UTC)
)
acceptances = st.builds(Acceptance, moments, st.integers(0, 3), st.sampled_from(AcceptanceMethod))
standings = st.builds(Standing, own=st.none() | acceptances, shared=st.none() | acceptances, disputed=st.booleans())
subjects = st.builds(
    Subject,
    partner_type=st.sampled_from(PartnerType),
    authority=st.sampled_from([Authority.LOCAL] * 4 + [Authority.MIRROR]),
    cloud=st.sampled_from([Cloud.PUBLIC] * 6 + list(Cloud)),
    region=st.sampled_from(["SE", "DE", None]),
    related=st.sampled_from([True] * 5 + [False]),
    standings=st.fixed_dictionaries({}, optional={MCA: standings, CLOUD: standings}),
)
orders = st.builds(
    Cell,
    operation=st.sampled_from(Operation),
    channel=st.sampled_from(Channel),
    environment=st.sampled_from(Environment),
    offer=st.sampled_from([None, "DZH318Z0BPS6", "DZH318Z0BPS6:0001", "other"]),
    needs=st.sampled_from([None, None, None, *AgreementType]),
)


def answer(subject: Subject, cell: Cell, at: datetime) -> tuple[Verdict, Reason | None]:
    decision = decide(subject, cell, at, BOOK)
    return decision.verdict, decision.reason


@settings(max_examples=200)
@given(subject=subjects, cell=orders, at=moments, later=st.lists(moments, max_size=5))
def test_an_answer_holds_until_its_end_and_changes_there(
    subject: Subject, cell: Cell, at: datetime, later: list[datetime]
) -> None:
    now, until = answer(subject, cell, at), decide(subject, cell, at, BOOK).valid_until
    acceptances = [one.at for held in subject.standings.values() for one in (held.own, held.shared) if one]
    looks = {look for turn in (*TURNS, *acceptances, *later, PAST) for look in (turn - INSTANT, turn)}
    if until:
        assert at < until
        assert answer(subject, cell, until) != now
        looks |= {until - INSTANT}
    held = [answer(subject, cell, look) for look in sorted(looks) if at <= look and (until is None or look < until)]
    assert set(held) <= {now}


@given(subject=subjects, cell=orders, at=moments)
def test_every_denial_names_a_reason_and_a_rule_and_every_answer_some_rule_of_its_day(
    subject: Subject, cell: Cell, at: datetime
) -> None:
    decision = decide(subject, cell, at, BOOK)
    assert (decision.verdict is Verdict.ALLOW) == (decision.reason is None)
    assert decision.rules or at < moment("2018-08-07")
    assert all(rule.holds(at.date()) for rule in decision.rules)
    if decision.verdict is not Verdict.ALLOW:
        assert decision.rules
        assert decision.warnings == ()
    assert (decision.missing is None) == (decision.reason not in (Reason.AGREEMENT_REQUIRED, Reason.NO_RELATIONSHIP))


def test_the_shipped_rules_need_no_look_beyond_their_last_date() -> None:
    assert ask(customer(), "2018-08-10").valid_until == moment("2019-03-22")
    assert ask(customer(None, accepted("2018-09-01")), "2018-12-01").valid_until == moment("2020-02-01")
    assert ask(customer(), "2020-02-01").valid_until is None
