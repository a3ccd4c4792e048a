"""People and programs of a partner: added, given roles, let in again, disabled; tokens made and revoked."""

import hashlib
import re

import pytest
from flask import Flask
from sqlalchemy import select

from app.auth import acts
from app.commands import staff as commands
from app.core.vocabulary import PartnerType, Role
from app.db import db, transaction
from app.models import Machine, RoleGrant, ServiceAccount, SignInLink, Staff, Task, Token
from tests.cast import Cast
from tests.channel import company, done, hire
from tests.web.dashboard.entrant import Entrant, settled
from tests.web.dashboard.member import Member
from tests.web.tables import checksums

PEOPLE, NEW, TOKENS, NEW_TOKEN = "/people", "/people/new", "/people/tokens", "/people/tokens/new"
NEW_ACCOUNT = "/people/service-accounts/new"


@pytest.fixture
def head(app: Flask, cast: Cast) -> Member:
    """Hedda, a global admin of Fabrikam's."""
    return Member(app, hire(cast.fabrikam, Role.GLOBAL_ADMIN, name="Hedda Berg"))


@pytest.fixture
def elsewhere(app: Flask) -> Staff:
    """Somebody of another partner."""
    return hire(company("Northwind", PartnerType.DIRECT_BILL), Role.GLOBAL_ADMIN, name="Nils Ek")


def send(member: Member, page: str, action: str, **fields: object) -> int:
    """Sends a form of a page, where fields may have several values."""
    member.open(page)
    form = member.forms[action].fields | fields
    member.page = member.post(action, form, follow_redirects=True)  # type: ignore[arg-type]
    return member.page.status_code


def roles(holder: Staff | ServiceAccount) -> set[Role]:
    db.session.expire_all()
    mine = RoleGrant.staff_id if isinstance(holder, Staff) else RoleGrant.service_account_id
    return set(db.session.scalars(select(RoleGrant.role).where(mine == holder.id)))


def named(email: str) -> Staff:
    db.session.expire_all()
    return db.session.query(Staff).filter(Staff.email == email).one()


def shown_link(member: Member) -> str:
    found = re.search(r'id="link">http://127.0.0.1:8000(/sign-in/[\w-]{43})<', member.page.text)
    assert found
    return found[1]


# People


def test_the_list_says_who_is_there_and_how_they_stand(head: Member, cast: Cast, elsewhere: Staff) -> None:
    gone = hire(cast.fabrikam, name="Gone Ek")
    done(commands.disable_staff, acts.console(), gone)
    settled(cast.ana)
    page = head.open(PEOPLE).text
    for words in ("Ana Lind", cast.ana.email, "Admin agent", "Hedda Berg", "Can come in", "Gone Ek", "Disabled"):
        assert words in page
    assert "Nils Ek" not in page
    assert "Has not come in yet" in page


def test_who_is_added_comes_in_by_the_link_that_is_shown_once(app: Flask, head: Member, cast: Cast) -> None:
    wanted = {"name": "Bo Ek", "email": "bo.new@fabrikam.example", "role": ["sales-agent", "admin-agent"]}
    assert send(head, NEW, NEW, **wanted) == 200
    bo = named("bo.new@fabrikam.example")
    assert roles(bo) == {"sales-agent", "admin-agent"}
    where = shown_link(head)
    assert where.rpartition("/")[2] not in head.open(f"{PEOPLE}/{bo.id}").text + head.open(PEOPLE).text
    comer = Entrant(app, bo)
    comer.choose(where)
    comer.set_up()
    assert comer.is_in()


@pytest.mark.parametrize(
    ("fields", "beside", "status"),
    [
        ({"name": ""}, "name", 400),
        ({"email": "bo"}, "email", 400),
        ({"role": []}, "role", 400),
        ({"role": ["boss"]}, "role", 400),
    ],
    ids=str,
)
def test_what_is_wrong_with_somebody_new_is_said_beside_it_and_nothing_typed_is_lost(
    head: Member, fields: dict[str, object], beside: str, status: int
) -> None:
    given = {"name": "Bo Ek", "email": "bo.odd@fabrikam.example", "role": ["sales-agent"]} | fields
    assert send(head, NEW, NEW, **given) == status
    assert re.findall(r'id="([\w-]+)-error"', head.page.text) == [beside]
    for name in {"name", "email"} - fields.keys():
        assert f'value="{given[name]}"' in head.page.text
    assert not db.session.query(Staff).filter(Staff.email == "bo.odd@fabrikam.example").all()


def test_an_address_is_one_persons_of_the_installation(head: Member, elsewhere: Staff) -> None:
    assert send(head, NEW, NEW, name="Bo", email=elsewhere.email, role=["sales-agent"]) == 409


