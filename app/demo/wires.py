"""The demo's webhooks: what endpoints were told, what answered and what failed, and what came from elsewhere."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app import calling, vault
from app.auth import acts
from app.calling import Heard, Told
from app.commands import arrivals, sources, webhooks
from app.commands.webhooks import Wanted
from app.core.evidence import stamp
from app.core.vocabulary import Role
from app.db import db, transaction
from app.demo.houses import House
from app.demo.names import Register
from app.demo.stage import Stage
from app.hooks import bodies, signing
from app.hooks.outbound import Reply
from app.installation import installation
from app.models import HookSource, Machine, NewsCounter, WebhookEndpoint
from app.queries import parcels, rulebooks
from app.queries.parcels import Call

ME, LEASE = "demo", timedelta(minutes=1)
FINE = Reply(204, "", None, 41, None, False)
BUSY = Reply(503, "<h1>503 Service Unavailable</h1>", None, 212, None, False)
# So many of the newest events; whoever looks at a log sees the beginning of it.
TOLD = 40
LISTENS = "/demo/webhooks"


def set_up(stage: Stage, names: Register, houses: Mapping[str, House], base_url: str) -> None:
    """One endpoint is the demo's own and listens; another one is nowhere, so that what fails can be seen."""
    for key in ("fabrikam", "northwind"):
        house = houses[key]
        act = stage.staff(house.one(Role.GLOBAL_ADMIN))
        _add(act, Wanted(base_url + LISTENS, ["agreement.*"], names.say("Billing: opens and closes the shop")))
        sources.add(act, house.partner, names.say("Marketplace"), vault.seal(signing.new_secret()))
    act = stage.staff(houses["fabrikam"].one(Role.GLOBAL_ADMIN))
    _add(act, Wanted("https://psa.fabrikam.example/assent", ["*"], names.say("Tickets of the service desk")))


def _add(act: Any, wanted: Wanted) -> None:
    webhooks.add(act, wanted, vault.seal(signing.new_secret()))


def report(stage: Stage, names: Register, house: House) -> None:
    """What the marketplace has said: one thing that is done, one that is refused, one that nobody understands."""
    source = db.session.scalars(select(HookSource).where(HookSource.partner_id == house.partner.id)).one()
    known = select(Machine).where(Machine.partner_id == house.partner.id, Machine.state == "direct-accepted")
    customer = str(db.session.scalars(known.order_by(Machine.id)).first().customer_id)  # type: ignore[union-attr]
    told: tuple[tuple[str, dict[str, str]], ...] = (
        ("customer.purchased", {"customerId": customer, "kind": "software", "date": stage.now.date().isoformat()}),
        ("agreement.blocked", {"customerId": customer, "scenario": "9"}),
        ("order.refused", {"customerId": customer, "offerId": names.say("CFQ7TTC0LH18:0001"), "code": "13605"}),
        ("invoice.paid", {"note": names.say("Nothing for us")}),
    )
    rules = rulebooks.of(installation().rules, house.partner.id)
    for number, (event, members) in enumerate(told):
        said = {"type": event, "timestamp": stamp(stage.now), "data": members}
        body = vault.seal(json.dumps(said, ensure_ascii=False))
        arrivals.receive(_upstream(stage, source), source, f"msg_{number}", event, members, body, rules)


def _upstream(stage: Stage, source: HookSource) -> Any:
    return replace(acts.upstream(source), at=stage.now)


def tell(stage: Stage) -> None:
    """The last days' events, as if a worker had posted them."""
    ends = list(db.session.scalars(select(WebhookEndpoint).order_by(WebhookEndpoint.id)))
    urls = {end.id: end.url for end in ends}
    with transaction():
        for end in ends:
            newest = db.session.get_one(NewsCounter, end.partner_id).seq
            end.cursor = end.furthest = max(end.cursor, newest - TOLD)
    ids = calling.take(ME, len(urls), LEASE, stage.end)
    calls = parcels.load(ME, ids, installation().rules, stage.end)
    heard = [_heard(stage, call, urls[id]) for id, call in calls.items() if isinstance(call, Call)]
    calling.settle(ME, heard, LEASE, stage.end)
    calling.release(ME)


def move(base_url: str) -> None:
    """The demo's own endpoints are where it is served this time."""
    for end in db.session.scalars(select(WebhookEndpoint)):
        if end.url.endswith(LISTENS):
            webhooks.change(acts.console(end.partner_id), end, Wanted(base_url + LISTENS))


def _heard(stage: Stage, call: Call, url: str) -> Heard:
    """One answers all; the other one answers some, and then no more."""
    lost = 5 if url.startswith("https:") else None
    told = []
    for number, parcel in enumerate(call.parcels):
        reply = BUSY if lost is not None and number >= lost else FINE
        body = parcel.body or bodies.body(call.scheme, parcel.name, parcel.event or {})
        told.append(Told(parcel, body, stage.end, reply))
        if not reply.ok:
            break
    return Heard(call, told)
