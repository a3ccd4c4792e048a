"""My own account: what it says, the password, the second factor, and the browsers in which I am signed in."""

import re
from datetime import timedelta

import pytest
from flask import Flask

from app.auth import passwords
from app.auth.acts import now
from app.core.vocabulary import Role
from app.db import db
from app.models import Staff, StaffSession
from tests.cast import Cast
from tests.channel import hire
from tests.rows import change
from tests.web.dashboard.entrant import AT_FACTOR, OTHER, OWN, Entrant, settled
from tests.web.dashboard.test_sign_in import shut
from tests.web.forms import Form

PAGE = "/account"
ENDS, OTHERS, PASSWORD, FACTOR = (
    f"/account/{one}" for one in ("sessions/end", "sessions/end-others", "password", "second-factor")
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"


@pytest.fixture
def entrant(app: Flask, cast: Cast) -> Entrant:
    """Ana, signed in by password and app."""
    found = Entrant(app, cast.ana, settled(cast.ana))
    found.sign_in()
    return found


def another(app: Flask, cast: Cast, entrant: Entrant) -> Entrant:
    """Another browser of the same person."""
    change(Staff, Staff.id == cast.ana.id, totp_step=None)
    found = Entrant(app, cast.ana, entrant.seed)
    found.sign_in()
    assert found.is_in()
    return found


def the(cast: Cast) -> Staff:
    db.session.expire_all()
    return db.session.get_one(Staff, cast.ana.id)


def test_the_page_says_who_one_is_and_what_one_may_do(entrant: Entrant, cast: Cast) -> None:
    page = entrant.get(PAGE).text
    for words in ("Ana Lind", cast.ana.email, "Fabrikam", "Admin agent", "Attest that a customer has accepted"):
        assert words in page
    assert "Manage people, tokens and settings" not in page
    assert "this browser" in page


def test_no_id_of_a_session_stands_on_the_page(entrant: Entrant, app: Flask, cast: Cast) -> None:
    another(app, cast, entrant)
    page = entrant.get(PAGE).text
    ids = [str(row.id) for row in db.session.query(StaffSession).filter(StaffSession.staff_id == cast.ana.id)]
    assert len(ids) == 4
    assert not [id for id in ids if id in page or id.replace("-", "") in page]
    assert str(the(cast).password_hash) not in page


def test_browsers_are_named_as_people_know_them(entrant: Entrant, cast: Cast) -> None:
    change(StaffSession, StaffSession.staff_id == cast.ana.id, user_agent=FIREFOX)
    assert "Firefox on Linux" in entrant.get(PAGE).text
    change(StaffSession, StaffSession.staff_id == cast.ana.id, user_agent=None)
    assert "A browser that does not say which" in entrant.get(PAGE).text


def test_another_browser_is_signed_out_from_here(entrant: Entrant, app: Flask, cast: Cast) -> None:
    other = another(app, cast, entrant)
    entrant.get(PAGE)
    entrant.submit(ENDS)
    assert "That browser is signed out." in entrant.page.text
    assert shut(app, other)
    assert entrant.is_in()


def test_all_others_are_signed_out_at_once(entrant: Entrant, app: Flask, cast: Cast) -> None:
    others = [another(app, cast, entrant), another(app, cast, entrant)]
    entrant.get(PAGE)
    entrant.submit(OTHERS)
    assert not [one for one in others if one.is_in()]
    assert entrant.is_in()
    assert OTHERS not in {form.action for form in entrant.forms.values()}


def test_a_browser_of_somebody_else_is_not_there(entrant: Entrant, app: Flask, cast: Cast) -> None:
    bo = hire(cast.fabrikam, Role.ADMIN_AGENT, name="Bo Ek")
    his = Entrant(app, bo, settled(bo))
    his.sign_in()
    other = another(app, cast, entrant)
    his.get(PAGE)
    entrant.get(PAGE)
    handle = entrant.forms[ENDS].fields["browser"]
    form = {"csrf_token": his.csrf, "browser": handle}
    assert his.post(ENDS, form).status_code == 404
    assert his.post(ENDS, form | {"browser": "x"}).status_code == 404
    assert other.is_in()


def test_sessions_that_are_over_are_not_listed(entrant: Entrant, app: Flask, cast: Cast) -> None:
    other = another(app, cast, entrant)
    idle = now() - timedelta(hours=1)
    row = db.session.query(StaffSession).order_by(StaffSession.created_at.desc()).first()
    assert row
    change(StaffSession, StaffSession.id == row.id, seen_at=idle)
    assert ENDS not in {form.action for form in forms_on(entrant)}
    assert not other.is_in()


def forms_on(browser: Entrant) -> list[Form]:
    browser.get(PAGE)
    return list(browser.forms.values())


def test_a_changed_password_signs_all_others_out(entrant: Entrant, app: Flask, cast: Cast) -> None:
    other, thief = another(app, cast, entrant), Entrant(app, cast.ana)
    thief.client.set_cookie("assent", entrant.cookie())
    entrant.get(PAGE)
    entrant.submit(PASSWORD, current=OWN, password=OTHER, repeat=OTHER)
    assert "Your password is changed" in entrant.page.text
    assert passwords.verify(the(cast).password_hash, OTHER)
    assert entrant.is_in()
    assert shut(app, other)
    assert shut(app, thief)


@pytest.mark.parametrize(
    ("fields", "beside"),
    [
        ({"current": OTHER}, "current"),
        ({"password": "short", "repeat": "short"}, "password"),
        ({"repeat": OWN}, "repeat"),
    ],
    ids=str,
)
def test_a_password_that_cannot_be_changed_is_said_so_beside_its_field(
    entrant: Entrant, cast: Cast, fields: dict[str, str], beside: str
) -> None:
    entrant.get(PAGE)
    given = {"current": OWN, "password": OTHER, "repeat": OTHER} | fields
    entrant.submit(PASSWORD, tick=False, **given)
    assert entrant.page.status_code == 400
    assert re.findall(r'id="(\w+)-error"', entrant.page.text) == [beside]
    assert passwords.verify(the(cast).password_hash, OWN)


def test_a_new_app_takes_the_place_of_the_former_once_it_is_proved(entrant: Entrant, app: Flask, cast: Cast) -> None:
    other, former = another(app, cast, entrant), entrant.seed
    entrant.get(PAGE)
    entrant.submit(FACTOR, known=OTHER)
    assert entrant.page.status_code == 400
    entrant.submit(FACTOR, known=OWN)
    assert entrant.page.request.path == AT_FACTOR
    assert other.is_in()
    entrant.set_up()
    assert entrant.page.request.path == PAGE
    assert entrant.seed != former
    assert shut(app, other)
    assert entrant.is_in()


def test_without_the_password_no_new_app_is_set_up(entrant: Entrant) -> None:
    assert entrant.get(AT_FACTOR).request.path == PAGE
    answer = entrant.post(AT_FACTOR, {"csrf_token": entrant.csrf, "code": "000000"})
    assert answer.status_code == 401


def test_who_signs_in_elsewhere_has_no_password_to_change(entrant: Entrant, cast: Cast) -> None:
    change(Staff, Staff.id == cast.ana.id, password_hash=None)
    page = entrant.get(PAGE)
    assert {PASSWORD, FACTOR}.isdisjoint(entrant.forms)
    assert "You sign in at your organisation" in page.text


def test_the_language_is_chosen_here_too(entrant: Entrant, cast: Cast) -> None:
    entrant.get(PAGE)
    entrant.submit("/language", language="sv")
    assert entrant.page.request.path == PAGE
    assert the(cast).language == "sv"
