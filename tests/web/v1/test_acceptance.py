"""`GET /v1/customers/{id}/acceptance`: where the agreement stands; with `expand=next` what comes next and why."""

from typing import Any

import pytest
from flask import Flask

from app.auth import acts
from app.commands import acceptances, customers, invitations, partners
from app.commands.invitations import Ask
from app.core.evidence import stamp
from app.core.vocabulary import AgreementType, InvitationKind, PartnerType, Role
from tests.channel import Case, act, company, customer, done, hire
from tests.web.tables import checksums
from tests.web.v1.conftest import Chain, Desk
from tests.web.v1.programs import (
    BASE,
    CLOUD,
    CLOUD_TEMPLATE,
    EVA,
    MARIA,
    MCA,
    MCA_TEMPLATE,
    NO_ROLE,
    NOT_FOUND,
    NOT_SIGNED_IN,
    UNKNOWN,
    Program,
    confirmation,
    of,
    program,
    refusal,
)

NEXT = "acceptance?expand=next"


def invited(case: Case) -> None:
    what = Ask(InvitationKind.AGREEMENT, case.relationship.contact, "en")
    done(invitations.invite, acts.console(), case.machine, case.relationship, what, case.rules)


def blocked(case: Case) -> None:
    done(acceptances.report_refusal, acts.console(), case.machine, 1)


def attested(case: Case) -> None:
    done(case.attest, acts.console())


# Works


def test_a_fresh_customer_stands_at_the_beginning(desk: Desk) -> None:
    case = desk.customer()
    found, path = desk.program.get(of(case, "acceptance")), f"/customers/{case.machine.customer_id}/acceptance"
    assert found.pop("attributes").keys() == {"objectType", "etag"}
    assert found.pop("links") == {
        "self": {"uri": path, "method": "GET", "headers": []},
        "records": {"uri": f"{path}/records", "method": "GET", "headers": []},
    }
    assert found == {
        "customerId": str(case.machine.customer_id),
        "partnerId": str(desk.fabrikam.id),
        "agreementType": MCA,
        "state": "unconfirmed",
        "since": stamp(case.machine.since),
        "sequence": 1,
        "confirmed": False,
        "method": None,
        "assurance": None,
        "dateAgreed": None,
        "primaryContact": None,
        "version": {"templateId": MCA_TEMPLATE, "versionRank": 0, "current": True, "reconfirmBy": None},
        "invitation": None,
        "upstream": None,
    }


def test_what_was_confirmed_is_read_back(desk: Desk) -> None:
    case = desk.customer()
    desk.program.made(of(case, "agreements"), confirmation())
    found = desk.program.get(of(case, "acceptance"))
    assert (found["state"], found["confirmed"], found["sequence"]) == ("partner-attested", True, 2)
    assert (found["method"], found["assurance"], found["primaryContact"]) == ("attested", "attested", MARIA)
    assert found["dateAgreed"] == "2026-01-31T00:00:00.000Z"


def test_an_open_invitation_stands_beside_it(desk: Desk) -> None:
    case = desk.customer()
    made = desk.program.made(of(case, "invitations"), {"kind": "agreement"})
    found = desk.program.get(of(case, "acceptance"))["invitation"]
    assert found == {name: made[name] for name in ("id", "status", "delivery", "expiresAt")}


def test_each_agreement_of_a_customer_is_asked_for_by_its_type(desk: Desk) -> None:
    case = desk.customer()
    assert desk.program.get(of(case, f"acceptance?agreementType={MCA}"))["agreementType"] == MCA
    cloud = of(case, f"acceptance?agreementType={CLOUD}")
    assert refusal(desk.program.send("GET", cloud)) == NOT_FOUND
    done(customers.machine_for, act(desk.ana), case.relationship, AgreementType.CLOUD)
    found = desk.program.get(cloud)
    assert (found["agreementType"], found["version"]["templateId"]) == (CLOUD, CLOUD_TEMPLATE)


def test_reading_it_writes_nothing(desk: Desk) -> None:
    case = desk.customer()
    before = checksums()
    for what in ("acceptance", NEXT):
        desk.program.get(of(case, what))
    assert desk.program.send("HEAD", of(case, "acceptance")).status_code == 200
    assert checksums() == before


# What comes next


