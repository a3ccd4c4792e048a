"""`assent eligibility`, `what-if`: may a customer order, and what would a date or a draft of the rules change?"""

import csv
import uuid
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from app.auth import acts
from app.commands import customers
from app.commands.customers import Profile
from app.db import transaction
from app.models import Partner, Relationship
from app.queries import scope
from tests.cast import MARIA
from tests.cli.terminal import Terminal, attestation
from tests.engines import on_sqlite  # noqa: F401

UNKNOWN = str(uuid.uuid4())
MCA = "MicrosoftCustomerAgreement"
STRICTER = f"""
[[rule]]
id = "again-2027-03-01"
topic = "enforcement"
from = 2027-03-01
any-of = ["{MCA}"]
accepted-since = 2026-02-15
"""


def portfolio(terminal: Terminal) -> tuple[str, str, str, str]:
    """A partner, somebody there, and two customers."""
    partner = terminal.partner()
    return partner, terminal.staff(partner), terminal.tenant(partner), terminal.tenant(partner)


@pytest.fixture(scope="module")
def newcomer(desk: Terminal) -> str:
    """A customer nobody has confirmed anything for."""
    return desk.tenant()


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    rows = tmp_path / "draft.toml"
    rows.write_text(STRICTER)
    return rows


def test_a_customer_without_a_confirmation_may_not_order_and_the_way_is_shown(terminal: Terminal) -> None:
    customer = terminal.tenant()
    found = terminal.json("eligibility", customer)
    assert (found["customerId"], found["decision"], found["reason"]) == (customer, "deny", "agreement-required")
    assert [rule["id"] for rule in found["rules"]] == ["mca-only-2020-02-01"]
    assert (found["agreementType"], found["authority"]) == (MCA, "local")
    assert (found["next"]["action"], found["next"]["owner"]) == ("invite", "partner")
    assert found["next"]["url"].endswith(f"/v1/customers/{customer}/invitations")
    words = terminal("eligibility", customer).out.splitlines()
    assert words[0] == "deny: agreement-required"
    assert words[-1] == f"next: invite (by the partner): assent invite {customer} --as EMAIL"


def test_a_confirmed_customer_may_order_and_an_auto_renewal_always_runs(terminal: Terminal) -> None:
    customer, new = terminal.tenant(), terminal.tenant()
    terminal.json(*attestation(customer, terminal.ana))
    assert terminal("eligibility", customer).out.splitlines()[0] == "allow"
    for operation, decision in {"seat-change": "deny", "renewal": "deny", "auto-renewal": "allow"}.items():
        assert terminal.json("eligibility", customer, "--operation", operation)["decision"] == "allow"
        assert terminal.json("eligibility", new, "--operation", operation)["decision"] == decision


@pytest.mark.parametrize(
    ("words", "decision", "rule"),
    [
        (["--as-of", "2018-09-01"], "allow", "optional-api-2018-08-07"),
        (["--as-of", "2018-11-07", "--channel", "dashboard"], "deny", "cloud-dashboard-2018-11-07"),
        (["--as-of", "2019-03-21", "--channel", "api"], "allow", "optional-api-2018-08-07"),
        (
            ["--as-of", "2019-09-19", "--channel", "sdk", "--environment", "sandbox"],
            "deny",
            "cloud-sdk-sandbox-2019-03-22",
        ),
        (["--as-of", "2020-01-31", "--offer", "DZH318Z0BPS6"], "deny", "offer-mca-2019-10-01"),
        (["--as-of", "2020-01-31T23:59Z"], "deny", "either-2019-10-01"),
        (["--as-of", "2020-02-01"], "deny", "mca-only-2020-02-01"),
    ],
)
def test_the_question_may_be_about_another_day_channel_or_offer(
    desk: Terminal, newcomer: str, words: list[str], decision: str, rule: str
) -> None:
    found = desk.json("eligibility", newcomer, *words)
    assert (found["decision"], [row["id"] for row in found["rules"]]) == (decision, [rule])


def test_a_customer_of_several_partners_is_asked_about_by_partner(desk: Terminal) -> None:
    one, other = desk.partner(), desk.partner()
    customer = desk.customer(one, domain="shared.example")
    assert desk.customer(other, domain="shared.example") == customer
    assert desk.refused("eligibility", customer) == "missing-field"
    desk.json(*attestation(customer, desk.staff(one)))
    answers = {
        partner: desk.json("eligibility", customer, "--partner", partner)["decision"] for partner in (one, other)
    }
    assert answers == {one: "allow", other: "deny"}
    assert desk.refused("eligibility", UNKNOWN) == "not-found"


# What if


def test_what_if_counts_and_lists_who_could_not_order(terminal: Terminal) -> None:
    partner, by, confirmed, invited = portfolio(terminal)
    new = terminal.tenant(partner)
    terminal.json(*attestation(confirmed, by))
    terminal.json("invite", invited, "--as", by)
    found = terminal.json("what-if", "--partner", partner)
    assert (found["partnerId"], found["customers"]) == (partner, 3)
    assert (found["allow"], found["deny"], found["unknown"]) == (1, 2, 0)
    assert sorted((group["decision"], group.get("next"), group["count"]) for group in found["reasons"]) == [
        ("allow", None, 1),
        ("deny", "accept", 1),
        ("deny", "invite", 1),
    ]
    denied = {item["customerId"]: (item["next"], item["owner"], item["reason"]) for item in found["items"]}
    assert denied == {
        invited: ("accept", "customer", "agreement-required"),
        new: ("invite", "partner", "agreement-required"),
    }
    words = terminal("what-if", "--partner", partner).out
    assert words.startswith("3 customers on ")
    assert "1 may order, 2 may not, 0 unknown" in words.splitlines()[0]
    assert f"{new}  Contoso  invite (by the partner)" in words.splitlines()


