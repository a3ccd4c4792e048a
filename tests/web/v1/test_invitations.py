"""`POST /v1/customers/{id}/invitations`: the customer is asked by mail."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from app.auth import acts
from app.commands import acceptances, customers
from app.core.evidence import stamp
from app.core.vocabulary import Cloud, PartnerType, PurchaseKind, RelationshipState, Role
from app.db import db, new_id, transaction
from app.models import Invitation, Outbox, Relationship, Suppression
from tests.channel import Case, company, customer, done
from tests.rows import change
from tests.web.v1.conftest import Chain, Desk
from tests.web.v1.programs import (
    EVA,
    NO_ROLE,
    NOT_FOUND,
    NOT_SIGNED_IN,
    UNKNOWN,
    Program,
    account,
    confirmation,
    of,
    program,
    refusal,
    untouched,
)

ASKED = {"kind": "agreement"}


def stored(id: str) -> Invitation:
    db.session.rollback()
    return db.session.scalars(select(Invitation).where(Invitation.id == UUID(id))).one()


def owed(id: str) -> list[str]:
    """The kinds of what the invitation has put in the outbox."""
    db.session.rollback()
    return sorted(row.kind for row in db.session.scalars(select(Outbox)) if row.payload.get("invitation") == id)


# Works


def test_the_primary_contact_is_invited_by_mail(desk: Desk) -> None:
    case = desk.customer()
    before = datetime.now(UTC)
    found = desk.program.made(of(case, "invitations"), ASKED)
    due = {name: found.pop(name) for name in ("createdAt", "nextTry", "nextReminder")}
    assert stamp(before) <= due["createdAt"] == due["nextTry"] <= stamp(datetime.now(UTC))
    assert {name: value for name, value in found.items() if name not in ("id", "expiresAt")} == {
        "customerId": str(case.machine.customer_id),
        "agreementType": "MicrosoftCustomerAgreement",
        "kind": "agreement",
        "status": "open",
        "delivery": "queued",
        "contact": case.relationship.contact.personal(),
        "contactHealth": "ok",
        "language": "en",
        "dap": False,
        "tries": 0,
        "lastAnswer": None,
        "message": None,
        "reminders": None,
        "reminded": 0,
        "remindersStoppedAt": None,
        "warnings": [],
        "attributes": {"objectType": "Invitation"},
    }
    assert stamp(before + timedelta(days=30)) <= found["expiresAt"] <= stamp(datetime.now(UTC) + timedelta(days=30))
    assert stored(found["id"]).invited_by == desk.ana.id
    assert owed(found["id"]) == ["invitation", "invitation-expiry", "invitation-reminding"]
    assert "/AdminPortal/" not in str(found), "the link goes to the customer alone"


@pytest.mark.parametrize("kind", ["newCustomer", "relationshipAndAgreement", "agreement"])
def test_somebody_else_is_invited_in_another_language_for_another_time(desk: Desk, kind: str) -> None:
    given = {"Kind": kind, "Contact": EVA, "Language": "zh-Hant", "ExpiresInDays": 365, "Dap": True, "Message": None}
    found = desk.program.made(of(desk.customer(), "invitations"), given)
    assert (found["kind"], found["contact"], found["language"]) == (kind, EVA, "zh-Hant")
    row = stored(found["id"])
    assert (row.dap, (row.expires_at - row.created_at).days) == (True, 365)


def test_a_second_invitation_takes_the_place_of_the_first(desk: Desk) -> None:
    case = desk.customer()
    first, second = (desk.program.made(of(case, "invitations"), ASKED)["id"] for _ in range(2))
    assert (stored(first).status, stored(second).status) == ("revoked", "open")


def test_a_reseller_and_a_service_account_invite_too(app: Flask, chain: Chain) -> None:
    """A service account that sends an invitation vouches for nobody."""
    chain.rita.made(of(chain.case, "invitations"), ASKED)
    bot = program(app, account(chain.channel.reseller))
    found = bot.made(of(chain.case, "invitations"), ASKED)
    assert stored(found["id"]).invited_by is None


def test_a_blocked_dead_end_is_sent_only_with_force_and_then_with_a_warning(desk: Desk) -> None:
    case = desk.customer()
    done(customers.record_purchase, acts.console(), case.relationship, PurchaseKind.OFFER, datetime(2025, 3, 1).date())
    dead_end = (409, 2000, "direct-acceptance-unavailable")
    assert desk.program.refused(of(case, "invitations"), ASKED) == dead_end
    assert desk.program.refused(of(case, "invitations"), ASKED | {"force": False}) == dead_end
    found = desk.program.made(of(case, "invitations"), ASKED | {"force": True})
    assert found["warnings"] == ["direct-acceptance-unavailable"]


# Not signed in, somebody else's, who may


def test_without_a_token_nobody_invites(app: Flask, desk: Desk) -> None:
    assert Program(app).refused(of(desk.customer(), "invitations"), ASKED) == NOT_SIGNED_IN


def test_somebody_elses_customer_is_as_unknown_as_one_that_is_not_there(desk: Desk, chain: Chain) -> None:
    theirs = customer(company("Northwind", PartnerType.DIRECT_BILL))
    with untouched():
        for where in (of(chain.case, "invitations"), of(theirs, "invitations"), f"/v1/customers/{UNKNOWN}/invitations"):
            assert desk.program.says(where, ASKED) == NOT_FOUND


def test_only_agents_invite(desk: Desk) -> None:
    case = desk.customer()
    for role in (Role.HELPDESK_AGENT, Role.GLOBAL_ADMIN):
        assert desk.colleague(role).refused(of(case, "invitations"), ASKED) == NO_ROLE
    desk.colleague(Role.SALES_AGENT).made(of(case, "invitations"), ASKED)


# Wrong state


def attested(desk: Desk, case: Case) -> None:
    desk.program.made(of(case, "agreements"), confirmation())


def blocked(desk: Desk, case: Case) -> None:
    done(acceptances.report_refusal, acts.console(), case.machine, 1)


def removed(desk: Desk, case: Case) -> None:
    change(Relationship, Relationship.id == case.relationship.id, state=RelationshipState.REMOVED)


def suppressed(desk: Desk, case: Case) -> None:
    with transaction() as session:
        row = {"partner_id": desk.fabrikam.id, "mailbox": case.relationship.email, "reason": "asked us to stop"}
        session.add(Suppression(id=new_id(), created_at=acts.now(), **row))


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (attested, (409, 2000, "nothing-to-reconfirm")),
        (blocked, (409, 2000, "wrong-state")),
        (removed, (403, 20002, "no-relationship")),
        (suppressed, (409, 2000, "contact-suppressed")),
    ],
)
def test_whom_it_makes_no_sense_to_invite(desk: Desk, before: Any, expected: Any) -> None:
    case = desk.customer()
    before(desk, case)
    with untouched():
        found = desk.program.post(of(case, "invitations"), ASKED)
    assert refusal(found) == expected
    assert "{" not in (found.json or {})["description"]


def test_the_partners_own_people_and_national_clouds_are_not_invited(desk: Desk) -> None:
    case, german = desk.customer(), customer(desk.fabrikam, cloud=Cloud.GERMANY)
    own = ASKED | {"contact": EVA | {"email": desk.ana.email}}
    assert desk.program.refused(of(case, "invitations"), own) == (409, 2000, "contact-is-partner")
    assert desk.program.refused(of(german, "invitations"), ASKED) == (409, 2000, "national-cloud-unsupported")


# Bad input

BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"kind": None}, "missing-field", "kind"),
    ({"kind": "Agreement"}, "invalid-value", "newCustomer, relationshipAndAgreement, agreement"),
    ({"kind": 1}, "invalid-value", "kind"),
    ({"contact": {}}, "missing-field", "firstName"),
    ({"contact": "Eva Ek"}, "invalid-value", "contact"),
    ({"contact": [EVA]}, "invalid-value", "contact"),
    ({"contact": EVA | {"email": "eva"}}, "invalid-email", "email"),
    ({"contact": EVA | {"email": "eva@contoso.example\nBcc: x@evil.example"}}, "invalid-text", "email"),
    ({"contact": EVA | {"language": "Swedish, please"}}, "invalid-value", "contact.language"),
    ({"message": {"subject": "Hi", "text": "Sign"}}, "invalid-wording", "part, line and reason"),
    ({"message": {"text": "Sign"}}, "missing-field", "message.subject"),
    ({"message": "Sign"}, "invalid-value", "message"),
    ({"send": "no"}, "invalid-value", "send"),
    ({"language": "Swedish, please"}, "invalid-value", "language"),
    ({"language": 7}, "invalid-value", "language"),
    ({"dap": "yes"}, "invalid-value", "dap"),
    ({"dap": 1}, "invalid-value", "dap"),
    ({"force": "false"}, "invalid-value", "force"),
    *(({"expiresInDays": bad}, "invalid-value", "1 to 365") for bad in (0, -1, 366, 10**400, 1.5, True, "7", [7])),
]


def test_what_makes_no_invitation_is_named_and_leaves_no_trace(desk: Desk) -> None:
    case = desk.customer()
    with untouched():
        for changes, reason, says in BAD:
            found = desk.program.post(of(case, "invitations"), ASKED | changes)
            assert (changes, refusal(found)) == (changes, (400, 3000, reason))
            assert says in (found.json or {})["description"]
