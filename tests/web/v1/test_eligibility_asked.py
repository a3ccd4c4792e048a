"""`POST /v1/eligibility` at other times, by other channels, of other offers, and many questions at once."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import delete

from app.auth import acts
from app.commands import attestations, catalogue, customers, disputes
from app.commands.catalogue import Publication
from app.core.vocabulary import (
    AgreementType,
    Channel,
)
from app.db import transaction
from app.models import AgreementVersion
from tests.channel import Case, act, done
from tests.sizes import size
from tests.web.v1.conftest import Chain, Desk
from tests.web.v1.programs import (
    CLOUD,
    MCA,
    NOT_FOUND,
    confirmation,
    of,
    question,
)

GATE = "/v1/eligibility"
OLD = datetime(2019, 1, 15, tzinfo=UTC)
AZURE, PLAIN = "DZH318Z0BPS6:0001", "CFQ7TTC0LH16:0001"


def cloudy(desk: Desk) -> Case:
    """A customer that had accepted the Cloud Agreement in time."""
    case, ana = desk.customer(), act(desk.ana, OLD)
    machine = done(customers.machine_for, ana, case.relationship, AgreementType.CLOUD)
    done(attestations.attest, ana, machine, case.relationship, case.relationship.contact, OLD, case.rules)
    return case


def ruled(answer: dict[str, Any]) -> tuple[str, list[str]]:
    return answer["decision"], [rule["id"] for rule in answer["rules"]]


# At another time, by another channel, of another offer


def test_a_bare_day_is_its_first_moment_and_nothing_is_later_or_earlier_than_said(desk: Desk) -> None:
    """On the last day of the Cloud Agreement it counts, a moment later it does not."""
    case = cloudy(desk)
    counts, over = ("allow", ["either-2019-10-01"]), ("deny", ["mca-only-2020-02-01"])
    for as_of, expected in (
        ("2020-01-31", counts),
        ("2020-01-31T23:59:59.999Z", counts),
        ("2020-02-01", over),
        ("2020-02-01T00:00:00", over),
        ("2020-02-01T00:30:00+01:00", counts),
        ("2020-01-31T23:30:00-01:00", over),
    ):
        assert (as_of, ruled(desk.program.made(GATE, question(case, asOf=as_of), 200))) == (as_of, expected)


def test_an_answer_says_until_when_it_holds(desk: Desk) -> None:
    """Not until the next rule, but until the one that changes the answer."""
    case, other = cloudy(desk), desk.customer()
    for who, as_of, until in (
        (case, "2018-12-01", "2020-02-01T00:00:00.000Z"),
        (case, "2020-01-31T23:59:59Z", "2020-02-01T00:00:00.000Z"),
        (case, "2020-02-01", None),
        (other, "2018-12-01", "2019-03-22T00:00:00.000Z"),
        (other, "2019-03-22", None),
        (other, "2099-12-31", None),
    ):
        found = desk.program.made(GATE, question(who, asOf=as_of), 200)
        assert (as_of, found.get("validUntil")) == (as_of, until)


@pytest.mark.parametrize("as_of", ["0001-01-01", "2018-08-06", "9999-12-31T23:59:59.999Z"])
def test_before_the_first_rule_and_long_after_the_last_there_is_an_answer(desk: Desk, as_of: str) -> None:
    found = desk.program.made(GATE, question(desk.confirmed(), asOf=as_of), 200)
    assert found["decision"] == "allow"


def test_an_offer_may_name_the_agreement_that_it_needs(desk: Desk) -> None:
    """The Azure plan needed the new agreement while either one would do for others."""
    case = cloudy(desk)
    for offer, as_of, expected in (
        (PLAIN, "2020-01-15", ("allow", ["either-2019-10-01"])),
        (AZURE, "2020-01-15", ("deny", ["offer-mca-2019-10-01"])),
        (AZURE.partition(":")[0], "2020-01-15", ("deny", ["offer-mca-2019-10-01"])),
        (AZURE, "2019-09-30", ("allow", ["cloud-api-2019-03-22"])),
        (AZURE, "2020-02-01", ("deny", ["mca-only-2020-02-01"])),
    ):
        found = desk.program.made(GATE, question(case, offerId=offer, asOf=as_of), 200)
        assert (offer, as_of, ruled(found)) == (offer, as_of, expected)
        assert found.get("agreementType") == (MCA if expected[0] == "deny" else None)


def test_the_dashboard_the_api_and_the_sdk_were_held_up_one_after_the_other(desk: Desk) -> None:
    case = desk.customer()
    days = {"2018-11-06": "", "2018-11-07": "dashboard", "2019-03-21": "dashboard", "2019-03-22": "dashboard api sdk"}
    for as_of, held_up in days.items():
        for channel in Channel:
            found = desk.program.made(GATE, question(case, channel=channel, asOf=as_of), 200)
            expected = "deny" if channel in held_up.split() else "allow"
            assert (as_of, channel, found["decision"]) == (as_of, channel, expected)
            assert found.get("agreementType") == (CLOUD if expected == "deny" else None)


def test_the_sandbox_took_the_new_agreement_earlier(desk: Desk) -> None:
    case, given = desk.customer(), confirmation(dateAgreed="2019-07-01")
    desk.program.made(of(case, "agreements"), given)
    days = {
        "2019-07-31": "",
        "2019-08-01": "dashboard",
        "2019-09-03": "dashboard api",
        "2019-09-20": "dashboard api sdk",
    }
    for as_of, open_to in days.items():
        for channel in Channel:
            for environment in ("sandbox", "production"):
                more = {"channel": str(channel), "environment": environment, "asOf": as_of}
                found = desk.program.made(GATE, question(case, **more), 200)
                expected = "allow" if environment == "sandbox" and channel in open_to.split() else "deny"
                assert (more, found["decision"]) == (more, expected)


# Warnings


def test_a_doubt_that_is_open_warns(desk: Desk) -> None:
    case = desk.confirmed()
    row = done(disputes.open_dispute, act(desk.ana), case.machine, "nobody asked us")
    assert desk.program.made(GATE, question(case), 200)["warnings"] == ["disputed"]
    done(disputes.close_dispute, act(desk.ana), row, "it was signed", upheld=False)
    assert desk.program.made(GATE, question(case), 200)["warnings"] == []


def test_a_newer_version_warns_until_its_grace_is_over_and_then_denies(desk: Desk) -> None:
    case = desk.confirmed()
    material = Publication(AgreementType.MCA, True, date(2090, 1, 1), date(2090, 6, 1), date(2091, 1, 1))
    version = done(catalogue.publish, acts.console(), material, case.rules.catalogue)
    try:
        found = {
            day: desk.program.made(GATE, question(case, asOf=day), 200)
            for day in ("2090-05-31", "2090-06-01", "2091-01-01")
        }
    finally:
        with transaction() as session:
            session.execute(delete(AgreementVersion).where(AgreementVersion.id == version.id))
    assert [(one["decision"], one["warnings"]) for one in found.values()] == [
        ("allow", []),
        ("allow", ["reconfirm"]),
        ("deny", []),
    ]
    assert found["2090-06-01"]["validUntil"] == "2091-01-01T00:00:00.000Z"
    assert found["2091-01-01"]["next"]["action"] == "invite"


# Many questions


def test_many_questions_are_answered_in_their_order(desk: Desk) -> None:
    yes, no = desk.confirmed(), desk.customer()
    asked = [question(yes), question(no), question(no, "auto-renewal"), question(yes), question(no)]
    found = desk.program.made(GATE, {"questions": asked}, 200)
    assert (found["totalCount"], found["attributes"]) == (5, {"objectType": "Collection"})
    assert [one["decision"] for one in found["items"]] == ["allow", "deny", "allow", "allow", "deny"]
    assert [one["customerId"] for one in found["items"]] == [one["customerId"] for one in asked]
    assert found["items"] == [desk.program.made(GATE, one, 200) for one in asked]


def test_no_question_has_no_answer(desk: Desk) -> None:
    assert desk.program.made(GATE, {"questions": []}, 200)["items"] == []


@pytest.mark.soak
def test_a_thousand_questions_are_answered_in_their_order(desk: Desk) -> None:
    yes, no = desk.confirmed(), desk.customer()
    asked = [question(yes if number % 3 else no, asOf="2026-11-21T09:30:00Z") for number in range(size(1000))]
    found = desk.program.made(GATE, {"questions": asked}, 200)
    assert [one["customerId"] for one in found["items"]] == [one["customerId"] for one in asked]
    assert found["totalCount"] == size(1000)


def test_a_thousand_questions_are_as_many_as_may_be_asked_at_once(desk: Desk) -> None:
    """The first one is misspelt: were it not for that, all of them would be answered."""
    case = desk.customer()
    more = {
        "offerId": "x" * 200,
        "channel": "dashboard",
        "environment": "production",
        "asOf": "2026-11-21T09:30:00.000Z",
    }
    asked = [question(case, "new-purchase", **more) for _ in range(1001)]
    asked[0]["operation"] = "purchase"
    for number, says in ((1000, "questions[0].operation"), (1001, "questions")):
        found = desk.program.post(GATE, {"questions": asked[:number]})
        assert (found.status_code, (found.json or {})["reason"]) == (400, "invalid-value")
        assert says in (found.json or {})["description"]


def test_one_question_that_cannot_be_answered_leaves_none_answered(desk: Desk, chain: Chain) -> None:
    mine = question(desk.customer())
    assert desk.program.refused(GATE, {"questions": [mine, question(chain.case)]}) == NOT_FOUND
    assert desk.program.refused(GATE, {"questions": [mine, mine | {"operation": "?"}]}) == (400, 3000, "invalid-value")
