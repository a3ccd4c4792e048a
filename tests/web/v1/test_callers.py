"""Programs written for the vendor, with the habits each has on the wire, against one running server: all are served."""

import http.client
import importlib
import importlib.util
import json
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from app.core.vocabulary import PartnerType
from app.db import db
from app.models import GivenAnswer, Record
from tests import channel as channels
from tests.channel import Case, Channel, company, hire
from tests.web.v1.newcomers import newcomer
from tests.web.v1.programs import CLOUD, EVA, MARIA, MCA, MCA_TEMPLATE, confirmation, of, token
from tests.web.v1.served import Served, served

SIGNED = "directSignedMicrosoftCustomerAgreementStatus"
Headers = dict[str, str]


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Headers
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Wire:
    """Requests as they are given: nothing is added but the token and the host, nothing is quoted."""

    line: http.client.HTTPConnection
    token: str

    def send(self, method: str, path: str, body: Any = None, headers: Headers | None = None) -> Reply:
        given = headers or {}
        self.line.putrequest(method, path)
        for name, value in {"Authorization": f"Bearer {self.token}", **given}.items():
            self.line.putheader(name, value)
        content = b"" if body is None else json.dumps(body).encode()
        if method in ("POST", "PATCH"):
            self.line.putheader("Content-Length", str(len(content)))
        self.line.endheaders()
        if "Expect" in given:
            assert self.line.sock.recv(100).startswith(b"HTTP/1.1 100 Continue\r\n")
        self.line.send(content)
        answer = self.line.getresponse()
        return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())

    def get(self, path: str) -> Any:
        found = self.send("GET", path, headers={"Accept": "application/json"})
        assert (found.status, found.headers["content-type"]) == (200, "application/json")
        return found.json


@dataclass(frozen=True)
class Place:
    """A provider with its reseller, whose customers these programs are about."""

    server: Served
    channel: Channel
    wire: Wire
    resellers: str

    def customer(self) -> Case:
        return self.channel.customer()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, sqlite_mould: Path) -> Iterator[Place]:
    with served(tmp_path_factory.mktemp("callers"), sqlite_mould) as server:
        channel, line = channels.introduce(), http.client.HTTPConnection(server.address.removeprefix("http://"))
        yield Place(server, channel, Wire(line, token(channel.pia)), token(channel.rita))
        line.close()


def records(case: Case) -> int:
    db.session.rollback()
    return db.session.query(Record).filter_by(machine_id=case.machine.id).count()


# The AutoRest client from PyPI, as it is installed.


@pytest.fixture(scope="module")
def autorest(place: Place) -> Any:
    # Its outer packages ask for `pkg_resources`, which newer Pythons do not bring.
    for name in ("microsoft", "microsoft.store"):
        spec = importlib.util.find_spec(name)
        assert spec
        module = sys.modules[name] = ModuleType(name)
        module.__path__ = list(spec.submodule_search_locations or ())
    client = importlib.import_module("microsoft.store.partnercenterservices")
    access = importlib.import_module("msrest.authentication").BasicTokenAuthentication
    yield client.MicrosoftPartnerStoreApis(access({"access_token": place.wire.token}), place.server.address)
    for name in [name for name in sys.modules if name.split(".")[0] == "microsoft"]:
        del sys.modules[name]


def test_the_autorest_client_lists_filters_shows_and_ends(place: Place, autorest: Any) -> None:
    first, second = place.customer(), place.customer()
    ids = {str(case.machine.customer_id) for case in (first, second)}
    customers, listed = autorest.getvversioncustomerscustomer, autorest.getvversioncustomersfilterfilter
    assert ids <= {one.id for one in listed.value("1", size=0).items}
    page = listed.value("1", size=1)
    assert (page.total_count, len(page.items)) == (1, 1)
    wanted = {"Field": "Domain", "Value": second.relationship.domain, "Operator": "StartsWith"}
    [found] = listed.value("1", filter=json.dumps(wanted)).items
    assert (found.id, found.company_profile.company_name) == (str(second.machine.customer_id), "Contoso")
    shown = customers.id(found.id, "1")
    assert (shown.relationship_to_partner, shown.billing_profile.email) == ("reseller", second.relationship.email)
    gone = {"relationship_to_partner": "none"}
    removed = autorest.patchvversioncustomerscustomer.id(found.id, gone, "1", raw=True)
    assert removed.response.status_code == 200
    assert found.id not in {one.id for one in listed.value("1", size=0).items}
    again = autorest.patchvversioncustomerscustomer.id(found.id, gone, "1", raw=True)
    assert (again.response.status_code, again.response.json()["code"]) == (400, 3000)


