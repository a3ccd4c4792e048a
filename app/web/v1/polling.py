"""The polled resource, from memory: one small read tells whether what was answered last is still so.

The answer itself is always Flask's. It is kept with a stamp of everything it was made of, taken before it was made;
while the same stamp is read again the same bytes are sent, without Flask. Whatever is not plainly that goes to Flask.
"""

import hashlib
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import Engine, text

from app.auth.tokens import NOTED
from app.db import PATIENCE, db
from app.web.v1 import limits

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
POLLED = re.compile(r"/v1/customers/([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})/acceptance")
SCHEME = "Bearer "
BEARER = SCHEME + "asn_"
# How long at most, for what no stamp shows: a day that begins, a use of the token that has to be noted.
SECONDS = 60
DAY = 24 * 60 * 60
MOST = 4096
BODILY = {"content-length", "content-type"}
PER_REQUEST = {"ms-requestid", "ms-correlationid", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"}

# The caller's right to ask, the machine, its newest invitation, other partners' word for the tenant, the versions.
STAMP = """
SELECT t.id, t.partner_id, m.id, m.revision, i.id, i.generation, i.status, i.delivery,
  i.expires_at > :now,
  (SELECT sum(CASE g.role WHEN 'admin-agent' THEN 1 WHEN 'sales-agent' THEN 2 WHEN 'helpdesk-agent' THEN 4 ELSE 8 END)
     FROM role g WHERE g.staff_id = t.staff_id OR g.service_account_id = t.service_account_id),
  (SELECT sum(o.revision) FROM machine o WHERE o.customer_id = m.customer_id AND o.assurance = 'tenant-oidc'),
  (SELECT count(*) FROM machine o WHERE o.customer_id = m.customer_id AND o.assurance = 'tenant-oidc'),
  (SELECT count(*) FROM agreement_version),
  (SELECT v.id FROM agreement_version v ORDER BY v.id DESC LIMIT 1),
  t.last_used_at > :noted
FROM token t
JOIN machine m ON m.customer_id = :customer AND m.partner_id = t.partner_id
  AND m.agreement_type = 'MicrosoftCustomerAgreement'
LEFT JOIN invitation i ON i.id = (SELECT n.id FROM invitation n WHERE n.machine_id = m.id ORDER BY n.id DESC LIMIT 1)
LEFT JOIN staff s ON s.id = t.staff_id
LEFT JOIN service_account a ON a.id = t.service_account_id
WHERE t.digest = :digest AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > :now)
  AND s.disabled_at IS NULL AND a.disabled_at IS NULL
"""
Key = tuple[str, str]
Stamp = tuple[Any, ...]
Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Kept:
    stamp: Stamp
    until: float
    headers: Headers
    tag: str
    body: bytes


class Poller:
    """Stands before the application."""

    def __init__(self, app: Flask, inner: Wsgi, ids: Callable[[Callable[[str], str]], Headers]) -> None:
        self.inner, self.ids, self.limits = inner, ids, limits.of(app)
        with app.app_context():
            self.read = Reader(db.engine)
        self.kept: dict[Key, Kept] = {}

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        plain = environ["REQUEST_METHOD"] == "GET" and not environ.get("QUERY_STRING")
        path = POLLED.fullmatch(environ.get("PATH_INFO", "")) if plain else None
        secret = environ.get("HTTP_AUTHORIZATION", "")
        if path is None or not secret.startswith(BEARER):
            return self.inner(environ, start)
        digest = hashlib.sha256(secret[len(SCHEME) :].encode("utf-8", "surrogateescape")).hexdigest()
        key, stamp = (digest, path[1]), self.read(digest, path[1])
        known = self.kept.get(key)
        fresh = stamp and stamp[-1] and known and known.stamp == stamp and time.time() < known.until
        who = str(UUID(str(stamp[0]))) if stamp else ""
        if known and fresh and (self.limits is None or self.limits.allow(who)):
            return self._again(known, environ, start, who)
        return self._anew(key, stamp, environ, start)

    def _again(self, known: Kept, environ: dict[str, Any], start: Any, who: str) -> Iterable[bytes]:
        same = known.tag in environ.get("HTTP_IF_NONE_MATCH", "")
        headers = known.headers + self.ids(lambda name: environ.get(f"HTTP_{name.upper().replace('-', '_')}", ""))
        if self.limits:
            headers += self.limits.count(who, free=same)
        if same:
            start("304 NOT MODIFIED", [header for header in headers if header[0].lower() not in BODILY])
            return []
        start("200 OK", headers)
        return [known.body]

    def _anew(self, key: Key, stamp: Stamp | None, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        begun: list[tuple[str, Headers]] = []

        def begin(status: str, headers: Headers, *more: Any) -> Any:
            begun.append((status, headers))
            return start(status, headers, *more)

        chunks = self.inner(environ, begin)
        if stamp is None or not begun or not begun[0][0].startswith("200"):
            return chunks
        body = b"".join(chunks)
        headers = [header for header in begun[0][1] if header[0].lower() not in PER_REQUEST]
        tag = next(value for name, value in headers if name.lower() == "etag")
        if len(self.kept) >= MOST:
            self.kept.clear()
        self.kept[key] = Kept(stamp, min(time.time() + SECONDS, _midnight()), headers, tag, body)
        return [body]


def _midnight() -> float:
    """When the next day begins: versions and dates of rules count from 00:00Z on."""
    return (time.time() // DAY + 1) * DAY


class Reader:
    """What an answer stands on, read past sessions; None where that cannot be told."""

    def __init__(self, engine: Engine) -> None:
        self.server = engine.dialect.name == "postgresql"
        # A server's connections are lent for the moment; of a file every thread keeps one open, for itself alone.
        self.engine = engine.execution_options(isolation_level="AUTOCOMMIT") if self.server else engine
        self.sql = str(text(STAMP).compile(dialect=self.engine.dialect)) if self.server else STAMP
        self.own = threading.local()

    def __call__(self, digest: str, customer: str) -> Stamp | None:
        at = datetime.now(UTC)
        given: dict[str, Any] = {"digest": digest, "customer": customer, "now": at, "noted": at - NOTED}
        try:
            if self.server:
                with self.engine.connect() as connection:
                    row: Any = connection.exec_driver_sql(self.sql, given).fetchone()
            else:
                given |= {name: given[name].replace(tzinfo=None).isoformat(" ") for name in ("now", "noted")}
                row = self._file().execute(self.sql, given | {"customer": customer.replace("-", "")}).fetchone()
        except Exception:
            self.own.__dict__.clear()
            return None
        return tuple(row) if row else None

    def _file(self) -> sqlite3.Connection:
        held = self.own.__dict__
        if "file" not in held:
            held["file"] = sqlite3.connect(str(self.engine.url.database), PATIENCE, isolation_level=None)
        found: sqlite3.Connection = held["file"]
        return found
