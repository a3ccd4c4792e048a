"""Staff come in: by a one-time link, by a password with a second factor; and out again."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from structlog.testing import capture_logs

from app.auth import acts, passwords
from app.auth.acts import now
from app.commands import staff as commands
from app.db import db
from app.models import SignInLink, Staff, StaffSession
from tests.cast import Cast
from tests.channel import done
from tests.rows import change
from tests.web.dashboard.entrant import AT_CODE, AT_FACTOR, OTHER, OWN, Entrant, link, settled
from tests.web.tables import checksums

HOSTILE = (
    "//evil.example",
    "///evil.example",
    "////evil.example/x",
    "https://evil.example",
    "http:evil.example",
    "https:/evil.example",
    "//evil.example@localhost",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "\t//evil.example",
    " //evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "evil.example",
    "@evil.example",
    ".evil.example",
    "//evil.example/%2f..",
    "///\\evil.example",
    "/\x00/evil.example",
    "/\x1b//evil.example",
    "\u2028//evil.example",
    "/\u202e/evil.example",
    "//localhost:80@evil.example",
    "?next=//evil.example",
    "#//evil.example",
    "",
)


@pytest.fixture
def entrant(app: Flask, cast: Cast) -> Entrant:
    """Ana, with her password and her app."""
    return Entrant(app, cast.ana, settled(cast.ana))


def ana(cast: Cast) -> Staff:
    db.session.expire_all()
    return db.session.get_one(Staff, cast.ana.id)


# One-time links


def test_the_first_link_leads_by_password_and_second_factor_to_the_start(app: Flask, cast: Cast) -> None:
    one = Entrant(app, cast.ana)
    where = link(cast.ana)
    one.get(where)
    assert "Welcome, choose your password" in one.page.text
    one.choose(where)
    assert one.page.request.path == AT_FACTOR
    assert not Entrant(app, cast.ana).is_in()
    one.set_up()
    assert one.page.request.path == "/"
    assert one.is_in()
    held = ana(cast)
    assert held.password_hash != OWN
    assert one.seed.encode() not in (held.totp_seed or b"")


def test_to_open_a_link_changes_nothing(app: Flask, cast: Cast) -> None:
    one, where = Entrant(app, cast.ana), link(cast.ana)
    before = checksums()
    for _ in range(3):
        assert one.get(where).status_code == 200
    assert checksums() == before


def test_a_link_is_kept_as_a_digest(cast: Cast) -> None:
    token = link(cast.ana).rpartition("/")[2]
    assert len(token) >= 43
    assert token not in [row.digest for row in db.session.query(SignInLink)]


@pytest.mark.parametrize("death", ["used", "former", "expired", "disabled", "guessed", "cut"])
def test_a_dead_link_opens_nothing_and_says_what_to_do(app: Flask, cast: Cast, death: str) -> None:
    one, where = Entrant(app, cast.ana), link(cast.ana)
    if death == "used":
        Entrant(app, cast.ana).choose(where)
    elif death == "former":
        link(cast.ana)
    elif death == "expired":
        change(SignInLink, SignInLink.staff_id == cast.ana.id, expires_at=now() - timedelta(seconds=1))
    elif death == "disabled":
        change(Staff, Staff.id == cast.ana.id, disabled_at=now())
    where = {"guessed": "/sign-in/" + "x" * 43, "cut": where[:-1]}.get(death, where)
    before = checksums()
    answer = one.get(where)
    assert answer.status_code == 410
    assert "assent staff link" in answer.text
    one.get("/sign-in")
    csrf = one.csrf
    again = one.post(where, {"csrf_token": csrf, "password": OTHER, "repeat": OTHER})
    assert again.status_code == 410
    assert checksums() == before


@pytest.mark.parametrize(
    ("password", "repeat", "says"),
    [
        ("short", "short", "12 to 128 characters"),
        ("x" * 129, "x" * 129, "12 to 128 characters"),
        ("fabrikam-2026!", "fabrikam-2026!", "easy to guess"),
        (OWN, OTHER, "differ"),
    ],
)
def test_a_password_that_will_not_do_is_said_so_beside_it_and_the_link_lives(
    app: Flask, cast: Cast, password: str, repeat: str, says: str
) -> None:
    one, where = Entrant(app, cast.ana), link(cast.ana)
    one.choose(where, password, repeat=repeat)
    assert one.page.status_code == 400
    assert says in one.page.text
    assert "aria-invalid" in one.page.text
    one.choose(where)
    assert one.page.request.path == AT_FACTOR


def test_whoever_forgot_the_password_still_shows_a_code(app: Flask, cast: Cast, entrant: Entrant) -> None:
    before = Entrant(app, cast.ana, entrant.seed)
    before.sign_in()
    assert before.is_in()
    where = link(cast.ana)
    entrant._shown = before._shown
    entrant.choose(where, OTHER, code=entrant.wrong())
    assert entrant.page.status_code == 401
    assert passwords.verify(ana(cast).password_hash, OWN)
    entrant.choose(where, OTHER, code=entrant.code())
    assert entrant.is_in()
    assert passwords.verify(ana(cast).password_hash, OTHER)
    assert not before.is_in()


def test_a_link_afresh_is_the_only_way_in_for_whoever_lost_the_app(app: Flask, cast: Cast, entrant: Entrant) -> None:
    entrant.sign_in()
    where = link(cast.ana, afresh=True)
    assert not entrant.is_in()
    entrant.give_password()
    assert entrant.page.status_code == 401
    entrant.choose(where, OTHER)
    entrant.set_up()
    assert entrant.is_in()


# Password and second factor


def test_password_and_code_lead_to_where_one_wanted_to_go(entrant: Entrant) -> None:
    entrant.give_password(next="/account")
    assert entrant.page.request.path == AT_CODE
    assert entrant.get("/").status_code == 401
    entrant.get(f"{AT_CODE}?next=/account")
    entrant.give_code()
    assert entrant.page.request.path == "/account"


def test_a_password_alone_opens_only_the_page_that_asks_for_the_code(entrant: Entrant, app: Flask) -> None:
    entrant.give_password()
    assert entrant.get(AT_FACTOR).request.path == AT_CODE
    for path in ("/", "/account", "/people", "/people/tokens"):
        assert entrant.get(path).status_code == 401


def test_session_id_and_form_token_change_with_the_second_factor(entrant: Entrant) -> None:
    entrant.give_password()
    half, token = entrant.cookie(), entrant.csrf
    entrant.give_code()
    entrant.get("/account")
    assert entrant.cookie() != half
    answer = entrant.post("/account/sessions/end-others", {"csrf_token": token})
    assert answer.status_code == 400
    entrant.client.set_cookie("assent", half)
    assert entrant.get(AT_CODE).status_code == 401


def test_a_code_works_once(entrant: Entrant, app: Flask, cast: Cast) -> None:
    code = entrant.code()
    entrant.give_password()
    entrant.give_code(code)
    assert entrant.is_in()
    other = Entrant(app, cast.ana, entrant.seed)
    other.give_password()
    other.give_code(code)
    assert other.page.status_code == 401
    assert "was used already" in other.page.text
    assert not other.is_in()


@pytest.mark.parametrize("given", ["", "000000x", "１２３４５６", "\0", "9" * 200])
def test_a_code_that_is_none_lets_nobody_in(entrant: Entrant, given: str) -> None:
    entrant.give_password()
    entrant.give_code(given)
    assert entrant.page.status_code == 401
    assert not entrant.is_in()


@pytest.mark.parametrize("who", ["wrong password", "nobody", "no password yet", "disabled"])
def test_all_that_is_wrong_with_a_password_is_answered_alike_and_takes_as_long(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    verified: list[str] = []
    real = passwords._hasher

    class Counting:
        def verify(self, hash: str, password: str) -> bool:
            verified.append(hash)
            return real.verify(hash, password)

        def hash(self, password: str) -> str:
            return real.hash(password)

    one = Entrant(app, cast.ana, settled(cast.ana))
    if who == "nobody":
        one.email = "nobody@fabrikam.example"
    elif who == "no password yet":
        change(Staff, Staff.id == cast.ana.id, password_hash=None)
    elif who == "disabled":
        change(Staff, Staff.id == cast.ana.id, disabled_at=now())
    db.session.expire_all()
    monkeypatch.setattr(passwords, "_hasher", Counting())
    one.give_password(OTHER if who == "wrong password" else OWN)
    assert one.page.status_code == 401
    assert "E-mail address and password do not match" in one.page.text
    assert f'value="{one.email}"' in one.page.text
    assert len(verified) == 1


@pytest.mark.parametrize("email", ["", "ana", "\0", "ana@fabrikam.example\u2028", "x" * 2000])
def test_no_address_makes_the_page_fail(app: Flask, cast: Cast, email: str) -> None:
    one = Entrant(app, cast.ana)
    one.email = email
    one.give_password()
    assert one.page.status_code == 401


def test_tries_are_counted_per_account(app: Flask, cast: Cast, entrant: Entrant) -> None:
    for _ in range(10):
        entrant.give_password(OTHER)
    elsewhere = Entrant(app, cast.ana, entrant.seed)
    elsewhere.give_password()
    assert elsewhere.page.status_code == 429
    with time_machine.travel(now() + timedelta(minutes=16)):
        elsewhere.sign_in()
        assert elsewhere.is_in()


def test_tries_are_counted_per_address_whoever_they_are_for(app: Flask, cast: Cast) -> None:
    one = Entrant(app, cast.ana)
    for number in range(50):
        one.email = f"nobody{number}@fabrikam.example"
        one.give_password()
        assert one.page.status_code == 401
    one.email = cast.ana.email
    one.give_password()
    assert one.page.status_code == 429


def test_tries_at_codes_are_counted_per_account(app: Flask, cast: Cast, entrant: Entrant) -> None:
    entrant.give_password()
    for _ in range(10):
        entrant.give_code(entrant.wrong())
        assert entrant.page.status_code == 401
    entrant.give_code()
    assert entrant.page.status_code == 429


def test_whoever_has_only_a_password_sets_the_second_factor_up(app: Flask, cast: Cast, entrant: Entrant) -> None:
    change(Staff, Staff.id == cast.ana.id, totp_seed=None)
    entrant.give_password()
    assert entrant.page.request.path == AT_FACTOR
    entrant.submit(AT_FACTOR, code="000000x")
    assert entrant.page.status_code == 401
    entrant.get(AT_FACTOR)
    entrant.set_up()
    assert entrant.is_in()


def test_a_browser_that_waits_too_long_signs_in_again(app: Flask, cast: Cast, entrant: Entrant) -> None:
    entrant.sign_in()
    at = now()
    for minutes in range(25, 12 * 60, 25):
        with time_machine.travel(at + timedelta(minutes=minutes)):
            assert entrant.is_in()
    with time_machine.travel(at + timedelta(hours=12, minutes=1)):
        assert not entrant.is_in()
    idle = Entrant(app, cast.ana, settled(cast.ana))
    idle.sign_in()
    with time_machine.travel(at + timedelta(minutes=36)):
        assert not idle.is_in()


# Where it leads


@pytest.mark.parametrize("where", HOSTILE, ids=range(len(HOSTILE)))
def test_nobody_is_sent_elsewhere(entrant: Entrant, where: str) -> None:
    entrant.get("/sign-in")
    form = entrant.forms["/sign-in"].fields | {"email": entrant.email, "password": OWN, "next": where}
    answer = entrant.post("/sign-in", form)
    assert answer.location in (f"{AT_CODE}?next=/", f"{AT_CODE}?next=%2F")
    change(Staff, Staff.email == entrant.email, totp_step=None)
    entrant.get(AT_CODE)
    form = entrant.forms[AT_CODE].fields | {"code": entrant.code(), "next": where}
    assert entrant.post(AT_CODE, form).location == "/"
    answer = entrant.send(entrant.client.get, "/sign-in", query_string={"next": where})
    assert (answer.status_code, answer.location) == (303, "/")


# What is written of it


def test_the_log_says_who_came_in_from_where_and_tells_no_secret(app: Flask, cast: Cast) -> None:
    one, where = Entrant(app, cast.ana), link(cast.ana)
    with capture_logs() as logs:
        one.choose(where)
        one.set_up()
        one.submit("/sign-out")
        one.give_password(OTHER)
        one.give_password()
        one.give_code(one.wrong())
        one.give_code()
    said = [entry["event"] for entry in logs]
    assert said == [
        *("password chosen by link", "second factor set up", "signed out"),
        *("sign-in refused", "second factor refused", "signed in"),
    ]
    assert {entry["staff"] for entry in logs} == {str(cast.ana.id)}
    assert {entry["ip"] for entry in logs} == {one.address}
    secrets = (OWN, OTHER, one.seed, where.rpartition("/")[2], cast.ana.email, one.cookie())
    assert not [secret for secret in secrets if secret in str(logs)]


# Out


def test_a_stolen_cookie_opens_nothing_after_signing_out(app: Flask, cast: Cast, entrant: Entrant) -> None:
    entrant.sign_in()
    thief = Entrant(app, cast.ana)
    thief.client.set_cookie("assent", entrant.cookie())
    assert thief.is_in()
    entrant.get("/")
    entrant.submit("/sign-out")
    assert "You have signed out." in entrant.page.text
    assert shut(app, thief)


def test_a_stolen_cookie_opens_nothing_after_disabling(app: Flask, cast: Cast, entrant: Entrant) -> None:
    entrant.sign_in()
    done(commands.disable_staff, acts.console(), ana(cast))
    assert shut(app, entrant)
    ended = db.session.query(StaffSession).filter(StaffSession.staff_id == cast.ana.id)
    assert all(row.ended_at for row in ended)


def shut(app: Flask, browser: Entrant) -> bool:
    """Whether every page of the dashboard turns this browser away."""
    paths = [rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("dashboard.")]
    plain = [path for path in paths if "<" not in path and not path.startswith("/sign-")]
    asked = [rule for rule in app.url_map.iter_rules() if rule.rule in plain and "GET" in (rule.methods or ())]
    found = {rule.rule: browser.send(browser.client.get, rule.rule).status_code for rule in asked}
    assert len(found) > 5
    return set(found.values()) == {401}
