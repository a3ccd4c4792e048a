"""The vendor's timeline, read by hand: what an order needs on the day before, of and after every dated rule."""

from datetime import timedelta
from itertools import product
from typing import Any, NamedTuple

import pytest

from app.core.gate import Verdict, decide
from app.core.policy import Cell
from app.core.refusals import Reason
from app.core.vocabulary import AgreementType, Channel, Cloud, Environment, Operation
from tests.core.asking import CLOUD, MCA, SHIPPED, accepted, customer, moment

# Each group of four letters answers for a customer that accepted neither agreement, the Cloud Agreement, the Customer
# Agreement, both: `+` may order, `C` must get the Cloud Agreement first, `M` the Customer Agreement. Sources: S0 and S4
# are the vendor's page on confirming acceptance, S3 its answers on the Cloud Agreement; `-` is before any of them.
#
#          channel     in production           in the sandbox
#                      source plain Azure      source plain Azure
TABLE = """
# 2018-08-07: the Cloud Agreement can be confirmed; nothing needs it
2018-08-06 dashboard  -     ++++ ++++   -     ++++ ++++
2018-08-06 api        -     ++++ ++++   -     ++++ ++++
2018-08-06 sdk        -     ++++ ++++   -     ++++ ++++
2018-08-07 dashboard  S3    ++++ ++++   S3    ++++ ++++
2018-08-07 api        S3    ++++ ++++   S3    ++++ ++++
2018-08-07 sdk        S3    ++++ ++++   S3    ++++ ++++
2018-08-08 dashboard  S3    ++++ ++++   S3    ++++ ++++
2018-08-08 api        S3    ++++ ++++   S3    ++++ ++++
2018-08-08 sdk        S3    ++++ ++++   S3    ++++ ++++

# 2018-11-07: the dashboard needs the Cloud Agreement
2018-11-06 dashboard  S3    ++++ ++++   S3    ++++ ++++
2018-11-06 api        S3    ++++ ++++   S3    ++++ ++++
2018-11-06 sdk        S3    ++++ ++++   S3    ++++ ++++
2018-11-07 dashboard  S3    C+C+ C+C+   S3    C+C+ C+C+
2018-11-07 api        S3    ++++ ++++   S3    ++++ ++++
2018-11-07 sdk        S3    ++++ ++++   S3    ++++ ++++
2018-11-08 dashboard  S3    C+C+ C+C+   S3    C+C+ C+C+
2018-11-08 api        S3    ++++ ++++   S3    ++++ ++++
2018-11-08 sdk        S3    ++++ ++++   S3    ++++ ++++

# 2019-03-22: API and SDK need it too
2019-03-21 dashboard  S3    C+C+ C+C+   S3    C+C+ C+C+
2019-03-21 api        S3    ++++ ++++   S3    ++++ ++++
2019-03-21 sdk        S3    ++++ ++++   S3    ++++ ++++
2019-03-22 dashboard  S3    C+C+ C+C+   S3    C+C+ C+C+
2019-03-22 api        S3    C+C+ C+C+   S3    C+C+ C+C+
2019-03-22 sdk        S3    C+C+ C+C+   S3    C+C+ C+C+
2019-03-23 dashboard  S3    C+C+ C+C+   S3    C+C+ C+C+
2019-03-23 api        S3    C+C+ C+C+   S3    C+C+ C+C+
2019-03-23 sdk        S3    C+C+ C+C+   S3    C+C+ C+C+

# 2019-08-01: the sandbox's dashboard takes the Customer Agreement as well
2019-07-31 dashboard  S3    C+C+ C+C+   S3    C+C+ C+C+
2019-07-31 api        S3    C+C+ C+C+   S3    C+C+ C+C+
2019-07-31 sdk        S3    C+C+ C+C+   S3    C+C+ C+C+
2019-08-01 dashboard  S3    C+C+ C+C+   S0,S4 C+++ C+++
2019-08-01 api        S3    C+C+ C+C+   S3    C+C+ C+C+
2019-08-01 sdk        S3    C+C+ C+C+   S3    C+C+ C+C+
2019-08-02 dashboard  S3    C+C+ C+C+   S0,S4 C+++ C+++
2019-08-02 api        S3    C+C+ C+C+   S3    C+C+ C+C+
2019-08-02 sdk        S3    C+C+ C+C+   S3    C+C+ C+C+

# 2019-09-03: the sandbox's API too
2019-09-02 dashboard  S3    C+C+ C+C+   S0,S4 C+++ C+++
2019-09-02 api        S3    C+C+ C+C+   S3    C+C+ C+C+
2019-09-02 sdk        S3    C+C+ C+C+   S3    C+C+ C+C+
2019-09-03 dashboard  S3    C+C+ C+C+   S0,S4 C+++ C+++
2019-09-03 api        S3    C+C+ C+C+   S0,S4 C+++ C+++
2019-09-03 sdk        S3    C+C+ C+C+   S3    C+C+ C+C+
2019-09-04 dashboard  S3    C+C+ C+C+   S0,S4 C+++ C+++
2019-09-04 api        S3    C+C+ C+C+   S0,S4 C+++ C+++
2019-09-04 sdk        S3    C+C+ C+C+   S3    C+C+ C+C+

# 2019-09-20: the sandbox's SDK too
2019-09-19 dashboard  S3    C+C+ C+C+   S0,S4 C+++ C+++
2019-09-19 api        S3    C+C+ C+C+   S0,S4 C+++ C+++
2019-09-19 sdk        S3    C+C+ C+C+   S3    C+C+ C+C+
2019-09-20 dashboard  S3    C+C+ C+C+   S0,S4 C+++ C+++
2019-09-20 api        S3    C+C+ C+C+   S0,S4 C+++ C+++
2019-09-20 sdk        S3    C+C+ C+C+   S0,S4 C+++ C+++
2019-09-21 dashboard  S3    C+C+ C+C+   S0,S4 C+++ C+++
2019-09-21 api        S3    C+C+ C+C+   S0,S4 C+++ C+++
2019-09-21 sdk        S3    C+C+ C+C+   S0,S4 C+++ C+++

# 2019-10-01: either will do everywhere; offers naming the Customer Agreement need that
2019-09-30 dashboard  S3    C+C+ C+C+   S0,S4 C+++ C+++
2019-09-30 api        S3    C+C+ C+C+   S0,S4 C+++ C+++
2019-09-30 sdk        S3    C+C+ C+C+   S0,S4 C+++ C+++
2019-10-01 dashboard  S0,S4 M+++ MM++   S0,S4 M+++ MM++
2019-10-01 api        S0,S4 M+++ MM++   S0,S4 M+++ MM++
2019-10-01 sdk        S0,S4 M+++ MM++   S0,S4 M+++ MM++
2019-10-02 dashboard  S0,S4 M+++ MM++   S0,S4 M+++ MM++
2019-10-02 api        S0,S4 M+++ MM++   S0,S4 M+++ MM++
2019-10-02 sdk        S0,S4 M+++ MM++   S0,S4 M+++ MM++

# 2020-01-31: the last day of the Cloud Agreement
2020-01-30 dashboard  S0,S4 M+++ MM++   S0,S4 M+++ MM++
2020-01-30 api        S0,S4 M+++ MM++   S0,S4 M+++ MM++
2020-01-30 sdk        S0,S4 M+++ MM++   S0,S4 M+++ MM++
2020-01-31 dashboard  S0,S4 M+++ MM++   S0,S4 M+++ MM++
2020-01-31 api        S0,S4 M+++ MM++   S0,S4 M+++ MM++
2020-01-31 sdk        S0,S4 M+++ MM++   S0,S4 M+++ MM++

# 2020-02-01: only the Customer Agreement counts
2020-02-01 dashboard  S0,S4 MM++ MM++   S0,S4 MM++ MM++
2020-02-01 api        S0,S4 MM++ MM++   S0,S4 MM++ MM++
2020-02-01 sdk        S0,S4 MM++ MM++   S0,S4 MM++ MM++
2020-02-02 dashboard  S0,S4 MM++ MM++   S0,S4 MM++ MM++
2020-02-02 api        S0,S4 MM++ MM++   S0,S4 MM++ MM++
2020-02-02 sdk        S0,S4 MM++ MM++   S0,S4 MM++ MM++

# 2020-02-03: customers can be invited by link: for orders nothing changes
2020-02-03 dashboard  S0,S4 MM++ MM++   S0,S4 MM++ MM++
2020-02-03 api        S0,S4 MM++ MM++   S0,S4 MM++ MM++
2020-02-03 sdk        S0,S4 MM++ MM++   S0,S4 MM++ MM++
2020-02-04 dashboard  S0,S4 MM++ MM++   S0,S4 MM++ MM++
2020-02-04 api        S0,S4 MM++ MM++   S0,S4 MM++ MM++
2020-02-04 sdk        S0,S4 MM++ MM++   S0,S4 MM++ MM++
"""


