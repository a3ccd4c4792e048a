"""What there is when programs look around at random: people, customers in many states, and ids that name them."""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zlib import crc32

import schemathesis
from flask import Flask
from hypothesis import strategies as st
from schemathesis import AuthContext, BaseSchema, Case, HookContext

from app.auth import acts
from app.commands import catalogue, sources
from app.commands.files import File
from app.commands.sources import Trusted
from app.core.vocabulary import AgreementType, Role
from app.db import transaction
from app.installation import installation
from app.models import Partner
from tests import channel as channels
from tests.channel import done
from tests.hooks.signers import pem, root
from tests.sizes import FULL
from tests.web.v1.accounts import account
from tests.web.v1.programs import EVA, MCA_TEMPLATE, Program, confirmation, of, program, token
from tests.web.v1.registered import told
from tests.web.v1.routing import arrived, suppressed

DOCUMENT = "/v1/openapi.json"
MANY = 24 if FULL else 8
PAGED = ("/customers", "/acceptances", "/attestationdrafts", "/suppressions")
PAGED_OF_ONE = ("/customers/{customerId}/invitations", "/customers/{customerId}/acceptance/records")
CONTINUED = "MS-ContinuationToken"
COUNTRIES = ("SE", "NO", "US", "DE")
# One of two has to be there; which one, no description can leave open.
AT_LEAST = {"/v1/compliance/csp/agreementstatus": {"mpnId": "1"}}
REPLAYED = "/v1/webhooks/deliveries/replay"
PEM = pem(root()).decode()
# What the document can only name: a mailbox's address, certificates, where webhooks may be sent to, and times at which
# a customer can have agreed.
FORMATS = {
    "idn-email": st.from_regex(r"[a-zåöé李][a-z0-9åöé李]{0,20}@[a-z][a-z0-9]{0,20}\.example", fullmatch=True),
    "iana-time-zone": st.sampled_from(("Europe/Stockholm", "Asia/Kolkata", "America/Argentina/Ushuaia", "UTC")),
    "pem": st.just(PEM),
    "uri": st.from_regex(r"https://1\.1\.1\.1/[a-z]{0,20}", fullmatch=True),
    "date-time": st.datetimes(datetime(2015, 1, 1), datetime(2025, 1, 1)).map(lambda at: f"{at:%Y-%m-%dT%H:%M:%S}Z"),
}


