"""A double click whose two halves meet: whichever comes first, both are answered with one session."""

import threading

from flask import Flask

from tests.conftest import database_url  # noqa: F401  on both engines
from tests.web.portal.twice import Sent


def test_sent_twice_at_once_it_identifies_both_times_with_one_session(app: Flask, sent: Sent) -> None:
    together, answers = threading.Barrier(2), list[tuple[int, str]]()

    def send() -> None:
        client = app.test_client()
        client.set_cookie("assent", sent.cookie)
        together.wait()
        there = {"REMOTE_ADDR": sent.visitor.address}
        answer = client.post(sent.action, data=sent.form, environ_overrides=there)
        held = client.get_cookie("assent")
        answers.append((answer.status_code, held.value if held else ""))

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for status, cookie in answers:
        sent.visitor.client.set_cookie("assent", cookie)
        assert (status, sent.visitor.is_identified()) == (303, True)
    assert len(answers) == 2
    assert sent.sessions() == 1
