"""Partner staff come in with a real browser: by link, password and app without script, and by their organisation."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import pyotp
import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from app import create_app
from app.auth import acts, factors
from app.commands import staff as commands
from app.config import load
from app.db import db
from tests.browser.conftest import Browse
from tests.cast import Cast
from tests.channel import done
from tests.issuer import CLIENT, Issuer
from tests.servers import Assent
from tests.web.dashboard.entrant import OWN, link

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    found = Issuer()
    found.sign_in({})
    yield found
    found.stop()


@pytest.fixture(scope="module")
def served(issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Flask]]:
    """Assent with an issuer, and an application beside it on the same database."""
    settings = {"OIDC_ISSUER": issuer.url, "OIDC_CLIENT_ID": CLIENT, "OIDC_CLIENT_SECRET": "hush"}
    assent = Assent(tmp_path_factory.mktemp("up") / "instance", **settings)
    address = assent.up()
    app = create_app(load({"ASSENT_INSTANCE": str(assent.instance)}))
    yield address, app
    with app.app_context():
        db.engine.dispose()
    assent.stop()


@pytest.fixture
def app(served: tuple[str, Flask]) -> Iterator[Flask]:
    with served[1].app_context():
        yield served[1]


@pytest.fixture
def address(served: tuple[str, Flask]) -> str:
    return served[0]


def at_home(page: Page, address: str) -> None:
    expect(page).to_have_url(f"{address}/")
    expect(page.locator("header .me summary")).to_have_text("Ana Lind")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_from_the_first_link_to_the_second_sign_in_without_script(browse: Browse, cast: Cast, address: str) -> None:
    page = browse(java_script_enabled=False)
    page.goto(address + link(cast.ana))
    page.get_by_label("New password").fill(OWN)
    page.get_by_label("The same again").fill(OWN)
    press(page, "Go on")
    seed = page.locator("#key").inner_text().replace(" ", "")
    drawn = page.locator("svg.qr").bounding_box()
    assert drawn
    assert drawn["width"] > 150
    now = datetime.now(UTC)
    page.get_by_label("Code").fill(pyotp.TOTP(seed).at(now))
    press(page, "That is my second factor")
    at_home(page, address)
    page.locator("header .me summary").click()
    press(page, "Sign out")
    page.get_by_label("E-mail address").fill(cast.ana.email)
    page.get_by_label("Password").fill(OWN)
    press(page, "Go on")
    page.get_by_label("Code").fill(pyotp.TOTP(seed).at(now + timedelta(seconds=factors.STEP)))
    press(page, "Sign in")
    at_home(page, address)


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_the_button_of_the_organisation_leads_there_and_back(
    browse: Browse, cast: Cast, address: str, issuer: Issuer, script: bool
) -> None:
    done(commands.identify, acts.console(), cast.ana, f"tenant|{cast.ana.id}")
    page = browse(java_script_enabled=script)
    page.goto(f"{address}/sign-in")
    press(page, "Sign in with your organisation")
    page.wait_for_url(re.compile(re.escape(f"{issuer.url}/authorize?")))
    asked = dict(parse_qsl(urlsplit(page.url).query))
    claims = {"iss": issuer.url, "aud": CLIENT, "tid": "tenant", "oid": str(cast.ana.id), "nonce": asked["nonce"]}
    issuer.sign_in(claims | {"exp": int((datetime.now(UTC) + timedelta(minutes=5)).timestamp())})
    page.goto(f"{asked['redirect_uri']}?{urlencode({'code': issuer.code, 'state': asked['state']})}")
    at_home(page, address)
