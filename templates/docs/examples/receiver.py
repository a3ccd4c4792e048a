"""Receives webhooks of Assent: verifies, keeps each once, answers, and acts afterwards, in order.

pip install standardwebhooks
WEBHOOK_SECRET=whsec_... python receiver.py 127.0.0.1 9000 inbox.db
"""

import json
import os
import sqlite3
import sys
import threading
import time
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

LONGEST = 64 * 1024
TABLES = """
CREATE TABLE IF NOT EXISTS inbox (id TEXT PRIMARY KEY, seq INTEGER, body TEXT, done INTEGER DEFAULT 0);
CREATE INDEX IF NOT EXISTS inbox_left ON inbox (seq) WHERE NOT done;
CREATE TABLE IF NOT EXISTS standing (about TEXT PRIMARY KEY, seq INTEGER, data TEXT);
"""


def handle(event: dict[str, Any], newest: bool) -> None:
    """Yours to write. After a crash in the middle of it the same event comes once more.

    `newest` is false for an event that others have overtaken: what it says of the agreement is not so any more.
    """
    told = {"seq": event["seq"], "type": event["type"], "state": event["data"].get("state"), "newest": newest}
    print(json.dumps(told), flush=True)


class Inbox:
    """What has come, on disk before it is answered; and of each agreement what is so now."""

    def __init__(self, path: str) -> None:
        self.db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.db.executescript(TABLES)
        self.lock, self.arrived = threading.Lock(), threading.Event()
        self.arrived.set()

    def keep(self, id: str, seq: int | None, body: str) -> None:
        """An id that is known already is passed over."""
        with self.lock:
            self.db.execute("INSERT OR IGNORE INTO inbox (id, seq, body) VALUES (?, ?, ?)", (id, seq, body))
        self.arrived.set()

    def work(self) -> None:
        while self.arrived.wait():
            self.arrived.clear()
            while (row := self.next()) is not None:
                try:
                    self.act_on(*row)
                except Exception:
                    traceback.print_exc()
                    time.sleep(5)

    def act_on(self, id: str, body: str) -> None:
        event = json.loads(body)
        handle(event, self.stands(event))
        with self.lock:
            self.db.execute("UPDATE inbox SET done = 1 WHERE id = ?", (id,))

    def next(self) -> tuple[str, str] | None:
        """The one with the smallest number; a test has none and goes first."""
        with self.lock:
            found = self.db.execute("SELECT id, body FROM inbox WHERE NOT done ORDER BY seq LIMIT 1")
            row: tuple[str, str] | None = found.fetchone()
            return row

    def stands(self, event: dict[str, Any]) -> bool:
        """Keep what an event says of an agreement, unless a later one has spoken."""
        if event["customerId"] is None:
            return True
        about = f"{event['customerId']} {event['data']['agreementType']}"
        says = (about, event["seq"], json.dumps(event["data"]))
        with self.lock:
            self.db.execute(
                "INSERT INTO standing VALUES (?, ?, ?) ON CONFLICT (about) DO UPDATE"
                " SET seq = excluded.seq, data = excluded.data WHERE excluded.seq > seq",
                says,
            )
            [seq] = self.db.execute("SELECT seq FROM standing WHERE about = ?", (about,)).fetchone()
            return bool(seq == event["seq"])


class Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    inbox: Inbox
    webhook: Webhook

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdecimal() and int(length) <= LONGEST):
            self.close_connection = True
            return self.answer(413)
        body = self.rfile.read(int(length))
        try:
            event = self.webhook.verify(body, dict(self.headers))
        except (WebhookVerificationError, ValueError):
            return self.answer(401)
        self.inbox.keep(self.headers["webhook-id"], event["seq"], body.decode())
        return self.answer(204)

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *words: object) -> None:
        """Handled events are printed; what was posted is not."""


def main(host: str, port: str, path: str) -> None:
    Door.inbox, Door.webhook = Inbox(path), Webhook(os.environ["WEBHOOK_SECRET"])
    threading.Thread(target=Door.inbox.work, daemon=True).start()
    server = ThreadingHTTPServer((host, int(port)), Door)
    print(f"ready http://{host}:{server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