@dataclass(frozen=True)
class World:
    """Who calls, one after the other, and what they can name in addresses."""

    tokens: list[str]
    named: dict[str, list[str]] = field(default_factory=dict)
    # Where the second page of a list begins, by its path.
    seconds: dict[str, str] = field(default_factory=dict)

    def pick(self, path: str, name: str, drawn: str) -> str:
        """Something that is there, two times of three; what, follows from what was drawn."""
        number = crc32(drawn.encode("utf-8", "surrogatepass"))
        there = self.named.get(f"{path} {name}", self.named.get(name, []))
        return there[number // 3 % len(there)] if there and number % 3 else drawn


def settle(app: Flask) -> World:
    """A provider with its reseller, and of everything a few."""
    with transaction():
        text = File("mca.pdf", "application/pdf", b"%PDF The agreement")
        catalogue.add_document(
            acts.console(), AgreementType.MCA, 0, "US", "en-US", text, installation().rules.catalogue
        )
    channel = channels.introduce()
    pia, rita = program(app, channel.pia), program(app, channel.rita)
    world = World([token(channel.pia), token(channel.pia), token(channel.rita), token(channel.provider)])
    cases = [channel.customer() for _ in range(MANY)]
    ids = [str(case.machine.customer_id) for case in cases]
    for case in cases:
        account(case.relationship)
    world.named["customerId"] = ids[: MANY // 2]
    world.named["/v1/customers/{customerId} customerId"] = ids[MANY // 2 :]
    world.named["draftId"] = [rita.made(of(case, "attestationdrafts"), confirmation())["id"] for case in cases]
    invitations = [pia.made(of(case, "invitations"), {"kind": "agreement", "force": True})["id"] for case in cases]
    world.named["invitationId"] = invitations
    for case in cases[: MANY // 4]:
        pia.made(of(case, "agreements"), confirmation(primaryContact=EVA))
    world.named["templateId"] = [MCA_TEMPLATE]
    world.named["domain"] = [case.relationship.domain or "" for case in cases]
    where = f"/v1/agreementtemplates/{MCA_TEMPLATE}/document"
    world.named["token"] = [pia.get(where)["displayUri"].rpartition("/")[2]]
    _settle_sources(world, channel.provider)
    _settle_endpoints(world, channel.provider)
    world.named["suppressionId"] = [suppressed(channel.provider) for _ in range(MANY)]
    _find_pages(world, pia, ids[-1])
    return world


def _settle_sources(world: World, partner: Partner) -> None:
    """Of each kind, and a webhook received; only the vendor's kind can be changed in all that a change may name."""
    trusted = Trusted(["certs.example"], "Contoso", PEM)
    vendors = [done(sources.add, acts.console(), partner, f"Vendor {number}", trusted) for number in range(2)]
    source, received = arrived(partner)
    world.named["sourceId"] = [source]
    world.named["/v1/webhooks/sources/{sourceId} sourceId"] = [str(one.id) for one in vendors]
    world.named["receivedId"] = [received]
    world.tokens.append(token(channels.hire(partner, Role.GLOBAL_ADMIN)))


def _settle_endpoints(world: World, partner: Partner) -> None:
    there = [told(partner) for _ in range(MANY)]
    world.named["endpointId"] = [one.endpoint for one in there]
    world.named["deliveryId"] = [one.delivery for one in there]
    world.named["correlationId"] = [there[0].correlation]


def _find_pages(world: World, who: Program, customer: str) -> None:
    who.made(f"/v1/customers/{customer}/invitations", {"kind": "agreement", "force": True})
    for path in (*PAGED, *PAGED_OF_ONE):
        found = who.get(f"/v1{path.replace('{customerId}', customer)}?size=1")
        [header] = found["links"]["next"]["headers"]
        assert header["key"] == CONTINUED
        world.seconds[f"/v1{path}"] = header["value"]


def described(app: Flask, world: World) -> BaseSchema:
    """The document as schemathesis reads it, with what it says of data made true of ours."""
    for name, values in FORMATS.items():
        schemathesis.openapi.format(name, values)
    schema = schemathesis.openapi.from_wsgi(DOCUMENT, app)

    @schema.auth(refresh_interval=None)
    class _InTurn:
        asked = 0

        def get(self, case: Case[Any], context: AuthContext) -> str:
            self.asked += 1
            return world.tokens[self.asked % len(world.tokens)]

        def set(self, case: Case[Any], data: str, context: AuthContext) -> None:
            case.headers["Authorization"] = f"Bearer {data}"

    @schema.hook
    def map_case(context: HookContext, case: Case[Any]) -> Case[Any]:
        for name, value in list((case.path_parameters or {}).items()):
            if _sound(name, value):
                case.path_parameters[name] = world.pick(case.operation.path, name, value)
        second = world.seconds.get(case.operation.path, "")
        if case.headers.get(CONTINUED):
            case.headers[CONTINUED] = "" if case.query.keys() - {"size", "seekOperation"} else second
        case.query = _sensible(case.query) or AT_LEAST.get(case.operation.path, {})
        if case.operation.path == REPLAYED and case.meta and case.meta.generation.mode.is_positive:
            case.query = _one_of(case.query)
        if isinstance(case.query.get("filter"), str):
            case.query["filter"] = _filter(case.operation.path, case.query["filter"])
        case.body = _sensible(case.body)
        return case

    return schema


def _sensible(value: Any) -> Any:
    """The same, with countries that exist, and without what is named twice but for its case."""
    if isinstance(value, list):
        return [_sensible(one) for one in value]
    if not isinstance(value, dict):
        return value
    once = {str(name).lower(): name for name in value}
    return {name: _known(value[name]) if name == "country" else _sensible(value[name]) for name in once.values()}


def _one_of(query: dict[str, Any]) -> dict[str, Any]:
    """Either since when, or after what at which endpoint."""
    if {"after", "endpointId"} <= query.keys():
        return {"after": "0", "endpointId": query["endpointId"]}
    return {"since": query.get("since", "2026-01-31T00:00:00Z")}


def _known(country: Any) -> Any:
    named = isinstance(country, str) and re.fullmatch("[A-Z]{2}", country)
    return COUNTRIES[crc32(country.encode()) % len(COUNTRIES)] if named else country


def _filter(path: str, text: str) -> str:
    field = "Name" if path == "/v1/relationships" else "CompanyName"
    return json.dumps({"Field": field, "Value": re.sub(r"\W", "", text)[:100] or "C", "Operator": "starts_with"})


def _sound(name: str, value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return not name.endswith("Id") or bool(UUID(value))
    except ValueError:
        return False
