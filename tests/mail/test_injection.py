"""Nobody writes into a mail from outside: no name, company or address adds a header, a recipient or a script."""

import re
from email.utils import getaddresses

import pytest

from app.core.mails import Mailbox
from app.mail import mime
from app.mail.smtp import Relays
from tests.mail.conftest import Open, using
from tests.mail.facts import HEADERS, KINDS, body, composed, everywhere, facts, parsed, raw_header, tags

BREAKS = [
    "\r\n",
    "\n",
    "\r",
    "\u0085",
    "\u2028",
    "\u2029",
    "\x0b",
    "\x0c",
    "\x1c",
    "\x00",
    "\r\n\r\n",
    "%0d%0a",
    "\\r\\n",
]
INJECTIONS = [
    *(f"Maria{lf}Bcc: evil@attacker.example" for lf in BREAKS),
    *(f"Maria{lf}\tBcc: evil@attacker.example{lf}Subject: x" for lf in BREAKS[:6]),
    "=?utf-8?q?a=0d=0aBcc:_evil@attacker.example?=",
    "=?utf-8?b?YQ0KQmNjOiBldmlsQGF0dGFja2VyLmV4YW1wbGU=?=",
    "=?utf-8?q?a=0aBcc:_evil@attacker.example?=",
    "=?utf-8?q?=2C?= evil@attacker.example",
    "=?utf-7?q?+AA0-+AAo-Bcc: evil@attacker.example?=",
    "=?us-ascii?q?a?= =?us-ascii?q?=0d=0aBcc:x?=",
    "x" * 70 + " =?utf-8?q?a=0d=0aBcc:_evil@attacker.example?=",
    "Maria, evil@attacker.example",
    "Maria <evil@attacker.example>, Eve",
    '"Maria" <evil@attacker.example>, "Eve',
    '"><evil@attacker.example>, a',
    'Maria" <evil@attacker.example>',
    "Maria\\",
    'Maria\\"',
    '\\", evil@attacker.example, "',
    "Maria (comment",
    "Maria) <evil@attacker.example> (",
    "Team: evil@attacker.example, eve@attacker.example;",
    "x" * 70 + ", evil@attacker.example",
    "x" * 60 + '", <evil@attacker.example>, "' + "y" * 60,
    "Å" * 60 + ", <evil@attacker.example>",
    "名" * 30 + "\r\nBcc: evil@attacker.example",
    "evil@attacker.example",
    "<evil@attacker.example>",
    ";evil@attacker.example;",
    "\u202eelpmaxe.rekcatta@live",
    "--=_boundary\r\nContent-Type: text/html\r\n\r\n<b>x</b>",
    "\r\n.\r\nMAIL FROM:<evil@attacker.example>\r\n",
]
NAME = re.compile(r"^([^\s:]+):")


@pytest.mark.parametrize("text", INJECTIONS)
def test_no_text_adds_a_header_a_recipient_a_part_or_a_mail(postbox: Open, text: str) -> None:
    """As a real server receives it, with the text in every field of every kind of mail."""
    box = postbox()
    mails = [composed(everywhere(make(), text)) for make in KINDS.values()]

    async def work(relays: Relays) -> None:
        for mail in mails:
            await relays.send(mail, "row")

    using(box.url(), work)
    assert [got.data for got in box.letters] == [mail.data for mail in mails]
    for got in box.letters:
        assert (got.sender, got.recipients) == ("assent@assent.example", ("maria@contoso.example",))
        check_untouched(got.data)


def check_untouched(data: bytes) -> None:
    head, _, rest = data.partition(b"\r\n\r\n")
    lines = head.decode("ascii").split("\r\n")
    names = [found[1] for line in lines if (found := NAME.match(line))]
    assert names == [name for name in HEADERS if name != "Reply-To" or "Reply-To" in names]
    assert all(line[0] == " " for line in lines if not NAME.match(line)), "what is not a header continues one"
    for header, address in (("To", "maria@contoso.example"), ("From", "assent@assent.example")):
        assert [spec for _, spec in getaddresses([raw_header(data, header)])] == [address]
        assert [to.addr_spec for to in parsed(data)[header].addresses] == [address]
    assert rest.count(f"--{parsed(data).get_boundary()}".encode()) == 3, "two parts and their end"
    assert [part.get_content_type() for part in parsed(data).walk()][1:] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    "address",
    [
        "maria@contoso.example\r\nBcc: evil@attacker.example",
        "maria@contoso.example, evil@attacker.example",
        "maria@contoso.example> <evil@attacker.example",
        "Maria <evil@attacker.example>",
        "maria@contoso.example evil",
        "maria",
        "@contoso.example",
        "mária@contoso.example",
        "maria@contoso.example\x00",
        "",
    ],
)
def test_what_is_not_one_plain_address_gets_no_mail(address: str) -> None:
    for changes in ({"to": (Mailbox("Maria", address),)}, {"reply_to": Mailbox("Ana", address)}):
        with pytest.raises(ValueError, match="not an address"):
            composed(facts(**changes))


@pytest.mark.parametrize("value", ["a\r\nBcc: x", "a\nb", "a\rb", "", "a\x00", "å", "a\r\n\r\n b", "a\r\n"])
def test_a_header_value_with_more_than_one_header_in_it_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="not a header value"):
        mime.message([("Message-ID", value)], "hello\n")


@pytest.mark.parametrize("kind", KINDS)
def test_html_shows_what_people_typed_and_runs_none_of_it(kind: str) -> None:
    mail = KINDS[kind]()
    evil = """<script>alert(1)</script>"><img src=x onerror=alert(1)>' onmouseover='x {{ 7*7 }} &amp;"""
    page = body(parsed(composed(everywhere(mail, evil)).data), "html")
    usual = body(parsed(composed(everywhere(mail, "Contoso")).data), "html")
    assert "&lt;script&gt;" in page
    assert "{{ 7*7 }}" in page
    assert list(tags(page)) == list(tags(usual))