class Row(NamedTuple):
    """One question and its answer."""

    day: str
    channel: Channel
    environment: Environment
    offer: str
    accepted: str
    answer: str
    source: str


def rows() -> list[Row]:
    found = []
    for line in TABLE.splitlines():
        if line and not line.startswith("#"):
            day, channel, *cells = line.split()
            for environment, (source, *answers) in zip(Environment, (cells[:3], cells[3:]), strict=True):
                for offer, letters in zip(("plain", "azure"), answers, strict=True):
                    for held, letter in zip(("neither", "cloud", "mca", "both"), letters, strict=True):
                        found.append(Row(day, Channel(channel), environment, offer, held, letter, source))
    return found


ROWS = rows()
TURNS = "2018-08-07 2018-11-07 2019-03-22 2019-08-01 2019-09-03 2019-09-20 2019-10-01 2020-01-31 2020-02-01 2020-02-03"
HELD_UP = (Operation.NEW_PURCHASE, Operation.SEAT_CHANGE, Operation.RENEWAL)
# How an order can say what is bought, one way for each operation that is held up.
OFFERS: dict[str, tuple[dict[str, Any], ...]] = {
    "plain": ({}, {"offer": "CFQ7TTC0LH16:0001"}, {"needs": CLOUD}),
    "azure": ({"offer": "DZH318Z0BPS6"}, {"offer": "DZH318Z0BPS6:0001"}, {"needs": MCA}),
}
MISSING: dict[str, AgreementType | None] = {"+": None, "C": CLOUD, "M": MCA}
START = timedelta(0)
LAST = timedelta(days=1) - timedelta(microseconds=1)