def test_roles_are_changed_and_the_last_global_admin_stays(head: Member, cast: Cast) -> None:
    page = f"{PEOPLE}/{cast.ana.id}"
    assert send(head, page, f"{page}/roles", role=["sales-agent", "helpdesk-agent"]) == 200
    assert roles(cast.ana) == {"sales-agent", "helpdesk-agent"}
    hedda = db.session.query(Staff).filter(Staff.name == "Hedda Berg", Staff.partner_id == cast.fabrikam.id).one()
    own = f"{PEOPLE}/{hedda.id}"
    assert send(head, own, f"{own}/roles", role=["sales-agent"]) == 409
    assert "Nobody else here is a global admin" in head.page.text
    assert roles(hedda) == {"global-admin"}


def test_a_new_link_is_shown_once_and_the_former_dies(app: Flask, head: Member, cast: Cast) -> None:
    page = f"{PEOPLE}/{cast.ana.id}"
    assert send(head, page, f"{page}/link") == 200
    first = shown_link(head)
    assert send(head, page, f"{page}/link") == 200
    second = shown_link(head)
    comer = Entrant(app, cast.ana)
    assert comer.get(first).status_code == 410
    assert comer.get(second).status_code == 200


def test_who_lost_the_app_begins_afresh(app: Flask, head: Member, cast: Cast) -> None:
    comer = Entrant(app, cast.ana, settled(cast.ana))
    comer.sign_in()
    page = f"{PEOPLE}/{cast.ana.id}"
    assert send(head, page, f"{page}/link", afresh="yes") == 200
    assert not comer.is_in()
    db.session.expire_all()
    left = db.session.get_one(Staff, cast.ana.id)
    assert (left.password_hash, left.totp_seed) == (None, None)


def test_who_leaves_is_out_at_once_and_a_colleague_takes_over(app: Flask, head: Member, cast: Cast) -> None:
    bo = hire(cast.fabrikam, name="Bo Ek")
    comer = Entrant(app, cast.ana, settled(cast.ana))
    comer.sign_in()
    story = cast.customer()
    story.invite()
    with transaction():
        machine = db.session.get_one(Machine, story.machine.id)
        about = {"machine_id": machine.id, "kind": "mail-failed", "partner_id": cast.fabrikam.id}
        db.session.add(Task(**about, assignee_id=cast.ana.id, created_at=acts.now(), due_at=acts.now()))
    page = f"{PEOPLE}/{cast.ana.id}"
    assert "tasks 1" in head.open(page).text
    assert send(head, page, f"{page}/disable", to=str(bo.id)) == 200
    assert "can no longer come in" in head.page.text
    assert not comer.is_in()
    assert db.session.query(Task).filter(Task.machine_id == story.machine.id).one().assignee_id == bo.id
    assert f"{page}/disable" not in {form.action for form in head.forms.values()}
    head.open(page)
    assert f"{page}/disable" not in head.forms


def test_nobody_disables_the_own_account_or_hands_over_to_a_stranger(
    head: Member, cast: Cast, elsewhere: Staff
) -> None:
    hedda = db.session.query(Staff).filter(Staff.name == "Hedda Berg", Staff.partner_id == cast.fabrikam.id).one()
    head.open(f"{PEOPLE}/{hedda.id}")
    assert "That is you" in head.page.text
    assert head.post(f"{PEOPLE}/{hedda.id}/disable", {"csrf_token": head.csrf}).status_code == 403
    page = f"{PEOPLE}/{cast.ana.id}"
    assert send(head, page, f"{page}/disable", to=str(elsewhere.id)) == 400
    assert named(cast.ana.email).disabled_at is None


# Service accounts


def test_a_service_account_is_added_and_given_other_roles(head: Member, cast: Cast) -> None:
    assert send(head, NEW_ACCOUNT, NEW_ACCOUNT, name="Billing", role=["sales-agent"]) == 200
    account = db.session.query(ServiceAccount).filter(ServiceAccount.partner_id == cast.fabrikam.id).one()
    page = f"/people/service-accounts/{account.id}"
    assert head.page.request.path == page
    assert send(head, page, f"{page}/roles", role=["admin-agent"]) == 200
    assert roles(account) == {"admin-agent"}
    assert send(head, page, f"{page}/roles", role=[]) == 400
    assert send(head, NEW_ACCOUNT, NEW_ACCOUNT, name="Billing", role=["sales-agent"]) == 409
    assert roles(account) == {"admin-agent"}
    assert "Billing" in head.open(PEOPLE).text


# Tokens


