"""`/v1/webhooks/sources` and `/v1/webhooks/received`: who may send webhooks to a partner, and what came of them."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from app.core.vocabulary import PartnerType, Role
from tests.channel import company, customer, hire
from tests.conftest import database_url  # noqa: F401  on both engines
from tests.hooks.signers import VENDOR, leaf, pem, root
from tests.web.hooking import Sent, raw, signed
from tests.web.tables import dump
from tests.web.v1.conftest import Desk
from tests.web.v1.programs import NO_ROLE, NOT_FOUND, UNKNOWN, Program, Refusal, program, refusal, untouched

SOURCES, RECEIVED = "/v1/webhooks/sources", "/v1/webhooks/received"
STANDARD = {"name": "Marketplace", "scheme": "standard"}
HOSTS = ["Certs.example", "certs.example:8443"]
INVALID: Refusal = (400, 3000, "invalid-value")
MISSING: Refusal = (400, 3000, "missing-field")
EXISTS: Refusal = (409, 2000, "already-exists")
NOT_YOURS: Refusal = (403, 1002, "wrong-partner-type")


@pytest.fixture
def admin(desk: Desk) -> Program:
    return program(desk.app, hire(desk.fabrikam, Role.GLOBAL_ADMIN))


def vendors(**changes: Any) -> dict[str, Any]:
    roots = pem(root()).decode()
    body = {"name": "Vendor", "scheme": "vendor", "certificateHosts": HOSTS, "organization": VENDOR, "roots": roots}
    return {name: value for name, value in (body | changes).items() if value is not None}


def post(desk: Desk, source: Any, sent: Sent) -> int:
    where = source["url"].removeprefix("http://127.0.0.1:8000")
    return Program(desk.app).send("POST", where, data=sent.body, headers=sent.headers).status_code


def change(who: Program, source: Any, **members: Any) -> Any:
    found = who.send("PATCH", f"{SOURCES}/{source['id']}", json=members)
    assert found.status_code == 200, found.text
    return found.json


# Sources


def test_a_new_source_has_an_address_and_a_secret_that_is_shown_once(desk: Desk, admin: Program) -> None:
    made = admin.made(SOURCES, STANDARD)
    assert made["url"] == f"http://127.0.0.1:8000/hooks/{made['id']}"
    assert made["secret"].startswith("whsec_")
    assert len(base64.b64decode(made["secret"].removeprefix("whsec_"))) == 32
    shown = admin.get(f"{SOURCES}/{made['id']}")
    assert (shown["name"], shown["scheme"], shown["enabled"]) == ("Marketplace", "standard", True)
    assert made["secret"] not in json.dumps([shown, admin.get(SOURCES)]) + dump()
    assert post(desk, made, signed(made["secret"], raw({"type": "a"}))) == 200


def test_the_vendors_source_names_hosts_an_organization_and_roots(admin: Program) -> None:
    made = admin.made(SOURCES, vendors())
    assert "secret" not in made
    assert (made["certificateHosts"], made["organization"]) == (["certs.example", "certs.example:8443"], VENDOR)
    more = pem(root("Next")).decode()
    changed = change(admin, made, certificateHosts=["other.example"], roots=made["roots"] + more)
    assert (changed["certificateHosts"], changed["roots"]) == (["other.example"], made["roots"] + more)
    assert changed["organization"] == VENDOR


WRONG: list[tuple[dict[str, Any], Refusal]] = [
    ({"name": "x"}, MISSING),
    ({"scheme": "standard"}, MISSING),
    ({"name": "x", "scheme": "vendor"}, MISSING),
    ({"name": "x", "scheme": "hmac"}, INVALID),
    (vendors(scheme="standard"), INVALID),
    (vendors(certificateHosts=None), MISSING),
    (vendors(certificateHosts=[]), MISSING),
    (vendors(organization=None), MISSING),
    (vendors(roots=None), MISSING),
    *((vendors(certificateHosts=[host]), INVALID) for host in ("https://a.example", "a.example/x", "u@a.example")),
    *((vendors(certificateHosts=[host]), INVALID) for host in ("a.example:", "*.a.example", "a b", "å.example")),
    (vendors(roots="x"), INVALID),
    (vendors(roots=pem(leaf()).decode()[:-40]), INVALID),
    (vendors(roots=pem(root()).decode() * 21), INVALID),
]


def test_a_source_that_could_not_work_is_refused(admin: Program) -> None:
    with untouched():
        for body, expected in WRONG:
            assert (body, admin.says(SOURCES, body)) == (body, expected)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"name": "x", "scheme": "hmac"}, "scheme (standard, vendor)"),
        (vendors(roots="x"), "roots (certificates in PEM)"),
        (vendors(roots=pem(root()).decode() * 21), "roots (at most 20)"),
    ],
)
def test_the_refusal_says_what_would_do(admin: Program, body: dict[str, Any], says: str) -> None:
    assert says in (admin.post(SOURCES, body).json or {})["description"]


def test_a_name_is_one_sources_until_that_is_removed(desk: Desk, admin: Program) -> None:
    made, other = admin.made(SOURCES, STANDARD), admin.made(SOURCES, STANDARD | {"name": "Billing"})
    assert admin.says(SOURCES, STANDARD) == EXISTS
    assert refusal(admin.send("PATCH", f"{SOURCES}/{other['id']}", json={"name": "Marketplace"})) == EXISTS
    assert change(admin, made, name="Marketplace")["name"] == "Marketplace"
    assert admin.send("DELETE", f"{SOURCES}/{made['id']}").status_code == 204
    assert change(admin, other, name="Marketplace")["name"] == "Marketplace"


def test_a_disabled_source_takes_nothing_until_it_is_enabled(desk: Desk, admin: Program) -> None:
    made = admin.made(SOURCES, STANDARD)
    sent = signed(made["secret"], raw({"type": "a"}))
    assert change(admin, made, enabled=False)["enabled"] is False
    assert post(desk, made, sent) == 404
    assert change(admin, made, enabled=True)["enabled"] is True
    assert post(desk, made, sent) == 200


def test_another_secret_leaves_the_former_good_for_a_day_and_the_one_before_not(desk: Desk, admin: Program) -> None:
    made = admin.made(SOURCES, STANDARD)
    rotated = [admin.made(f"{SOURCES}/{made['id']}/rotate", {}, 200) for _ in range(2)]
    assert rotated[0]["formerSecretUntil"] is not None
    secrets = [made["secret"], *(one["secret"] for one in rotated)]
    assert len(set(secrets)) == 3
    taken = [post(desk, made, signed(secret, raw({"type": "a"}), f"msg_{n}")) for n, secret in enumerate(secrets)]
    assert taken == [401, 200, 200]


def test_what_a_scheme_does_not_have_cannot_be_changed(admin: Program) -> None:
    made, other = admin.made(SOURCES, vendors()), admin.made(SOURCES, STANDARD)
    with untouched():
        assert refusal(admin.post(f"{SOURCES}/{made['id']}/rotate", {})) == INVALID
        assert refusal(admin.send("PATCH", f"{SOURCES}/{other['id']}", json={"organization": VENDOR})) == INVALID


def test_a_removed_source_is_gone_and_what_it_sent_is_not(desk: Desk, admin: Program) -> None:
    made = admin.made(SOURCES, STANDARD)
    sent = signed(made["secret"], raw({"type": "weather.changed"}))
    assert post(desk, made, sent) == 200
    found = admin.send("DELETE", f"{SOURCES}/{made['id']}")
    assert (found.status_code, found.data) == (204, b"")
    assert post(desk, made, sent) == 404
    for method, where in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/rotate")):
        assert refusal(admin.send(method, f"{SOURCES}/{made['id']}{where}", json={})) == NOT_FOUND
    assert admin.get(SOURCES)["items"] == []
    assert [row["source"] for row in admin.get(RECEIVED)["items"]] == ["Marketplace"]


# Received


@pytest.fixture
def source(admin: Program) -> Any:
    return admin.made(SOURCES, STANDARD)


def pages(who: Program, where: str) -> Iterator[dict[str, Any]]:
    following: dict[str, str] = {}
    while True:
        found: Any = who.send("GET", where, headers=following).json
        yield found
        if "next" not in found["links"]:
            return
        following = {one["key"]: one["value"] for one in found["links"]["next"]["headers"]}


def test_what_was_received_is_listed_with_what_became_of_it(desk: Desk, admin: Program, source: Any) -> None:
    case = customer(desk.fabrikam)
    about = {"customerId": str(case.machine.customer_id)}
    bodies = {
        "done": raw({"type": "customer.purchased", "data": about | {"kind": "offer", "date": "2026-01-31"}}),
        "refused": raw({"type": "customer.purchased", "data": {"customerId": UNKNOWN, "kind": "offer"}}),
        "unknown": raw({"type": "weather.changed"}),
    }
    for name, body in bodies.items():
        assert post(desk, source, signed(source["secret"], body, name)) == 200
    items = admin.get(RECEIVED)["items"]
    assert [(row["key"], row["outcome"]) for row in items] == [(name, name) for name in ("unknown", "refused", "done")]
    assert [row["customerId"] for row in items] == [None, None, about["customerId"]]
    assert (items[1]["reason"], items[0]["reason"], items[0]["event"]) == ("not-found", None, "weather.changed")
    assert all("body" not in row for row in items)
    for row in items:
        assert admin.get(f"{RECEIVED}/{row['id']}")["body"] == bodies[row["outcome"]].decode()
        assert [one["id"] for one in admin.get(f"{RECEIVED}?outcome={row['outcome']}")["items"]] == [row["id"]]
    assert admin.get(f"{RECEIVED}?sourceId={source['id']}")["items"] == items
    assert admin.get(f"{RECEIVED}?sourceId={UNKNOWN}")["items"] == []


def test_lists_come_page_by_page(desk: Desk, admin: Program, source: Any) -> None:
    for number in range(5):
        admin.made(SOURCES, STANDARD | {"name": f"Shop {number}"})
        post(desk, source, signed(source["secret"], raw({"type": "a"}), f"msg_{number}"))
    names = [row["name"] for page in pages(admin, f"{SOURCES}?size=2") for row in page["items"]]
    assert names == [*(f"Shop {number}" for number in range(4, -1, -1)), "Marketplace"]
    keys = [[row["key"] for row in page["items"]] for page in pages(admin, f"{RECEIVED}?size=2")]
    assert keys == [["msg_4", "msg_3"], ["msg_2", "msg_1"], ["msg_0"]]


# Of others


def asked(source: Any, received: str) -> list[tuple[str, str, Any]]:
    one = f"{SOURCES}/{source['id']}"
    return [
        ("GET", one, None),
        ("PATCH", one, {"enabled": False}),
        ("DELETE", one, None),
        ("POST", f"{one}/rotate", None),
        ("GET", f"{RECEIVED}/{received}", None),
    ]


def test_what_is_anothers_is_as_unknown_as_what_is_nobodys(desk: Desk, admin: Program, source: Any) -> None:
    post(desk, source, signed(source["secret"], raw({"type": "a"})))
    [row] = admin.get(RECEIVED)["items"]
    other = program(desk.app, hire(company("Northwind", PartnerType.PROVIDER), Role.GLOBAL_ADMIN))
    with untouched():
        theirs, nobodys = asked(source, row["id"]), asked({"id": UNKNOWN}, UNKNOWN)
        for (method, where, body), (_, elsewhere, _) in zip(theirs, nobodys, strict=True):
            found, expected = other.send(method, where, json=body), other.send(method, elsewhere, json=body)
            assert refusal(found) == NOT_FOUND
            assert (found.json or {}) | {"instance": ""} == (expected.json or {}) | {"instance": ""}
        assert other.get(SOURCES)["items"] == other.get(RECEIVED)["items"] == []
        assert other.get(f"{RECEIVED}?sourceId={source['id']}")["items"] == []


def test_only_a_global_admin_of_a_confirming_partner_learns_anything(
    desk: Desk, admin: Program, source: Any, app: Flask
) -> None:
    post(desk, source, signed(source["secret"], raw({"type": "a"})))
    [row] = admin.get(RECEIVED)["items"]
    reseller = company("Wingtip", PartnerType.RESELLER, company("Tailspin", PartnerType.PROVIDER))
    callers = {
        desk.program: NO_ROLE,
        program(app, desk.fabrikam): NO_ROLE,
        program(app, hire(reseller, Role.GLOBAL_ADMIN)): NOT_YOURS,
    }
    routes = [*asked(source, row["id"]), ("GET", SOURCES, None), ("GET", RECEIVED, None), ("POST", SOURCES, STANDARD)]
    with untouched():
        for who, expected in callers.items():
            for method, where, body in [*routes, *asked({"id": UNKNOWN}, UNKNOWN)]:
                assert (method, where, refusal(who.send(method, where, json=body))) == (method, where, expected)
