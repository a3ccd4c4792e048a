"""`/webhooks/v1`: the vendor-style registration, its tests and its certificate, and whom they are for."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from cryptography import x509
from flask import Flask

from app import certificate
from app.auth import acts
from app.core.hooks import Calling
from app.core.vocabulary import PartnerType, Role
from app.models import WebhookDelivery, WebhookEndpoint
from tests.channel import company, hire
from tests.rows import change
from tests.web.v1.conftest import Chain, Desk
from tests.web.v1.programs import (
    BASE,
    NO_ROLE,
    NOT_FOUND,
    NOT_SIGNED_IN,
    UNKNOWN,
    Program,
    Refusal,
    account,
    program,
    refusal,
    untouched,
)
from tests.web.v1.registered import URL

HERE, EVENTS = "/webhooks/v1/registration", "/webhooks/v1/registration/events"
NOT_REGISTERED = (404, 1000, "not-registered")
TESTS, CERTIFICATES = "/webhooks/v1/registration/validationEvents", "/webhooks/v1/certificates"
OTHER = "https://1.1.1.1/others"
ACCEPTED, TEST = "agreement-accepted-by-customer", "test-created"
GIVEN = {"WebhookUrl": URL, "WebhookEvents": [ACCEPTED, TEST]}
INVALID: Refusal = (400, 3000, "invalid-value")
MISSING: Refusal = (400, 3000, "missing-field")
UNSAFE: Refusal = (400, 3000, "unsafe-url")
NOT_YOURS: Refusal = (403, 1002, "wrong-partner-type")
EXISTS: Refusal = (409, 2000, "already-exists")


@pytest.fixture
def admin(desk: Desk) -> Program:
    return program(desk.app, hire(desk.fabrikam, Role.GLOBAL_ADMIN))


def put(who: Program, body: Any) -> Any:
    return who.send("PUT", HERE, json=body)


# Registering


def test_what_can_be_registered_for_is_a_plain_list_of_names(admin: Program) -> None:
    found = admin.get(EVENTS)
    assert found == [name for name in found if isinstance(name, str)]
    assert {TEST, ACCEPTED, "reseller-relationship-accepted-by-customer"} < set(found)
    assert "indirect-reseller-relationship-accepted-by-customer" in found
    assert admin.made(HERE, GIVEN | {"WebhookEvents": found}, 200)["WebhookEvents"] == found


def test_a_registration_is_answered_read_and_replaced_in_the_vendors_spelling(admin: Program) -> None:
    assert refusal(admin.send("GET", HERE)) == NOT_REGISTERED
    made = admin.made(HERE, GIVEN, 200)
    assert made == GIVEN | {"SubscriberId": made["SubscriberId"]}
    assert admin.get(HERE) == GIVEN
    found = put(admin, {"webhookurl": OTHER, "WEBHOOKEVENTS": [ACCEPTED.upper()]})
    assert (found.status_code, found.json) == (
        200,
        {"SubscriberId": made["SubscriberId"], "WebhookUrl": OTHER, "WebhookEvents": [ACCEPTED]},
    )
    assert admin.get(HERE) == {"WebhookUrl": OTHER, "WebhookEvents": [ACCEPTED]}
    assert admin.get(f"/v1/webhooks/endpoints/{made['SubscriberId']}")["scheme"] == "vendor"


def test_a_partner_has_one_registration_and_none_can_be_replaced_before(admin: Program) -> None:
    with untouched():
        assert refusal(put(admin, GIVEN)) == NOT_REGISTERED
    admin.made(HERE, GIVEN, 200)
    with untouched():
        assert admin.says(HERE, GIVEN | {"WebhookUrl": OTHER}) == EXISTS


def test_the_same_request_sent_again_registers_once(admin: Program) -> None:
    answers = [admin.post(HERE, GIVEN, headers={"MS-RequestId": "once"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json == answers[1].json
    assert answers[1].headers["MS-RequestId"] == "once"


def test_the_path_is_found_in_any_case_and_with_a_slash_at_its_end(admin: Program) -> None:
    admin.made("/Webhooks/V1//Registration/", GIVEN, 200)
    assert admin.get("/WEBHOOKS/v1/REGISTRATION") == GIVEN
    found = admin.send("DELETE", HERE)
    assert (found.status_code, found.mimetype) == (405, "application/json")
    assert {"MS-RequestId", "MS-CorrelationId"} <= set(found.headers.keys())


def test_replacing_it_enables_it_again(desk: Desk, admin: Program) -> None:
    id = UUID(admin.made(HERE, GIVEN, 200)["SubscriberId"])
    change(WebhookEndpoint, WebhookEndpoint.id == id, disabled_at=acts.now(), disabled_why="failing")
    assert refusal(admin.post(TESTS, None)) == (409, 2000, "endpoint-disabled")
    assert refusal(admin.post(f"/v1/webhooks/endpoints/{id}/rotate", None)) == (409, 2000, "no-secret")
    assert put(admin, GIVEN).status_code == 200
    assert admin.get(f"/v1/webhooks/endpoints/{id}")["enabled"] is True


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"WebhookUrl": None}, MISSING),
        ({"WebhookEvents": []}, MISSING),
        ({"WebhookEvents": ["invoice-sung"]}, INVALID),
        ({"WebhookEvents": [TEST] * 51}, INVALID),
        ({"SignatureTokenToMsSignatureHeader": "true"}, INVALID),
        ({"WebhookUrl": "http://1.1.1.1/hooks"}, UNSAFE),
        ({"WebhookUrl": "https://10.0.0.1/hooks"}, UNSAFE),
        ({"WebhookUrl": "https://127.0.0.1/hooks"}, UNSAFE),
        ({"WebhookUrl": "https://ana:secret@1.1.1.1/hooks"}, UNSAFE),
    ],
)
def test_what_cannot_be_told_is_not_registered(admin: Program, changes: dict[str, Any], expected: Refusal) -> None:
    with untouched():
        assert admin.says(HERE, GIVEN | changes) == expected
    admin.made(HERE, GIVEN, 200)
    with untouched():
        assert refusal(put(admin, GIVEN | changes)) == expected


# Who may


def test_a_global_admin_and_the_partners_own_token_may_and_nobody_else(desk: Desk, chain: Chain) -> None:
    itself = program(desk.app, desk.fabrikam)
    itself.made(HERE, GIVEN, 200)
    id = itself.made(TESTS, None, 200)["correlationId"]
    reads, writes = (HERE, EVENTS, f"{TESTS}/{id}"), ((HERE, GIVEN), (TESTS, None))
    cases: list[tuple[Program, Refusal]] = [
        (Program(desk.app), NOT_SIGNED_IN),
        (desk.program, NO_ROLE),
        (program(desk.app, account(desk.fabrikam)), NO_ROLE),
        (program(desk.app, hire(chain.channel.reseller, Role.GLOBAL_ADMIN)), NOT_YOURS),
    ]
    with untouched():
        for who, no in cases:
            assert [refusal(who.send("GET", where)) for where in reads] == [no] * 3
            assert [who.says(where, body) for where, body in writes] == [no] * 2
            assert refusal(put(who, GIVEN)) == no
    assert [itself.send("GET", where).status_code for where in reads] == [200] * 3


def test_a_registration_is_its_partners_alone(desk: Desk, admin: Program) -> None:
    northwind = company("Northwind", PartnerType.DIRECT_BILL)
    other = program(desk.app, hire(northwind, Role.GLOBAL_ADMIN))
    admin.made(HERE, GIVEN, 200)
    id = admin.made(TESTS, None, 200)["correlationId"]
    with untouched():
        assert refusal(other.send("GET", HERE)) == NOT_REGISTERED
        assert refusal(put(other, GIVEN)) == NOT_REGISTERED
        assert refusal(other.post(TESTS, None)) == NOT_REGISTERED
        assert refusal(other.send("GET", f"{TESTS}/{id}")) == NOT_FOUND
    theirs = {"WebhookUrl": OTHER, "WebhookEvents": [TEST]}
    other.made(HERE, theirs, 200)
    assert put(other, theirs).status_code == 200
    assert (admin.get(HERE), other.get(HERE)) == (GIVEN, theirs)


# Tests


def test_a_test_waits_until_it_was_tried(desk: Desk, admin: Program) -> None:
    admin.made(HERE, GIVEN, 200)
    found = admin.made(TESTS, None, 200)
    assert admin.get(f"{TESTS}/{found['correlationId']}") == found | {
        "partnerId": str(desk.fabrikam.id),
        "status": "pending",
        "callbackUrl": URL,
        "results": [],
    }


def test_each_attempt_is_told_as_the_vendor_tells_it(admin: Program) -> None:
    admin.made(HERE, GIVEN, 200)
    id = admin.made(TESTS, None, 200)["correlationId"]
    at = "2026-11-21T09:00:0{}.000000Z"
    tries = [
        {"at": at.format(0), "ms": 3, "status": None, "error": "refused", "answer": ""},
        {"at": at.format(1), "ms": 3, "status": 404, "error": None, "answer": "not here"},
        {"at": at.format(2), "ms": 3, "status": 599, "error": None, "answer": ""},
        {"at": at.format(3), "ms": 3, "status": 200, "error": None, "answer": ""},
    ]
    change(WebhookDelivery, WebhookDelivery.id == UUID(id), tries=tries, status=Calling.DELIVERED)
    found = admin.get(f"{TESTS}/{id}")
    assert found["status"] == "completed"
    assert [list(one.values()) for one in found["results"]] == [
        [None, "refused", True, at.format(0)],
        ["NotFound", "not here", False, at.format(1)],
        ["599", "", False, at.format(2)],
        ["OK", "", False, at.format(3)],
    ]
    assert list(found["results"][0]) == ["responseCode", "responseMessage", "systemError", "dateTimeUtc"]


def test_two_tests_a_minute_and_no_third(admin: Program) -> None:
    admin.made(HERE, GIVEN, 200)
    ids = [UUID(admin.made(TESTS, None, 200)["correlationId"]) for _ in range(2)]
    with untouched():
        third = admin.post(TESTS, None)
        assert refusal(third) == (429, 2000, "rate-limited")
        assert third.headers["Retry-After"] == "60"
    change(WebhookDelivery, WebhookDelivery.id == ids[0], created_at=acts.now() - timedelta(seconds=61))
    admin.made(TESTS, None, 200)


def test_a_test_needs_to_be_registered_for(admin: Program) -> None:
    admin.made(HERE, GIVEN | {"WebhookEvents": [ACCEPTED]}, 200)
    with untouched():
        found = admin.post(TESTS, None)
        assert refusal(found) == (400, 3000, "test-not-registered")
        assert "PUT /webhooks/v1/registration" in (found.json or {})["description"]


def test_what_became_of_a_test_is_kept_for_a_week(admin: Program) -> None:
    admin.made(HERE, GIVEN, 200)
    id = admin.made(TESTS, None, 200)["correlationId"]
    row = WebhookDelivery.id == UUID(id)
    change(WebhookDelivery, row, created_at=acts.now() - timedelta(days=7) + timedelta(minutes=1))
    assert admin.get(f"{TESTS}/{id}")["correlationId"] == id
    change(WebhookDelivery, row, created_at=acts.now() - timedelta(days=7))
    assert refusal(admin.send("GET", f"{TESTS}/{id}")) == NOT_FOUND


def test_only_tests_are_found_by_a_correlation_id(desk: Desk, admin: Program) -> None:
    made = admin.made("/v1/webhooks/endpoints", {"url": URL, "events": ["*"]})
    other = admin.made(f"/v1/webhooks/endpoints/{made['id']}/test", None, 202)["id"]
    for id in (other, UNKNOWN):
        assert refusal(admin.send("GET", f"{TESTS}/{id}")) == NOT_FOUND


# The certificate


def test_the_certificate_is_everybodys_under_its_name_alone(app: Flask) -> None:
    anybody, name = Program(app), certificate_name(app)
    found = anybody.send("GET", f"{CERTIFICATES}/{name}")
    assert (found.status_code, found.mimetype) == (200, "application/pkix-cert")
    assert found.headers["Cache-Control"] == "public, max-age=86400, immutable"
    assert x509.load_der_x509_certificate(found.data).subject.rfc4514_string() == "O=Assent,CN=127.0.0.1"
    for other in (name[:-1], "0" * 16, "x", f"{name}.cer"):
        assert refusal(anybody.send("GET", f"{CERTIFICATES}/{other}")) == NOT_FOUND


def certificate_name(app: Flask) -> str:
    """As a receiver finds it in a header."""
    config = app.extensions["assent"].config
    headers = certificate.signer(config.keys_dir, config.base_url).headers("id", acts.now(), b"{}", own_header=False)
    return headers["X-MS-Certificate-Url"].removeprefix(f"{BASE}{CERTIFICATES}/")
