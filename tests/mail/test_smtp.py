"""Relays: what is sent arrives, connections are reused, answers are read for what they mean, and relays fail over."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest

from app.mail.smtp import Relays, Undelivered, judge
from tests.mail.conftest import Open, letter, relays_of, send, using
from tests.mail.postbox import DROP, SILENCE
from tests.servers import free_port


def refusal(url: str, timeout: float = 5) -> Undelivered:
    with pytest.raises(Undelivered) as raised:
        send(url, timeout=timeout)
    return raised.value


# Carrying


def test_a_mail_arrives_as_it_was_written(postbox: Open) -> None:
    box = postbox()
    message = letter()
    assert send(box.url(), message) == "2.0.0 queued as 1"
    (got,) = box.letters
    assert (got.sender, got.recipients, got.data) == (message.sender, message.recipients, message.data)
    assert b"\r\n.\r\n..\r\n" in got.data, "lines of dots are part of the text"


def test_a_hundred_mails_at_once_take_at_most_twenty_connections(postbox: Open) -> None:
    box = postbox()

    async def work(relays: Relays) -> None:
        mails = [letter(f"maria{number}@contoso.example") for number in range(100)]
        await asyncio.gather(*(relays.send(mail, "row") for mail in mails))

    using(box.url(), work)
    assert len({mail.recipients for mail in box.letters}) == len(box.letters) == 100
    assert 1 < box.connections <= 20


def test_mails_one_after_another_share_one_connection(postbox: Open) -> None:
    box = postbox()

    async def work(relays: Relays) -> None:
        for _ in range(10):
            await relays.send(letter(), "row")

    using(box.url(), work)
    assert (len(box.letters), box.connections) == (10, 1)


def test_a_mail_somebody_waits_for_does_not_queue_behind_bulk(postbox: Open) -> None:
    box = postbox(delay=0.1)
    code = replace(letter("code@contoso.example"), urgent=True)

    async def work(relays: Relays) -> None:
        bulk = [asyncio.create_task(relays.send(letter(), "row")) for _ in range(20)]
        await asyncio.sleep(0)
        await relays.send(code, "row")
        assert sum(task.done() for task in bulk) <= 4
        await asyncio.gather(*bulk)

    using(box.url(), work, connections=2)
    assert box.connections <= 4
    assert len(box.letters) == 21


# What answers mean


@pytest.mark.parametrize("verb", ["RCPT", "DATA"])
@pytest.mark.parametrize(
    ("answer", "final", "address"),
    [
        ("421 4.3.2 closing down", False, False),
        ("451 4.7.1 greylisted", False, False),
        ("452 4.2.2 mailbox full", False, False),
        ("550 5.1.1 no such user", True, True),
        ("550 5.1.10 recipient not found", True, True),
        ("550 5.7.1 your address is on a blocklist", False, False),
        ("550 no", True, False),
        ("552 5.3.4 too big", True, False),
        ("554 5.6.0 no", True, False),
    ],
)
def test_an_answer_is_read_for_what_it_means(postbox: Open, verb: str, answer: str, final: bool, address: bool) -> None:
    box = postbox({verb: answer})
    trouble = refusal(box.url())
    assert (trouble.answer, trouble.final, trouble.address) == (answer, final, address)
    assert box.letters == []


@pytest.mark.parametrize("answer", ["550 5.1.8 sender unknown here", "553 5.1.7 bad sender", "550 5.7.60 not yours"])
def test_a_refused_sender_is_our_fault_not_the_customers(postbox: Open, answer: str) -> None:
    trouble = refusal(postbox({"MAIL": answer}).url())
    assert (trouble.answer, trouble.final, trouble.address) == (answer, False, False)


def test_a_refused_mail_leaves_the_connection_good_for_the_next_one(postbox: Open) -> None:
    box = postbox({"RCPT": ["550 5.1.1 no such user"], "DATA": ["451 later"]})

    async def work(relays: Relays) -> list[str]:
        for answer in ("550 5.1.1 no such user", "451 later"):
            with pytest.raises(Undelivered, match=answer):
                await relays.send(letter(), "row")
        return [await relays.send(letter(), "row")]

    assert using(box.url(), work) == ["2.0.0 queued as 1"]
    assert box.connections == 1


def test_one_recipient_of_two_may_be_refused(postbox: Open) -> None:
    box = postbox({"RCPT": ["550 5.1.1 no such user"]})
    message = replace(letter(), recipients=("gone@contoso.example", "maria@contoso.example"))
    assert send(box.url(), message) == "2.0.0 queued as 1 (refused: gone@contoso.example)"
    assert box.letters[0].recipients == ("maria@contoso.example",)


@pytest.mark.parametrize(
    "answer", [b"450 4.2.0 nicht verf\xfcgbar", b"450 4.2.0 nul\x00 and bell\x07", b"450 " + b"x" * 900]
)
def test_an_answer_in_any_bytes_is_kept_as_text_that_every_database_takes(postbox: Open, answer: bytes) -> None:
    trouble = refusal(postbox({"DATA": answer}).url())
    assert trouble.answer.startswith("450 ")
    assert trouble.answer.isprintable()
    assert len(trouble.answer.encode()) <= 500


def test_the_first_enhanced_code_of_an_answer_counts() -> None:
    assert judge(550, "5.7.1 see RFC 5.1.1").final is False
    assert judge(550, "[10.1.1.5] 5.1.1 unknown").address is True
    assert judge(550, "#5.1.1 unknown.").address is True
    assert judge(550, "5.2.1 closed").address is True
    assert judge(552, "5.2.2 full").address is False
    assert judge(554, "10.5.1.1 is blocked").address is False
    assert judge(554, "5.1.1.8 is blocked").address is False


# When it breaks off


def test_a_server_that_hangs_up_after_the_text_leaves_the_mail_queued(postbox: Open) -> None:
    box = postbox({"DATA": [DROP]})

    async def work(relays: Relays) -> str:
        with pytest.raises(Undelivered) as raised:
            await relays.send(letter(), "row")
        assert raised.value.final is False
        assert "127.0.0.1" in raised.value.answer
        return await relays.send(letter(), "row")

    assert using(box.url(), work) == "2.0.0 queued as 1"
    assert box.connections == 2


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_a_silent_server_is_not_waited_for_for_ever(postbox: Open, verb: str) -> None:
    before = time.monotonic()
    trouble = refusal(postbox({verb: SILENCE}).url(), timeout=0.3)
    assert time.monotonic() - before < 5
    assert trouble.final is False
    assert "Timed out" in trouble.answer


def test_a_connection_that_had_its_share_is_replaced_at_once(postbox: Open) -> None:
    box = postbox({"MAIL": ["250 OK", "421 4.7.0 too many mails on this connection"]})

    async def work(relays: Relays) -> list[str]:
        return [await relays.send(letter(), "row") for _ in range(2)]

    assert using(box.url(), work) == ["2.0.0 queued as 1", "2.0.0 queued as 2"]
    assert box.connections == 2


def test_a_server_that_is_closing_down_is_not_pestered(postbox: Open) -> None:
    box = postbox({"MAIL": "421 4.3.2 closing down"})
    assert refusal(box.url()).answer == "421 4.3.2 closing down"
    assert box.connections == 1


# Several relays


def test_a_relay_that_refuses_connections_is_stood_in_for_by_the_next(postbox: Open) -> None:
    box = postbox()
    assert send(f"smtp://127.0.0.1:{free_port()},{box.url()}") == "2.0.0 queued as 1"


def test_a_relay_that_hangs_is_asked_last_for_a_while(postbox: Open) -> None:
    hanging, box = postbox({"MAIL": SILENCE}), postbox()

    async def work(relays: Relays) -> None:
        for _ in range(5):
            await relays.send(letter(), "row")

    using(f"{hanging.url()},{box.url()}", work, timeout=0.3)
    assert len(box.letters) == 5
    assert hanging.connections == 1


def test_when_no_relay_can_be_reached_the_answer_names_each(postbox: Open) -> None:
    first, second = free_port(), free_port()
    trouble = refusal(f"smtp://127.0.0.1:{first},smtp://127.0.0.1:{second}")
    assert trouble.final is False
    assert f"127.0.0.1:{first}: " in trouble.answer
    assert f"127.0.0.1:{second}: " in trouble.answer


def test_a_refusal_by_the_first_relay_is_not_shopped_around(postbox: Open) -> None:
    first, second = postbox({"RCPT": "550 5.1.1 no such user"}), postbox()
    assert refusal(f"{first.url()},{second.url()}").final is True
    assert second.connections == 0


def test_a_relay_that_refuses_the_sign_in_is_stood_in_for_too(postbox: Open, certificate: Path) -> None:
    first, second = postbox(certificate=certificate, users={"assent": "other"}), postbox()
    assert send(f"{first.url('assent:secret')},{second.url()}") == "2.0.0 queued as 1"


def test_relays_read_from_the_setting_keep_their_order() -> None:
    names = [relay.name for relay in relays_of("smtp://127.0.0.1:2525, smtps://mail.example")]
    assert names == ["127.0.0.1:2525", "mail.example:465"]
