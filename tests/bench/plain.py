"""The least that a poll can be, for `test_polling`: a token looked up, a row read, ready-made JSON."""

import hashlib
import os
import sqlite3
import threading
from collections.abc import Iterable
from typing import Any

OWN = threading.local()
TOKEN = "SELECT partner_id FROM token WHERE digest = ?"
ROW = "SELECT state, since, number, revision FROM machine WHERE customer_id = ? AND partner_id = ?"
BODY = '{"customerId":"%s","state":"%s","since":"%s","sequence":%d,"padding":"%s"}'


def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
    if not hasattr(OWN, "file"):
        OWN.file = sqlite3.connect(os.environ["PLAIN_DATABASE"])
    secret = environ["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    partner = OWN.file.execute(TOKEN, (hashlib.sha256(secret.encode()).hexdigest(),)).fetchone()
    customer = environ["PATH_INFO"].split("/")[3]
    state, since, number, _ = OWN.file.execute(ROW, (customer.replace("-", ""), partner[0])).fetchone()
    body = (BODY % (customer, state, since, number, "x" * 800)).encode()
    start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
