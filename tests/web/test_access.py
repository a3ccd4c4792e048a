"""Every route there is: who may use it, that reading changes nothing, and that nothing is written without a token."""

import re
from uuid import uuid4

import pytest
from flask import Flask

from app.web.pages.routes import Page
from app.web.v1.routes import ROUTES, Route
from tests.engines import on_sqlite  # noqa: F401
from tests.web.conftest import NewVisitor
from tests.web.portal.accounts import Account
from tests.web.portal.stages import (
    STAGES,
    Stage,
    accepted,
    asker,
    at_home,
    ended,
    holder,
    newcomer,
    novice,
    person,
    stranger,
)
from tests.web.portal.visitor import Visitor, token
from tests.web.tables import checksums

# Who may use a route. A new one must be entered here, and is thereby decided.
EVERYBODY, VISIT, LINK = "everybody", "has followed a link", "has a link that is alive"
PERSON, FIRST_PASSWORD = "is known", "is known by a first password"
ONE_TIME = "has followed a one-time link"
# Of a partner's details: signed in, or known by a code and done with the answer.
READER, ACCOUNT, FIRST_SIGN_IN = "may read of a partner", "is signed in", "is signed in by a first password"
LEAVER = "has anything to leave"
ACCESS = {
    "static": EVERYBODY,
    "health.healthz": EVERYBODY,
    "health.readyz": EVERYBODY,
    "metrics.metrics": EVERYBODY,
    "docs.show": EVERYBODY,
    "docs.show_guide": EVERYBODY,
    "docs.show_receiver": EVERYBODY,
    "portal.follow": EVERYBODY,
    "portal.enter": EVERYBODY,
    "portal.signed_out": EVERYBODY,
    "portal.home.show": EVERYBODY,
    "portal.home.sign_in": EVERYBODY,
    "portal.home.change_password": FIRST_SIGN_IN,
    "portal.home.open_request": ACCOUNT,
    "portal.home.partner": READER,
    "portal.home.accepted_document": READER,
    "portal.home.accepted_statement": READER,
    "portal.home.accepted_record": READER,
    "portal.home.dispute": READER,
    "portal.show": VISIT,
    "portal.send_code": LINK,
    "portal.enter_code": LINK,
    "portal.sign_in": LINK,
    "portal.sign_out": LEAVER,
    "portal.document": PERSON,
    "portal.accept": PERSON,
    "portal.decline": PERSON,
    "portal.hand_over": PERSON,
    "portal.change_password": FIRST_PASSWORD,
    "portal.reveal.follow": EVERYBODY,
    "portal.reveal.show": ONE_TIME,
    "portal.reveal.send_code": ONE_TIME,
    "portal.reveal.enter_code": ONE_TIME,
    "portal.reveal.reveal": ONE_TIME,
}
# Nobody signs in to these: what is posted there is signed itself (test_hooks.py).
SIGNED = {"hooks.receive"}
# Mail programs post here by themselves, without a page of ours before it (portal/test_stop.py).
ONE_CLICK = {"portal.stopping.ask", "portal.stopping.stop"}
# Of staff's pages every one declares what it asks for; whether that holds is asked in test_matrix.py.
STAFFS = ("dashboard.", "language.")
# Of the API every route declares what it asks for; these, and no others, are open to whoever comes.
OPEN = {"v1.fetch_document", "v1.described", "v1.show_certificate"}
NOT_SIGNED_IN = {READER: 401, ACCOUNT: 401, FIRST_SIGN_IN: 401}
REFUSED: dict[Stage, dict[str, int]] = {
    stranger: NOT_SIGNED_IN | {LEAVER: 401, VISIT: 401, LINK: 401, PERSON: 401, FIRST_PASSWORD: 401, ONE_TIME: 401},
    holder: NOT_SIGNED_IN | {PERSON: 401, FIRST_PASSWORD: 401},
    novice: NOT_SIGNED_IN | {PERSON: 401},
    person: NOT_SIGNED_IN | {FIRST_PASSWORD: 401, ONE_TIME: 401},
    ended: NOT_SIGNED_IN | {LINK: 410, PERSON: 410, FIRST_PASSWORD: 410},
    newcomer: {READER: 401, ACCOUNT: 401, VISIT: 401, LINK: 401, PERSON: 401, FIRST_PASSWORD: 401},
    accepted: {ACCOUNT: 401, FIRST_SIGN_IN: 401, READER: 404},
    at_home: {FIRST_SIGN_IN: 401, ACCOUNT: 404, READER: 404, VISIT: 401, PERSON: 401},
}
FILLED_IN = {
    "code": "000000",
    "user_name": "admin",
    "password": "seven purple tigers",
    "repeat": "seven purple tigers",
    "agreement": "yes",
    "authority": "yes",
    "typed_name": "Eve",
    "reason": "no",
}


def paths(app: Flask, method: str, live: str = "x") -> dict[str, str]:
    """Path → endpoint, of every route of the pages that takes the method."""
    samples = {"token": live, "filename": "assent.css", "spelled": "AdminPortal/Home", "number": "1"}
    # Of nobody's: whoever may do the thing gets a 404.
    samples |= dict.fromkeys(("partner_id", "machine_id", "invitation_id"), str(uuid4()))
    return {
        re.sub(r"<(?:[^<>]+:)?(\w+)>", lambda found: samples[found[1]], rule.rule): rule.endpoint
        for rule in app.url_map.iter_rules()
        if method in (rule.methods or ()) and rule.endpoint in ACCESS
    }


