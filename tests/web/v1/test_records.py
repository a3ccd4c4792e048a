"""`GET /v1/customers/{id}/acceptance/records`: the chain, which anybody can check with a hash function alone."""

import base64
import hashlib
from typing import Any

from app.core.vocabulary import Role
from tests.verifier import first_fault
from tests.web.v1.conftest import Chain, Desk
from tests.web.v1.programs import MARIA, NOT_FOUND, UNKNOWN, Program, confirmation, of, refusal

PEOPLE = {"firstName", "lastName", "email", "phoneNumber", "actorName", "ip"}


def canonical(value: str) -> bytes:
    return b'"' + value.encode() + b'"'


def opened(item: Any) -> dict[str, str]:
    """What the commitments of a record stand for, each checked against it."""
    found = {}
    for name, commitment in item["body"]["sealed"].items():
        if commitment in item["personal"]:
            entry = item["personal"][commitment]
            salted = base64.b64decode(entry["salt"]) + canonical(entry["value"])
            assert hashlib.sha256(salted).hexdigest() == commitment
            found[name] = entry["value"]
    return found


def whole(item: Any) -> Any:
    return item["body"] | {"hash": item["hash"]}


def pages(program: Program, where: str) -> list[Any]:
    """Page by page, as a program that follows the links."""
    found: list[Any] = []
    headers: dict[str, str] = {}
    while True:
        page = program.send("GET", where, headers).json or {}
        found += page["items"]
        following = page["links"].get("next")
        if following is None:
            return found
        where = f"/v1{following['uri']}"
        headers = {header["key"]: header["value"] for header in following["headers"]}


def test_the_chain_is_whole_and_its_commitments_open(desk: Desk) -> None:
    case = desk.confirmed()
    desk.program.made(of(case, "withdrawals"), {"reason": "asked by phone"})
    found = desk.program.get(of(case, "acceptance/records"))
    assert [(item["number"], item["body"]["event"]) for item in found["items"]] == [
        (1, "created"),
        (2, "attest"),
        (3, "withdraw"),
    ]
    assert first_fault([whole(item) for item in found["items"]]) is None
    assert opened(found["items"][1]).items() >= MARIA.items()
    assert set(opened(found["items"][1])) == PEOPLE
    assert opened(found["items"][2])["reason"] == "asked by phone"
    assert not any(person in str(item["body"]) for item in found["items"] for person in ("Maria", "Ana", "phone call"))


def test_it_is_leafed_through_from_the_first_on(desk: Desk) -> None:
    case = desk.confirmed()
    desk.program.made(of(case, "withdrawals"), {"reason": "asked by phone"})
    found = pages(desk.program, of(case, "acceptance/records?size=1"))
    assert [item["number"] for item in found] == [1, 2, 3]
    assert first_fault([whole(item) for item in found]) is None


def test_a_reseller_reads_of_people_what_its_timeline_shows(chain: Chain) -> None:
    draft = chain.rita.made(of(chain.case, "attestationdrafts"), confirmation())["id"]
    chain.pia.made(f"/v1/attestationdrafts/{draft}/approve", {}, 200)
    where = of(chain.case, "acceptance/records")
    pias, ritas = (opened(who.get(where)["items"][1]) for who in (chain.pia, chain.rita))
    assert set(pias) == PEOPLE | {"preparedBy"}
    assert set(ritas) == {"firstName", "lastName", "actorName", "preparedBy"}
    assert ritas.items() <= pias.items()


def test_each_agreement_has_a_chain_of_its_own(desk: Desk) -> None:
    case = desk.customer()
    where = of(case, "acceptance/records?agreementType=MicrosoftCloudAgreement")
    assert refusal(desk.program.send("GET", where)) == NOT_FOUND
    assert refusal(desk.program.send("GET", where + "s")) == (400, 3000, "unknown-agreement-type")


def test_who_may_not_read_it(desk: Desk, chain: Chain) -> None:
    for where in (of(chain.case, "acceptance/records"), f"/v1/customers/{UNKNOWN}/acceptance/records"):
        assert refusal(desk.program.send("GET", where)) == NOT_FOUND
    helpdesk = desk.colleague(Role.HELPDESK_AGENT)
    assert refusal(helpdesk.send("GET", of(desk.customer(), "acceptance/records")))[2] == "role-not-allowed"
