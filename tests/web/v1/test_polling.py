"""The polled resource from memory: the same answer as Flask's, and another one as soon as anything in it changes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, update
from werkzeug.test import TestResponse

from app.auth import acts
from app.commands import catalogue, customers, staff
from app.commands.catalogue import Publication
from app.core.carrying import Delivery
from app.core.vocabulary import AgreementType, Assurance, PartnerType
from app.db import db, transaction
from app.installation import installation
from app.models import Invitation, Machine, RoleGrant, Token
from app.queries import rulebooks
from app.web.v1.polling import Poller
from tests.channel import Case, company, done
from tests.conftest import database_url  # noqa: F401  on both engines
from tests.web.v1.conftest import Desk
from tests.web.v1.programs import Program, confirmation, of, program, refusal

OWN = {"MS-RequestId", "MS-CorrelationId"}


def poller(app: Flask) -> Poller:
    found = app.wsgi_app
    assert isinstance(found, Poller)
    return found


def poll(who: Program, case: Case, tag: str | None = None) -> TestResponse:
    return who.send("GET", of(case, "acceptance"), headers={"If-None-Match": tag} if tag else {})


def parts(found: TestResponse) -> tuple[int, bytes, dict[str, str]]:
    return found.status_code, found.data, {name: value for name, value in found.headers.items() if name not in OWN}


def test_what_is_remembered_is_what_flask_answered(desk: Desk) -> None:
    for case in (desk.customer(), desk.confirmed()):
        first = poll(desk.program, case)
        assert poller(desk.app).kept
        again = poll(desk.program, case)
        assert parts(again) == parts(first)
        assert {len(again.headers[name]) for name in OWN} == {36}
        tag = first.headers["ETag"]
        unmodified = poll(desk.program, case, tag)
        poller(desk.app).kept.clear()
        by_flask = poll(desk.program, case, tag)
        assert (unmodified.status_code, unmodified.data) == (by_flask.status_code, by_flask.data) == (304, b"")
        assert unmodified.headers["ETag"] == by_flask.headers["ETag"] == tag


def publish(desk: Desk, case: Case) -> None:
    what = Publication(AgreementType.MCA, True, acts.now().date())
    done(catalogue.publish, acts.console(), what, rulebooks.of(installation().rules, None).catalogue)


def attest(desk: Desk, case: Case) -> None:
    desk.program.made(of(case, "agreements"), confirmation())


def invite(desk: Desk, case: Case) -> None:
    desk.program.made(of(case, "invitations"), {"kind": "agreement"})


def bounce(desk: Desk, case: Case) -> None:
    with transaction() as session:
        held = Invitation.machine_id == case.machine.id
        session.execute(update(Invitation).where(held).values(delivery=Delivery.BOUNCED))


def accept_elsewhere(desk: Desk, case: Case) -> None:
    other = company("Northwind", PartnerType.DIRECT_BILL)
    profile = customers.Profile("Contoso", "SE", "en", case.relationship.contact, case.relationship.customer.domain)
    added = done(customers.add_customer, acts.console(), other, profile)
    done(_accepted, added.machine.id)


def _accepted(machine: UUID) -> None:
    row = db.session.get_one(Machine, machine)
    row.method, row.assurance, row.agreed_at = "direct", Assurance.TENANT_OIDC, acts.now()  # type: ignore[assignment]
    row.acceptance_number, row.accepted_version, row.state = 1, 0, "direct-accepted"  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("before", "change"),
    [(None, attest), (None, invite), (invite, bounce), (None, accept_elsewhere), (attest, publish)],
    ids=lambda step: step.__name__ if step else "",
)
def test_a_change_shows_in_the_very_next_answer(desk: Desk, before: Any, change: Callable[[Desk, Case], None]) -> None:
    case = desk.customer()
    if before:
        before(desk, case)
    first, again = poll(desk.program, case), poll(desk.program, case)
    assert first.data == again.data
    change(desk, case)
    changed = poll(desk.program, case, first.headers["ETag"])
    assert changed.status_code == 200
    poller(desk.app).kept.clear()
    assert changed.data == poll(desk.program, case).data != first.data


def test_a_token_that_ended_reads_nothing_more(desk: Desk) -> None:
    def revoked(row: Token) -> None:
        done(staff.revoke_token, acts.console(), db.session.get_one(Token, row.id))

    def run_out(row: Token) -> None:
        with transaction() as session:
            session.execute(update(Token).where(Token.id == row.id).values(expires_at=acts.now()))

    def without_roles(row: Token) -> None:
        with transaction() as session:
            session.execute(delete(RoleGrant).where(RoleGrant.staff_id == row.staff_id))

    case = desk.customer()
    for end, expected in ((revoked, 401), (run_out, 401), (without_roles, 403)):
        who = desk.colleague(desk.ana.grants[0].role)
        assert [poll(who, case).status_code for _ in range(2)] == [200, 200]
        row = db.session.query(Token).order_by(Token.created_at.desc(), Token.id.desc()).first()
        assert row
        end(row)
        assert (end.__name__, poll(who, case).status_code) == (end.__name__, expected)


def test_what_one_partner_was_told_another_is_not(desk: Desk, app: Flask) -> None:
    case = desk.customer()
    assert [poll(desk.program, case).status_code for _ in range(2)] == [200, 200]
    stranger = program(app, company("Northwind", PartnerType.DIRECT_BILL))
    assert refusal(poll(stranger, case))[0] == 404


def test_an_invitation_past_its_date_and_a_day_that_begins_are_not_answered_from_memory(desk: Desk) -> None:
    case = desk.customer()
    invite(desk, case)
    assert (poll(desk.program, case).json or {})["invitation"]["status"] == "open"
    with time_machine.travel(acts.now() + timedelta(days=31)):
        assert (poll(desk.program, case).json or {})["invitation"]["status"] == "expired"


def test_the_use_of_a_token_is_noted_all_the_same(desk: Desk) -> None:
    case = desk.customer()
    poll(desk.program, case)
    with time_machine.travel(acts.now() + timedelta(hours=2)):
        poll(desk.program, case)
        held = db.session.query(Token).filter_by(staff_id=desk.ana.id).one()
        assert held.last_used_at
        assert acts.now() - held.last_used_at < timedelta(minutes=1)
