"""Who may see which page: every page of the dashboard against everybody who could ask for it, from the url map."""

import re
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.routing import Rule

from app.auth import acts
from app.auth.sessions import ABSOLUTE
from app.commands import entries, staff
from app.core.permissions import refusal
from app.core.vocabulary import InvitationStatus, Method, Role
from app.db import db, transaction
from app.models import Invitation, Partner, Relationship, Staff, StaffSession
from app.web.pages.routes import Open
from app.web.pages.routes import Page as Declared
from tests.engines import on_sqlite  # noqa: F401
from tests.web import furnished, tables, visits
from tests.web.dashboard.member import Member
from tests.web.furnished import Furnished, Sample
from tests.web.portal.visitor import Visitor

# Whoever has one, has it for that page only: who is half in, or who follows a link.
COMING_IN = ("dashboard.show_link", "dashboard.show_code", "dashboard.show_factor", "dashboard.come_back")
SEEN = "staff_session"
# The agreements' texts are the same for all partners.
EVERYBODYS = ("dashboard.agreement_document",)
TOKEN = re.compile(r'name="csrf_token" value="[^"]*"')


@dataclass(frozen=True)
class World:
    people: Furnished
    samples: list[Sample]


@pytest.fixture(scope="module")
def world(built: Flask) -> World:
    with built.app_context():
        people = furnished.furnish(built)
        return World(people, furnished.samples(built, people.provider))


def declared(app: Flask, endpoint: str) -> Declared:
    found = getattr(app.view_functions[endpoint], "page", None)
    assert isinstance(found, Declared), f"{endpoint} does not say for whom it is"
    return found


def of(app: Flask, method: str) -> list[Rule]:
    rules = app.url_map.iter_rules()
    return [rule for rule in rules if rule.endpoint.startswith("dashboard.") and method in (rule.methods or ())]


def closed(app: Flask, samples: list[Sample]) -> list[Sample]:
    """What is not open to everybody, one sample a page."""
    first = {one.endpoint: one for one in reversed(samples)}
    return [one for one in first.values() if declared(app, one.endpoint).needs is not Open.EVERYBODY]


def answers(browser: Visitor, samples: list[Sample]) -> dict[str, int]:
    return {str(one): browser.send(browser.client.get, one.path).status_code for one in samples}


def hired(partner: Partner, *roles: Role) -> Staff:
    with transaction():
        email = f"{uuid4().hex[:8]}@matrix.example"
        return staff.add_staff(acts.console(), db.session.get_one(Partner, partner.id), email, "Only One Role", roles)


def test_every_page_says_for_whom_it_is_and_has_a_sample(app: Flask, world: World) -> None:
    for rule in (*of(app, "GET"), *of(app, "POST")):
        declared(app, rule.endpoint)
    assert {rule.endpoint for rule in of(app, "GET")} - {one.endpoint for one in world.samples} == set()


def test_strangers_are_asked_to_sign_in(app: Flask, world: World) -> None:
    """Nobody in particular, a customer at the portal, and whoever was somebody once."""
    pages = closed(app, world.samples)
    used = db.session.scalars(select(Invitation).where(Invitation.status == InvitationStatus.USED)).first()
    assert used
    customer = Visitor(app)
    with customer.client.session_transaction() as cookie:
        cookie.update(visits.identified(used))
    ended, expired = Member(app, world.people.provider), Member(app, world.people.provider)
    _end(ended)
    _age(expired)
    for browser in (Visitor(app), customer, ended, expired):
        assert set(answers(browser, pages).values()) == {401}


def _held(member: Member) -> StaffSession:
    with member.client.session_transaction() as cookie:
        return db.session.get_one(StaffSession, UUID(cookie["staff"]))


def _end(member: Member) -> None:
    with transaction():
        entries.end(acts.console(), _held(member))


def _age(member: Member) -> None:
    held = _held(member).id
    with transaction() as session:
        before = acts.now() - ABSOLUTE
        session.execute(update(StaffSession).where(StaffSession.id == held).values(created_at=before))


def test_each_role_alone_sees_what_the_table_of_permissions_lets_it(app: Flask, world: World) -> None:
    pages = closed(app, world.samples)
    for role in Role:
        person = hired(world.people.provider.partner, role)
        act = acts.of(person, Method.PASSWORD)
        found = answers(Member(app, person), pages)
        for one in pages:
            needs = declared(app, one.endpoint).needs
            barred = not isinstance(needs, Open) and all(refusal(act, action) for action in needs)
            assert (found[str(one)] == 403) is barred, f"{one} answers {found[str(one)]} to a {role}"


def test_what_is_another_partners_is_as_if_it_were_not_there(app: Flask, world: World) -> None:
    """The same answer, to the byte, as for an id that nobody has."""
    stranger = Member(app, world.people.direct)
    own = select(Relationship.customer_id).where(Relationship.partner_id == world.people.direct.partner_id)
    shared = set(db.session.scalars(own))  # some tenants work with both
    for one in world.samples:
        named = [value for value in one.given.values() if isinstance(value, UUID)]
        if not named or one.endpoint in EVERYBODYS or shared & set(named):
            continue
        nowhere = furnished.with_unknown_ids(app, one)
        theirs, nobodys = (stranger.send(stranger.client.get, path) for path in (one.path, nowhere))
        assert theirs.status_code == nobodys.status_code, str(one)
        assert theirs.status_code in (403, 404), str(one)
        assert _plain(theirs.text, one.path) == _plain(nobodys.text, nowhere), str(one)


def _plain(page: str, path: str) -> str:
    """Without the address it was asked for by, and the token of its forms."""
    return TOKEN.sub("", page).replace(path, "")


def test_no_form_is_taken_without_its_token(app: Flask, world: World) -> None:
    member = Member(app, world.people.provider)
    for rule in of(app, "POST"):
        given = {name: uuid4() if name.endswith("_id") else "en" for name in rule.arguments}
        path = app.url_map.bind("localhost").build(rule.endpoint, given, method="POST")
        answer = member.post(path, {})
        assert answer.status_code == 400, rule.endpoint


def test_looking_changes_nothing(app: Flask, world: World) -> None:
    """Every page, opened and asked for its head alone; but for when somebody was last seen."""
    browsers = [(Member(app, world.people.provider), one.path) for one in world.samples]
    for opened in visits.openings():
        visitor = Visitor(app)
        with visitor.client.session_transaction() as cookie:
            cookie.update(opened.cookie)
        browsers.append((visitor, opened.path))  # type: ignore[arg-type]
    before = tables.checksums()
    for browser, path in browsers:
        browser.send(browser.client.get, path)
        browser.send(browser.client.head, path)
    after = tables.checksums()
    assert {name for name in before if before[name] != after[name]} - {SEEN} == set()
