"""`assent bounces` and `assent suppression`: what came back is read from where mail servers leave it."""

import io
import json
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy

from app.core import verp
from app.keys import load
from app.models import Outbox
from tests.cli.terminal import Answer, Terminal, run
from tests.engines import on_sqlite  # noqa: F401
from tests.mail import reports
from tests.mail.reports import arf, away, dsn

PLAIN = "assent@assent.example"


class Sent:
    """An invitation's mail, as its reports name it."""

    def __init__(self, terminal: Terminal) -> None:
        customer = terminal.tenant()
        invited = terminal.json("invite", customer, "--as", terminal.ana)
        self.terminal, self.customer, self.id = terminal, customer, invited["id"]
        row = terminal.row("invitation", id=UUID(invited["id"])).mail_id
        self.back = verp.sender("bounces@assent.example", row, load(terminal.instance / "keys").bounce)
        self.name = f"<{row}@assent.example>"
        with terminal.engine.begin() as connection:
            connection.execute(sqlalchemy.update(Outbox).where(Outbox.id == row).values(message_id=self.name))

    @property
    def delivery(self) -> str:
        return str(self.terminal.row("invitation", id=UUID(self.id)).delivery)


def piped(monkeypatch: pytest.MonkeyPatch, terminal: Terminal, text: str, *words: str) -> Answer:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    return terminal("bounces", *words)


def maildir(folder: Path, **messages: str) -> Path:
    for name in ("new", "cur", "tmp"):
        (folder / name).mkdir(parents=True)
    for name, text in messages.items():
        (folder / "new" / f"{name}.M1P2.host").write_text(text, encoding="utf-8")
    return folder