@pytest.mark.parametrize("whose", ["person", "service account", "partner"])
def test_a_token_is_shown_once_and_opens_the_api_until_it_is_revoked(head: Member, cast: Cast, whose: str) -> None:
    account = done(commands.open_service_account, acts.console(), cast.fabrikam, "Billing", [Role.ADMIN_AGENT])
    holder = {"person": str(cast.ana.id), "service account": str(account.id), "partner": "partner"}[whose]
    assert send(head, NEW_TOKEN, NEW_TOKEN, holder=holder, days="30") == 200
    shown = re.search(r'id="token">(asn_[\w-]+)<', head.page.text)
    assert shown
    secret = shown[1]
    row = db.session.query(Token).filter(Token.partner_id == cast.fabrikam.id).one()
    assert row.digest == hashlib.sha256(secret.encode()).hexdigest()
    listed = head.open(TOKENS).text
    assert row.prefix in listed
    assert secret not in listed
    assert row.digest not in listed
    headers = {"Authorization": f"Bearer {secret}"}
    assert head.send(head.client.get, "/v1/customers", headers=headers).status_code == 200
    head.submit(f"{TOKENS}/{row.id}/revoke")
    assert "opens nothing any more" in head.page.text
    assert row.prefix not in head.page.text
    ended = head.open(f"{TOKENS}?ended=yes").text
    assert row.prefix in ended
    assert "Revoked" in ended
    assert head.send(head.client.get, "/v1/customers", headers=headers).status_code == 401


@pytest.mark.parametrize("fields", [{"holder": ""}, {"holder": "x"}, {"holder": None}, {"days": "31"}], ids=str)
def test_a_token_of_nobody_or_for_an_odd_time_is_not_made(
    head: Member, cast: Cast, elsewhere: Staff, fields: dict[str, str | None]
) -> None:
    given = {"holder": str(cast.ana.id), "days": "30"} | fields
    holder = given["holder"] if given["holder"] is not None else str(elsewhere.id)
    assert send(head, NEW_TOKEN, NEW_TOKEN, holder=holder, days=given["days"]) == 400
    assert not db.session.query(Token).filter(Token.partner_id == cast.fabrikam.id).all()


# Who may


def test_only_global_admins_see_and_do_any_of_this(ana: Member, head: Member, cast: Cast) -> None:
    head.open(PEOPLE)
    ana.get("/account")
    token = {"csrf_token": ana.csrf}
    before = checksums()
    for page in (PEOPLE, NEW, f"{PEOPLE}/{cast.ana.id}", NEW_ACCOUNT, TOKENS, NEW_TOKEN):
        assert ana.get(page).status_code == 403
    person = f"{PEOPLE}/{cast.ana.id}"
    for action in (NEW, f"{person}/roles", f"{person}/link", f"{person}/disable", NEW_ACCOUNT, NEW_TOKEN):
        assert ana.post(action, token | {"role": "global-admin"}).status_code == 403
    assert checksums() == before


def test_of_other_partners_people_accounts_and_tokens_nobody_learns(head: Member, elsewhere: Staff) -> None:
    partner = elsewhere.partner
    account = done(commands.open_service_account, acts.console(), partner, "Theirs", [Role.ADMIN_AGENT])
    token, _ = done(commands.create_token, acts.console(), partner, None)
    unknown = "00000000-0000-4000-8000-000000000000"
    head.open(PEOPLE)
    csrf = {"csrf_token": head.csrf, "role": "sales-agent"}
    before = checksums()
    for theirs, rest in ((elsewhere.id, ""), (account.id, "service-accounts/")):
        answers = [head.get(f"{PEOPLE}/{rest}{id}") for id in (theirs, unknown)]
        assert [one.status_code for one in answers] == [404, 404]
        assert answers[0].text.replace(str(theirs), unknown) == answers[1].text
    for action in (f"{elsewhere.id}/roles", f"{elsewhere.id}/link", f"{elsewhere.id}/disable"):
        assert head.post(f"{PEOPLE}/{action}", csrf).status_code == 404
    assert head.post(f"{PEOPLE}/service-accounts/{account.id}/roles", csrf).status_code == 404
    assert head.post(f"{TOKENS}/{token.id}/revoke", csrf).status_code == 404
    assert checksums() == before


def test_no_page_shows_a_digest(head: Member, cast: Cast) -> None:
    seed = settled(cast.ana)
    page = f"{PEOPLE}/{cast.ana.id}"
    send(head, page, f"{page}/link")
    digests = [row.digest for row in db.session.query(SignInLink)]
    pages = "".join(head.open(where).text for where in (PEOPLE, page, TOKENS, NEW_TOKEN, "/account"))
    assert not [one for one in (*digests, seed, named(cast.ana.email).password_hash) if one and one in pages]
