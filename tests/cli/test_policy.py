"""`assent policy`: rows that make no sense stop the start and are shown; a partner's own touch nobody else."""

import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal, attestation, run
from tests.engines import on_sqlite  # noqa: F401

UNKNOWN = str(uuid.uuid4())
MCA = "MicrosoftCustomerAgreement"
NOTHING_NEEDED = """
[[rule]]
id = "mca-only-2020-02-01"
topic = "requirement"
from = 2020-02-01
any-of = []
"""
OVERLAP = NOTHING_NEEDED.replace("mca-only-2020-02-01", "nothing-2026-01-01").replace("2020-02-01", "2026-01-01")
FAULTS = """
[[rule]]
id = "first"
topic = "requirements"
from = 2027-01-01

[[rule]]
id = "second"
topic = "enforcement"
from = "2027-01-01"
any-of = ["MCA"]
untill = 2028-01-01
"""


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.toml"
    path.write_text(NOTHING_NEEDED)
    return path


@pytest.fixture
def operators(desk: Terminal) -> Iterator[Path]:
    """The operator's own rows, gone again afterwards."""
    path = desk.instance / "policy.toml"
    yield path
    path.unlink(missing_ok=True)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (FAULTS, ["rule 'first' topic does not know 'requirements'", "rule 'second' from must be a day", "1 more"]),
        (OVERLAP, ["nothing-2026-01-01", "mca-only-2020-02-01", "overlap from 2026-01-01"]),
        (NOTHING_NEEDED + "until = 2026-01-01", ["no row says what", "from 2026-01-01"]),
        ("[[rule", ["policy.toml"]),
        ("\udcff", ["cannot read"]),
    ],
)
def test_rows_that_make_no_sense_stop_every_start_with_one_line(
    desk: Terminal, operators: Path, content: str, named: list[str]
) -> None:
    operators.write_bytes(content.encode(errors="surrogateescape"))
    for words in (["status", UNKNOWN], ["web"], ["worker"], ["db", "check"]):
        done = desk(*words)
        assert (done.code, done.out, done.err.count("\n")) == (1, "", 1), words
        assert done.err.startswith("assent: ")
        assert "Traceback" not in done.err
        assert [word for word in named if word not in done.err] == []


def test_the_operators_rows_hold_for_everybody(desk: Terminal, operators: Path) -> None:
    customer = desk.tenant()
    assert desk.json("eligibility", customer)["decision"] == "deny"
    operators.write_text(NOTHING_NEEDED)
    assert desk.json("eligibility", customer)["decision"] == "allow"
    assert desk.json("policy", "check")["sound"] is True


def test_a_check_names_every_fault_and_not_the_first_alone(desk: Terminal, operators: Path, rows: Path) -> None:
    rows.write_text(FAULTS)
    operators.write_text(FAULTS)
    for words in (["policy", "check", str(rows)], ["policy", "check"]):
        done = desk(*words)
        assert (done.code, done.out) == (1, "")
        said = done.err.splitlines()[1:]
        about = [[line for line in said if f"rule '{id}'" in line] for id in ("first", "second")]
        assert [len(lines) for lines in about] == [1, 3]
        assert len(said) == 4
        assert "did you mean 'until'?" in done.err


def test_a_check_needs_no_database(tmp_path: Path, rows: Path) -> None:
    done = run("policy", "check", str(rows), INSTANCE=str(tmp_path / "instance"))
    assert (done.code, done.err) == (0, "")
    assert re.fullmatch(r"sound: [0-9]+ rules, 1 offers; no gap, no overlap\n", done.out)
    assert not list(tmp_path.glob("instance/*.db"))


def test_a_check_may_be_on_top_of_a_partners_rows(desk: Terminal, rows: Path) -> None:
    partner, more = desk.partner(), rows.with_name("more.toml")
    desk.json("policy", "set", str(rows), "--partner", partner)
    more.write_text(OVERLAP)
    assert desk("policy", "check", str(more)).code == 1
    assert desk("policy", "check", str(more), "--partner", partner).code == 1
    more.write_text("")
    assert desk.json("policy", "check", str(more), "--partner", partner)["sound"] is True


