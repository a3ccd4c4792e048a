"""Webhooks that come twice, from the wrong side or with nonsense in them; and how long they are kept."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from app.auth import acts
from app.commands import arrivals
from app.commands.reports import COMMANDS
from app.core.act import Act
from app.core.arrivals import Told
from app.core.hooks import Arrival, SigningScheme
from app.core.policy import Rulebook
from app.core.refusals import Reason, Refused
from app.core.vocabulary import PartnerType
from app.db import db, transaction
from app.models import HookSource, Machine, ReceivedHook
from tests.arriving import SEALED, Source, events, fresh, grown, source_of, state, tasks
from tests.cast import Cast
from tests.channel import company, counts
from tests.channel import customer as customer_of
from tests.model.racing import DONE, PATIENCE, together

GARBAGE: list[Any] = [
    None,
    [],
    {},
    [["customerId", 1]],
    "text",
    7,
    {"customerId": None},
    {"customerId": 5},
    {"customerId": ["a"]},
    {"customerId": {"id": "x"}},
    {"customerId": "x" * 100_000},
    {"customerId": "\0"},
    {"customerId": "\ud800"},
    {"customerId": "00000000-0000-0000-0000-000000000000"},
    {"messageId": "<\0@x>", "invitationId": "no", "ResourceUri": "/v1/customers/no"},
    {"messageId": f"<{uuid4()}@elsewhere.example>", "ResourceUri": f"/v1/customers/{uuid4()}"},
    {"invitationId": str(uuid4()), "ResourceUri": [1]},
]
# Beside a customer id that is good.
NONSENSE: list[tuple[str, dict[str, Any]]] = [
    ("agreement.accepted", {"agreementType": "MCA"}),
    ("agreement.accepted", {"agreementType": "MicrosoftCloudAgreement"}),
    ("agreement.accepted", {"dateAgreed": "yesterday"}),
    ("agreement.accepted", {"dateAgreed": 20260101}),
    ("agreement.accepted", {"dateAgreed": "2026-02-30"}),
    ("agreement.accepted", {"dateAgreed": "0001-01-01T00:00:00+14:00"}),
    ("agreement.accepted", {"dateAgreed": "0001-01-01"}),
    ("agreement.accepted", {"dateAgreed": "9999-12-31T23:59:59-14:00"}),
    ("agreement.accepted", {"email": "maria"}),
    ("agreement.accepted", {"email": ["maria@contoso.example"]}),
    ("agreement.accepted", {"firstName": "Ma\nria"}),
    ("agreement.accepted", {"lastName": "x" * 201}),
    ("agreement.accepted", {"lastName": "\ud800"}),
    ("agreement.accepted", {"invitationId": str(uuid4())}),
    ("agreement.blocked", {"scenario": 10**5000}),
    ("customer.purchased", {"kind": "yacht"}),
    ("customer.purchased", {"date": "2999-01-01"}),
    ("customer.purchased", {"date": "2026-13-01"}),
    ("order.refused", {"offerId": "\0"}),
    ("order.refused", {"code": 10**5000}),
    ("order.refused", {"code": True}),
    ("email.bounced", {"permanent": True}),
]


@pytest.fixture
def source(cast: Cast) -> Source:
    return source_of(cast.fabrikam)


def test_the_same_webhook_again_does_nothing_and_is_answered_with_the_first(cast: Cast, source: Source) -> None:
    story = cast.customer()
    story.invite()
    told = {"customerId": str(story.machine.customer_id)}
    first = source.tell("agreement.accepted", told, key="evt-1")
    before = counts()
    for event in ("agreement.accepted", "agreement.blocked"):
        again = source.tell(event, told, key="evt-1")
        assert (again.id, again.outcome, again.event) == (first.id, Arrival.DONE, "agreement.accepted")
    refused = source.tell("agreement.accepted", told, key="evt-2")
    assert source.tell("agreement.accepted", told, key="evt-2").id == refused.id
    assert grown(before) == {"received_hook": 1, "task": 1}
    # Another system may call its events the same.
    assert source_of(cast.fabrikam).tell("test", {}, key="evt-1").id != first.id


def test_of_two_at_once_one_is_done_and_the_other_comes_back(app: Flask, cast: Cast, source: Source) -> None:
    story = cast.customer()
    told, id, rules = {"customerId": str(story.machine.customer_id)}, source.row.id, source.rules

    def receive(barrier: Barrier) -> None:
        row = db.session.get_one(HookSource, id)
        db.session.commit()
        barrier.wait(PATIENCE)
        with transaction():
            arrivals.receive(acts.upstream(row), row, "evt-1", "customer.purchased", told, SEALED, rules)

    with ThreadPoolExecutor(2) as runners:
        said = together(app, runners, [receive, receive])
    assert DONE in said
    assert set(said) <= {DONE, "changed-meanwhile"}
    db.session.rollback()
    rows = db.session.scalars(select(ReceivedHook).where(ReceivedHook.source_id == id)).all()
    assert [row.outcome for row in rows] == [Arrival.DONE]
    assert events(story.machine) == ["created", "block"]


def test_a_refused_webhook_leaves_its_reason_and_a_task_and_nothing_else(cast: Cast, source: Source) -> None:
    story = cast.customer()
    before = counts()
    row = source.tell("agreement.accepted", {"customerId": str(story.machine.customer_id)})
    assert (row.outcome, row.reason) == (Arrival.REFUSED, "wrong-state")
    assert fresh(row.id, ReceivedHook).details == {"state": "unconfirmed", "event": "accept"}
    assert (row.machine_id, row.partner_id, row.body) == (story.machine.id, cast.fabrikam.id, SEALED)
    assert grown(before) == {"received_hook": 1, "task": 1}
    assert tasks(story.machine) == [("hook-refused", "agreement.accepted: wrong-state")]


def test_a_command_that_is_refused_half_way_is_taken_back(
    cast: Cast, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those there are refuse before they write; one that is written some day may not."""
    story = cast.customer()

    def purchase_and_refuse(act: Act, told: Told, rules: Rulebook) -> Machine | None:
        COMMANDS[SigningScheme.STANDARD, "customer.purchased"](act, told, rules)
        raise Refused(Reason.NOT_DUE)

    monkeypatch.setitem(COMMANDS, (SigningScheme.STANDARD, "customer.purchased-too-early"), purchase_and_refuse)
    before = counts()
    assert source.says("customer.purchased-too-early", story.machine) == "refused not-due"
    assert grown(before) == {"received_hook": 1, "task": 1}
    assert state(story.machine) == "unconfirmed"


