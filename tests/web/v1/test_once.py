"""A request sent twice: one effect, one answer; another request under the same key is told so."""

import io
import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.auth import acts
from app.commands import repeats
from app.db import db
from app.models import GivenAnswer, Record
from tests.channel import counts, done
from tests.conftest import database_url  # noqa: F401  on both engines
from tests.web.v1.conftest import Chain, Desk
from tests.web.v1.programs import EVA, UNKNOWN, confirmation, of, program, refusal

KEY = {"MS-RequestId": "6f1f9f7c-2f6c-4a6e-9d4f-0d7a3a1a9b11"}


def keyed(desk: Desk, where: str, body: Any, headers: dict[str, str] | None = None) -> TestResponse:
    return desk.program.post(where, body, headers=headers or KEY)


def test_the_same_request_is_answered_as_before_and_does_nothing_again(desk: Desk) -> None:
    where = of(desk.customer(), "agreements")
    first = keyed(desk, where, confirmation())
    before = counts()
    again = keyed(desk, where, confirmation())
    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.data, again.mimetype) == (first.data, first.mimetype)
    assert (first.headers.get("Idempotent-Replayed"), again.headers["Idempotent-Replayed"]) == (None, "true")
    assert again.headers["MS-RequestId"] == KEY["MS-RequestId"]
    assert counts() == before


def test_the_usual_name_of_the_key_serves_as_well_and_comes_first(desk: Desk) -> None:
    where, key = of(desk.customer(), "agreements"), {"Idempotency-Key": "one"}
    keyed(desk, where, confirmation(), key)
    assert keyed(desk, where, confirmation(), key | KEY).headers["Idempotent-Replayed"] == "true"


def test_spaces_and_the_order_of_members_make_no_other_request(desk: Desk) -> None:
    where, body = of(desk.customer(), "agreements"), confirmation()
    keyed(desk, where, body)
    turned = dict(reversed(list(body.items())))
    assert keyed(desk, where, turned).headers["Idempotent-Replayed"] == "true"


def test_another_request_under_the_key_is_told_so(desk: Desk) -> None:
    where = of(desk.customer(), "agreements")
    keyed(desk, where, confirmation())
    before = counts()
    assert refusal(keyed(desk, where, confirmation(primaryContact=EVA))) == (422, 2000, "key-reused")
    assert counts() == before


def test_a_key_is_one_callers_on_one_route(desk: Desk) -> None:
    one, other = desk.customer(), desk.customer()
    assert keyed(desk, of(one, "agreements"), confirmation()).status_code == 201
    assert keyed(desk, of(other, "agreements"), confirmation()).headers.get("Idempotent-Replayed") is None
    colleague = program(desk.app, desk.ana)
    found = colleague.post(of(one, "agreements"), confirmation(), headers=KEY)
    assert refusal(found) == (400, 600061, "already-confirmed")


def test_a_rules_no_is_kept_and_a_slip_is_not(desk: Desk) -> None:
    where = f"/v1/customers/{UNKNOWN}/agreements"
    assert keyed(desk, where, confirmation()).status_code == 404
    again = keyed(desk, where, confirmation())
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (404, "true")
    known = of(desk.customer(), "agreements")
    assert keyed(desk, known, {"primaryContact": 7}).status_code == 400
    assert keyed(desk, known, confirmation()).status_code == 201


def test_without_a_key_every_request_counts(desk: Desk) -> None:
    where = of(desk.customer(), "agreements")
    assert desk.program.post(where, confirmation()).status_code == 201
    assert refusal(desk.program.post(where, confirmation())) == (400, 600061, "already-confirmed")
    assert db.session.scalar(select(func.count()).select_from(GivenAnswer).filter_by(partner_id=desk.fabrikam.id)) == 0


@pytest.mark.parametrize("key", ["x" * 256, "\x7f", "\u00e9"])
def test_a_key_that_is_none_is_refused(desk: Desk, key: str) -> None:
    found = keyed(desk, of(desk.customer(), "agreements"), confirmation(), {"MS-RequestId": key})
    assert refusal(found)[::2] == (400, "invalid-value")


def test_a_form_with_files_is_the_same_under_another_boundary(chain: Chain) -> None:
    def send() -> TestResponse:
        data = {"draft": json.dumps(confirmation()), "files": [(io.BytesIO(b"%PDF-1.4"), "signed.pdf")]}
        return chain.rita.send("POST", of(chain.case, "attestationdrafts"), headers=KEY, data=data)

    first, again = send(), send()
    assert (first.status_code, again.data) == (201, first.data)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_twins_at_the_same_moment_have_one_effect(desk: Desk, app: Flask) -> None:
    where, answers = of(desk.customer(), "agreements"), []
    machine = desk.customer().machine

    def send() -> None:
        with app.app_context():
            answers.append(keyed(desk, where, confirmation()))

    threads = [threading.Thread(target=send) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {(answer.status_code, answer.data) for answer in answers} == {(201, answers[0].data)}
    attested = select(func.count()).select_from(Record).where(Record.event == "attest")
    assert db.session.scalar(attested.where(Record.partner_id == machine.partner_id)) == 1


def test_what_is_kept_names_nobody_and_is_forgotten_after_a_week(desk: Desk) -> None:
    keyed(desk, of(desk.customer(), "agreements"), confirmation())
    row = db.session.scalars(select(GivenAnswer).filter_by(partner_id=desk.fabrikam.id)).one()
    held = select(func.count()).select_from(GivenAnswer).filter_by(id=row.id)
    assert b"Maria" not in (row.content or b"")
    done(repeats.forget_old, acts.now() + timedelta(days=6, hours=23))
    assert db.session.scalar(held) == 1
    done(repeats.forget_old, acts.now() + timedelta(days=7, minutes=1))
    assert db.session.scalar(held) == 0