def test_the_autorest_client_asks_for_the_link_with_all_it_can_name(place: Place, autorest: Any) -> None:
    group = next(name for name in vars(autorest) if "relationshiprequests" in name)
    ids = {"indirect_reseller_id": str(place.channel.reseller.id), "dual_role_indirect_relationship": False}
    found = getattr(autorest, group).value("1", str(place.channel.provider.id), **ids)
    assert f"indirectCSPId={place.channel.provider.id}" in found.url
    assert f"partnerId={place.channel.reseller.id}" in found.url


def test_the_autorest_client_lists_relationships(place: Place, autorest: Any) -> None:
    ours = autorest.getvversionrelationshipsrelationship.value("1", "IsIndirectCloudSolutionProviderOf")
    assert [(one.id, one.name, one.state) for one in ours.items] == [
        (str(place.channel.reseller.id), "Wingtip", "Active")
    ]
    customer = str(place.customer().machine.customer_id)
    of_one = autorest.getvversioncustomerscustomer.idrelationships(customer, "1", raw=True)
    assert [one["name"] for one in of_one.response.json()["items"]] == ["Wingtip"]


# The official .NET SDK and PowerShell: PascalCase, explicit nulls, bodies that wait to be asked for.

NET = {"Content-Type": "application/json", "Accept": "application/json", "Expect": "100-continue"}


def test_the_dotnet_sdk_adds_confirms_and_removes(place: Place) -> None:
    made = place.wire.send("POST", "/v1/customers", newcomer(), NET)
    assert made.status == 201
    customer = f"/v1/customers/{made.json['id']}"
    contact = {name[0].upper() + name[1:]: value for name, value in MARIA.items()} | {"MiddleName": None}
    agreement = {
        "UserId": None,
        "PrimaryContact": contact,
        "TemplateId": MCA_TEMPLATE,
        "DateAgreed": "2026-01-31T09:30:00.1234567Z",
        "Type": None,
        "AgreementLink": None,
        "Attributes": None,
    }
    confirmed = place.wire.send("POST", f"{customer}/agreements", agreement, NET)
    assert (confirmed.status, confirmed.json["type"], confirmed.json["primaryContact"]) == (201, MCA, MARIA)
    change = {"Id": None, "RelationshipToPartner": "None", "BillingProfile": None, "Attributes": {"ObjectType": None}}
    removed = place.wire.send("PATCH", f"{customer}/", change, NET)
    assert removed.status == 200
    assert removed.json["RelationshipToPartner"] == "none"
    assert removed.json["Attributes"] == {"ObjectType": "Customer"}
    assert all(name[0].isupper() for name in removed.json)
    assert {name for name, value in removed.json.items() if value is None} >= {"Id", "CompanyProfile", "CustomDomains"}


def test_the_dotnet_sdk_takes_the_single_template_of_a_type(place: Place) -> None:
    for kind in (MCA, CLOUD):
        [single] = place.wire.get(f"/v1/agreements?agreementType={kind}")["items"]
        assert single["agreementType"] == kind


def test_the_dotnet_sdk_follows_the_next_link_with_its_headers(place: Place) -> None:
    there = {str(place.customer().machine.customer_id) for _ in range(3)}
    found, reply = set[str](), place.wire.get("/v1/customers?size=2")
    for _ in range(20):
        found |= {one["id"] for one in reply["items"]}
        following = reply["links"].get("next")
        if not following:
            break
        headers = {header["key"]: header["value"] for header in following["headers"]}
        reply = place.wire.send(following["method"], f"/v1{following['uri']}", headers=headers).json
    assert there <= found


# The official Java SDK: nulls dropped, attributes added, `*` as it is, and every 4xx asked again.


def java(request: str) -> Headers:
    return {
        "Content-Type": "application/json",
        "MS-Contract-Version": "v1",
        "MS-RequestId": request,
        "MS-CorrelationId": str(uuid.uuid4()),
        "X-Locale": "en-US",
    }


def test_the_java_sdk_confirms_once_however_often_it_asks(place: Place) -> None:
    case, request = place.customer(), str(uuid.uuid4())
    body = confirmation(attributes={"objectType": "Agreement"})
    replies = [place.wire.send("POST", of(case, "agreements"), body, java(request)) for _ in range(4)]
    assert {(reply.status, reply.body) for reply in replies} == {(201, replies[0].body)}
    assert [reply.headers.get("idempotent-replayed") for reply in replies] == [None, "true", "true", "true"]
    assert {reply.headers["ms-requestid"] for reply in replies} == {request}
    assert records(case) == 2
    found = place.wire.get(f"{of(case, 'agreements')}?agreementType=*")
    assert [one["type"] for one in found["items"]] == [MCA]


