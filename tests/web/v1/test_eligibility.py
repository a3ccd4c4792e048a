"""`POST /v1/eligibility`: may this customer transact, and if not, who must do what?"""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete

from app.auth import acts
from app.commands import acceptances, attestations, catalogue, customers, disputes, invitations
from app.commands.catalogue import Publication
from app.commands.invitations import Ask
from app.core.vocabulary import (
    AgreementType,
    Authority,
    Channel,
    Cloud,
    InvitationKind,
    Operation,
    PartnerType,
    PurchaseKind,
    RelationshipState,
    Role,
)
from app.db import transaction
from app.models import AgreementVersion, Partner, Relationship
from tests import channel as channels
from tests.channel import Case, act, company, customer, done
from tests.rows import change
from tests.sizes import size
from tests.web.v1.conftest import Chain, Desk
from tests.web.v1.programs import (
    BASE,
    CLOUD,
    MCA,
    NO_ROLE,
    NOT_FOUND,
    NOT_SIGNED_IN,
    UNKNOWN,
    Program,
    confirmation,
    of,
    program,
    question,
    untouched,
)

GATE = "/v1/eligibility"
OLD = datetime(2019, 1, 15, tzinfo=UTC)
AZURE, PLAIN = "DZH318Z0BPS6:0001", "CFQ7TTC0LH16:0001"


def confirmed(desk: Desk) -> Case:
    case = desk.customer()
    desk.program.made(of(case, "agreements"), confirmation())
    return case


def cloudy(desk: Desk) -> Case:
    """A customer that had accepted the Cloud Agreement in time."""
    case, ana = desk.customer(), act(desk.ana, OLD)
    machine = done(customers.machine_for, ana, case.relationship, AgreementType.CLOUD)
    done(attestations.attest, ana, machine, case.relationship, case.relationship.contact, OLD, case.rules)
    return case


def ruled(answer: dict[str, Any]) -> tuple[str, list[str]]:
    return answer["decision"], [rule["id"] for rule in answer["rules"]]


# One question


def test_a_customer_that_accepted_may_order(desk: Desk) -> None:
    case = confirmed(desk)
    found = desk.program.made(GATE, question(case), 200)
    assert found == {
        "customerId": str(case.machine.customer_id),
        "decision": "allow",
        "rules": [
            {
                "id": "mca-only-2020-02-01",
                "from": "2020-02-01T00:00:00.000Z",
                "text": "Only the Microsoft Customer Agreement counts, also for customers who had accepted the Cloud "
                "Agreement.",
                "source": "S0 S4",
            }
        ],
        "authority": "local",
        "warnings": [],
    }


def test_a_customer_that_did_not_may_not_and_the_answer_says_who_must_do_what(desk: Desk) -> None:
    case = desk.customer()
    found = desk.program.made(GATE, question(case), 200)
    assert ruled(found) == ("deny", ["mca-only-2020-02-01"])
    assert (found["reason"], found["agreementType"]) == ("agreement-required", MCA)
    assert found["next"] == {"action": "invite", "owner": "partner", "url": f"{BASE}{of(case, 'invitations')}"}


@pytest.mark.parametrize("operation", Operation)
def test_an_automatic_renewal_is_never_held_up_and_all_else_is(desk: Desk, operation: Operation) -> None:
    found = desk.program.made(GATE, question(desk.customer(), operation), 200)
    expected = ("allow", ["auto-renewal-exempt"]) if operation is Operation.AUTO_RENEWAL else ("deny", None)
    assert ruled(found) == (expected[0], expected[1] or ["mca-only-2020-02-01"])


def test_asking_changes_nothing(desk: Desk) -> None:
    case = desk.customer()
    with untouched():
        for more in ({}, {"asOf": "2019-01-01"}, {"asOf": "2099-01-01"}):
            desk.program.made(GATE, question(case, **more), 200)
        desk.program.made(GATE, {"questions": [question(case)] * 3}, 200)


# What comes next: the action, its owner and a link that leads somewhere


