"""The page that shows the API to people: complete, in words, and every command on it runs as it stands."""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from app import certificate, sequencer
from app.auth import acts
from app.commands import catalogue
from app.commands.files import File
from app.core.permissions import Action
from app.core.refusals import Reason
from app.core.vocabulary import AgreementType, PartnerType, Role
from app.db import transaction
from app.hooks import vendor
from app.installation import installation
from app.web.v1.meanings import MEANINGS
from app.web.v1.meanings_mail import OF_MAIL
from app.web.v1.routes import ROUTES
from app.web.v1.shades import SHADES
from tests import channel as channels
from tests.channel import Case, Channel, company, hire
from tests.web.v1.accounts import account
from tests.web.v1.programs import EVA, MCA_TEMPLATE, confirmation, of, program, token
from tests.web.v1.registered import URL, told
from tests.web.v1.routing import arrived, suppressed
from tests.web.v1.served import Served, served

Variables = dict[str, str]


class Page(HTMLParser):
    """What is on the page: anchors, links, commands with the status each announces, and its elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids, self.links, self.elements = list[str](), list[str](), list[tuple[str, dict[str, Any]]]()
        self.commands, self.statuses = dict[str, str](), dict[str, int]()
        self._reading: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.elements.append((tag, given))
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given[name] for name in ("href", "src") if name in given]
        if tag == "pre":
            self._reading = given.get("data-name")
            if self._reading:
                self.statuses[self._reading] = int(given["data-status"])

    def handle_endtag(self, tag: str) -> None:
        self._reading = None if tag == "pre" else self._reading

    def handle_data(self, data: str) -> None:
        if self._reading:
            self.commands[self._reading] = self.commands.get(self._reading, "") + data


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, sqlite_mould: Path) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("docs"), sqlite_mould) as found:
        yield found


@pytest.fixture(scope="module")
def page(server: Served) -> Page:
    found = server.app.test_client().get("/docs")
    assert (found.status_code, found.mimetype) == (200, "text/html")
    return Page(found.text)


@pytest.fixture(scope="module")
def document(server: Served) -> Any:
    return server.app.test_client().get("/v1/openapi.json").json


@dataclass(frozen=True)
class Story:
    """What the shell's variables stand for: usually, and for commands that need a customer in another state."""

    usual: Variables
    special: dict[str, Variables]


def tell(server: Served) -> Story:
    """A provider with a customer invited and one confirmed, and drafts from its reseller."""
    with transaction():
        text = File("mca.pdf", "application/pdf", b"%PDF The agreement")
        catalogue.add_document(
            acts.console(), AgreementType.MCA, 0, "SE", "en-US", text, installation().rules.catalogue
        )
    channel = channels.introduce()
    pia, rita = program(server.app, channel.pia), program(server.app, channel.rita)

    def customer(confirmed: bool = False) -> Case:
        case = channel.customer()
        if confirmed:
            pia.made(of(case, "agreements"), confirmation(primaryContact=EVA))
        return case

    def named(case: Case) -> Variables:
        return {"CUSTOMER": str(case.machine.customer_id)}

    def invitation(case: Case) -> Variables:
        return {"INVITATION": pia.made(of(case, "invitations"), {"kind": "agreement"})["id"]}

    def draft() -> Variables:
        return {"DRAFT": rita.made(of(customer(), "attestationdrafts"), confirmation())["id"]}

    case, returned, ritas = customer(), draft(), {"TOKEN": token(channel.rita)}
    signing_in = customer()
    account(signing_in.relationship)
    pia.made(f"/v1/attestationdrafts/{returned['DRAFT']}/return", {"reason": "unsigned"}, 200)
    links = pia.get(f"/v1/agreementtemplates/{MCA_TEMPLATE}/document?country=SE")
    usual = {
        "ASSENT": server.address,
        "TOKEN": token(channel.pia),
        "PARTNER": str(channel.provider.id),
        "TEMPLATE": MCA_TEMPLATE,
        "DOMAIN": case.relationship.domain or "",
        "CURSOR": "0",
        "MAIL_KIND": "agreement",
        "LANGUAGE": "sv",
        "LINK_TOKEN": links["displayUri"].rpartition("/")[2],
    }
    special = {
        "confirm": named(customer()),
        "invite": named(customer()),
        "remove_customer": named(customer()),
        "order": named(customer(confirmed=True)),
        "send_credentials": named(signing_in),
        "withdraw": named(customer(confirmed=True)),
        "submit": named(customer()) | ritas,
        "resubmit": returned | ritas,
        "give_back": draft(),
        "resend": invitation(customer()),
        "revoke": invitation(customer()),
    }
    usual |= dict(zip(("SOURCE", "RECEIVED"), arrived(channel.provider), strict=True))
    special |= of_sources(channel) | of_endpoints(channel) | of_mail(channel)
    usual["RECEIVER"] = URL
    usual |= named(case) | invitation(case) | draft()
    assert sequencer.stamp() > 0
    return Story(usual, special)


def of_sources(channel: Channel) -> dict[str, Variables]:
    """A global admin's to manage; one of them to be removed."""
    admins = {"TOKEN": token(hire(channel.provider, Role.GLOBAL_ADMIN))}
    removed = admins | {"SOURCE": arrived(channel.provider)[0]}
    mine = [route.endpoint for route in ROUTES if route.needs == (Action.MANAGE_SOURCES,)]
    return dict.fromkeys(mine, admins) | {"remove_source": removed}


