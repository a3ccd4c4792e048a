"""`assent mail status`, `pause`, `resume`: how mail stands, and holding it back by hand."""

import json
from datetime import timedelta

from app import create_app
from app.auth import acts
from app.commands import pauses
from app.config import load
from app.db import db, transaction
from app.models import MailRoute, Task
from tests.cast import introduce
from tests.cli.terminal import Terminal, run

RELAY, SAID = "smtp.example.com:587", "550 5.7.1 your network is on a blocklist"


def test_mail_is_held_back_and_let_go_by_hand(terminal: Terminal) -> None:
    assert json.loads(terminal("mail", "status", "--json").out)["pauses"] == []
    done = terminal("mail", "pause", "--note", "a wrong list", "--json")
    assert json.loads(done.out) == {"paused": "everybody", "codesToo": False, "note": "a wrong list"}
    [held] = json.loads(terminal("mail", "status", "--json").out)["pauses"]
    assert (held["partner"], held["why"], held["by"], held["note"]) == (
        "everybody",
        "by-hand",
        "console",
        "a wrong list",
    )
    words = terminal("mail", "status").out
    assert "paused       everybody since " in words
    assert "by console (by-hand): a wrong list" in words
    checks = json.loads(terminal("doctor", "--json").out)["checks"]
    assert [check["verdict"] for check in checks if "held back: everybody" in check["says"]] == ["warning"]
    assert json.loads(terminal("mail", "resume", "--json").out) == {"resumed": "everybody", "was": "paused"}
    assert json.loads(terminal("mail", "resume", "--json").out)["was"] == "not paused"


def test_a_relay_that_refuses_us_is_told_of_everywhere_and_reopened_by_hand(terminal: Terminal) -> None:
    app = create_app(load({f"ASSENT_{name}": value for name, value in terminal.settings.items()}))
    with app.app_context():
        invitation = introduce().customer().invite()
        with transaction():
            assert pauses.strike(acts.clock(), RELAY, SAID, invitation.mail_id or invitation.id)
        route, task = db.session.query(MailRoute).one(), db.session.query(Task).one()
        assert route.paused_until - route.since == timedelta(minutes=15)
        assert SAID in (task.note or "")
        figures = app.test_client().get("/metrics").text
        assert f'assent_mail_relay_paused{{relay="{RELAY}"}} 1.0' in figures
        assert app.test_client().get("/readyz").status_code == 200
        db.session.remove()
        db.engine.dispose()
    words = terminal("mail", "status").out
    assert f"refuses us   {RELAY} until " in words
    assert SAID in words
    assert "bulk         1 due" in words
    says = [check["says"] for check in json.loads(terminal("doctor", "--json").out)["checks"]]
    assert [
        text
        for text in says
        if text.endswith(f"said: {SAID}; see to what it says, then `assent mail resume --relay {RELAY}`")
    ]
    assert json.loads(terminal("mail", "resume", "--relay", RELAY, "--json").out) == {
        "reopened": RELAY,
        "was": "paused",
    }
    assert json.loads(run("mail", "status", "--json", **terminal.settings).out)["relays"] == []
    with app.app_context():
        assert db.session.query(Task).one().closed_at
        db.session.remove()
        db.engine.dispose()