def test_the_rows_are_shown_for_a_day(desk: Terminal) -> None:
    every = desk.json("policy", "show")
    held = desk.json("policy", "show", "--as-of", "2020-02-02")
    assert every["totalCount"] > held["totalCount"] == len(held["items"])
    ids = {item["id"] for item in held["items"]}
    assert "mca-only-2020-02-01" in ids
    assert "either-2019-10-01" not in ids
    assert "direct-route-2020-02-03" not in ids
    [row] = [item for item in held["items"] if item["id"] == "mca-only-2020-02-01"]
    assert (row["source"], row["from"], row["anyOf"]) == ("S0 S4", "2020-02-01", [MCA])
    lines = desk("policy", "show", "--as-of", "2020-02-02").out.splitlines()
    assert len(lines) == held["totalCount"]
    assert [line for line in lines if line.startswith("2020-02-01  mca-only-2020-02-01 (S0 S4): Only the")]
    assert desk("policy", "show", "--as-of", "2018-01-01").out == "No rule holds on that day.\n"


def test_a_partners_rows_are_its_own_and_hold_at_once(terminal: Terminal, rows: Path) -> None:
    mine, other = terminal.partner(), terminal.partner()
    boss = terminal.staff(mine, "global-admin")
    customers = [terminal.tenant(partner) for partner in (mine, other)]
    found = terminal.json("policy", "set", str(rows), "--partner", mine, "--as", boss)
    assert (found["partnerId"], found["setBy"]) == (mine, f"Ana Lind <{boss}>")
    assert [terminal.json("eligibility", customer)["decision"] for customer in customers] == ["allow", "deny"]
    own = [item for item in terminal.json("policy", "show", "--partner", mine)["items"] if item["source"] == "operator"]
    assert [item["id"] for item in own] == ["mca-only-2020-02-01"]
    rows.write_text("")
    terminal.json("policy", "set", str(rows), "--partner", mine)
    assert terminal.json("eligibility", customers[0])["decision"] == "deny"
    kept = [row for row in terminal.rows("policy_revision") if str(row.partner_id) == mine]
    assert sorted((row.content, row.set_by) for row in kept) == [
        ("", "console"),
        (NOTHING_NEEDED, f"Ana Lind <{boss}>"),
    ]


def test_only_a_global_admin_of_the_partner_sets_them(desk: Terminal, rows: Path) -> None:
    partner, provider = desk.partner(), desk.partner("indirect-provider")
    reseller = desk.partner("indirect-reseller", "--provider", provider)
    words = ["policy", "set", str(rows), "--partner", partner, "--as"]
    for role in ("admin-agent", "sales-agent", "helpdesk-agent"):
        assert desk.refused(*words, desk.staff(partner, role)) == "role-not-allowed"
    assert desk.refused(*words, desk.staff(provider, "global-admin")) == "not-found"
    own = ["policy", "set", str(rows), "--partner", reseller, "--as", desk.staff(reseller, "global-admin")]
    assert desk.refused(*own) == "wrong-partner-type"
    assert desk.refused("policy", "set", str(rows), "--partner", UNKNOWN) == "not-found"


def test_rows_that_make_no_sense_are_not_set(desk: Terminal, rows: Path) -> None:
    partner, before = desk.partner(), len(desk.rows("policy_revision"))
    for content in (FAULTS, OVERLAP, "[[rule", "\udcff"):
        rows.write_bytes(content.encode(errors="surrogateescape"))
        done = desk("policy", "set", str(rows), "--partner", partner)
        assert (done.code, done.out) == (1, "")
        assert "Traceback" not in done.err
    assert len(desk.rows("policy_revision")) == before
    assert "does not exist" in desk.misused("policy", "set", str(rows) + "x", "--partner", partner)


def test_a_cut_off_asks_the_same_person_again(terminal: Terminal, rows: Path) -> None:
    partner = terminal.partner()
    by, customer = terminal.staff(partner), terminal.tenant(partner)
    terminal.json(*attestation(customer, by))
    assert terminal.refused(*attestation(customer, by, date="2026-02-16")) == "already-confirmed"
    row = f'[[rule]]\nid = "again"\ntopic = "enforcement"\nfrom = 2026-02-20\nany-of = ["{MCA}"]\n'
    rows.write_text(row + "accepted-since = 2026-02-15\n")
    terminal.json("policy", "set", str(rows), "--partner", partner)
    found = terminal.json("eligibility", customer)
    assert (found["decision"], found["rules"][0]["id"], found["next"]["action"]) == ("deny", "again", "invite")
    terminal.json(*attestation(customer, by, date="2026-02-16"))
    assert terminal.json("eligibility", customer)["decision"] == "allow"
