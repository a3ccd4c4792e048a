"""Suppressions as programs keep them: listed, added, removed; and what they say of an invitation's contact."""

import pytest

from app.core.vocabulary import Role
from tests.channel import hire
from tests.web.v1.conftest import Chain, Desk
from tests.web.v1.programs import MARIA, NOT_FOUND, UNKNOWN, Program, of, program, refusal

LIST = "/v1/suppressions"
ASKED = {"email": MARIA["email"], "reason": "asked by phone"}


@pytest.fixture
def boss(desk: Desk) -> Program:
    return desk.colleague(Role.GLOBAL_ADMIN)


def test_who_is_on_the_list_cannot_be_invited_until_taken_off(desk: Desk, boss: Program) -> None:
    case = desk.customer()
    ask = {"kind": "agreement", "contact": MARIA}
    invited = desk.program.made(of(case, "invitations"), ask)
    assert invited["contactHealth"] == "ok"
    added = boss.made(LIST, ASKED)
    shown = {"email": MARIA["email"], "reason": "asked by phone", "contactHealth": "suppressed"}
    assert added.items() >= (shown | {"attributes": {"objectType": "Suppression"}}).items()
    assert added["createdBy"].startswith("Eva Lund <")
    assert desk.program.get(f"/v1/invitations/{invited['id']}")["contactHealth"] == "suppressed"
    assert desk.program.refused(of(case, "invitations"), ask)[2] == "contact-suppressed"
    assert boss.refused(LIST, ASKED)[2] == "already-exists"
    removed = boss.send("DELETE", f"{LIST}/{added['id']}")
    assert (removed.status_code, removed.text) == (204, "")
    assert refusal(boss.send("DELETE", f"{LIST}/{added['id']}")) == NOT_FOUND
    assert desk.program.made(of(case, "invitations"), ask)["contactHealth"] == "ok"


def test_the_list_is_paged_and_searched(desk: Desk, boss: Program) -> None:
    for name in ("eva", "maria", "olle"):
        boss.made(LIST, {"email": f"{name}@litware.example", "reason": "left the company"})
    page = desk.program.get(f"{LIST}?size=2")
    assert [item["email"] for item in page["items"]] == ["olle@litware.example", "maria@litware.example"]
    [header] = page["links"]["next"]["headers"]
    rest = desk.program.send("GET", f"/v1{page['links']['next']['uri']}", {header["key"]: header["value"]}).json
    assert rest is not None
    assert [item["email"] for item in rest["items"]] == ["eva@litware.example"]
    assert [item["email"] for item in desk.program.get(f"{LIST}?q=OLLE%40")["items"]] == ["olle@litware.example"]
    assert desk.program.get(f"{LIST}?q=nobody")["items"] == []


def test_a_reseller_neither_sees_nor_changes_its_providers_list(chain: Chain) -> None:
    channel = chain.channel
    pias, ritas = (
        program(chain.pia.client.application, hire(partner, Role.GLOBAL_ADMIN, Role.ADMIN_AGENT))
        for partner in (channel.provider, channel.reseller)
    )
    row = pias.made(LIST, ASKED)
    assert ritas.get(LIST)["items"] == []
    assert ritas.refused(LIST, ASKED)[2] == "wrong-partner-type"
    theirs, nobodys = (ritas.send("DELETE", f"{LIST}/{id}") for id in (row["id"], UNKNOWN))
    assert refusal(theirs) == refusal(nobodys) == NOT_FOUND
    assert [item["id"] for item in pias.get(LIST)["items"]] == [row["id"]]
