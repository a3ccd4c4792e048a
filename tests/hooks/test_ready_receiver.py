"""The receiver that the page offers: run as it is downloaded, told by a real worker, and spoken to by others."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from flask import Flask

from app.auth import acts
from app.core.hooks import Calling
from app.core.vocabulary import NewsType
from app.hooks import signing
from app.queries import changes
from app.web.v1 import samples
from tests.channel import Channel, act
from tests.engines import on_sqlite  # noqa: F401
from tests.hooks.stories import Endpoint, endpoint, everything
from tests.receiver import ALLOWED
from tests.servers import free_port
from tests.telling import deliveries
from tests.working import settings, work


@dataclass
class Ready:
    """The running process, and the folder where it keeps what came."""

    end: Endpoint
    port: int
    file: Path
    process: subprocess.Popen[str]

    def line(self) -> Any:
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())

    def post(self, event: dict[str, Any], **changed: str) -> int:
        body = json.dumps(event).encode()
        headers = signing.headers(event["id"], acts.now(), body, self.end.secrets) | changed
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("POST", "/", body, headers)
            return connection.getresponse().status

    def standing(self) -> dict[str, Any]:
        with closing(sqlite3.connect(self.file)) as found:
            return {about: json.loads(data) for about, data in found.execute("SELECT about, data FROM standing")}


@contextmanager
def running(app: Flask, end: Endpoint, port: int, folder: Path) -> Iterator[Ready]:
    program, inbox = folder / "receiver.py", folder / "inbox.db"
    found = app.test_client().get("/docs/receiver.py")
    assert found.mimetype == "text/x-python"
    assert found.headers["Content-Disposition"] == 'attachment; filename="receiver.py"'
    program.write_bytes(found.data)
    words = [sys.executable, "-W", "error", str(program), "127.0.0.1", str(port), str(inbox)]
    environ = {"PATH": os.environ["PATH"], "WEBHOOK_SECRET": end.secrets[-1]}
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environ) as process:
        # So that a line that does not come fails the test instead of holding it up.
        patience = Timer(30, process.kill)
        patience.start()
        try:
            assert process.stdout
            assert process.stdout.readline() == f"ready http://127.0.0.1:{port}\n"
            yield Ready(end, port, inbox, process)
            assert process.poll() is None
        finally:
            patience.cancel()
            process.kill()


@pytest.fixture
def ready(app: Flask, channel: Channel, tmp_path: Path) -> Iterator[Ready]:
    port = free_port()
    end = endpoint(channel.provider, f"http://127.0.0.1:{port}/")
    with settings(app, **ALLOWED), running(app, end, port, tmp_path) as found:
        yield found


def test_it_gets_whatever_happens_from_a_worker_in_order(app: Flask, channel: Channel, ready: Ready) -> None:
    everything(channel)
    told = changes.page(act(channel.pia), None, 500, channel.rules)["items"]
    wanted = {event["id"] for event in told if event["seq"] > 0}

    def arrived() -> bool:
        return wanted <= {sent.event_id for sent in deliveries(ready.end.id) if sent.status is Calling.DELIVERED}

    work(app, arrived)
    sent = deliveries(ready.end.id)
    lines = [ready.line() for _ in sent]
    assert [(line["seq"], line["type"]) for line in lines] == [(one.seq, one.name) for one in sent]
    assert all(line["newest"] for line in lines)
    last = [event for event in (json.loads(one.body) for one in sent) if event["customerId"]][-1]
    about = f"{last['customerId']} MicrosoftCustomerAgreement"
    assert ready.standing() == {about: last["data"]}


def test_it_takes_each_once_believes_the_latest_and_nobody_else(channel: Channel, ready: Ready) -> None:
    created, invited, test = (
        samples.event(type, channel.rules) for type in (NewsType.CREATED, NewsType.INVITED, NewsType.TEST)
    )
    assert ready.post(invited, **{"webhook-signature": "v1,AAAA"}) == 401
    assert ready.post(invited, **{"webhook-signature": "v1"}) == 401
    assert ready.post(invited, **{"webhook-id": "evt_other"}) == 401
    assert ready.post(invited, **{"Content-Length": "99999999"}) == 413
    assert ready.post(invited) == ready.post(invited) == 204
    assert ready.line() == {"seq": 802, "type": "agreement.invited", "state": "invited", "newest": True}
    # One that was overtaken.
    assert ready.post(created) == ready.post(invited) == 204
    assert ready.line() == {"seq": 801, "type": "agreement.created", "state": "unconfirmed", "newest": False}
    assert ready.post(test) == 204
    assert ready.line() == {"seq": None, "type": "test", "state": None, "newest": True}
    assert ready.standing() == {f"{invited['customerId']} MicrosoftCustomerAgreement": invited["data"]}