def test_every_route_of_the_pages_has_its_access_decided(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if not rule.endpoint.startswith(("v1.", *STAFFS))]
    others = {rule.endpoint for rule in rules}
    assert others == {*ACCESS, *SIGNED, *ONE_CLICK}


def test_every_page_of_staff_is_declared_with_what_it_asks_for(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("dashboard.")]
    assert rules
    for rule in rules:
        page = getattr(app.view_functions[rule.endpoint], "page", None)
        assert isinstance(page, Page), rule
        assert page.needs, rule
        assert page.method in (rule.methods or set()), rule


def test_every_route_of_the_api_is_declared_with_what_it_asks_for(app: Flask) -> None:
    declared = {f"v1.{route.endpoint}": route for route in ROUTES}
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("v1.")]
    assert len(declared) == len(ROUTES)
    assert sorted(rule.endpoint for rule in rules) == sorted(declared)
    for rule in rules:
        route = declared[rule.endpoint]
        assert getattr(app.view_functions[rule.endpoint], "route", None) is route, rule
        assert (rule.rule, (rule.methods or set()) - {"OPTIONS"}) == (route.rule, methods(route)), rule
    assert {name for name, route in declared.items() if not route.needs} == OPEN


def methods(route: Route) -> set[str]:
    return {"GET", "HEAD"} if route.method == "GET" else {route.method}


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.__name__)
def test_reading_anything_any_number_of_times_changes_nothing(
    app: Flask, visitor: Visitor, fresh: Account, stage: Stage
) -> None:
    stage(visitor, fresh)
    before = checksums()
    for path in paths(app, "GET", token(fresh.invitation)):
        for _ in range(2):
            assert visitor.send(visitor.client.get, path).status_code < 500
            assert visitor.send(visitor.client.head, path).status_code < 500
    assert checksums() == before


@pytest.mark.parametrize("stage", REFUSED, ids=lambda stage: stage.__name__)
def test_a_route_refuses_whoever_may_not_use_it_and_writes_nothing(
    app: Flask, visitor: Visitor, fresh: Account, stage: Stage
) -> None:
    visitor.follow(fresh.invitation)
    stage(visitor, fresh)
    data = FILLED_IN | {"csrf_token": visitor.csrf}
    before = checksums()
    for path, endpoint in paths(app, "POST").items():
        expected = REFUSED[stage].get(ACCESS[endpoint])
        if expected:
            assert (path, visitor.post(path, data).status_code) == (path, expected)
    for path, endpoint in paths(app, "GET").items():
        expected = REFUSED[stage].get(ACCESS[endpoint])
        if expected:
            assert (path, visitor.send(visitor.client.get, path).status_code) == (path, expected)
    assert checksums() == before


@pytest.mark.parametrize("stage", [holder, novice, person], ids=lambda stage: stage.__name__)
def test_nothing_is_posted_without_the_browsers_own_token(
    app: Flask, visitor: Visitor, another: NewVisitor, fresh: Account, stage: Stage
) -> None:
    stage(visitor, fresh)
    other = another()
    other.follow(fresh.invitation)
    before = checksums()
    for path in paths(app, "POST"):
        for bad in ({}, {"csrf_token": ""}, {"csrf_token": "\0"}, {"csrf_token": other.csrf}):
            answer = visitor.post(path, FILLED_IN | bad)
            assert (path, answer.status_code) == (path, 400)
            assert "That did not arrive as it should" in answer.text
    assert checksums() == before


@pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense"])
def test_nothing_is_posted_from_another_site(app: Flask, visitor: Visitor, fresh: Account, site: str) -> None:
    person(visitor, fresh)
    data = FILLED_IN | visitor.forms["/portal/accept"].fields
    before = checksums()
    for path in paths(app, "POST"):
        assert visitor.post(path, data, headers={"Sec-Fetch-Site": site}).status_code == 400
    assert checksums() == before


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_a_browser_that_says_where_it_is_may_post(visitor: Visitor, fresh: Account, site: str) -> None:
    person(visitor, fresh)
    form = visitor.forms["/portal/decline"]
    answer = visitor.post(form.action, form.fields, headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 303


@pytest.mark.parametrize("stage", [holder, asker, novice, person], ids=lambda stage: stage.__name__)
def test_no_input_makes_a_form_fail(app: Flask, visitor: Visitor, fresh: Account, stage: Stage) -> None:
    """Refused is fine; an error of ours is not. Codes and tries may be counted."""
    stage(visitor, fresh)
    csrf = visitor.csrf
    for path in set(paths(app, "POST")) - {"/portal/sign-out"}:
        for bad in ("\0", "\x1b", "'\"<>{{7*7}}%00", "\u202e\u2028\U0010ffff", "x" * 2000):
            data = dict.fromkeys([*FILLED_IN, "statement"], bad) | {"csrf_token": csrf}
            assert visitor.post(path, data).status_code < 500, path
    assert visitor.get().status_code == 200
