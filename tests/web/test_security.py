"""What every answer keeps to: headers, cookies, sizes, proxies, and a log that tells no secrets."""

import logging
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app import create_app
from app.config import Config
from app.db import db
from app.models import Attempt, Invitation
from tests.cast import Cast
from tests.engines import on_sqlite  # noqa: F401
from tests.web.portal.visitor import DEAD, PAGE, Visitor, path, token

HTTPS = "https://assent.example"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def crash(token: str) -> ResponseReturnValue:
    raise RuntimeError("a fault of ours")


def built_with(config: Config) -> Iterator[Flask]:
    """The application with other settings, and one route more that fails."""
    app = create_app(config)
    app.add_url_rule("/crash/<token>", view_func=crash)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def crashing(built: Flask, config: Config) -> Iterator[Flask]:
    yield from built_with(config)


@pytest.fixture
def secure(built: Flask, config: Config) -> Iterator[Flask]:
    yield from built_with(replace(config, base_url=HTTPS))


@pytest.fixture
def proxied(built: Flask, config: Config) -> Iterator[Flask]:
    yield from built_with(replace(config, trusted_proxies=1))


@pytest.fixture
def invitation(cast: Cast) -> Invitation:
    return cast.customer().invite()


# Headers


@pytest.mark.parametrize(
    ("method", "where", "status"),
    [
        ("GET", PAGE, 401),
        ("GET", "/AdminPortal/Home/x", 410),
        ("GET", "/healthz", 200),
        ("GET", "/readyz", 200),
        ("GET", "/static/assent.css", 200),
        ("GET", "/static/../config.py", 404),
        ("GET", "/static/nothing", 404),
        ("GET", "/nothing", 404),
        ("GET", "/crash/x", 500),
        ("POST", PAGE, 405),
        ("DELETE", "/portal/accept", 405),
        ("POST", "/portal/accept", 400),
        ("OPTIONS", "/portal/accept", 200),
        ("POST", "/hooks/0199f0c2-1111-7abc-8def-0123456789ab", 404),
    ],
)
def test_every_answer_carries_the_headers(crashing: Flask, method: str, where: str, status: int) -> None:
    answer = crashing.test_client().open(where, method=method, buffered=True)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    kept = "public, max-age=3600" if where.startswith("/static/") and status == 200 else "no-store"
    assert answer.headers["Cache-Control"] == kept
    assert "Set-Cookie" not in answer.headers
    assert "Strict-Transport-Security" not in answer.headers


def test_pages_bring_no_script_no_style_of_their_own_and_nothing_from_outside(
    app: Flask, invitation: Invitation
) -> None:
    visitor = Visitor(app)
    pages = [visitor.follow(invitation).text, visitor.identify(invitation).text, visitor.accept().text]
    for page in pages:
        assert not any(bad in page for bad in ("<script", "<style", " style=", " onclick=", "javascript:", "<img"))
        assert re.findall(r"<link [^>]*href=\"([^\"?]*)", page) == ["/static/assent.css", "/static/assent.svg"]


# Cookies


def test_behind_https_the_cookie_is_host_bound_and_secure(secure: Flask, invitation: Invitation) -> None:
    visitor = Visitor(secure, HTTPS)
    answer = visitor.send(visitor.client.get, path(invitation))
    name, _, rest = answer.headers["Set-Cookie"].partition("=")
    assert name == "__Host-assent"
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(rest.split("; "))
    assert "Domain" not in rest
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    visitor.identify(invitation)
    assert "the acceptance is recorded" in visitor.accept().text


def test_the_style_sheet_carries_nobodys_cookie(app: Flask, invitation: Invitation) -> None:
    """It may be kept by a cache that others read from."""
    visitor = Visitor(app)
    visitor.identify(invitation)
    answer = visitor.send(visitor.client.get, "/static/assent.css")
    assert "Set-Cookie" not in answer.headers
    assert "Set-Cookie" in visitor.send(visitor.client.get, PAGE).headers


def test_the_cookie_holds_no_personal_value(app: Flask, invitation: Invitation) -> None:
    visitor = Visitor(app)
    visitor.identify(invitation)
    with visitor.client.session_transaction() as cookie:
        assert set(cookie) == {"_permanent", "invitation", "generation", "session", "csrf_token"}


# Sizes, methods


def test_a_body_beyond_64_kilobytes_is_refused(app: Flask, invitation: Invitation) -> None:
    visitor = Visitor(app)
    visitor.follow(invitation)
    data = {"csrf_token": visitor.csrf, "code": "1" * 70_000}
    answer = visitor.post("/portal/code", data)
    assert answer.status_code == 413
    assert "too much" in answer.text


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x"])
def test_a_body_that_is_no_form_is_refused(app: Flask, invitation: Invitation, kind: str) -> None:
    visitor = Visitor(app)
    visitor.follow(invitation)
    for body in (b"{}", b"\xff\xfe", b"--x\r\nbroken", b"[" * 10_000):
        answer = visitor.send(visitor.client.post, "/portal/code", data=body, content_type=kind)
        assert answer.status_code == 400


# Proxies


@pytest.mark.parametrize(("fixture", "address"), [("app", None), ("proxied", "203.0.113.7")])
def test_forwarded_addresses_count_only_behind_a_proxy_one_has(
    request: pytest.FixtureRequest, invitation: Invitation, fixture: str, address: str | None
) -> None:
    app: Flask = request.getfixturevalue(fixture)
    visitor = Visitor(app)

    visitor.follow(invitation)
    data = {"csrf_token": visitor.csrf, "user_name": "nobody", "password": "no"}
    visitor.post("/portal/sign-in", data, headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.7"})
    db.session.rollback()
    newest = db.session.scalars(select(Attempt.subject).where(Attempt.purpose == "address").order_by(Attempt.at.desc()))
    assert newest.first() == (address or visitor.address)


# Faults


def test_a_fault_of_ours_shows_nothing_and_logs_no_link(
    crashing: Flask, invitation: Invitation, caplog: pytest.LogCaptureFixture
) -> None:
    secret = token(invitation)
    with caplog.at_level(logging.DEBUG):
        answer = Visitor(crashing).get(f"/crash/{secret}")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert "RuntimeError" not in answer.text
    assert "RuntimeError" in caplog.text
    assert secret not in caplog.text


def test_an_unknown_page_repeats_nothing_of_its_address(app: Flask) -> None:
    page = Visitor(app).get("/<script>alert(1)</script>?next=//evil.example")
    assert page.status_code == 404
    assert "alert" not in page.text
    assert DEAD not in page.text
