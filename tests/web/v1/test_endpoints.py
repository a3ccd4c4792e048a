"""`/v1/webhooks/endpoints` and `/v1/webhooks/deliveries`: who is told of what, and what became of it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import vault
from app.core.vocabulary import PartnerType, Role
from app.db import db
from app.models import WebhookEndpoint
from tests.channel import company, hire
from tests.receiver import ALLOWED, Answer, Receiver
from tests.telling import Telling, number
from tests.web.v1.conftest import Chain, Desk
from tests.web.v1.programs import NO_ROLE, NOT_FOUND, UNKNOWN, Program, program, refusal, untouched
from tests.working import settings

ALL, LOG = "/v1/webhooks/endpoints", "/v1/webhooks/deliveries"
HERE = "http://127.0.0.1:9/hook"
NEW = {"url": HERE, "events": ["agreement.*"]}


@pytest.fixture(autouse=True)
def allowed(app: Flask) -> Iterator[None]:
    with settings(app, **ALLOWED):
        yield


@pytest.fixture
def boss(desk: Desk) -> Program:
    return desk.colleague(Role.GLOBAL_ADMIN)


def test_an_endpoint_is_added_with_a_secret_that_is_shown_once(boss: Program) -> None:
    made = boss.made(ALL, NEW | {"description": "billing"})
    assert made["secret"].startswith("whsec_")
    shown = boss.get(f"{ALL}/{made['id']}")
    assert "secret" not in shown
    assert (shown["url"], shown["events"], shown["description"]) == (HERE, ["agreement.*"], "billing")
    assert (shown["enabled"], shown["disabledReason"], shown["scheme"]) == (True, None, "standard")
    assert made["id"] in [one["id"] for one in boss.get(ALL)["items"]]
    kept = db.session.scalars(select(WebhookEndpoint.secret)).all()
    assert made["secret"] in [vault.open_(secret) for secret in kept if secret]
    assert made["secret"].encode() not in b"".join(secret for secret in kept if secret)


def test_an_endpoint_is_changed_rotated_and_removed(boss: Program) -> None:
    made = boss.made(ALL, NEW)
    one = f"{ALL}/{made['id']}"
    changed = boss.send("PATCH", one, json={"events": ["*"], "enabled": False}).json
    assert changed
    assert (changed["events"], changed["enabled"], changed["disabledReason"]) == (["*"], False, "by-hand")
    assert refusal(boss.post(f"{one}/test", {})) == (409, 2000, "endpoint-disabled")
    assert boss.send("PATCH", one, json={"enabled": True}).json["enabled"]  # type: ignore[index]
    assert boss.made(f"{one}/rotate", {}, 200)["secret"] not in (None, made["secret"])
    assert boss.send("DELETE", one).status_code == 204
    assert refusal(boss.send("GET", one)) == NOT_FOUND
    assert refusal(boss.send("DELETE", one)) == NOT_FOUND


BAD: list[tuple[dict[str, Any], str]] = [
    ({"url": None}, "missing-field"),
    ({"events": None}, "missing-field"),
    ({"events": []}, "missing-field"),
    ({"events": ["agreement.sung"]}, "invalid-value"),
    ({"events": "agreement.*"}, "invalid-value"),
    ({"events": ["*"] * 51}, "invalid-value"),
    ({"description": "two\nlines"}, "invalid-text"),
    ({"url": "http://93.184.215.14/hook"}, "unsafe-url"),
    ({"url": "https://10.0.0.1/hook"}, "unsafe-url"),
    ({"url": "https://ana:secret@127.0.0.1/"}, "unsafe-url"),
    ({"url": "https://nowhere.invalid/"}, "unsafe-url"),
    ({"url": "hook"}, "unsafe-url"),
    ({"url": f"http://127.0.0.1/{'x' * 3000}"}, "unsafe-url"),
]


@pytest.mark.parametrize(
    ("change", "reason"), BAD, ids=[f"{reason} {next(iter(one))} {n}" for n, (one, reason) in enumerate(BAD)]
)
def test_an_endpoint_that_cannot_be_is_refused(boss: Program, change: dict[str, Any], reason: str) -> None:
    given = {name: value for name, value in (NEW | change).items() if value is not None}
    with untouched():
        found = boss.post(ALL, given)
    assert refusal(found)[::2] == (400, reason)


def test_the_address_is_looked_at_again_when_it_is_changed(boss: Program) -> None:
    one = f"{ALL}/{boss.made(ALL, NEW)['id']}"
    with untouched():
        found = boss.send("PATCH", one, json={"url": "https://169.254.169.254/latest"})
    assert refusal(found)[::2] == (400, "unsafe-url")


def test_who_may_not_manage_hooks_is_refused_and_others_find_nothing(desk: Desk, chain: Chain, boss: Program) -> None:
    made = boss.made(ALL, NEW)
    other = company("Tailwind", PartnerType.DIRECT_BILL)
    stranger = program(desk.app, hire(other, Role.GLOBAL_ADMIN))
    with untouched():
        assert desk.program.says(ALL, NEW) == NO_ROLE
        assert chain.rita.says(ALL, NEW) in (NO_ROLE, (403, 1002, "wrong-partner-type"))
        for where in (f"{ALL}/{made['id']}", f"{ALL}/{UNKNOWN}"):
            assert refusal(stranger.send("GET", where)) == NOT_FOUND
            assert refusal(stranger.send("DELETE", where)) == NOT_FOUND
            assert stranger.says(f"{where}/test", {}) == NOT_FOUND
    assert made["id"] not in [one["id"] for one in stranger.get(ALL)["items"]]
    partners_own = program(desk.app, desk.fabrikam)
    assert made["id"] in [one["id"] for one in partners_own.get(ALL)["items"]]


def test_a_test_event_arrives_and_its_delivery_says_so(boss: Program, clock: Telling, receiver: Receiver) -> None:
    made = boss.made(ALL, NEW | {"url": receiver.url})
    sent = boss.made(f"{ALL}/{made['id']}/test", {}, 202)
    assert (sent["status"], sent["tries"], sent["type"]) == ("waiting", [], "test")
    clock.at = datetime.now(UTC)
    clock.round()
    [posted] = receiver.got
    found = boss.get(f"{LOG}/{sent['id']}")
    assert (found["status"], found["attempts"], found["nextTry"]) == ("delivered", 1, None)
    assert found["eventId"] == posted.id
    assert found["body"].encode() == posted.body
    assert found["tries"][0]["status"] == 200
    boss.made(f"{ALL}/{made['id']}/test", {}, 202)
    assert boss.says(f"{ALL}/{made['id']}/test", {})[::2] == (429, "rate-limited")


def test_the_log_is_paged_filtered_and_replayed(desk: Desk, boss: Program, clock: Telling, receiver: Receiver) -> None:
    receiver.answers = iter([Answer(), Answer(500)])
    made = boss.made(ALL, NEW | {"url": receiver.url})
    for _ in range(3):
        desk.customer()
    number()
    clock.at = datetime.now(UTC)
    clock.round()
    own = f"{LOG}?endpointId={made['id']}"
    assert [one["status"] for one in boss.get(own)["items"]] == ["waiting", "delivered"]
    clock.at += timedelta(seconds=10)
    clock.round()
    page = boss.get(f"{own}&size=2")
    assert [one["seq"] for one in page["items"]] == sorted((one["seq"] for one in page["items"]), reverse=True)
    [header] = page["links"]["next"]["headers"]
    rest = boss.send("GET", f"{own}&size=2", headers={header["key"]: header["value"]}).json
    assert rest
    assert len(rest["items"]) == 1
    assert boss.get(f"{own}&status=failed")["items"] == []
    again = boss.made(f"{LOG}/{rest['items'][0]['id']}/replay", {}, 200)
    assert (again["status"], again["attempts"]) == ("waiting", 0)
    clock.at += timedelta(seconds=10)
    assert clock.round() == 1
    assert receiver.got[-1].id == receiver.got[0].id


def test_many_are_replayed_since_a_time_or_from_a_cursor(
    desk: Desk, boss: Program, clock: Telling, receiver: Receiver
) -> None:
    made = boss.made(ALL, NEW | {"url": receiver.url})
    desk.customer()
    number()
    clock.at = datetime.now(UTC)
    clock.round()
    assert boss.made(f"{LOG}/replay?since=2026-01-01T00:00:00Z", {}, 200) == {"deliveries": 0}
    assert boss.made(f"{LOG}/replay?after={made['cursor']}&endpointId={made['id']}", {}, 200) == {"deliveries": None}
    assert clock.round() == 1
    assert receiver.got[0].id == receiver.got[1].id


@pytest.mark.parametrize(
    "query", ["", "?since=2026-01-01&after=1", "?after=1", "?after=99999&endpointId={}", "?after=x"]
)
def test_a_replay_that_says_too_little_or_too_much_is_refused(boss: Program, query: str) -> None:
    made = boss.made(ALL, NEW)
    with untouched():
        assert boss.says(f"{LOG}/replay{query.format(made['id'])}", {})[0] == 400


def test_deliveries_of_others_are_unknown(desk: Desk, boss: Program) -> None:
    sent = boss.made(f"{ALL}/{boss.made(ALL, NEW)['id']}/test", {}, 202)
    stranger = program(desk.app, hire(company("Tailwind", PartnerType.DIRECT_BILL), Role.GLOBAL_ADMIN))
    with untouched():
        for id in (sent["id"], UNKNOWN):
            assert refusal(stranger.send("GET", f"{LOG}/{id}")) == NOT_FOUND
            assert stranger.says(f"{LOG}/{id}/replay", {}) == NOT_FOUND
    assert stranger.get(LOG)["items"] == []
