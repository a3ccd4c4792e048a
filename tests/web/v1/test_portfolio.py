"""`GET /v1/acceptances`: the portfolio in pages of JSON, or whole as CSV."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from app.core.vocabulary import PartnerType, Role
from app.models import Relationship
from app.web.v1.acceptances import COLUMNS
from tests import rows
from tests.channel import company, customer, hire
from tests.web.v1.conftest import Chain, Desk
from tests.web.v1.programs import NOT_SIGNED_IN, Program, of, program, refusal
from tests.web.v1.test_records import pages

HERE = "/v1/acceptances"


def ids(items: list[Any]) -> list[str]:
    return [item["customerId"] for item in items]


def table(who: Program, where: str = HERE) -> list[dict[str, str]]:
    found = who.send("GET", where, {"Accept": "text/csv"})
    assert found.status_code == 200, found.text
    assert found.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert found.data.endswith(b"\r\n")
    return list(csv.DictReader(io.StringIO(found.data.decode(), newline=""), strict=True))


def test_it_lists_each_agreement_in_short(desk: Desk) -> None:
    case = desk.confirmed()
    [item] = desk.program.get(HERE)["items"]
    standing = desk.program.get(of(case, "acceptance"))
    assert item.items() >= {name: standing[name] for name in ("state", "since", "sequence", "version")}.items()
    assert (item["companyName"], item["country"], item["resellerId"]) == ("Contoso", "SE", None)
    assert (item["domain"], item["confirmed"], item["method"]) == (case.relationship.domain, True, "attested")
    assert (item["invitation"], item["attributes"]) == (None, {"objectType": "Acceptance"})


def test_it_is_leafed_through_and_filtered(desk: Desk) -> None:
    cases = [desk.customer() for _ in range(5)]
    for case, days in ((cases[1], 20), (cases[3], 3)):
        desk.program.made(of(case, "invitations"), {"kind": "agreement", "expiresInDays": days})
    known = [str(case.machine.customer_id) for case in cases]
    assert ids(pages(desk.program, f"{HERE}?size=2")) == known
    assert ids(pages(desk.program, f"{HERE}?state=invited&size=1")) == [known[1], known[3]]
    until = (datetime.now(UTC) + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert ids(pages(desk.program, f"{HERE}?expiresBefore={until}&size=1")) == [known[3], known[1]], "the next first"
    domain = cases[2].relationship.domain or ""
    assert ids(desk.program.get(f"{HERE}?q={domain.upper()}")["items"]) == [known[2]]
    assert ids(desk.program.get(f"{HERE}?stale=true")["items"]) == []
    assert len(desk.program.get(f"{HERE}?stale=false&q=conto&state=unconfirmed")["items"]) == 3
    assert len(desk.program.get(f"{HERE}?country=SE&q=conto")["items"]) == len(known)
    assert desk.program.get(f"{HERE}?country=NO")["items"] == desk.program.get(f"{HERE}?health=bounced")["items"] == []


def test_resellers_see_what_they_work_with(chain: Chain) -> None:
    chain.channel.customer()
    alone = customer(chain.channel.provider)
    assert len(chain.pia.get(HERE)["items"]) == 3
    mine = chain.rita.get(HERE)["items"]
    assert str(alone.machine.customer_id) not in ids(mine)
    assert {item["resellerId"] for item in mine} == {str(chain.channel.reseller.id)}
    assert ids(chain.pia.get(f"{HERE}?reseller={chain.channel.reseller.id}")["items"]) == ids(mine)
    assert chain.pia.get(f"{HERE}?reseller={uuid4()}")["items"] == []


def test_all_of_it_comes_as_one_table(desk: Desk) -> None:
    case, confirmed = desk.customer(), desk.confirmed()
    made = desk.program.made(of(case, "invitations"), {"kind": "agreement"})
    found = desk.program.send("GET", HERE, {"Accept": "text/csv"})
    assert re.fullmatch(r'attachment; filename="acceptances-[0-9-]{10}\.csv"', found.headers["Content-Disposition"])
    assert not found.data.startswith(b"\xef\xbb\xbf")
    first, second = table(desk.program)
    assert list(first) == list(COLUMNS)
    assert (first["customerId"], first["state"], first["confirmed"]) == (made["customerId"], "invited", "false")
    assert (first["invitationStatus"], first["invitationExpiresAt"]) == ("open", made["expiresAt"])
    assert (second["customerId"], second["method"]) == (str(confirmed.machine.customer_id), "attested")
    assert [row["state"] for row in table(desk.program, f"{HERE}?state=partner-attested")] == ["partner-attested"]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x","a,b")', 'Å "quoted", Ltd'])
def test_no_name_is_a_formula_in_the_table(desk: Desk, name: str) -> None:
    case = desk.customer()
    rows.change(Relationship, Relationship.id == case.relationship.id, company=name)
    [row] = table(desk.program)
    assert row["companyName"] == (name if name.startswith("Å") else f"'{name}")
    assert desk.program.get(HERE)["items"][0]["companyName"] == name


@pytest.mark.parametrize(
    "query",
    [
        *("state=open", "state=", "stale=maybe", "expiresBefore=soon", "reseller=x", "size=x", "size=-1"),
        *("q=%00", "q=" + "x" * 201, "country=SWE", "health=ok"),
    ],
)
def test_what_makes_no_sense_is_refused(desk: Desk, query: str) -> None:
    assert refusal(desk.program.send("GET", f"{HERE}?{query}"))[0] == 400


def test_who_may_not_look(app: Flask, desk: Desk) -> None:
    assert refusal(Program(app).send("GET", HERE)) == NOT_SIGNED_IN
    assert refusal(desk.colleague(Role.HELPDESK_AGENT).send("GET", HERE)) == (403, 900150, "role-not-allowed")
    assert program(app, hire(company("Litware", PartnerType.DIRECT_BILL))).get(HERE)["items"] == []
