"""Somebody of a partner's staff at the sign-in page, with an authenticator app."""

import re
from datetime import UTC, datetime

import pyotp
from flask import Flask

from app import vault
from app.auth import acts, factors, passwords
from app.commands import entries
from app.db import db, transaction
from app.models import Staff
from tests.rows import change
from tests.web.portal.visitor import Visitor

OWN = "seven purple tigers"
OTHER = "nine quiet harbours"
AT_CODE, AT_FACTOR = "/sign-in/code", "/sign-in/second-factor"


def link(staff: Staff, afresh: bool = False) -> str:
    with transaction():
        return f"/sign-in/{entries.issue_link(acts.console(), staff, afresh=afresh)}"


def settled(staff: Staff) -> str:
    """The person has a password and a second factor already; answers the seed in the app."""
    seed = factors.fresh()
    change(Staff, Staff.id == staff.id, password_hash=passwords.hashed(OWN), totp_seed=vault.seal(seed), totp_step=None)
    db.session.expire_all()
    return seed


class Entrant(Visitor):
    """A browser, and an app that shows codes, each of them once: this half minute's, then that of the next."""

    def __init__(self, app: Flask, staff: Staff, seed: str = "") -> None:
        super().__init__(app)
        self.email, self.seed, self._shown = staff.email, seed, 0

    def code(self) -> str:
        now = int(datetime.now(UTC).timestamp()) // factors.STEP
        self._shown = max(self._shown + 1, now)
        assert self._shown <= now + 1, "the app has shown three codes within half a minute"
        return pyotp.TOTP(self.seed).generate_otp(self._shown)

    def wrong(self) -> str:
        now = datetime.now(UTC)
        return next(code for code in map("{:06}".format, range(9)) if factors.step(self.seed, code, now) is None)

    def give_password(self, password: str = OWN, next: str = "/") -> None:
        self.get(f"/sign-in?next={next}")
        self.submit("/sign-in", email=self.email, password=password)

    def give_code(self, code: str | None = None) -> None:
        self.submit(AT_CODE, code=self.code() if code is None else code)

    def sign_in(self, *_: str) -> None:  # type: ignore[override]
        self.give_password()
        self.give_code()

    def follow_link(self, where: str) -> None:
        self.get(where)

    def choose(self, where: str, password: str = OWN, **more: str) -> None:
        self.get(where)
        self.submit(where, password=password, repeat=more.pop("repeat", password), **more)  # type: ignore[arg-type]

    def set_up(self) -> None:
        """Reads the key that the page shows, and proves it."""
        shown = re.search(r'<code class="copy" id="key">([A-Z2-7 ]+)</code>', self.page.text)
        assert shown
        self.seed, self._shown = shown[1].replace(" ", ""), 0
        self.submit(AT_FACTOR, code=self.code())

    def is_in(self) -> bool:
        return self.get("/").status_code == 200
