"""Cookies, CSRF and response headers: the same for every page, decided once."""

from datetime import timedelta

from flask import Flask, Response, abort, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from app.config import Config

csrf = CSRFProtect()

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
HSTS = "max-age=31536000; includeSubDomains"
IDLE = timedelta(minutes=30)
LONGEST_BODY = 64 * 1024


class PageSessions(SecureCookieSessionInterface):
    """Cookies go out with pages only: a style sheet may be kept by a shared cache, somebody's cookie may not."""

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        return request.endpoint != "static" and super().should_set_cookie(app, session)


def init_app(app: Flask, config: Config, session_key: bytes) -> None:
    app.session_interface = PageSessions()
    app.secret_key = session_key
    app.config.update(
        SESSION_COOKIE_NAME="__Host-assent" if config.secure else "assent",
        SESSION_COOKIE_SECURE=config.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=IDLE,
        MAX_CONTENT_LENGTH=LONGEST_BODY,
        MAX_FORM_PARTS=50,
        WTF_CSRF_TIME_LIMIT=None,
        # Our pages send no Referer on purpose; Sec-Fetch-Site below tells what it would have told.
        WTF_CSRF_SSL_STRICT=False,
    )
    csrf.init_app(app)
    if config.trusted_proxies:
        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.before_request(refuse_cross_site_posts)
    app.after_request(lambda response: harden(response, config.secure))


def refuse_cross_site_posts() -> None:
    safe = request.method in ("GET", "HEAD", "OPTIONS")
    if not safe and request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(400)


def harden(response: Response, secure: bool) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    # What is sent as a file says that it must be asked for anew; nobody's papers stay in a browser at all.
    if response.cache_control.no_cache and response.cache_control.max_age == 0:
        response.headers["Cache-Control"] = HEADERS["Cache-Control"]
    if secure:
        response.headers["Strict-Transport-Security"] = HSTS
    return response
