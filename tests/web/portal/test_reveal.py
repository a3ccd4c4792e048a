"""A one-time link: it shows a first password once, to the browser that proved the mailbox."""

from datetime import timedelta

import time_machine
from sqlalchemy import select

from app.auth import acts
from app.core.vocabulary import Owed
from app.db import db
from app.models import Outbox, Reveal
from tests.conftest import database_url  # noqa: F401  on both engines
from tests.web.conftest import NewVisitor
from tests.web.forms import forms
from tests.web.portal import unveiling
from tests.web.portal.accounts import FIRST, Account
from tests.web.portal.unveiling import ASK, CODE, SHOW, WHERE, again, invited, newest, path, show, tick, words
from tests.web.portal.visitor import DEAD, LANGUAGE, Visitor, wrong
from tests.web.tables import checksums

# Works


def test_a_link_leads_to_the_password_by_a_code_and_a_click(visitor: Visitor, fresh: Account, link: Reveal) -> None:
    answer = visitor.send(visitor.client.get, path(link))
    assert (answer.status_code, answer.location) == (303, WHERE)
    page = visitor.get(WHERE)
    assert "Fabrikam has made an account for Contoso" in page.text
    assert "for Maria Ek" in page.text
    assert link.email not in page.text
    assert set(visitor.forms) == {ASK}
    unveiling.identify(visitor, link)
    assert set(visitor.forms) == {SHOW}
    shown = visitor.submit(SHOW)
    assert (shown.status_code, words(shown)) == (200, [fresh.name, FIRST])
    assert "this page cannot be opened again" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"


def test_the_password_shown_opens_the_account(visitor: Visitor, fresh: Account, link: Reveal) -> None:
    name, password = words(show(visitor, link))
    visitor.follow(newest(fresh.story))
    assert "Choose your own password" in visitor.sign_in(name, password).text


def test_reading_changes_nothing_however_often(visitor: Visitor, link: Reveal) -> None:
    before = checksums()
    for _ in range(5):
        assert visitor.send(visitor.client.head, path(link)).status_code == 303
        assert visitor.get(path(link)).status_code == 200
        assert visitor.send(visitor.client.get, SHOW).status_code == 405
    assert checksums() == before


def test_a_visit_of_the_invitation_goes_on_beside_it(visitor: Visitor, fresh: Account, link: Reveal) -> None:
    visitor.identify(newest(fresh.story))
    assert "Go on to" in show(visitor, link).text
    assert visitor.is_identified()


def test_a_one_time_link_goes_on_beside_an_invitations(visitor: Visitor, fresh: Account, link: Reveal) -> None:
    unveiling.identify(visitor, link)
    visitor.follow(newest(fresh.story))
    visitor.get(WHERE)
    assert words(visitor.submit(SHOW)) == [fresh.name, FIRST]


# Once


def test_a_second_click_finds_the_same_for_ten_seconds_and_in_the_same_browser(
    visitor: Visitor, another: NewVisitor, link: Reveal
) -> None:
    with time_machine.travel(acts.now(), tick=False) as clock:
        unveiling.identify(visitor, link)
        form = visitor.forms[SHOW].fields
        first = visitor.post(SHOW, form)
        assert another().get(path(link)).status_code == 410
        assert visitor.get(WHERE).status_code == 410
        clock.shift(9)
        assert words(visitor.post(SHOW, form)) == words(first) != []
        clock.shift(2)
        late = visitor.post(SHOW, form)
        assert (late.status_code, words(late)) == (410, [])
        assert DEAD in late.text


def test_what_was_shown_is_wiped_ten_seconds_later(visitor: Visitor, link: Reveal) -> None:
    show(visitor, link)
    assert tick(link, timedelta(seconds=5)) is not None
    owed = select(Outbox.due_at).where(
        Outbox.kind == Owed.REVEAL_EXPIRY, Outbox.payload["reveal"].as_string() == str(link.id)
    )
    soon = min(db.session.scalars(owed)) - acts.now()
    assert timedelta(0) < soon <= timedelta(seconds=10)
    assert tick(link, timedelta(seconds=11)) is None


