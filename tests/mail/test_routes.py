"""Relays that do not want our mail, or no more of it on this connection: who is asked instead, and who is told."""

import asyncio
from dataclasses import replace

import pytest

from app.mail.routes import Routes
from app.mail.smtp import Relays, Undelivered
from tests.mail.conftest import Open, letter, relays_of, using

NO = "550 5.7.1 your network is on a blocklist"


@pytest.mark.parametrize("verb", ["RCPT", "DATA"])
def test_wherever_it_says_so_the_mail_goes_over_a_new_one(postbox: Open, verb: str) -> None:
    usual = "250 OK" if verb == "RCPT" else "250 2.0.0 taken"
    box = postbox({verb: [usual, "421 4.7.0 too many mails on this connection"]})

    async def work(relays: Relays) -> None:
        for _ in range(2):
            await relays.send(letter(), "row")

    using(box.url(), work)
    assert (len(box.letters), box.connections) == (2, 2)


def test_a_server_that_turns_us_away_at_the_door_refuses_us() -> None:
    async def scenario() -> Undelivered:
        async def door(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"554 5.7.1 your network is on a blocklist\r\n")
            writer.close()

        server = await asyncio.start_server(door, "127.0.0.1", 0)
        relays = Relays(relays_of(f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"), timeout=5)
        with pytest.raises(Undelivered) as raised:
            await relays.send(letter(), "row")
        server.close()
        return raised.value

    trouble = asyncio.run(scenario())
    assert (trouble.ours, trouble.final) == (True, False)
    assert trouble.answer == "554 5.7.1 your network is on a blocklist"


class Book:
    """What is written down of relays."""

    def __init__(self, names: list[str], *, closes: bool = True) -> None:
        self.lines: list[tuple[str, ...]] = []
        self.closes = closes
        self.routes = Routes(names, self.strike, self.clear)

    async def strike(self, relay: str, answer: str, row: str) -> bool:
        self.lines.append((relay, answer, row))
        return self.closes

    async def clear(self, relay: str) -> None:
        self.lines.append((relay,))


def test_of_many_mails_that_are_refused_at_once_one_strikes(postbox: Open) -> None:
    box = postbox({"RCPT": NO})
    name = box.url()[7:]
    book = Book([name])

    async def work(relays: Relays) -> None:
        sent = [relays.send(letter(), str(number)) for number in range(10)]
        troubles = await asyncio.gather(*sent, return_exceptions=True)
        assert {trouble.ours for trouble in troubles if isinstance(trouble, Undelivered)} == {True}
        with pytest.raises(Undelivered) as raised:
            await relays.send(letter(), "late")
        assert raised.value.held
        assert book.routes.shut

    using(box.url(), work, routes=book.routes)
    [(relay, answer, _row)] = book.lines
    assert (relay, answer) == (name, NO)
    assert box.asked.total() == 10


def test_mail_that_somebody_waits_for_is_tried_even_there_and_opens_it(postbox: Open) -> None:
    box = postbox()
    name = box.url()[7:]
    book = Book([name])
    book.routes.heed({name: True})

    async def work(relays: Relays) -> None:
        await relays.send(replace(letter(), urgent=True), "code")
        await relays.send(letter(), "row")

    using(box.url(), work, routes=book.routes)
    assert book.lines == [(name,)]
    assert len(box.letters) == 2


def test_a_relay_that_stays_open_is_asked_again(postbox: Open) -> None:
    """As after a mail that it refuses time and again, and no other."""
    box = postbox({"RCPT": [NO]})
    book = Book([box.url()[7:]], closes=False)

    async def work(relays: Relays) -> None:
        with pytest.raises(Undelivered):
            await relays.send(letter(), "odd")
        await relays.send(letter(), "row")

    using(box.url(), work, routes=book.routes)
    assert len(box.letters) == 1