def of_endpoints(channel: Channel) -> dict[str, Variables]:
    """The same; of another partner that has no registration so far, where one is to be made."""
    there = told(channel.provider)
    named = {"ENDPOINT": there.endpoint, "DELIVERY": there.delivery, "CORRELATION": there.correlation}
    admins = {"TOKEN": token(hire(channel.provider, Role.GLOBAL_ADMIN))} | named
    mine = [route.endpoint for route in ROUTES if route.needs == (Action.MANAGE_HOOKS,)]
    other = {"TOKEN": token(company("Northwind", PartnerType.DIRECT_BILL))}
    found = dict.fromkeys(mine, admins) | {"register": admins | other}
    found["show_certificate"] = {"CERTIFICATE": certificate_name()}
    return found | {"remove_endpoint": admins | {"ENDPOINT": told(channel.provider).endpoint}}


def of_mail(channel: Channel) -> dict[str, Variables]:
    admins = {"TOKEN": token(hire(channel.provider, Role.GLOBAL_ADMIN))}
    mine = [route.endpoint for route in ROUTES if route.needs == (Action.MANAGE_MAIL,)]
    removed = admins | {"SUPPRESSION": suppressed(channel.provider)}
    return dict.fromkeys(mine, admins) | {"remove_suppression": removed}


def certificate_name() -> str:
    """The installation's, which the server beside us has as well."""
    config = installation().config
    return vendor.certificate_name(certificate.signer(config.keys_dir, config.base_url).certificate)


def typed(command: str, variables: Variables, folder: Path) -> subprocess.CompletedProcess[str]:
    """As it stands on the page, by a shell that knows the variables and no others."""
    environ = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"} | variables
    words = ["sh", "-u", "-c", rf"{command} -sS -w '\n%{{http_code}}'"]
    return subprocess.run(words, env=environ, cwd=folder, capture_output=True, text=True, timeout=30, check=False)


def test_every_command_on_the_page_runs_as_it_stands(server: Served, page: Page, tmp_path: Path) -> None:
    story = tell(server)
    assert set(page.commands) > {route.endpoint for route in ROUTES}
    wrong = {}
    for name, command in page.commands.items():
        found = typed(command, story.usual | story.special.get(name, {}), tmp_path)
        if found.stdout.splitlines()[-1:] != [str(page.statuses[name])]:
            wrong[name] = (found.stdout + found.stderr)[-500:]
    assert wrong == {}
    assert (tmp_path / "agreement.pdf").read_bytes() == b"%PDF The agreement"
    assert "Subject: " in (tmp_path / "invitation.eml").read_text(encoding="utf-8")
    again = typed(page.commands["poll"], story.usual, tmp_path)
    assert again.stdout == "\n304"


def test_only_what_says_so_is_refused_in_the_examples(page: Page, document: Any) -> None:
    good = {
        operation["operationId"]: int(next(iter(operation["responses"])))
        for path in document["paths"].values()
        for operation in path.values()
    }
    assert {name: page.statuses[name] for name in good} == good
    assert {name for name, status in page.statuses.items() if status >= 300} == {"delete_customer"}


def test_the_page_has_every_operation_reason_and_permission_and_its_links_lead_somewhere(page: Page) -> None:
    assert len(page.ids) == len(set(page.ids))
    ids = set(page.ids)
    assert {route.endpoint for route in ROUTES} <= ids
    assert {f"reason-{reason.value}" for reason in Reason} <= ids
    assert {f"permission-{action.value}" for route in ROUTES for action in route.needs} <= ids
    inside = {link.removeprefix("#") for link in page.links if link.startswith("#")}
    assert inside - ids == set()
    assert f"permission-{Action.VIEW}" in inside
    assert {link.partition("?v=")[0] for link in page.links if not link.startswith("#")} == {
        "/static/assent.css",
        "/static/assent.svg",
        "/static/docs.css",
        "/v1/openapi.json",
        "/docs/webhooks",
        "/docs/webhooks#disabled",
    }


def test_the_page_needs_no_script_and_no_style_of_its_own(page: Page) -> None:
    assert {tag for tag, _ in page.elements} & {"script", "style", "iframe", "img", "form"} == set()
    attributes = {name for _, given in page.elements for name in given}
    assert not [name for name in attributes if name == "style" or name.startswith("on")]


def test_every_member_and_parameter_says_what_it_means(document: Any) -> None:
    schemas = document["components"]["schemas"]
    members = [
        f"{shape}.{name}"
        for shape, schema in schemas.items()
        for name, member in schema.get("properties", {}).items()
        if not member.get("description")
    ]
    parameters = [
        f"{operation['operationId']} {parameter['name']}"
        for path in document["paths"].values()
        for operation in path.values()
        for parameter in operation["parameters"]
        if not parameter.get("description")
    ]
    assert (members, parameters) == ([], [])


def test_shapes_are_named_for_what_they_are(document: Any) -> None:
    assert [name for name in document["components"]["schemas"] if not re.fullmatch(r"[A-Z][A-Za-z]+", name)] == []


def test_meanings_are_of_members_there_are(document: Any) -> None:
    shapes = list(document["components"]["schemas"].items())
    shapes += [(route.asks.__name__, route.asks.model_json_schema()) for route in ROUTES if route.asks]
    members = {(shape, name) for shape, schema in shapes for name in schema.get("properties", {})}
    names = {name for _, name in members} | {f"{shape}.{name}" for shape, name in members}
    names |= {part for route in ROUTES for part in re.findall(r"{(\w+)}", route.path)}
    assert {*MEANINGS, *OF_MAIL, *SHADES} - names == set()


def test_the_page_is_found_with_a_slash_too_and_takes_nothing_but_reading(server: Served) -> None:
    client: FlaskClient = server.app.test_client()
    assert client.get("/docs/").status_code == 200
    assert client.post("/docs").status_code in (400, 405)
