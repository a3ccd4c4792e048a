"""Which agreements there are, what partners have confirmed, and whether a customer has signed by itself."""

import hashlib
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from app.auth import acts
from app.commands import acceptances, attestations, catalogue, customers, invitations
from app.commands.acceptances import Consent
from app.commands.catalogue import Publication
from app.commands.invitations import Ask
from app.core.act import Act
from app.core.vocabulary import ActorKind, AgreementType, Assurance, InvitationKind, Method, PartnerType, Role
from app.db import db
from app.installation import installation
from app.models import Partner, Record, SealedValue
from tests.channel import Case, company, done, hire
from tests.web.v1.conftest import Chain, Desk
from tests.web.v1.programs import (
    CLOUD,
    CLOUD_TEMPLATE,
    EVA,
    MARIA,
    MCA,
    MCA_TEMPLATE,
    NO_ROLE,
    NOT_FOUND,
    NOT_SIGNED_IN,
    Program,
    confirmation,
    of,
    program,
    refusal,
)

SIGNED = "directSignedMicrosoftCustomerAgreementStatus"
ROWS = {
    MCA: {
        "templateId": MCA_TEMPLATE,
        "agreementType": MCA,
        "agreementLink": "https://aka.ms/customeragreement",
        "versionRank": 0,
    },
    CLOUD: {"templateId": CLOUD_TEMPLATE, "agreementType": CLOUD, "versionRank": 0},
}


# GET /v1/agreements


@pytest.mark.parametrize(
    ("asked", "kinds"),
    [
        ("", [CLOUD]),
        ("?agreementType=MicrosoftCloudAgreement", [CLOUD]),
        ("?agreementType=MicrosoftCustomerAgreement", [MCA]),
        ("?agreementType=*", [MCA, CLOUD]),
        ("?AGREEMENTTYPE=%2A", [MCA, CLOUD]),
    ],
)
def test_there_is_one_row_for_each_agreement(desk: Desk, asked: str, kinds: list[str]) -> None:
    found = desk.program.get(f"/v1/Agreements/{asked}")
    assert (found["totalCount"], found["items"]) == (len(kinds), [ROWS[kind] for kind in kinds])


def test_whoever_may_look_may_ask_for_the_agreements(desk: Desk, app: Flask) -> None:
    where = "/v1/agreements?agreementType=*"
    assert program(app, desk.fabrikam).get(where)["totalCount"] == 2
    assert refusal(desk.colleague(Role.HELPDESK_AGENT).send("GET", where)) == NO_ROLE
    assert refusal(Program(app).send("GET", where)) == NOT_SIGNED_IN


@pytest.mark.parametrize("kind", ["microsoftcustomeragreement", "NDA", "**"])
def test_an_agreement_that_nobody_knows_is_refused(desk: Desk, kind: str) -> None:
    found = desk.program.send("GET", f"/v1/agreements?agreementType={kind}")
    assert refusal(found) == (400, 3000, "unknown-agreement-type")


# GET /v1/customers/{customerId}/agreements


def listed(who: Program, case: Case, asked: str = "?agreementType=*") -> list[dict[str, Any]]:
    found = who.get(of(case, f"agreements{asked}"))
    assert found["totalCount"] == len(found["items"])
    return list(found["items"])


def test_confirmations_are_listed_the_oldest_first(desk: Desk) -> None:
    case = desk.customer()
    assert listed(desk.program, case) == []
    desk.program.made(of(case, "agreements"), confirmation())
    desk.program.made(of(case, "agreements"), confirmation(primaryContact=EVA, dateAgreed="2026-01-15T00:00:00Z"))
    first = {
        "userId": str(desk.ana.id),
        "primaryContact": MARIA,
        "templateId": MCA_TEMPLATE,
        "dateAgreed": "2026-01-31T00:00:00.000Z",
        "type": MCA,
        "agreementLink": "https://aka.ms/customeragreement",
    }
    corrected = first | {"primaryContact": EVA, "dateAgreed": "2026-01-15T00:00:00.000Z"}
    assert listed(desk.program, case) == [first, corrected]
    assert listed(desk.program, case, "") == listed(desk.program, case, f"?agreementType={CLOUD}") == []
    assert listed(desk.program, case, f"?agreementType={MCA}") == [first, corrected]


