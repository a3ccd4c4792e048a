"""Staff sign in at their own organization: an OIDC issuer, and all that could be wrong with what comes back."""

import base64
import hashlib
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from flask import Flask
from structlog.testing import capture_logs

from app.auth import acts
from app.auth.acts import now
from app.auth.issuer import issuer as kept
from app.commands import staff as commands
from app.config import Config, load
from app.core.vocabulary import Role
from app.db import db
from app.models import Staff, StaffSession
from tests.cast import Cast
from tests.channel import done
from tests.issuer import CLIENT, KEYS, TOKEN, Issuer, ec_key, rsa_key
from tests.rows import change
from tests.web.dashboard.entrant import AT_CODE, Entrant
from tests.web.tables import checksums

BACK, GO = "/sign-in/oidc/back", "/sign-in/oidc"
TENANT = "11111111-2222-3333-4444-555555555555"


@pytest.fixture(scope="module")
def served() -> Iterator[Issuer]:
    found = Issuer()
    yield found
    found.stop()


@pytest.fixture(scope="module")
def config(database_url: str, served: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Config:
    given = {"INSTANCE": str(tmp_path_factory.mktemp("instance")), "DATABASE_URL": database_url}
    given |= {"OIDC_ISSUER": served.url, "OIDC_CLIENT_ID": CLIENT, "OIDC_CLIENT_SECRET": "hush"}
    return load({f"ASSENT_{name}": value for name, value in given.items()})


@pytest.fixture
def issuer(served: Issuer) -> Issuer:
    served.reset()
    served.sign_in({})
    kept.cache_clear()
    return served


@pytest.fixture
def comer(app: Flask, cast: Cast, issuer: Issuer) -> "Comer":
    """Ana, whom the issuer knows."""
    subject = f"{TENANT}|{cast.ana.id}"
    done(commands.identify, acts.console(), cast.ana, subject)
    return Comer(app, cast, issuer, subject)


class Comer(Entrant):
    """A browser that goes to the issuer and comes back."""

    def __init__(self, app: Flask, cast: Cast, issuer: Issuer, subject: str) -> None:
        super().__init__(app, cast.ana)
        self.issuer, self.subject, self.asked = issuer, subject, {"": ""}

    def go(self, next: str = "/") -> None:
        self.get(f"/sign-in?next={next}")
        self.submit(GO)
        sent = re.search(r'<a class="button" href="([^"]+)"', self.page.text)
        assert sent, self.page.text
        self.asked = dict(parse_qsl(urlsplit(unescape(sent[1])).query))

    def come_back(self, **changes: Any) -> None:
        tenant, _, person = self.subject.partition("|")
        times = {"iat": int(now().timestamp()), "exp": int((now() + timedelta(minutes=5)).timestamp())}
        claims = {"iss": self.issuer.url, "aud": CLIENT, "tid": tenant, "oid": person, "nonce": self.asked["nonce"]}
        claims = {name: value for name, value in (claims | times | changes).items() if value is not None}
        self.issuer.sign_in(claims)
        self.return_with(code="the-code", state=self.asked["state"])

    def return_with(self, **query: str) -> None:
        self.page = self.send(self.client.get, BACK, query_string=query, follow_redirects=True)

    def enter(self, **changes: Any) -> int:
        self.client.delete_cookie("assent")
        self.go()
        self.come_back(**changes)
        return self.page.status_code


def test_whoever_the_issuer_knows_comes_in_without_a_password_of_ours(comer: Comer, cast: Cast) -> None:
    comer.go(next="/account")
    comer.come_back()
    assert comer.page.request.path == "/account"
    assert "by your organisation" in comer.page.text
    session = db.session.query(StaffSession).filter(StaffSession.staff_id == cast.ana.id).one()
    assert (session.method, session.verified_at is not None) == ("oidc", True)


def test_what_is_asked_of_the_issuer_binds_the_answer_to_this_browser(comer: Comer) -> None:
    comer.go()
    asked = comer.asked
    assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
    assert asked["redirect_uri"] == f"http://127.0.0.1:8000{BACK}"
    assert asked["code_challenge_method"] == "S256"
    assert min(len(asked["state"]), len(asked["nonce"])) >= 43
    comer.come_back()
    [given] = comer.issuer.exchanged
    digest = base64.urlsafe_b64encode(hashlib.sha256(given["code_verifier"].encode()).digest())
    assert digest.rstrip(b"=").decode() == asked["code_challenge"]
    assert given["authorization"].startswith("Basic ")
    assert given["redirect_uri"] == asked["redirect_uri"]


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"aud": None},
        {"azp": "another"},
        {"exp": 1},
        {"exp": None},
        {"nbf": 4102444800},
        {"oid": None},
        {"events": {}},
    ],
    ids=str,
)
def test_an_id_token_that_is_not_the_answer_lets_nobody_in(comer: Comer, changes: dict[str, Any]) -> None:
    assert comer.enter(**changes) == 400
    assert "Begin again" in comer.page.text
    assert not comer.is_in()


def test_a_token_signed_by_another_lets_nobody_in(comer: Comer) -> None:
    comer.go()
    comer.issuer.sign_in({})
    claims = {"iss": comer.issuer.url, "aud": CLIENT, "sub": comer.subject, "nonce": comer.asked["nonce"], "exp": 2**33}
    forged = comer.issuer.token(ec_key("other"), claims, "ES256", kid="one", typ="JWT")
    comer.issuer.says(TOKEN, {"access_token": "x", "token_type": "Bearer", "id_token": forged})
    comer.return_with(code="the-code", state=comer.asked["state"])
    assert comer.page.status_code == 400