@pytest.mark.parametrize(
    ("before", "action", "owner", "leads", "allowed"),
    [
        (None, "invite", "partner", "invitations", "invite attest submit-draft record-purchase"),
        (invited, "accept", "customer", "invitations", "invite revoke attest submit-draft record-purchase"),
        (blocked, "attest", "partner", "agreements", "attest submit-draft record-purchase"),
        (
            attested,
            None,
            None,
            None,
            "attest submit-draft withdraw record-purchase place-order open-dispute",
        ),
    ],
)
def test_it_says_what_comes_next_what_one_may_do_and_why(
    desk: Desk, before: Any, action: str | None, owner: str, leads: str, allowed: str
) -> None:
    case = desk.customer()
    if before:
        before(case)
    found = desk.program.get(of(case, NEXT))
    expected = {"action": action, "owner": owner, "url": f"{BASE}{of(case, leads)}"} if action else None
    assert found["next"] == expected
    assert found["allowedActions"] == allowed.split()
    fact = "acceptance-on-record" if before is attested else "agreement-required"
    assert found["why"] == [{"fact": fact, "rule": "mca-only-2020-02-01"}]
    plain = desk.program.get(of(case, "acceptance"))
    depends = {"next", "allowedActions", "why"}
    assert plain.pop("attributes") != found.pop("attributes")
    assert plain == {name: value for name, value in found.items() if name not in depends}


def test_what_one_may_do_depends_on_who_one_is(app: Flask, desk: Desk, chain: Chain) -> None:
    case = desk.customer()
    everybody = {
        program(app, hire(desk.fabrikam, Role.SALES_AGENT)): ["invite", "attest", "submit-draft", "record-purchase"],
        program(app, desk.fabrikam): [],
    }
    for who, allowed in everybody.items():
        assert who.get(of(case, NEXT))["allowedActions"] == allowed
    assert chain.rita.get(of(chain.case, NEXT))["allowedActions"] == ["invite", "submit-draft"]
    assert chain.pia.get(of(chain.case, NEXT))["allowedActions"] == [
        "invite",
        "attest",
        "submit-draft",
        "record-purchase",
    ]


@pytest.mark.parametrize("before", [None, blocked, attested])
def test_what_is_said_to_be_allowed_is_done_and_nothing_else_is(desk: Desk, before: Any) -> None:
    """By each of the routes there are, as the same person."""
    routes: dict[str, tuple[str, Any]] = {
        "submit-draft": ("attestationdrafts", confirmation(primaryContact=EVA)),
        "place-order": ("orders", {"lineItems": [{"offerId": "A", "quantity": 1}]}),
        "invite": ("invitations", {"kind": "agreement"}),
        "attest": ("agreements", confirmation(primaryContact=EVA)),
    }
    for four_eyes in (False, True):
        done(partners.require_two, acts.console(), desk.fabrikam, four_eyes)
        for action, (what, body) in routes.items():
            case = desk.customer()
            if before:
                before(case)
            allowed = action in desk.program.get(of(case, NEXT))["allowedActions"]
            found = desk.program.post(of(case, what), body)
            assert (action, found.status_code == 201) == (action, allowed), found.text


# Not signed in, somebody else's, unknown, bad input


def test_without_a_token_nothing_is_told(app: Flask, desk: Desk) -> None:
    assert refusal(Program(app).send("GET", of(desk.customer(), "acceptance"))) == NOT_SIGNED_IN


def test_somebody_elses_customer_is_as_unknown_as_one_that_is_not_there(desk: Desk, chain: Chain) -> None:
    theirs = customer(company("Northwind", PartnerType.DIRECT_BILL))
    for where in (of(chain.case, NEXT), of(theirs, NEXT), f"/v1/customers/{UNKNOWN}/{NEXT}"):
        assert refusal(desk.program.send("GET", where)) == NOT_FOUND


def test_only_agents_view(desk: Desk) -> None:
    case = desk.customer()
    for role in (Role.HELPDESK_AGENT, Role.GLOBAL_ADMIN):
        assert refusal(desk.colleague(role).send("GET", of(case, "acceptance"))) == NO_ROLE


@pytest.mark.parametrize("named", ["", "*", "mca", "%00", "%FF", "x" * 5000])
def test_a_type_that_is_none_is_refused(desk: Desk, named: str) -> None:
    found = desk.program.send("GET", of(desk.customer(), f"acceptance?agreementType={named}"))
    assert refusal(found) == (400, 3000, "unknown-agreement-type")