def test_a_message_from_a_pipe_is_done_and_the_same_again_changes_nothing(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = Sent(terminal)
    report = dsn(sent.back, sent.name, reports.POSTFIX)
    found = json.loads(piped(monkeypatch, terminal, report, "--json").out)
    [item] = found.pop("items")
    assert found == {"read": 1, "bounced": 1, **dict.fromkeys(("complained", "delivered", "delayed"), 0)} | {
        "unknown": 0,
        "unreadable": 0,
    }
    says = item.pop("diagnostic")
    assert says.startswith("550 5.1.1 <maria@contoso.example>: Recipient address rejected")
    about = {"customerId": sent.customer, "invitationId": sent.id}
    assert item == about | {"file": None, "fate": "bounced", "permanent": True, "status": "5.1.1", "error": None}
    assert sent.delivery == "bounced"
    before = terminal.counts()
    assert piped(monkeypatch, terminal, report) == Answer(0, "1 read: 1 bounced\n", "")
    assert terminal.counts() == before
    assert terminal.refused("invite", sent.customer, "--as", terminal.ana) == "contact-suppressed"


def test_an_mbox_is_read_message_by_message(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = Sent(terminal)
    parts = [dsn(PLAIN, sent.name, reports.DELIVERED), away(sent.back, sent.name), arf(sent.back, sent.name), "Hi.\n"]
    mbox = "".join(f"From MAILER-DAEMON Sat Nov 21 09:01:02 2026\n{text}\n" for text in parts)
    found = piped(monkeypatch, terminal, mbox)
    assert found == Answer(0, "4 read: 1 complained, 1 delivered, 2 not about our mails\n", "")
    assert sent.delivery == "complained"
    assert piped(monkeypatch, terminal, "") == Answer(0, "0 read\n", "")


def test_of_a_maildir_what_is_new_is_read_once_and_a_broken_message_stops_no_other(
    terminal: Terminal, tmp_path: Path
) -> None:
    sent = Sent(terminal)
    broken = "Content-Type: multipart/mixed; boundary=a\n\n" + "--a\nContent-Type: multipart/mixed\n\n" * 300
    box = maildir(
        tmp_path / "box", a=broken, b=dsn(sent.back, sent.name, reports.DELAYED), c=arf(PLAIN, sent.name), d="Hello.\n"
    )
    (box / "cur" / "e.host:2,").write_text(dsn(PLAIN, sent.name, reports.DELIVERED), encoding="utf-8")
    (box / "cur" / "f.host:2,F").write_text(dsn(PLAIN, sent.name, reports.POSTFIX), encoding="utf-8")
    (box / "new" / ".hidden").write_text("")
    done = terminal("bounces", str(box))
    assert done.code == 0
    assert done.out == "5 read: 1 complained, 1 delivered, 1 delayed, 1 not about our mails, 1 unreadable\n"
    assert done.err == "assent: a.M1P2.host: not a message that can be read\n"
    assert [path.name for path in (box / "new").iterdir()] == [".hidden"]
    names = [*(f"{name}.M1P2.host:2,S" for name in "abcd"), "e.host:2,S", "f.host:2,F"]
    assert sorted(path.name for path in (box / "cur").iterdir()) == names
    assert terminal.json("bounces", str(box))["read"] == 0


def test_what_is_no_maildir_is_left_alone(desk: Terminal, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    assert "is no maildir" in desk.misused("bounces", str(tmp_path))
    assert "does not exist" in desk.misused("bounces", str(tmp_path / "none"))


@pytest.mark.parametrize(
    "settings", [{"DATABASE_URL": "postgresql+psycopg://127.0.0.1:1/none"}, {"WEB_WORKERS": "none"}]
)
def test_trouble_with_the_database_has_the_mail_kept(
    settings: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"Subject: report\n\n")))
    done = run("bounces", INSTANCE=str(tmp_path), **settings)
    assert (done.code, done.out) == (75, "")
    assert done.err.startswith("assent: ")
    assert done.err.endswith("; nothing is lost, come again later\n")


def test_the_list_of_those_who_must_not_be_written_to(terminal: Terminal) -> None:
    boss = terminal.staff(terminal.fabrikam, "global-admin", "admin-agent")
    email = f"eva{boss}"
    added = terminal.json("suppression", "add", email, "--reason", "asked by phone", "--as", boss)
    known: dict[str, Any] = {"email": email, "reason": "asked by phone", "contactHealth": "suppressed"}
    assert added.items() >= (known | {"createdBy": f"Ana Lind <{boss}>"}).items()
    assert terminal.json("suppression", "list", "--query", "eva", "--as", terminal.ana)["items"] == [added]
    words = terminal("suppression", "list", "--query", "eva", "--as", terminal.ana).out
    assert words == f"{email}  asked by phone, {added['createdAt'][:10]}, by Ana Lind <{boss}>\n"
    again = ("suppression", "add", email, "--reason", "again", "--as", boss)
    assert terminal.refused(*again) == "already-exists"
    assert terminal.refused("suppression", "remove", email, "--as", terminal.ana) == "role-not-allowed"
    terminal.json("suppression", "remove", email, "--as", boss)
    assert terminal.refused("suppression", "remove", email, "--as", boss) == "not-found"
    assert terminal("suppression", "list", "--query", "eva", "--as", boss).out == "No suppressions.\n"


def test_a_reseller_has_no_list_of_its_own(terminal: Terminal) -> None:
    provider = terminal.partner("indirect-provider")
    reseller = terminal.partner("indirect-reseller", "--provider", provider)
    rita, pia = (terminal.staff(partner, "global-admin", "admin-agent") for partner in (reseller, provider))
    terminal.json("suppression", "add", "maria@contoso.example", "--reason", "asked by phone", "--as", pia)
    assert terminal.json("suppression", "list", "--as", rita)["items"] == []
    words = ("maria@contoso.example", "--as", rita)
    assert terminal.refused("suppression", "add", *words, "--reason", "no") == "wrong-partner-type"
    assert terminal.refused("suppression", "remove", *words) == "not-found"
