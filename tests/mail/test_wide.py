"""Addresses beyond ASCII: sent as they are to a relay that takes them, refused in words by one that does not."""

from dataclasses import replace
from email import message_from_string, policy

import pytest

from app.mail import mime
from app.mail.compose import Message
from app.mail.routes import Routes
from app.mail.smtp import Relays, Undelivered
from tests.mail.conftest import Open, letter, send, using
from tests.servers import free_port

ASA, BO = "åsa.öberg@contoso.example", "李小龙@contoso.example"


def wide(to: str = ASA) -> Message:
    headers = [("From", "assent@assent.example"), ("To", mime.mailboxes([("Åsa Öberg", to), ("", BO)]))]
    return replace(letter(), recipients=(to, BO), data=mime.message(headers, "Hello.\n"))


def test_a_relay_that_takes_them_gets_them_unchanged(postbox: Open) -> None:
    box = postbox(enable_SMTPUTF8=True)
    assert send(box.url(), wide()).startswith("2.0.0 queued")
    (got,) = box.letters
    assert got.recipients == (ASA, BO)
    found = message_from_string(got.data.decode(), policy=policy.SMTPUTF8)["To"].addresses
    assert [(box.display_name, box.addr_spec) for box in found] == [("Åsa Öberg", ASA), ("", BO)]


@pytest.mark.parametrize("usual", ["contact", "name"])
def test_a_mail_that_does_not_need_it_asks_for_nothing(postbox: Open, usual: str) -> None:
    box = postbox()
    to = mime.mailbox("Åsa" if usual == "name" else "", "maria@contoso.example")
    plain = replace(letter(), data=mime.message([("To", to)], "Hello.\n"))
    assert plain.data.isascii()
    assert send(box.url(), plain).startswith("2.0.0 queued")


def test_a_relay_that_does_not_is_told_nothing_and_the_mail_is_given_up_in_words(postbox: Open) -> None:
    box = postbox()
    with pytest.raises(Undelivered) as raised:
        send(box.url(), wide())
    name = box.url().removeprefix("smtp://")
    assert raised.value.answer == f"the relay {name} does not take addresses beyond ASCII (SMTPUTF8)"
    assert (raised.value.final, raised.value.address) == (True, False)
    assert b"MAIL" not in box.heard_in_clear


def test_another_relay_that_does_stands_in(postbox: Open) -> None:
    first, second = postbox(), postbox(enable_SMTPUTF8=True)
    assert send(f"{first.url()},{second.url()}", wide()).startswith("2.0.0 queued")
    assert (first.letters, len(second.letters)) == ([], 1)


@pytest.mark.parametrize("closed", [False, True])
def test_while_a_relay_is_away_that_may_take_it_the_mail_is_not_given_up(postbox: Open, closed: bool) -> None:
    away, box = free_port(), postbox()
    routes = Routes()
    routes.heed({f"127.0.0.1:{away}": closed})

    async def work(relays: Relays) -> Undelivered:
        with pytest.raises(Undelivered) as raised:
            await relays.send(wide(), "row")
        return raised.value

    trouble = using(f"smtp://127.0.0.1:{away},{box.url()}", work, routes=routes)
    assert (trouble.final, trouble.held) == (False, closed)
    assert "SMTPUTF8" in trouble.answer


@pytest.mark.parametrize(
    "address",
    ["a\u2028sa@x.example", "å\r\nBcc:eve@x.example", "å\x85@x.example", "å\ud800@x.example", "å, eve@x.example"],
    ids=ascii,
)
def test_no_header_takes_what_could_end_its_line(address: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        mime.mailbox("", address)
    with pytest.raises(ValueError, match="not a"):
        mime.message([("To", address.replace(", eve", "\n eve"))], "Hello.\n")