def words(source: str) -> set[str]:
    return set() if source == "-" else {source.replace(",", " ")}


def test_the_table_asks_around_every_date_by_every_channel_for_both_offers_in_both_environments() -> None:
    asked = {row[:5] for row in ROWS}
    days = [moment(day) + timedelta(days=offset) for day in TURNS.split() for offset in (-1, 0, 1)]
    assert asked == {
        (f"{day:%Y-%m-%d}", channel, environment, offer, held)
        for day in days
        for channel in Channel
        for environment in Environment
        for offer in ("plain", "azure")
        for held in ("neither", "cloud", "mca", "both")
    }
    assert len(ROWS) == len(asked) == 27 * 3 * 2 * 2 * 4
    assert {row.source for row in ROWS} == {"-", "S3", "S0,S4"}
    assert {row.day for row in ROWS if row.source == "-"} == {"2018-08-06"}


FOURS = [ROWS[i : i + 4] for i in range(0, len(ROWS), 4)]


@pytest.mark.parametrize("asked", FOURS, ids=["-".join(four[0][:4]) for four in FOURS])
def test_what_an_order_needs_on_a_day(asked: list[Row]) -> None:
    for row, past, (operation, offer) in product(
        asked, (START, LAST), zip(HELD_UP, OFFERS[asked[0].offer], strict=True)
    ):
        held = accepted(row.day)
        subject = customer(
            held if row.accepted in ("mca", "both") else None, held if row.accepted in ("cloud", "both") else None
        )
        cell = Cell(operation, row.channel, row.environment, **offer)
        decision = decide(subject, cell, moment(row.day) + past, SHIPPED)
        assert decision.verdict is (Verdict.ALLOW if row.answer == "+" else Verdict.DENY), row
        assert decision.missing is MISSING[row.answer], row
        assert decision.reason is (None if row.answer == "+" else Reason.AGREEMENT_REQUIRED), row
        assert {rule.source for rule in decision.rules} == words(row.source), row


def test_an_automatic_renewal_is_never_held_up() -> None:
    for row, cloud in product((row for row in ROWS if row.accepted == "neither"), Cloud):
        for offer in OFFERS[row.offer]:
            cell = Cell(Operation.AUTO_RENEWAL, row.channel, row.environment, **offer)
            decision = decide(customer(related=False, cloud=cloud), cell, moment(row.day), SHIPPED)
            assert (decision.verdict, decision.reason) == (Verdict.ALLOW, None), row
            assert {rule.source for rule in decision.rules} == words("-" if row.source == "-" else "S3,S1"), row


@pytest.mark.parametrize("cloud", [Cloud.US_GOVERNMENT, Cloud.GERMANY, Cloud.CHINA])
def test_in_a_national_cloud_an_order_that_needs_an_agreement_is_refused_whatever_was_accepted(cloud: Cloud) -> None:
    for row, operation in product((row for row in ROWS if row.accepted == "neither"), HELD_UP):
        subject = customer(accepted(row.day), accepted(row.day), cloud=cloud)
        cell = Cell(operation, row.channel, row.environment, **OFFERS[row.offer][0])
        decision = decide(subject, cell, moment(row.day), SHIPPED)
        if row.answer == "+":
            assert decision.verdict is Verdict.ALLOW, row
        else:
            assert (decision.verdict, decision.reason) == (Verdict.DENY, Reason.NATIONAL_CLOUD_UNSUPPORTED), row
            assert {rule.source for rule in decision.rules} == {"S3"}, row
