"""Whatever is sent verifies with both reference libraries of Standard Webhooks, Python's and JavaScript's."""

import base64
import json
import time
from itertools import cycle
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from flask import Flask
from standardwebhooks import Webhook, WebhookVerificationError

from app.auth import acts
from app.core.contact import Contact
from app.core.vocabulary import NewsType, Role
from app.core.webhooks import LARGEST
from app.db import db
from app.models import WebhookEndpoint
from tests.channel import Channel, hire, introduce
from tests.engines import on_sqlite  # noqa: F401
from tests.hooks.programs import PACKAGES, run
from tests.hooks.stories import NAMES, Endpoint, endpoint, everything
from tests.receiver import Answer, Posted, Receiver
from tests.sizes import size
from tests.telling import Telling, deliveries, number
from tests.web.v1.programs import program

Sent = tuple[Posted, str]


def by_python(sent: list[Sent]) -> list[Any]:
    return [_by_python(posted, secret) for posted, secret in sent]


def _by_python(posted: Posted, secret: str) -> Any:
    try:
        return Webhook(secret).verify(posted.body, posted.headers)
    except WebhookVerificationError:
        return None


def by_node(sent: list[Sent]) -> list[Any]:
    """One process for all of them."""
    lines = [
        json.dumps({"secret": secret, "headers": one.headers, "body": base64.b64encode(one.body).decode()})
        for one, secret in sent
    ]
    return [json.loads(line) for line in run(["node", PACKAGES / "check.js"], "\n".join(lines)).splitlines()]


def assert_verified(sent: list[Sent]) -> None:
    """By both, and both read what was meant."""
    said = [json.loads(posted.body) for posted, _ in sent]
    assert by_python(sent) == said
    assert by_node(sent) == said


def test_the_library_of_javascript_refuses_what_was_not_signed() -> None:
    """So that its word is worth something."""
    secret, body, now = "whsec_" + base64.b64encode(b"k" * 32).decode(), b'{"a": 1}', acts.now()
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(int(now.timestamp()))}
    headers["webhook-signature"] = Webhook(secret).sign("msg_1", now, body.decode())
    good, other = Posted(headers, body, "/"), Posted(headers, b'{"a": 2}', "/")
    stale = Posted(headers | {"webhook-timestamp": str(int(now.timestamp()) - 301)}, body, "/")
    wrong = "whsec_" + base64.b64encode(b"K" * 32).decode()
    assert by_node([(good, secret), (other, secret), (stale, secret), (good, wrong)]) == [{"a": 1}, None, None, None]


def partner_told(app: Flask, receiver: Receiver, clock: Telling, contact: Contact) -> dict[str, Endpoint]:
    """Of all there is to tell, at endpoints of which half are changing their secrets; by their paths."""
    channel = introduce()
    ends = [endpoint(channel.provider, f"{receiver.url}/{uuid4()}") for _ in range(4)]
    ends = [end.rotate() if place % 2 else end for place, end in enumerate(ends)]
    admin = program(app, hire(channel.provider, Role.GLOBAL_ADMIN))
    for end in ends:
        admin.made(f"/v1/webhooks/endpoints/{end.id}/test", {}, 202)
    everything(channel, contact)
    clock.at = acts.now()
    clock.round()
    return {urlsplit(db.session.get_one(WebhookEndpoint, end.id).url).path: end for end in ends}


@pytest.mark.soak
def test_every_delivery_verifies_with_both_reference_libraries(app: Flask, receiver: Receiver, clock: Telling) -> None:
    """All kinds of events, of people with names of all kinds."""
    by_path, contacts = dict[str, Endpoint](), cycle(NAMES)
    while len(receiver.got) < size(2000):
        by_path |= partner_told(app, receiver, clock, next(contacts))
    got = receiver.got
    assert_verified([(posted, secret) for posted in got for secret in by_path[posted.path].secrets])
    assert {len(posted.headers["webhook-signature"].split(" ")) for posted in got} == {1, 2}
    assert 1500 < max(len(posted.body) for posted in got) < LARGEST
    assert all(posted.id == json.loads(posted.body)["id"] for posted in got)
    for path, end in by_path.items():
        assert_complete([json.loads(posted.body) for posted in got if posted.path == path], end)


def assert_complete(heard: list[Any], end: Endpoint) -> None:
    """Every kind of event, each event once, and in the order of the feed."""
    assert {event["type"] for event in heard} == set(NewsType)
    numbers = [event["seq"] for event in heard if event["type"] != NewsType.TEST]
    assert numbers == [*range(numbers[0], numbers[0] + len(heard) - 1)]
    assert sorted(event["id"] for event in heard) == sorted(sent.event_id for sent in deliveries(end.id))


def test_each_try_has_the_id_and_the_body_of_the_first_and_a_time_and_a_signature_of_its_own(
    channel: Channel, receiver: Receiver, clock: Telling
) -> None:
    end = endpoint(channel.provider, receiver.url)
    receiver.answers = iter([Answer(500)])
    channel.customer()
    number()
    clock.round()
    # The clock of the rounds is ours; what is signed is signed by the real one.
    second = int(time.time())
    while int(time.time()) == second:
        time.sleep(0.01)
    clock.next(end.id)
    clock.round()
    posts = receiver.got
    assert [posted.id for posted in posts] == [deliveries(end.id)[0].event_id] * 2
    assert posts[0].body == posts[1].body
    first, second = (int(posted.headers["webhook-timestamp"]) for posted in posts)
    assert first < second <= time.time()
    assert len({posted.headers["webhook-signature"] for posted in posts}) == 2
    assert_verified([(posted, secret) for posted in posts for secret in end.secrets])