@pytest.mark.parametrize("query", [{}, {"code": "the-code"}, {"state": "x", "code": "the-code"}, {"error": "denied"}])
def test_who_comes_back_otherwise_changes_nothing(comer: Comer, query: dict[str, str]) -> None:
    before = checksums()
    comer.return_with(**query)
    assert comer.page.status_code == 400
    comer.go()
    before = checksums()
    comer.return_with(**query)
    assert comer.page.status_code == 400
    assert checksums() == before
    assert comer.issuer.exchanged == []


def test_what_came_back_once_is_used_up(comer: Comer) -> None:
    assert comer.enter() == 200
    state = comer.asked["state"]
    comer.return_with(code="the-code", state=state)
    assert comer.page.status_code == 400


def test_a_code_that_the_issuer_does_not_take_lets_nobody_in(comer: Comer) -> None:
    comer.go()
    comer.return_with(code="guessed", state=comer.asked["state"])
    assert comer.page.status_code in (400, 503)
    assert not comer.is_in()


def test_an_issuer_that_redirects_is_not_followed(comer: Comer) -> None:
    comer.go()
    comer.issuer.code = "the-code"
    comer.issuer.says(TOKEN, {}, 307, Location=f"{comer.issuer.url}/elsewhere")
    comer.return_with(code="the-code", state=comer.asked["state"])
    assert comer.page.status_code == 503
    assert f"{urlsplit(comer.issuer.url).path}/elsewhere" not in comer.issuer.asked


def test_an_issuer_that_is_away_is_said_to_be(comer: Comer) -> None:
    comer.issuer.says(KEYS, {}, 500)
    comer.issuer.pages.clear()
    comer.get("/sign-in")
    comer.submit(GO)
    assert comer.page.status_code == 503
    assert "cannot be reached" in comer.page.text


def test_somebody_nobody_here_knows_reads_what_to_tell_the_operator(comer: Comer, cast: Cast) -> None:
    comer.subject = f"{TENANT}|somebody-else"
    assert comer.enter() == 403
    assert "assent staff identify" in comer.page.text
    assert comer.subject in comer.page.text
    done(commands.identify, acts.console(), cast.ana, comer.subject)
    change(Staff, Staff.id == cast.ana.id, disabled_at=now())
    assert comer.enter() == 403


def test_an_id_token_of_the_sign_in_page_opens_nothing_at_the_api(comer: Comer) -> None:
    claims = {"iss": comer.issuer.url, "aud": CLIENT, "tid": TENANT, "oid": "x", "nonce": "n", "exp": 2**33}
    token = comer.issuer.token(rsa_key("one"), claims, typ="JWT")
    headers = {"Authorization": f"Bearer {token}"}
    assert comer.send(comer.client.get, "/v1/customers", headers=headers).status_code == 401


# Groups


@pytest.fixture
def grouped(built: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two groups have roles here."""
    from dataclasses import replace

    place = built.extensions["assent"]
    groups = {"sales": frozenset({Role.SALES_AGENT}), "heads": frozenset({Role.ADMIN_AGENT, Role.GLOBAL_ADMIN})}
    monkeypatch.setitem(built.extensions, "assent", replace(place, config=replace(place.config, oidc_groups=groups)))


def held(cast: Cast) -> set[Role]:
    db.session.expire_all()
    return set(db.session.get_one(Staff, cast.ana.id).roles)


@pytest.mark.usefixtures("grouped")
def test_groups_say_at_each_sign_in_which_roles_somebody_holds(comer: Comer, cast: Cast) -> None:
    with capture_logs() as logs:
        assert comer.enter(groups=["sales", "heads", "football"]) == 200
    assert held(cast) == {Role.SALES_AGENT, Role.ADMIN_AGENT, Role.GLOBAL_ADMIN}
    assert [one["roles"] for one in logs if one["event"] == "roles replaced by groups"] == [sorted(held(cast))]
    with capture_logs() as logs:
        assert comer.enter(groups=["sales"]) == 200
        assert comer.enter(groups=["sales"]) == 200
    assert held(cast) == {Role.SALES_AGENT}
    assert [one["event"] for one in logs].count("roles replaced by groups") == 1


@pytest.mark.usefixtures("grouped")
def test_who_is_in_no_group_of_ours_holds_no_role_and_stays_out(comer: Comer, cast: Cast) -> None:
    assert comer.enter(groups=["football"]) == 403
    assert "None of your groups" in comer.page.text
    assert held(cast) == set()
    assert not comer.is_in()


@pytest.mark.usefixtures("grouped")
def test_a_token_that_names_no_groups_changes_no_roles(comer: Comer, cast: Cast) -> None:
    before = held(cast)
    assert comer.enter() == 403
    assert held(cast) == before


def test_the_way_out_of_the_page_is_one_that_the_policy_of_our_pages_allows(comer: Comer) -> None:
    comer.get("/sign-in")
    answer = comer.post(GO, comer.forms[GO].fields)
    assert answer.status_code == 200
    assert "form-action 'self'" in answer.headers["Content-Security-Policy"]
    [there] = re.findall(r'content="0; url=([^"]+)"', answer.text)
    assert parse_qs(urlsplit(unescape(there)).query)["scope"] == ["openid profile email"]
    assert AT_CODE not in answer.text