def test_the_java_sdk_hears_the_same_no_four_times(place: Place) -> None:
    case = place.customer()
    place.wire.send("POST", of(case, "agreements"), confirmation(), java(str(uuid.uuid4())))
    before = records(case)
    nobody = f"/v1/customers/{uuid.uuid4()}/agreements"
    for path, body, expected in (
        (of(case, "agreements"), confirmation(), (400, 600061)),
        (of(case, "agreements"), confirmation(primaryContact=EVA | {"email": "eva"}), (400, 3000)),
        (of(case, "agreements"), confirmation(dateAgreed="2126-01-31T00:00:00Z"), (400, 3000)),
        (nobody, confirmation(), (404, 1000)),
    ):
        request = str(uuid.uuid4())
        replies = [place.wire.send("POST", path, body, java(request)) for _ in range(4)]
        assert {(reply.status, reply.json["code"]) for reply in replies} == {expected}
        assert len({reply.body for reply in replies}) == 1
    assert records(case) == before


def test_a_request_that_was_refused_for_a_slip_may_be_corrected_under_its_id(place: Place) -> None:
    case, request = place.customer(), str(uuid.uuid4())
    slip = place.wire.send("POST", of(case, "agreements"), confirmation(dateAgreed="yesterday"), java(request))
    assert slip.status == 400
    assert place.wire.send("POST", of(case, "agreements"), confirmation(), java(request)).status == 201
    db.session.rollback()
    assert db.session.query(GivenAnswer).filter_by(key=request).count() == 1


# Postman and newman: any answer will do, no body at all, HEAD.


def test_a_collection_that_posts_no_body_gets_an_answer(place: Place) -> None:
    reply = place.wire.send("POST", of(place.customer(), "agreements"), None, {"Accept": "*/*"})
    assert (reply.status, reply.headers["content-type"]) == (400, "application/json")
    assert (reply.json["code"], reply.json["reason"]) == (2000, "unparsable-body")


def test_a_collection_looks_for_domains_with_head(place: Place) -> None:
    domain = place.customer().relationship.domain
    for name, expected in ((domain, 200), (f"not-{domain}", 404)):
        reply = place.wire.send("HEAD", f"/v1/domains/{name}", headers={"Accept": "*/*"})
        assert (reply.status, reply.body) == (expected, b"")


# Kotlin and Spring: of an error they read `description` alone, and of agreements they mean the Cloud one.


def test_whatever_is_refused_says_so_in_its_description(place: Place) -> None:
    case = place.customer()
    agreements, resellers = of(case, "agreements"), Wire(place.wire.line, place.resellers)
    other = Wire(place.wire.line, token(hire(company("Fabrikam", PartnerType.DIRECT_BILL))))
    refused = {
        "not-signed-in": Wire(place.wire.line, "asn_nothing").send("GET", agreements),
        "not-found": other.send("GET", agreements),
        "reseller-cannot-attest": resellers.send("POST", agreements, confirmation()),
        "agreement-required": place.wire.send(
            "POST", of(case, "orders"), {"lineItems": [{"offerId": "a", "quantity": 1}]}
        ),
        "unknown-agreement-type": place.wire.send("GET", f"{agreements}?agreementType=None"),
        "wrong-partner-type": other.send("GET", "/v1/relationships?relationship_type=IsIndirectResellerOf"),
        "method-not-allowed": place.wire.send("PUT", agreements),
    }
    for reason, reply in refused.items():
        assert reply.headers["content-type"] == "application/json", reason
        assert (reply.json["reason"], reply.json["source"]) == (reason, "Assent")
        assert 10 < len(reply.json["description"]) <= 1024
    assert len({reply.json["description"] for reply in refused.values()}) == len(refused)


def test_who_means_the_cloud_agreement_by_default_confirms_what_the_template_names(place: Place) -> None:
    case = place.customer()
    agreements = of(case, "agreements")
    reply = place.wire.send("POST", agreements, confirmation(type=CLOUD), java(str(uuid.uuid4())))
    assert (reply.status, reply.json["type"], reply.json["templateId"]) == (201, MCA, MCA_TEMPLATE)
    assert place.wire.get(agreements)["totalCount"] == 0
    assert place.wire.get(f"{agreements}?agreementType={MCA}")["totalCount"] == 1
    assert place.wire.get(f"{agreements}?agreementType={quote('*')}")["totalCount"] == 1
    assert place.wire.get(of(case, SIGNED)) == {"isSigned": False}
    link = place.wire.get("/v1/customers/relationshiprequests")["url"]
    assert urlsplit(link).scheme == "https"