def invited(case: Case) -> None:
    what = Ask(InvitationKind.AGREEMENT, case.relationship.contact, "en")
    done(invitations.invite, acts.console(), case.machine, case.relationship, what, case.rules)


def blocked(case: Case) -> None:
    done(acceptances.report_refusal, acts.console(), case.machine, 1)


def bought(case: Case) -> None:
    done(customers.record_purchase, acts.console(), case.relationship, PurchaseKind.OFFER, date(2025, 3, 1))


def four_eyes(case: Case) -> None:
    change(Partner, Partner.id == case.relationship.partner_id, four_eyes=True)
    blocked(case)


@pytest.mark.parametrize(
    ("before", "action", "owner", "leads"),
    [
        (invited, "accept", "customer", "invitations"),
        (blocked, "attest", "partner", "agreements"),
        (bought, "attest", "partner", "agreements"),
        (four_eyes, "submit-draft", "partner", "attestationdrafts"),
    ],
)
def test_what_comes_next_depends_on_where_the_agreement_stands(
    desk: Desk, before: Any, action: str, owner: str, leads: str
) -> None:
    case = desk.customer()
    before(case)
    found = desk.program.made(GATE, question(case), 200)
    assert found["next"] == {"action": action, "owner": owner, "url": f"{BASE}{of(case, leads)}"}
    assert desk.program.post(found["next"]["url"], confirmation(kind="agreement", force=True)).status_code == 201


def test_in_the_channel_it_is_the_resellers_move_and_then_the_providers(chain: Chain) -> None:
    case = chain.case
    steps = [("invite", "reseller", of(case, "invitations"))]
    steps += [("submit-draft", "reseller", of(case, "attestationdrafts"))]
    steps += [("approve-draft", "provider", "/v1/attestationdrafts?status=submitted")]
    for number, (action, owner, leads) in enumerate(steps):
        if number == 1:
            blocked(case)
        for side in (chain.rita, chain.pia):
            following = side.made(GATE, question(case), 200)["next"]
            assert following == {"action": action, "owner": owner, "url": f"{BASE}{leads}"}
        if number == 1:
            chain.rita.made(following["url"], confirmation())
    [draft] = chain.pia.get(following["url"])["items"]
    chain.pia.made(f"/v1/attestationdrafts/{draft['id']}/approve", {}, 200)
    assert chain.rita.made(GATE, question(case), 200)["decision"] == "allow"


def test_where_nothing_helps_there_is_no_next(desk: Desk) -> None:
    case = customer(desk.fabrikam, cloud=Cloud.GERMANY)
    found = desk.program.made(GATE, question(case), 200)
    assert (ruled(found), found["reason"]) == (("deny", ["national-clouds-2018-08-07"]), "national-cloud-unsupported")
    assert "next" not in found


def test_a_relationship_that_ended_is_begun_anew(desk: Desk) -> None:
    case = confirmed(desk)
    change(Relationship, Relationship.id == case.relationship.id, state=RelationshipState.REMOVED)
    found = desk.program.made(GATE, question(case), 200)
    assert (found["decision"], found["reason"]) == ("deny", "no-relationship")
    assert (found["next"]["action"], found["next"]["owner"]) == ("add-customer", "partner")


def test_where_the_vendors_portal_is_the_authority_nobody_here_knows(desk: Desk) -> None:
    case = confirmed(desk)
    change(Partner, Partner.id == desk.fabrikam.id, authority=Authority.MIRROR)
    found = desk.program.made(GATE, question(case), 200)
    assert (found["decision"], found["reason"], found["authority"]) == ("unknown", "not-forwarded", "mirror")


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
    found = desk.program.made(GATE, question(confirmed(desk), asOf=as_of), 200)
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
    case = confirmed(desk)
    row = done(disputes.open_dispute, act(desk.ana), case.machine, "nobody asked us")
    assert desk.program.made(GATE, question(case), 200)["warnings"] == ["disputed"]
    done(disputes.close_dispute, act(desk.ana), row, "it was signed", upheld=False)
    assert desk.program.made(GATE, question(case), 200)["warnings"] == []


