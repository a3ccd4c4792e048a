"""`assent staff add`, `link`, `disable`: the addresses by which people come in, and their end."""

import hashlib

from app.auth import acts
from app.commands import entries
from app.core.vocabulary import Method
from app.db import transaction
from tests.cli.terminal import Terminal

EMAIL = "bo@fabrikam.example"


def add(terminal: Terminal) -> str:
    """Bo's address to come in by."""
    words = ("--email", EMAIL, "--name", "Bo Ek", "--role", "sales-agent")
    return str(terminal.json("staff", "add", "--partner", terminal.fabrikam, *words)["signInUrl"])


def test_who_is_added_is_let_in_by_a_link_that_is_kept_as_a_digest(terminal: Terminal) -> None:
    first = add(terminal)
    base, _, token = first.rpartition("/")
    assert base == "http://127.0.0.1:8000/sign-in"
    row = terminal.row("sign_in_link", digest=hashlib.sha256(token.encode()).hexdigest())
    assert round((row.expires_at - row.created_at).total_seconds() / 3600) == 48
    found = terminal.json("staff", "link", EMAIL)
    assert (found["email"], found["hours"]) == (EMAIL, 48)
    assert found["signInUrl"] != first
    assert f"signInUrl: {base}" in terminal("staff", "link", EMAIL).out
    links = [one for one in terminal.rows("sign_in_link") if one.staff_id == row.staff_id]
    assert sorted(one.used_at is None for one in links) == [False, False, True]
    with terminal.inside(), transaction():
        person = acts.person(EMAIL)
        person.password_hash, person.totp_seed = "hash", b"sealed"
        entries.begin(acts.console(), person, Method.PASSWORD, verified=True)
    terminal.json("staff", "link", EMAIL, "--afresh")
    left = terminal.row("staff", email=EMAIL)
    assert (left.password_hash, left.totp_seed) == (None, None)
    assert terminal.row("staff_session", staff_id=row.staff_id).ended_at is not None


def test_disabling_ends_sessions_and_links(terminal: Terminal) -> None:
    email = terminal.staff(terminal.fabrikam)
    with terminal.inside(), transaction():
        person = acts.person(email)
        entries.begin(acts.console(), person, Method.PASSWORD, verified=True)
        id = person.id
    terminal.json("staff", "disable", email)
    assert terminal.row("staff_session", staff_id=id).ended_at is not None
    assert terminal.row("sign_in_link", staff_id=id).used_at is not None
    assert terminal.refused("staff", "link", email) == "invalid-value"


def test_nobody_unknown_gets_a_link(terminal: Terminal) -> None:
    assert terminal.refused("staff", "link", "nobody@fabrikam.example") == "not-found"
