"""`POST /v1/customers/{customerId}/credentials`: a new first password for the customer, and never a word of it here."""

import pytest
from flask import Flask
from sqlalchemy import select

from app import vault
from app.core import links
from app.core.vocabulary import Owed, Role
from app.db import db
from app.installation import installation
from app.models import CustomerUser, Outbox, Record, Reveal
from tests.channel import Case
from tests.rows import change
from tests.web.tables import dump
from tests.web.v1.accounts import account
from tests.web.v1.conftest import Chain, Desk
from tests.web.v1.programs import BASE, EVA, NO_ROLE, NOT_FOUND, NOT_SIGNED_IN, Program, of

TO = EVA | {"email": "eva@contoso.example"}


@pytest.fixture
def case(desk: Desk) -> Case:
    found = desk.customer()
    account(found.relationship)
    return found


def newest(case: Case) -> Reveal:
    db.session.rollback()
    found = db.session.scalars(select(Reveal).where(Reveal.machine_id == case.machine.id).order_by(Reveal.id.desc()))
    return next(iter(found))


def plain(case: Case) -> str:
    db.session.rollback()
    kept = select(CustomerUser.first_password).where(CustomerUser.customer_id == case.machine.customer_id)
    return vault.open_(db.session.scalars(kept).one() or b"")


def test_the_primary_contact_is_mailed_a_link_and_nobody_here_sees_the_password(desk: Desk, case: Case) -> None:
    answer = desk.program.post(of(case, "credentials"), {})
    row = newest(case)
    assert (answer.status_code, set(answer.json or {})) == (201, {"userName", "expiresAt", "sentTo"})
    assert answer.json
    assert answer.json["sentTo"] == row.email == case.relationship.email
    assert answer.json["userName"] == f"admin@{case.relationship.domain}"
    assert plain(case) not in answer.text
    mail = db.session.scalars(select(Outbox).where(Outbox.kind == Owed.CREDENTIALS)).all()[-1]
    assert mail.payload["reveal"] == str(row.id)


def test_somebody_else_can_be_named(desk: Desk, case: Case) -> None:
    made = desk.program.made(of(case, "credentials"), {"contact": TO | {"language": "sv"}})
    assert (made["sentTo"], newest(case).language) == (TO["email"], "sv")


def test_with_send_off_the_live_link_is_answered_recorded_and_kept_sealed_alone(desk: Desk, case: Case) -> None:
    key = {"Idempotency-Key": "one"}
    answer = desk.program.post(of(case, "credentials"), {"send": False}, headers=key)
    row = newest(case)
    token = links.token(installation().keys.reveal, row.id, 1)
    assert answer.json
    assert (answer.json["url"], answer.json["sentTo"]) == (f"{BASE}/reveal/{token}", None)
    record = db.session.scalars(select(Record).where(Record.machine_id == case.machine.id, Record.number == 2)).one()
    assert (record.event, str(row.id) in record.body) == ("link-copied", True)
    again = desk.program.post(of(case, "credentials"), {"send": False}, headers=key)
    assert (again.json, again.headers["Idempotent-Replayed"]) == (answer.json, "true")
    for secret in (token, plain(case)):
        assert secret not in dump()
        assert secret.encode().hex() not in dump()


def test_users_keep_a_password_of_their_own(desk: Desk, case: Case) -> None:
    own = {"must_change": False, "first_password": None}
    change(CustomerUser, CustomerUser.customer_id == case.machine.customer_id, **own)
    assert desk.program.refused(of(case, "credentials"), {}) == (409, 2000, "already-exists")
    assert desk.program.refused(of(desk.customer(), "credentials"), {}) == NOT_FOUND


def test_only_admin_agents_of_the_customers_side_have_it_sent(app: Flask, desk: Desk, case: Case, chain: Chain) -> None:
    assert Program(app).refused(of(case, "credentials"), {}) == NOT_SIGNED_IN
    assert desk.colleague(Role.SALES_AGENT).refused(of(case, "credentials"), {}) == NO_ROLE
    assert chain.pia.refused(of(case, "credentials"), {}) == NOT_FOUND
