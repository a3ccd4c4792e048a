"""A furnished Assent, served, and every page of it as one browser comes to it."""

import base64
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import BrowserContext

from app import create_app, schema, vault
from app.auth import acts
from app.commands import entries
from app.config import load
from app.core.vocabulary import Method
from app.db import db, transaction
from app.demo.names import Register
from app.models import Staff
from app.web.pages.routes import Open
from tests.servers import Assent, free_port
from tests.sizes import FULL
from tests.web import furnished, visits
from tests.web.furnished import Furnished

# Between the password and the second factor, which may wait in the cookie to be set up.
HALF_IN: dict[str, Callable[[Staff], dict[str, Any]]] = {
    "dashboard.show_code": lambda me: {},
    "dashboard.show_factor": lambda me: {"seed": [str(me.id), vault.seal("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP").decode()]},
}
# What a page rightly says to whoever only opens it.
STATUS = {"dashboard.come_back": 400}
# What looks otherwise to a reseller.
RESOLD = tuple(f"dashboard.{name}" for name in ("home", "tasks", "customers", "customer", "attest", "drafts", "draft"))


@dataclass(frozen=True)
class Look:
    """A page, and what the cookie of whoever looks at it says."""

    name: str
    path: str
    cookie: dict[str, Any]
    status: int = 200

    def __str__(self) -> str:
        return self.name


@dataclass
class World:
    app: Flask
    address: str
    people: Furnished

    def open(self, context: BrowserContext, cookie: dict[str, Any], language: str = "en") -> None:
        """From now on the browser is whoever the cookie says."""
        context.clear_cookies()
        signer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        value = signer.dumps({"_permanent": True, "language": language} | cookie)
        context.add_cookies([{"name": "assent", "value": value, "url": self.address}])

    def looks(self) -> list[Look]:
        """Every page that is a whole document; files, frames and parts of pages are none."""
        found = [self._look(one) for one in (*self._desk(), *self._desk_of_a_reseller(), *self._portal())]
        return [look for look in found if look]

    def _desk(self) -> Iterator[Look]:
        """All at full size; else one of a page, but the customer's own in every state there is."""
        me, seen = self.people.provider, set[str]()
        signed_in, half = {"staff": session_of(me)}, {"staff": session_of(me, verified=False)}
        for one in furnished.samples(self.app, me):
            if not FULL and one.endpoint in seen and one.endpoint != "dashboard.customer":
                continue
            seen.add(one.endpoint)
            needs = getattr(self.app.view_functions[one.endpoint], "page").needs  # noqa: B009
            cookie = {} if needs is Open.EVERYBODY else signed_in
            cookie = half | HALF_IN[one.endpoint](me) if one.endpoint in HALF_IN else cookie
            yield Look(f"{one.endpoint} of the provider", one.path, cookie, STATUS.get(one.endpoint, 200))

    def _desk_of_a_reseller(self) -> Iterator[Look]:
        me, seen = self.people.reseller, set[str]()
        cookie = {"staff": session_of(me)}
        for one in furnished.samples(self.app, me):
            if one.endpoint in RESOLD and (FULL or one.endpoint not in seen):
                seen.add(one.endpoint)
                yield Look(f"{one.endpoint} of the reseller", one.path, cookie)

    def _portal(self) -> Iterator[Look]:
        for one in visits.openings():
            yield Look(str(one), one.path, one.cookie, one.status)

    def _look(self, look: Look) -> Look | None:
        client: FlaskClient = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie.update(look.cookie)
        answer = client.get(look.path, follow_redirects=True)
        framed = "sandbox" in answer.headers["Content-Security-Policy"]
        whole = answer.mimetype == "text/html" and "<!doctype html>" in answer.text[:200].lower()
        answer.close()
        return look if whole and not framed else None


def session_of(person: Staff, *, verified: bool = True) -> str:
    with transaction():
        return str(entries.begin(acts.console(), person, Method.PASSWORD, verified=verified).id)


@contextmanager
def world(folder: Path, names: Register | None = None) -> Iterator[World]:
    """Served without a worker, so that it stays as it is."""
    assent = Assent(folder / "instance")
    assent.instance.mkdir()
    app = create_app(load({"ASSENT_INSTANCE": str(assent.instance)}))
    with app.app_context():
        schema.upgrade(db.engine)
        people = furnished.furnish(app, names)
        process = assent.start("web", "--bind", f"127.0.0.1:{free_port()}")
        try:
            assert process.stdout
            line = process.stdout.readline()
            assert line.startswith("ready http://"), line
            yield World(app, line.split()[1], people)
        finally:
            db.engine.dispose()
            assent.stop()


AXE = Path(__file__).parent / "vendor" / "axe.min.js"


def integrity(path: Path) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()
