"""Invitations after they were made: listed, read, sent again, taken back; and those that staff hand over themselves."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select

from app.core.vocabulary import PartnerType, Role
from app.db import db
from app.models import Invitation, Outbox, OutboxArchive, Record
from tests import rows
from tests.channel import Case, company, customer, hire
from tests.web.v1.conftest import Chain, Desk
from tests.web.v1.programs import EVA, NO_ROLE, NOT_FOUND, NOT_SIGNED_IN, UNKNOWN, Program, of, program, untouched

ASKED = {"kind": "agreement"}
NEWCOMER = {
    "kind": "relationshipAndAgreement",
    "customer": {"companyName": "Northwind Traders", "domain": "northwind.example", "country": "SE", "language": "sv"},
    "contact": {"firstName": "Bo", "lastName": "Ek", "email": "bo@northwind.example"},
}


def invited(desk: Desk, case: Case, **more: Any) -> Any:
    return desk.program.made(of(case, "invitations"), ASKED | more)


def at(id: str, what: str = "") -> str:
    return f"/v1/invitations/{id}{what}"


def records(case: Case) -> list[tuple[str, Any]]:
    db.session.rollback()
    found = db.session.scalars(select(Record).where(Record.machine_id == case.machine.id).order_by(Record.number))
    return [(row.event, json.loads(row.body)) for row in found]


def mails(id: str) -> list[Any]:
    db.session.rollback()
    return [
        row
        for row in db.session.scalars(select(Outbox).where(Outbox.kind == "invitation").order_by(Outbox.id))
        if row.payload["invitation"] == id
    ]


# Handed over instead of sent


def test_without_a_mail_the_link_is_answered_and_that_is_on_record(app: Flask, desk: Desk) -> None:
    case = desk.customer()
    found = invited(desk, case, send=False)
    assert (found["delivery"], found["tries"], found["nextTry"]) == ("not-sent", 0, None)
    assert mails(found["id"]) == []
    assert app.test_client().get(found["url"]).status_code == 303, "the link works"
    assert [event for event, _ in records(case)] == ["created", "invite", "link-copied"]
    _, copied = records(case)[-1]
    assert copied["actor"]["id"] == str(desk.ana.id)
    assert (copied["before"], copied["after"], copied["facts"]["invitation"]) == ("invited", "invited", found["id"])
    assert "/AdminPortal/" not in json.dumps(records(case))


def test_only_an_admin_agent_is_handed_a_link(desk: Desk, chain: Chain) -> None:
    case, unsent = desk.customer(), ASKED | {"send": False}
    assert desk.colleague(Role.SALES_AGENT).refused(of(case, "invitations"), unsent) == NO_ROLE
    assert chain.rita.refused(of(chain.case, "invitations"), unsent) == NO_ROLE
    assert desk.colleague(Role.ADMIN_AGENT).made(of(case, "invitations"), unsent)["url"]


def test_a_contacts_own_language_comes_first(desk: Desk) -> None:
    contact = EVA | {"language": "zh-Hant"}
    found = invited(desk, desk.customer(), contact=contact, language="sv")
    assert (found["language"], found["contact"]) == ("zh-Hant", EVA)


# Somebody who is not a customer yet


def test_a_newcomer_becomes_a_customer_with_its_invitation(desk: Desk) -> None:
    found = desk.program.made("/v1/invitations", NEWCOMER)
    assert (found["kind"], found["status"], found["language"]) == ("relationshipAndAgreement", "open", "sv")
    standing = desk.program.get(f"/v1/customers/{found['customerId']}/acceptance")
    assert (standing["state"], standing["invitation"]["id"]) == ("invited", found["id"])
    again = desk.program.refused("/v1/invitations", NEWCOMER)
    assert again == (409, 2000, "already-exists"), "a customer that is there is invited as one"


def test_a_reseller_brings_newcomers_to_its_provider(app: Flask, chain: Chain) -> None:
    body = NEWCOMER | {"customer": {"companyName": "Woodgrove", "country": "NO"}}
    found = chain.rita.made("/v1/invitations", body)
    assert found["language"] == "en"
    assert chain.pia.get(at(found["id"]))["customerId"] == found["customerId"]
    other = company("Litware", PartnerType.PROVIDER)
    two = company("Adatum", PartnerType.RESELLER, chain.channel.provider, other)
    between = program(app, hire(two))
    assert between.refused("/v1/invitations", body) == (400, 3000, "missing-field")
    chosen = between.made("/v1/invitations", body | {"providerId": str(other.id)})
    assert program(app, hire(other)).get(at(chosen["id"]))["id"] == chosen["id"]


@pytest.mark.parametrize(
    ("changes", "reason", "says"),
    [
        ({"kind": "agreement"}, "invalid-value", "relationshipAndAgreement"),
        ({"contact": None}, "missing-field", "contact"),
        ({"customer": None}, "missing-field", "customer"),
        ({"customer": {"country": "SE"}}, "missing-field", "customer.companyName"),
        ({"customer": {"companyName": "X", "country": "se"}}, "invalid-value", "customer.country"),
        ({"customer": {"companyName": "X", "country": "ZZ"}}, "invalid-value", "customer.country"),
        ({"customer": {"companyName": "X", "country": "SE", "domain": "no domain"}}, "invalid-value", "domain"),
        ({"providerId": UNKNOWN}, "wrong-partner-type", "type"),
    ],
)
def test_what_makes_no_newcomer_is_named(desk: Desk, changes: Any, reason: str, says: str) -> None:
    with untouched():
        found = desk.program.post("/v1/invitations", NEWCOMER | changes)
    assert (found.json or {})["reason"] == reason
    assert says in (found.json or {})["description"]


# Listed and read


def test_a_customers_invitations_are_leafed_through_the_newest_first(desk: Desk) -> None:
    case = desk.customer()
    made = [invited(desk, case)["id"] for _ in range(3)]
    found = desk.program.get(of(case, "invitations"))
    assert [(item["id"], item["status"]) for item in found["items"]] == [
        (made[2], "open"),
        (made[1], "revoked"),
        (made[0], "revoked"),
    ]
    assert "next" not in found["links"]
    first = desk.program.get(of(case, "invitations?size=2"))
    following = first["links"]["next"]
    headers = {header["key"]: header["value"] for header in following["headers"]}
    rest = desk.program.send("GET", f"/v1{following['uri']}", headers).json or {}
    assert [item["id"] for item in first["items"] + rest["items"]] == made[::-1]
    assert "next" not in rest["links"]


@pytest.mark.parametrize("token", ["x", "W10=", "WyJubyBpZCJd", "WyJhIiwgImIiXQ=="])
def test_a_continuation_that_leads_nowhere_is_refused(desk: Desk, token: str) -> None:
    found = desk.program.send("GET", of(desk.customer(), "invitations"), {"MS-ContinuationToken": token})
    assert (found.status_code, (found.json or {})["reason"]) == (400, "invalid-value")


def test_an_invitation_tells_what_became_of_its_mail(desk: Desk) -> None:
    made = invited(desk, desk.customer())
    [mail] = mails(made["id"])
    rows.change(Outbox, Outbox.id == mail.id, attempts=2, last_error="450 4.2.2 mailbox full")
    waiting = desk.program.get(at(made["id"]))
    assert (waiting["tries"], waiting["lastAnswer"]) == (2, "450 4.2.2 mailbox full")
    assert waiting["nextTry"] == made["nextTry"]
    rows.change(Outbox, Outbox.id == mail.id, dead_at=datetime.now(UTC))
    assert desk.program.get(at(made["id"]))["nextTry"] is None
    with db.engine.begin() as connection:
        kept = {name: getattr(mail, name) for name in ("id", "partner_id", "kind", "payload", "created_at")}
        done = {"attempts": 3, "outcome": "done", "answer": "250 taken", "done_at": datetime.now(UTC)}
        connection.execute(insert(OutboxArchive).values(kept | done))
        connection.execute(delete(Outbox).where(Outbox.id == mail.id))
    sent = desk.program.get(at(made["id"]))
    assert (sent["tries"], sent["lastAnswer"], sent["nextTry"]) == (3, "250 taken", None)


def test_what_has_not_changed_is_not_sent_twice(desk: Desk) -> None:
    where = at(invited(desk, desk.customer())["id"])
    tag = desk.program.send("GET", where).headers["ETag"]
    assert desk.program.send("GET", where, {"If-None-Match": tag}).status_code == 304


def test_one_past_its_date_reads_expired_before_the_clock_has_come_by(desk: Desk) -> None:
    case = desk.customer()
    made = invited(desk, case)
    over(made["id"])
    assert desk.program.get(at(made["id"]))["status"] == "expired"
    assert desk.program.get(of(case, "invitations"))["items"][0]["status"] == "expired"
    assert desk.program.get(of(case, "acceptance"))["invitation"]["status"] == "expired"


def over(id: str) -> None:
    """Thirty days have passed since it was made, and a moment."""
    now = datetime.now(UTC)
    ago = {"created_at": now - timedelta(days=30, seconds=1), "expires_at": now - timedelta(seconds=1)}
    rows.change(Invitation, Invitation.id == UUID(id), **ago)


# Sent again


def test_sent_again_the_old_link_is_dead_and_the_new_one_has_its_whole_time(app: Flask, desk: Desk) -> None:
    case = desk.customer()
    made = invited(desk, case, send=False, expiresInDays=7)
    rows.change(
        Invitation,
        Invitation.id == UUID(made["id"]),
        created_at=datetime.now(UTC) - timedelta(days=5),
        expires_at=datetime.now(UTC) + timedelta(days=2),
    )
    found = desk.program.made(at(made["id"], "/resend"), {}, 200)
    assert (found["id"], found["status"], found["delivery"]) == (made["id"], "open", "queued")
    assert "url" not in found
    left = datetime.fromisoformat(found["expiresAt"]) - datetime.now(UTC)
    assert timedelta(days=6, hours=23) < left <= timedelta(days=7)
    assert app.test_client().get(made["url"]).status_code != 303
    [mail] = mails(made["id"])
    assert mail.id == db.session.get_one(Invitation, UUID(made["id"])).mail_id
    assert [event for event, _ in records(case)] == ["created", "invite", "link-copied", "invite"]


def test_an_expired_one_is_sent_again_and_another_that_is_open_gives_way(desk: Desk) -> None:
    case = desk.customer()
    old = invited(desk, case)["id"]
    rows.change(Invitation, Invitation.id == UUID(old), status="expired")
    newer = invited(desk, case)["id"]
    assert desk.program.made(at(old, "/resend"), {}, 200)["status"] == "open"
    assert desk.program.get(at(newer))["status"] == "revoked"


def test_what_is_over_is_not_sent_again(desk: Desk) -> None:
    for status, reason in (
        ("revoked", "invitation-revoked"),
        ("used", "invitation-used"),
        ("declined", "invitation-used"),
    ):
        made = invited(desk, desk.customer())
        rows.change(Invitation, Invitation.id == UUID(made["id"]), status=status)
        assert desk.program.refused(at(made["id"], "/resend"), {}) == (410, 2000, reason)


def test_a_dead_end_is_sent_again_only_with_force(desk: Desk) -> None:
    case = desk.customer()
    made = invited(desk, case)
    desk.program.made(of(case, "purchases"), {"kind": "offer", "date": "2025-03-01"})
    assert desk.program.refused(at(made["id"], "/resend"), {}) == (409, 2000, "direct-acceptance-unavailable")
    found = desk.program.made(at(made["id"], "/resend"), {"force": True}, 200)
    assert found["warnings"] == ["direct-acceptance-unavailable"]


# Taken back


def test_taken_back_the_link_is_dead_and_the_agreement_where_it_was(app: Flask, desk: Desk) -> None:
    case = desk.customer()
    made = invited(desk, case, send=False)
    found = desk.program.made(at(made["id"], "/revoke"), {}, 200)
    assert found["status"] == "revoked"
    assert desk.program.get(of(case, "acceptance"))["state"] == "unconfirmed"
    assert app.test_client().get(made["url"]).status_code != 303
    assert desk.program.refused(at(made["id"], "/revoke"), {}) == (410, 2000, "invitation-used")


# Who may


def test_who_may_not_and_who_may_not_know(app: Flask, desk: Desk, chain: Chain) -> None:
    case, theirs = desk.customer(), customer(company("Contoso Partners", PartnerType.DIRECT_BILL))
    mine, foreign = invited(desk, case)["id"], chain.rita.made(of(chain.case, "invitations"), ASKED)["id"]
    helpdesk = desk.colleague(Role.HELPDESK_AGENT)
    for what in ("/resend", "/revoke"):
        assert Program(app).refused(at(mine, what), {}) == NOT_SIGNED_IN
        assert helpdesk.refused(at(mine, what), {}) == NO_ROLE
        for id in (foreign, UNKNOWN):
            assert desk.program.refused(at(id, what), {}) == NOT_FOUND
    assert chain.rita.refused(at(foreign, "/revoke"), {}) == (403, 1002, "wrong-partner-type")
    for where in (at(foreign), at(UNKNOWN), of(theirs, "invitations"), of(chain.case, "invitations")):
        found = desk.program.send("GET", where)
        assert (found.status_code, (found.json or {})["reason"]) == (404, "not-found")
    assert helpdesk.send("GET", at(mine)).status_code == 403