def test_a_newer_version_warns_until_its_grace_is_over_and_then_denies(desk: Desk) -> None:
    case = confirmed(desk)
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
    yes, no = confirmed(desk), desk.customer()
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
    yes, no = confirmed(desk), desk.customer()
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
    for number, says in ((1000, "questions.operation"), (1001, "questions (a list of at most 1000 objects)")):
        found = desk.program.post(GATE, {"questions": asked[:number]})
        assert (found.status_code, (found.json or {})["reason"]) == (400, "invalid-value")
        assert says in (found.json or {})["description"]


def test_one_question_that_cannot_be_answered_leaves_none_answered(desk: Desk, chain: Chain) -> None:
    mine = question(desk.customer())
    assert desk.program.refused(GATE, {"questions": [mine, question(chain.case)]}) == NOT_FOUND
    assert desk.program.refused(GATE, {"questions": [mine, mine | {"operation": "?"}]}) == (400, 3000, "invalid-value")


# Not signed in, somebody else's, unknown, bad input


def test_without_a_token_nothing_is_answered(app: Flask, desk: Desk) -> None:
    assert Program(app).refused(GATE, question(desk.customer())) == NOT_SIGNED_IN


def test_somebody_elses_customer_is_as_unknown_as_one_that_is_not_there(app: Flask, desk: Desk, chain: Chain) -> None:
    other = program(app, channels.hire(company("Adventure", PartnerType.RESELLER, chain.channel.provider)))
    theirs, nobodys = question(chain.case), question(chain.case) | {"customerId": UNKNOWN}
    found = [who.post(GATE, given).json for who in (desk.program, other) for given in (theirs, nobodys)]
    assert (found[0] or {})["reason"] == "not-found"
    assert found == [found[0]] * 4


def test_a_role_that_sees_no_customers_is_told_nothing_of_them(desk: Desk) -> None:
    asked = question(desk.customer())
    for role in (Role.HELPDESK_AGENT, Role.GLOBAL_ADMIN):
        assert desk.colleague(role).says(GATE, asked) == NO_ROLE


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"customerId": None}, "missing-field", "customerId"),
    ({"customerId": "x"}, "invalid-value", "customerId"),
    ({"customerId": 7}, "invalid-value", "customerId"),
    ({"operation": None}, "missing-field", "operation"),
    ({"operation": "purchase"}, "invalid-value", "new-purchase, seat-change, renewal, auto-renewal"),
    ({"operation": "New-Purchase"}, "invalid-value", "operation"),
    ({"channel": "fax"}, "invalid-value", "dashboard, api, sdk"),
    ({"environment": "test"}, "invalid-value", "production, sandbox"),
    ({"offerId": 7}, "invalid-value", "offerId"),
    ({"offerId": "x" * 201}, "invalid-text", "offerId"),
    ({"asOf": "soon"}, "invalid-value", "asOf"),
    ({"asOf": "2026-02-30"}, "invalid-value", "asOf"),
    ({"asOf": 2026}, "invalid-value", "asOf"),
    ({"asOf": "9999-12-31T23:59:59-01:00"}, "invalid-value", "asOf"),
    ({"questions": {}}, "invalid-value", "questions"),
    ({"questions": "all"}, "invalid-value", "questions"),
    ({"questions": [None]}, "invalid-value", "questions"),
    ({"questions": [[]]}, "invalid-value", "questions"),
    ({"questions": [{}]}, "missing-field", "questions.customerId"),
]


def test_a_question_that_makes_no_sense_is_refused_by_the_member_it_lies_in(desk: Desk) -> None:
    case = desk.customer()
    for changes, reason, says in BAD:
        found = desk.program.post(GATE, question(case) | changes)
        assert (changes, found.status_code, (found.json or {})["reason"]) == (changes, 400, reason)
        assert says in (found.json or {})["description"]