def test_a_person_who_was_erased_is_no_longer_shown(desk: Desk) -> None:
    case = desk.confirmed()
    record = db.session.scalar(select(Record.id).where(Record.machine_id == case.machine.id, Record.event == "attest"))
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execute(delete(SealedValue).where(SealedValue.record_id == record))
    assert [one["primaryContact"] for one in listed(desk.program, case)] == [{}]


def test_a_reseller_sees_what_its_provider_has_confirmed(chain: Chain) -> None:
    chain.pia.made(of(chain.case, "agreements"), confirmation())
    assert listed(chain.rita, chain.case) == listed(chain.pia, chain.case) != []


def test_confirmations_are_for_people_of_the_customers_partner(desk: Desk, chain: Chain, app: Flask) -> None:
    case = desk.confirmed()
    for where in (of(case, "agreements"), of(case, SIGNED)):
        assert refusal(Program(app).send("GET", where)) == NOT_SIGNED_IN
        assert refusal(chain.pia.send("GET", where)) == NOT_FOUND
        assert refusal(program(app, desk.fabrikam).send("GET", where)) == NO_ROLE
        assert refusal(desk.colleague(Role.HELPDESK_AGENT).send("GET", where)) == NO_ROLE
    assert refusal(desk.program.send("GET", of(case, "agreements?agreementType=x")))[2] == "unknown-agreement-type"


# GET /v1/customers/{customerId}/directSignedMicrosoftCustomerAgreementStatus


def accepted(case: Case, assurance: Assurance) -> None:
    """The customer itself accepts what it was asked."""
    ask = Ask(InvitationKind.AGREEMENT, case.relationship.contact, "en")
    invitation = done(invitations.invite, acts.console(), case.machine, case.relationship, ask, case.rules)
    words = "We accept the agreement.\n"
    sha256 = hashlib.sha256(words.encode()).hexdigest()
    consent = Consent(words, sha256, "Maria Ek", True, True, assurance, "en-US")
    by = Act(ActorKind.CUSTOMER, Method.EMAIL_CODE, acts.now())
    done(acceptances.accept, by, case.machine, case.relationship, invitation, consent, case.rules)


def signed(who: Program, case: Case) -> bool:
    found = who.get(of(case, SIGNED))
    assert set(found) == {"isSigned"}
    return bool(found["isSigned"])


def test_a_customer_has_signed_when_it_accepted_by_itself_and_until_it_withdraws(desk: Desk) -> None:
    case = desk.customer()
    assert signed(desk.program, case) is False
    accepted(case, Assurance.MAILBOX_CODE)
    assert signed(desk.program, case) is True
    assert listed(desk.program, case) == []
    done(attestations.withdraw, acts.console(), case.machine, "by phone")
    assert signed(desk.program, case) is False


def test_what_a_partner_confirmed_is_no_signature(desk: Desk) -> None:
    assert signed(desk.program, desk.confirmed()) is False


@pytest.mark.parametrize(("assurance", "counts"), [(Assurance.TENANT_OIDC, True), (Assurance.MAILBOX_CODE, False)])
def test_another_partner_sees_a_signature_that_the_tenants_sign_in_proves(
    desk: Desk, app: Flask, assurance: Assurance, counts: bool
) -> None:
    case, other = desk.customer(), company("Adatum", PartnerType.DIRECT_BILL)
    about = customers.Profile("Contoso", "SE", "en", case.relationship.contact, case.relationship.domain)
    done(customers.add_customer, acts.console(), db.session.get_one(Partner, other.id), about)
    theirs = program(app, hire(other))
    accepted(case, assurance)
    assert (signed(desk.program, case), signed(theirs, case)) == (True, counts)


def test_a_signature_under_terms_that_count_no_more_is_none(desk: Desk) -> None:
    """The last test here: what it publishes stays published."""
    case, today = desk.customer(), acts.now().date()
    accepted(case, Assurance.MAILBOX_CODE)
    terms = Publication(AgreementType.MCA, True, date(2026, 1, 1), effective=today, grace=today)
    done(catalogue.publish, acts.console(), terms, installation().rules.catalogue)
    assert signed(desk.program, case) is False
    assert desk.program.get(of(case, "acceptance"))["confirmed"] is False