def test_a_draft_of_the_rules_is_tried_and_not_kept(terminal: Terminal, draft: Path) -> None:
    partner, by, old, fresh = portfolio(terminal)
    terminal.json(*attestation(old, by))
    terminal.json(*attestation(fresh, by, date="2026-02-15"))
    before = terminal.stored()

    def deny(*more: str) -> list[str]:
        return [item["customerId"] for item in terminal.json("what-if", "--partner", partner, *more)["items"]]

    assert deny() == []
    assert deny("--rules", str(draft), "--as-of", "2027-02-28") == []
    assert deny("--rules", str(draft), "--as-of", "2027-03-01") == [old]
    assert deny("--rules", str(draft), "--as-of", "2027-03-01", "--operation", "auto-renewal") == []
    assert deny("--as-of", "2027-03-01") == []
    assert terminal.stored() == before


def test_the_past_can_be_asked_about(desk: Terminal) -> None:
    partner, by, confirmed, _ = portfolio(desk)
    desk.json(*attestation(confirmed, by))
    assert desk.json("what-if", "--partner", partner, "--as-of", "2018-09-01")["allow"] == 2
    assert desk.json("what-if", "--partner", partner, "--as-of", "2026-01-30")["deny"] == 2
    assert desk.json("what-if", "--partner", partner, "--as-of", "2026-01-31")["deny"] == 1


def table(path: Path) -> list[dict[str, Any]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def named(desk: Terminal, partner: str, company: str) -> str:
    """A customer whose company is called that."""
    customer = desk.tenant(partner)
    with desk.engine.begin() as connection:
        known = Relationship.customer_id == uuid.UUID(customer)
        connection.execute(update(Relationship).where(known).values(company=company))
    return customer


def test_the_csv_holds_everybody_and_no_formula(desk: Terminal, tmp_path: Path) -> None:
    partner, out = desk.partner(), tmp_path / "blocked.csv"
    names = ["=1+1", "+46", "-2", "@SUM(A1)", 'Contoso, Å "B"', "雪城"]
    ids = {name: named(desk, partner, name) for name in names}
    done = desk("what-if", "--partner", partner, "--csv", str(out))
    assert (done.code, done.err) == (0, "")
    assert len(done.out.splitlines()) == 2
    rows = {row["customerId"]: row for row in table(out)}
    assert {name: rows[id]["company"] for name, id in ids.items()} == {
        name: f"'{name}" if name[0] in "=+-@" else name for name in names
    }
    assert list(rows[ids["雪城"]].values())[2:] == ["deny", "agreement-required", MCA, "invite", "partner"]


def test_a_csv_of_nobody_takes_the_place_of_an_older_one(desk: Terminal, tmp_path: Path) -> None:
    out = tmp_path / "blocked.csv"
    out.write_text("an older list")
    desk("what-if", "--partner", desk.partner(), "--csv", str(out))
    assert out.read_text().splitlines() == ["customerId,company,decision,reason,agreementType,next,owner"]


def test_the_words_list_twenty_and_say_where_the_rest_is(desk: Terminal) -> None:
    partner = desk.partner()
    with desk.inside(), transaction():
        owner = scope.partner(uuid.UUID(partner))
        for _ in range(21):
            customers.add_customer(acts.console(), owner, Profile("Contoso", "SE", "en", MARIA))
    lines = desk("what-if", "--partner", partner).out.splitlines()
    assert len(lines) == 2 + 20 + 1
    assert "--csv FILE" in lines[-1]
    assert len(desk.json("what-if", "--partner", partner)["items"]) == 21


def test_where_the_vendors_word_counts_the_answer_is_unknown(desk: Terminal) -> None:
    partner = desk.partner()
    customer = desk.tenant(partner)
    with desk.engine.begin() as connection:
        connection.execute(update(Partner).where(Partner.id == uuid.UUID(partner)).values(authority="mirror"))
    found = desk.json("what-if", "--partner", partner)
    assert (found["allow"], found["deny"], found["unknown"]) == (0, 0, 1)
    assert (found["items"][0]["customerId"], found["items"][0]["decision"]) == (customer, "unknown")
    assert desk.json("eligibility", customer)["authority"] == "mirror"
    assert desk.json("eligibility", customer, "--operation", "auto-renewal")["decision"] == "allow"


def test_a_question_that_makes_no_sense_is_not_asked(desk: Terminal, tmp_path: Path, draft: Path) -> None:
    partner = desk.partner()
    assert desk.refused("what-if", "--partner", UNKNOWN) == "not-found"
    assert "not both" in desk.misused("what-if", "--partner", partner, "--json", "--csv", str(tmp_path / "a.csv"))
    assert "is not a day" in desk.misused("what-if", "--partner", partner, "--as-of", "soon")
    draft.write_text(STRICTER.replace("enforcement", "enforced"))
    done = desk("what-if", "--partner", partner, "--rules", str(draft))
    assert (done.code, done.out) == (1, "")
    assert "rule 'again-2027-03-01' topic does not know 'enforced'" in done.err
