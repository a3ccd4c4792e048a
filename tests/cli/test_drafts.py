"""`assent draft`: a reseller prepares, its provider approves or returns; `attest` is not the reseller's."""

import json
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.core.vocabulary import Role
from tests.cli.terminal import Terminal, attestation
from tests.engines import on_sqlite  # noqa: F401

UNKNOWN = str(uuid.uuid4())
LONGEST = 5 * 1024 * 1024


@dataclass(frozen=True)
class Sides:
    """A provider and a reseller, each with somebody, at one terminal."""

    terminal: Terminal
    provider: str
    reseller: str
    pia: str
    rita: str

    def customer(self) -> str:
        return self.terminal.tenant(self.provider, self.reseller)

    def submit(self, *more: str) -> dict[str, Any]:
        return dict(self.terminal.json(*draft("submit", self.customer(), self.rita), *more))


def sides(terminal: Terminal) -> Sides:
    provider = terminal.partner("indirect-provider")
    reseller = terminal.partner("indirect-reseller", "--provider", provider)
    return Sides(terminal, provider, reseller, terminal.staff(provider), terminal.staff(reseller, "sales-agent"))


@pytest.fixture(scope="module")
def both(desk: Terminal) -> Sides:
    """The two sides where one database will do."""
    return sides(desk)


def draft(step: str, about: object, by: str, **changes: str) -> list[str]:
    """The words that submit or resubmit."""
    return ["draft", step, *attestation(str(about), by, **changes)[1:]]


def decide(step: str, *about: object, by: str) -> list[str]:
    reason = ["--reason", "the signature is missing"] if step == "return" else []
    return ["draft", step, *map(str, about), *reason, "--as", by]


def test_a_resellers_draft_becomes_its_providers_attestation(terminal: Terminal, tmp_path: Path) -> None:
    both, paper = sides(terminal), tmp_path / "signed.pdf"
    paper.write_bytes(b"%PDF signed by Maria")
    made = both.submit("--note", "signed on paper", "--file", str(paper))
    assert (made["status"], made["from"], made["preparedBy"]) == ("submitted", "Fabrikam", f"Ana Lind <{both.rita}>")
    found = terminal.json(*decide("approve", made["id"], by=both.pia))
    assert (found["totalCount"], found["refused"], found["items"][0]["status"]) == (1, 0, "approved")
    status = terminal.json("status", made["customerId"])
    assert (status["state"], status["sequence"]) == ("partner-attested", found["items"][0]["recordNumber"])
    machine = terminal.row("machine", customer_id=uuid.UUID(made["customerId"]))
    record = terminal.row("record", machine_id=machine.id, number=2)
    sealed = {row.name: row.value for row in terminal.rows("sealed_value") if row.record_id == record.id}
    assert sealed["preparedBy"] == f"Ana Lind <{both.rita}>"
    body = json.loads(record.body)
    assert body["actor"]["id"] == str(terminal.row("staff", email=both.pia).id)
    [attachment] = made["attachments"]
    assert (attachment["name"], body["facts"]["attachments"]) == ("signed.pdf", [attachment["sha256"]])
    assert terminal.row("attachment", draft_id=uuid.UUID(made["id"])).media_type == "application/pdf"


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_no_reseller_attests_whatever_role_is_held(desk: Terminal, both: Sides, role: str) -> None:
    made, by = both.submit(), desk.staff(both.reseller, role)
    customer = made["customerId"]
    assert desk.refused(*attestation(customer, by)) == "reseller-cannot-attest"
    assert desk.refused(*attestation(customer, by), "--on-behalf-of", "Pia <pia@x.example>") == "reseller-cannot-attest"
    assert "`assent draft submit`" in desk(*attestation(customer, by)).err
    done = desk(*decide("approve", made["id"], by=by), "--json")
    assert (done.code, json.loads(done.out)["items"][0]["reason"]) == (1, "reseller-cannot-attest")
    assert desk.json("status", customer)["sequence"] == 1


