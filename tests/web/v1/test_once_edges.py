"""The key of a request in odd company: other spellings of an address, tokens that are over, faults, and long waits."""

import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import func, insert, select, text
from werkzeug.test import TestResponse

from app.auth import acts
from app.commands import repeats
from app.commands import staff as commands
from app.core.vocabulary import Role
from app.db import db, new_id
from app.models import GivenAnswer, Partner, Token
from tests.channel import counts, done, hire
from tests.conftest import database_url  # noqa: F401  on both engines
from tests.web.v1.conftest import Chain, Desk
from tests.web.v1.newcomers import newcomer
from tests.web.v1.programs import NO_ROLE, Program, confirmation, of, order, program, refusal, token

KEY = {"MS-RequestId": "6f1f9f7c-2f6c-4a6e-9d4f-0d7a3a1a9b11"}
AGAIN = "Idempotent-Replayed"


def kept(partner: Partner) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(GivenAnswer).filter_by(partner_id=partner.id)) or 0


def test_the_same_address_spelled_otherwise_is_the_same_request(desk: Desk) -> None:
    where = of(desk.customer(), "agreements")
    first = desk.program.post(where, confirmation(), headers=KEY)
    for spelled in (where.replace("customers", "Customers"), where.upper().replace("/V1", "/v1"), f"{where}/"):
        again = desk.program.post(spelled, confirmation(), headers=KEY)
        assert (again.data, again.headers.get(AGAIN)) == (first.data, "true"), spelled


def test_another_query_makes_another_request(desk: Desk) -> None:
    where = of(desk.customer(), "agreements")
    desk.program.post(where, confirmation(), headers=KEY)
    found = desk.program.post(f"{where}?dry=1", confirmation(), headers=KEY)
    assert refusal(found) == (422, 2000, "key-reused")


def test_what_only_reads_has_no_use_for_a_key(desk: Desk) -> None:
    case = desk.customer()
    for _ in range(2):
        answers = [
            desk.program.send("GET", of(case, "acceptance"), KEY),
            desk.program.post("/v1/eligibility", {"customerId": str(case.machine.customer_id), "operation": "renewal"}),
        ]
        assert [(answer.status_code, answer.headers.get(AGAIN)) for answer in answers] == [(200, None)] * 2
    assert kept(desk.fabrikam) == 0


def test_a_token_that_is_over_gets_no_answer_again(app: Flask, desk: Desk) -> None:
    secret, where = token(desk.ana), of(desk.customer(), "agreements")
    who = Program(app, secret)
    assert who.post(where, confirmation(), headers=KEY).status_code == 201
    done(commands.revoke_token, acts.console(), db.session.query(Token).filter_by(prefix=secret[:12]).one())
    found = who.post(where, confirmation(), headers=KEY)
    assert (refusal(found)[2], found.headers.get(AGAIN)) == ("token-expired", None)


def test_a_password_that_was_shown_once_is_shown_again_to_nobody_else(app: Flask, desk: Desk) -> None:
    """Whoever lost the answer may ask for it again; it lies encrypted until then."""
    body = newcomer()
    first = desk.program.post("/v1/customers", body, headers=KEY)
    password = (first.json or {})["userCredentials"]["password"]
    [row] = db.session.scalars(select(GivenAnswer).filter_by(partner_id=desk.fabrikam.id))
    assert password.encode() not in (row.content or b"")
    assert desk.program.post("/v1/customers", body, headers=KEY).data == first.data
    for who in (program(app, desk.ana), program(app, desk.fabrikam), desk.colleague()):
        found = who.post("/v1/customers", body, headers=KEY)
        assert (found.status_code, password in found.text, found.headers.get(AGAIN)) == (409, False, None)


def test_a_caller_without_the_permission_is_refused_before_the_key_counts(app: Flask, desk: Desk) -> None:
    who, body = program(app, hire(desk.fabrikam, Role.HELPDESK_AGENT)), newcomer()
    assert refusal(who.post("/v1/customers", body, headers=KEY)) == NO_ROLE
    assert kept(desk.fabrikam) == 0


@contextmanager
def fault() -> Iterator[None]:
    """The database takes no purchases."""
    broken = "ALTER TABLE purchase RENAME COLUMN quantity TO lost"
    mended = "ALTER TABLE purchase RENAME COLUMN lost TO quantity"
    for statement in (broken, mended):
        with db.engine.begin() as connection:
            connection.execute(text(statement))
        if statement is broken:
            yield


def test_a_fault_of_ours_is_not_kept_and_the_request_may_come_again(desk: Desk) -> None:
    where = of(desk.confirmed(), "orders")
    before = counts()
    with fault():
        assert desk.program.post(where, order(), headers=KEY).status_code >= 500
        assert counts() == before
    found = desk.program.post(where, order(), headers=KEY)
    assert (found.status_code, found.headers.get(AGAIN)) == (201, None)


def test_forms_with_other_files_are_other_requests(chain: Chain) -> None:
    where = of(chain.case, "attestationdrafts")

    def send(*files: tuple[bytes, str]) -> TestResponse:
        given = [(io.BytesIO(content), name) for content, name in files]
        return chain.rita.send("POST", where, headers=KEY, data={"draft": json.dumps(confirmation()), "files": given})

    one, two = (b"%PDF-1.4", "one.pdf"), (b"%PDF-1.5", "two.pdf")
    assert send(one, two).status_code == 201
    assert send(one, two).headers[AGAIN] == "true"
    joined = one[0] + json.dumps([two[1], "application/pdf"]).encode() + two[0]
    for files in ([one], [two, one], [(b"%PDF-1.6", "one.pdf"), two], [one, (two[0], "2.pdf")], [(joined, one[1])]):
        assert refusal(send(*files)) == (422, 2000, "key-reused"), files
    plain = chain.rita.post(where, confirmation(), headers=KEY)
    assert refusal(plain) == (422, 2000, "key-reused")


def test_of_twins_that_are_refused_one_answer_is_kept(app: Flask, desk: Desk) -> None:
    where, answers = of(desk.customer(), "orders"), []

    def send() -> None:
        with app.app_context():
            answers.append(desk.program.post(where, order(), headers=KEY))

    threads = [threading.Thread(target=send) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {(answer.status_code, answer.data) for answer in answers} == {(403, answers[0].data)}
    assert [answer.headers.get(AGAIN) for answer in answers].count(None) == 1
    assert kept(desk.fabrikam) == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_twin_that_would_wait_too_long_is_told_that_the_first_still_runs(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite writers stand in one line."""
    monkeypatch.setattr(repeats, "WAIT", text("SET LOCAL lock_timeout = '50ms'"))
    done_later, never_done = of(desk.confirmed(), "orders"), of(desk.customer(), "orders")
    for where, says in ((done_later, 201), (never_done, 403)):
        with db.engine.connect() as first:
            row = {"id": new_id(), "partner_id": desk.fabrikam.id, "credential": credential(desk.program)}
            row |= {"route": f"POST {where}", "key": KEY["MS-RequestId"]}
            first.execute(insert(GivenAnswer).values(row | {"request_sha256": "", "created_at": acts.now()}))
            assert refusal(desk.program.post(where, order(), headers=KEY)) == (409, 2000, "still-running")
            first.rollback()
        assert desk.program.post(where, order(), headers=KEY).status_code == says


def credential(who: Program) -> str:
    prefix = who.headers["Authorization"].removeprefix("Bearer ")[:12]
    return str(db.session.query(Token).filter_by(prefix=prefix).one().id)