def test_what_nobody_came_for_is_wiped_after_72_hours(link: Reveal) -> None:
    assert tick(link, timedelta(hours=71, minutes=59)) is not None
    assert tick(link, timedelta(hours=72)) is None


def test_a_link_mailed_anew_keeps_the_password_beyond_the_first_ones_end(fresh: Account, link: Reveal) -> None:
    with time_machine.travel(acts.now() + timedelta(hours=40)):
        assert invited(fresh.story).id == link.id
    assert tick(link, timedelta(hours=73)) is not None
    assert tick(link, timedelta(hours=113)) is None


# Not identified


def test_the_password_is_not_shown_without_the_code(visitor: Visitor, link: Reveal) -> None:
    visitor.get(path(link))
    answer = visitor.post(SHOW, {"csrf_token": visitor.csrf})
    assert (answer.status_code, words(answer)) == (401, [])
    right = unveiling.ask(visitor, link)
    answer = visitor.submit(CODE, code=wrong(right))
    assert (answer.status_code, set(visitor.forms)) == (401, {CODE, ASK})
    assert visitor.post(SHOW, {"csrf_token": visitor.csrf}).status_code == 401
    assert again(link).revealed_at is None


def test_five_wrong_codes_are_looked_at_and_then_not_even_the_right_one(visitor: Visitor, link: Reveal) -> None:
    right = unveiling.ask(visitor, link)
    for _ in range(5):
        visitor.submit(CODE, code=wrong(right))
    assert visitor.submit(CODE, code=right).status_code == 401


def test_a_code_counts_in_the_browser_that_asked_last(visitor: Visitor, another: NewVisitor, link: Reveal) -> None:
    unveiling.identify(visitor, link)
    other = another()
    code = unveiling.ask(other, link)
    assert visitor.post(SHOW, {"csrf_token": visitor.csrf}).status_code == 401
    assert visitor.post(CODE, {"csrf_token": visitor.csrf, "code": code}).status_code == 401
    assert set(forms_after(other, code)) == {SHOW}


def forms_after(visitor: Visitor, code: str) -> set[str]:
    visitor.submit(CODE, code=code)
    return set(visitor.forms)


def test_a_code_runs_out_after_ten_minutes_and_what_it_opened_after_thirty(visitor: Visitor, link: Reveal) -> None:
    with time_machine.travel(acts.now(), tick=False) as clock:
        code = unveiling.ask(visitor, link)
        clock.shift(timedelta(minutes=10))
        assert visitor.submit(CODE, code=code).status_code == 401
        unveiling.identify(visitor, link)
        clock.shift(timedelta(minutes=20))
        assert set(forms_of(visitor)) == {SHOW}
        clock.shift(timedelta(minutes=10))
        assert set(forms_of(visitor)) == {ASK, CODE}


def forms_of(visitor: Visitor) -> set[str]:
    visitor.get(WHERE)
    return set(visitor.forms)


def test_five_codes_an_hour_are_mailed_for_a_link(visitor: Visitor, link: Reveal) -> None:
    for _ in range(5):
        unveiling.ask(visitor, link)
    assert visitor.submit(ASK).status_code == 429


def test_a_scanner_gets_nothing_and_leaves_the_link_usable(another: NewVisitor, fresh: Account, link: Reveal) -> None:
    scanner = another()
    for _ in range(5):
        scanner.get(path(link))
    sent = set[str]()
    for filled_in in ("", "123456"):
        for form in forms(scanner.get(WHERE).text):
            sent.add(form.action)
            data = {name: value or filled_in for name, value in form.fields.items()}
            assert FIRST not in scanner.post(form.action, data, follow_redirects=True).text
    assert sent == {ASK, CODE, LANGUAGE}
    assert words(show(another(), link)) == [fresh.name, FIRST]