def test_it_goes_back_with_a_reason_and_comes_again(terminal: Terminal, tmp_path: Path) -> None:
    both, paper = sides(terminal), tmp_path / "order.txt"
    paper.write_text("signed")
    made = both.submit()
    back = terminal.json(*decide("return", made["id"], by=both.pia))
    assert (back["status"], back["reason"]) == ("returned", "the signature is missing")
    again = terminal.json(*draft("resubmit", made["id"], both.rita, first_name="Eva"), "--file", str(paper))
    assert (again["status"], again["primaryContact"]["firstName"]) == ("submitted", "Eva")
    assert "reason" not in again
    terminal.json(*decide("approve", made["id"], by=both.pia))
    customer = made["customerId"]
    ours = terminal.json("timeline", customer, "--as", both.pia)
    assert terminal.json("timeline", customer, "--as", both.rita) == ours
    assert terminal.json("timeline", customer) == ours
    events = [item["event"] for item in ours["items"]]
    assert events == ["created", "draft submitted", "draft returned", "draft resubmitted", "attest", "draft approved"]
    words = terminal("timeline", customer).out.splitlines()
    assert "the signature is missing" in words[2]
    assert words[4].endswith(f"attest → partner-attested (Eva Ek)  Ana Lind, prepared by Ana Lind <{both.rita}>")


def test_many_are_approved_each_by_itself(terminal: Terminal) -> None:
    both = sides(terminal)
    first, second, third = (both.submit() for _ in range(3))
    terminal.json(*attestation(second["customerId"], both.pia))
    ids = [first["id"], second["id"], UNKNOWN, third["id"]]
    done = terminal(*decide("approve", *ids, by=both.pia), "--json")
    found = json.loads(done.out)
    assert (done.code, done.err, found["totalCount"], found["refused"]) == (1, "", 4, 2)
    verdicts = [(item["id"], item["status"], item.get("reason")) for item in found["items"]]
    assert verdicts == [
        (first["id"], "approved", None),
        (second["id"], "refused", "wrong-state"),
        (UNKNOWN, "refused", "not-found"),
        (third["id"], "approved", None),
    ]
    assert terminal.row("draft", id=uuid.UUID(second["id"])).status == "discarded"
    words = terminal(*decide("approve", *ids, by=both.pia))
    assert words.code == 1
    assert [line.split()[:2] for line in words.out.splitlines()] == [[str(id), "refused"] for id in ids]


def test_a_draft_of_others_is_not_there(desk: Terminal, both: Sides) -> None:
    made, other = both.submit(), desk.partner("indirect-reseller", "--provider", both.provider)
    rival = desk.staff(other)
    for step, *more in (["show"], ["discard"], ["return", "--reason", "-"], ["assign", "--to", rival]):
        [said] = {desk("draft", step, id, *more, "--as", rival).err for id in (made["id"], UNKNOWN)}
        assert said.startswith("assent: not-found: ")
    for by in (rival, desk.ana):
        assert desk.refused("draft", "show", made["id"], "--as", by) == "not-found"
        assert desk.refused(*draft("resubmit", made["id"], by)) == "not-found"
        assert desk.refused(*draft("submit", made["customerId"], by)) == "not-found"
        assert desk.refused("timeline", made["customerId"], "--as", by) == "not-found"
        assert desk("draft", "list", "--as", by).out == "No drafts.\n"