def test_customers_of_others_are_as_unknown_as_those_that_there_are_not(cast: Cast, source: Source) -> None:
    foreign = customer_of(company("Northwind", PartnerType.DIRECT_BILL))
    for event in ("agreement.accepted", "customer.purchased", "relationship.accepted", "order.refused"):
        rows = [source.tell(event, {"customerId": str(id)}) for id in (foreign.machine.customer_id, uuid4())]
        assert {(row.outcome, row.reason, str(row.details), row.machine_id) for row in rows} == {
            (Arrival.REFUSED, "not-found", "{'what': 'customer id'}", None)
        }
    assert (events(foreign.machine), tasks(foreign.machine)) == (["created"], [])


def test_only_systems_elsewhere_report(cast: Cast, source: Source) -> None:
    for act in (cast.act(), acts.console(cast.fabrikam.id), acts.clock()):
        with pytest.raises(Refused, match="role-not-allowed"), transaction():
            arrivals.receive(act, source.row, "evt-1", "template.published", {}, SEALED, source.rules)


def test_garbage_is_refused_and_never_fails(cast: Cast) -> None:
    sources = {scheme: source_of(cast.fabrikam, scheme) for scheme in SigningScheme}
    wanting = [(s, event) for s, event in COMMANDS if event not in ("test-created", "template.published")]
    before, said = counts(), set()
    with transaction():
        for scheme, event in wanting:
            for told in GARBAGE:
                row = sources[scheme].receive(event, told)
                assert row.outcome is Arrival.REFUSED, (event, told)
                said.add((row.event, row.reason))
    # The same thing said once more needs no second task.
    assert grown(before) == {"received_hook": len(wanting) * len(GARBAGE), "task": len(said)}


def test_nonsense_beside_a_good_customer_id_is_refused_and_moves_nothing(cast: Cast, source: Source) -> None:
    story = cast.customer()
    story.invite()
    id = str(story.machine.customer_id)
    before, said = counts(), set()
    with transaction():
        for event, told in NONSENSE:
            row = source.receive(event, {"customerId": id, **told})
            assert (row.outcome, row.machine_id) == (Arrival.REFUSED, story.machine.id), (event, told)
            assert "maria" not in str(row.details)
            said.add((row.event, row.reason))
    assert grown(before) == {"received_hook": len(NONSENSE), "task": len(said)}
    assert state(story.machine) == "invited"


@pytest.mark.parametrize("key", ["k" * 255, "k" * 9999, "line\nbreak", "\0", "\ud800", ""])
def test_odd_keys_and_names_are_known_again(cast: Cast, source: Source, key: str) -> None:
    for event in ("\0\ud800", ["a"], None):
        rows = [source.tell(event, {}, key=f"{key}{event}") for _ in range(2)]
        assert rows[0].id == rows[1].id
        assert rows[0].outcome is Arrival.UNKNOWN


def test_bodies_are_wiped_after_a_month_and_rows_after_three(cast: Cast, source: Source) -> None:
    now = acts.now()
    old = {days: source.tell("test", {}, at=now - timedelta(days=days)).id for days in (29, 31, 89, 91)}
    with transaction():
        arrivals.forget_old(now)
    db.session.rollback()
    mine = select(ReceivedHook.id, ReceivedHook.body).where(ReceivedHook.source_id == source.row.id)
    assert {row.id: row.body for row in db.session.execute(mine)} == {old[29]: SEALED, old[31]: None, old[89]: None}