def test_a_draft_is_listed_shown_assigned_and_discarded(desk: Terminal) -> None:
    both = sides(desk)
    made, per = both.submit("--note", "signed on paper"), desk.staff(both.provider)
    given = desk.json("draft", "assign", made["id"], "--to", per, "--substitute", both.pia, "--as", both.pia)
    assert (given["assignee"], given["substitute"]) == (per, both.pia)
    for by in (both.rita, both.pia):
        assert desk.json("draft", "show", made["id"], "--as", by) == given
        assert desk.json("draft", "list", "--as", by)["items"] == [given]
    line = desk("draft", "list", "--status", "submitted", "--as", both.pia).out
    assert line.startswith(f"{made['id']}  submitted, waits 0 days, for {per}  Contoso  prepared by Ana Lind <")
    assert desk.refused(*decide("discard", made["id"], by=both.pia)) == "not-found"
    assert desk.json(*decide("discard", made["id"], by=both.rita))["status"] == "discarded"
    assert desk.refused(*decide("discard", made["id"], by=both.rita)) == "wrong-state"
    assert desk.json("draft", "list", "--status", "submitted", "--as", both.pia)["totalCount"] == 0


def test_whoever_leaves_or_hands_over_leaves_drafts_to_others(desk: Terminal, both: Sides) -> None:
    made, per, eva = both.submit(), desk.staff(both.provider), desk.staff(both.provider)
    desk.json("draft", "assign", made["id"], "--to", both.pia, "--substitute", per, "--as", both.pia)
    assert desk.json("staff", "reassign", both.pia, "--to", eva) == {"from": both.pia, "to": eva, "moved": 2}
    assert desk.json("draft", "show", made["id"], "--as", per)["assignee"] == eva
    desk.json("staff", "disable", eva)
    assert desk.json("draft", "show", made["id"], "--as", per)["assignee"] == per
    assert desk.refused("staff", "reassign", per, "--to", both.rita) == "invalid-value"
    assert desk.refused("staff", "reassign", per, "--to", eva) == "invalid-value"


def test_with_four_eyes_two_people_attest(desk: Terminal) -> None:
    partner = desk.partner()
    ana, bo, customer = desk.staff(partner), desk.staff(partner), desk.tenant(partner)
    assert desk.json("partner", "set", partner, "--four-eyes")["fourEyes"] is True
    assert desk.refused(*attestation(customer, ana)) == "second-person-needed"
    assert "submit a draft" in desk(*attestation(customer, ana)).err
    made = desk.json(*draft("submit", customer, ana))
    refused = json.loads(desk(*decide("approve", made["id"], by=ana), "--json").out)
    assert refused["items"][0]["reason"] == "second-person-needed"
    assert desk.json(*decide("approve", made["id"], by=bo))["refused"] == 0
    assert desk.json("partner", "set", partner, "--two-eyes")["fourEyes"] is False
    assert desk.refused("partner", "set", UNKNOWN, "--four-eyes") == "not-found"


def test_a_draft_that_cannot_be_is_refused_at_once(desk: Terminal, both: Sides) -> None:
    customer = both.customer()
    assert desk.refused(*draft("submit", customer, both.rita, date="2999-01-01")) == "date-in-future"
    assert desk.refused(*draft("submit", customer, both.rita, email="maria at x")) == "invalid-email"
    assert desk.refused(*draft("submit", customer, both.rita), "--note", "a\nb") == "invalid-text"
    desk.json(*draft("submit", customer, both.rita))
    assert desk.refused(*draft("submit", customer, both.rita)) == "already-exists"


def test_files_are_looked_at_before_anything_is_kept(desk: Terminal, both: Sides, tmp_path: Path) -> None:
    words = draft("submit", both.customer(), both.rita)
    for name, content in {"empty.pdf": b"", "long.pdf": b"x" * (LONGEST + 1)}.items():
        (tmp_path / name).write_bytes(content)
        assert desk.refused(*words, "--file", str(tmp_path / name)) == "invalid-value"
        assert name in desk(*words, "--file", str(tmp_path / name)).err
    (tmp_path / "a.txt").write_text("a")
    many = ["--file", str(tmp_path / "a.txt")] * 11
    assert "at most 10" in desk.misused(*words, *many)
    assert "does not exist" in desk.misused(*words, "--file", str(tmp_path / "b.txt"))
    assert len(desk.json(*words, *many[:20])["attachments"]) == 10
