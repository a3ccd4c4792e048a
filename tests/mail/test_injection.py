"""Nobody writes into a mail from outside: no name, company or address adds a header, a recipient or a script."""

import re
from dataclasses import replace
from email.utils import getaddresses

import pytest
from markupsafe import escape

from app.core.mails import Mailbox, MailFacts, Own
from app.mail import mime
from app.mail.smtp import Relays
from tests.mail.conftest import Open, using
from tests.mail.facts import HEADERS, SOMETIMES, body, composed, everywhere, facts, parsed, raw_header, tags
from tests.mail.kinds import KINDS, mails
from tests.sizes import FULL

SENDER = Mailbox("Assent", "assent@assent.example")
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
    "\x1d",
    "\x1e",
    " \r\n",
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
HEADER = re.compile(r"^([^\s:]+):")


@pytest.mark.soak
@pytest.mark.parametrize("texts", [INJECTIONS[at::10] for at in range(10)], ids=str)
def test_no_text_adds_a_header_a_recipient_a_part_or_a_mail(postbox: Open, texts: list[str]) -> None:
    """As a real server receives it, with the text in every field of every kind of mail; usually in some of them."""
    box = postbox()
    given = [mail for text in texts for mail in injected(text)]
    sent = [composed(mail) for mail in given]

    async def work(relays: Relays) -> None:
        for message in sent:
            await relays.send(message, "row")

    using(box.url(), work)
    assert [got.data for got in box.letters] == [message.data for message in sent]
    for mail, got in zip(given, box.letters, strict=True):
        assert (got.sender, got.recipients) == ("assent@assent.example", (mail.to[0].email,))
        check_untouched(mail, got.data)


def injected(text: str) -> list[MailFacts]:
    """Mails with the text wherever there is one, and in a wording besides: there it would have been refused."""
    given, number = mails(), INJECTIONS.index(text)
    chosen = given if FULL else given[number % 40 :: 40]
    worded = replace(KINDS["agreement-logo"], own=Own(text, f"{text}\n\n{{{{ link }}}}"))
    wanted = [mail for _, mail in chosen] + [worded] * (FULL or number % 5 == 0)
    return [everywhere(mail, text) for mail in wanted]


def check_untouched(mail: MailFacts, data: bytes) -> None:
    head, _, rest = data.partition(b"\r\n\r\n")
    lines = head.decode("ascii").split("\r\n")
    names = [found[1] for line in lines if (found := HEADER.match(line))]
    read = parsed(data)
    assert names == [name for name in HEADERS if name not in SOMETIMES or name in names]
    assert all(line[0] == " " for line in lines if not HEADER.match(line)), "what is not a header continues one"
    boxes = {"To": mail.to[0], "From": SENDER} | ({"Reply-To": mail.reply_to} if mail.reply_to else {})
    for header, box in boxes.items():
        assert [spec for _, spec in getaddresses([raw_header(data, header)])] == [box.email]
        assert [one.addr_spec for one in read[header].addresses] == [box.email]
    assert rest.count(f"--{read.get_boundary()}".encode()) == 3, "two parts and their end"
    pages = ["multipart/related", "text/html", "image/png"] if mail.brand.logo else ["text/html"]
    assert [part.get_content_type() for part in read.walk()][1:] == ["text/plain", *pages]


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
        "maria@contóso.example",
        "maría\u2028Bcc:evil@contoso.example",
        "maría\u0085@contoso.example",
        "\u202emaria@contoso.example",
        "mar\u00a0ía@contoso.example",
        "maria@contoso.example\x00",
        "",
    ],
)
def test_what_is_not_one_plain_address_gets_no_mail(address: str) -> None:
    # Beside a mailbox of ASCII alone another one for answers is left out, whatever it is.
    wide = (Mailbox("Åsa", "åsa@contoso.example"),)
    for changes in ({"to": (Mailbox("Maria", address),)}, {"to": wide, "reply_to": Mailbox("Ana", address)}):
        with pytest.raises(ValueError, match="not an address"):
            composed(facts(**changes))


@pytest.mark.parametrize(
    "value", ["a\r\nBcc: x", "a\nb", "a\rb", "", "a\x00", "a\u2028b", "å\u0085b", "a\r\n\r\n b", "a\r\n"]
)
def test_a_header_value_with_more_than_one_header_in_it_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="not a header value"):
        mime.message([("Message-ID", value)], "hello\n")


@pytest.mark.parametrize("name", KINDS)
def test_html_shows_what_people_typed_and_runs_none_of_it(name: str) -> None:
    evil = """<script>alert(1)</script>"><img src=x onerror=alert(1)>' onmouseover='x {{ 7*7 }} &amp;"""
    page, usual = (body(parsed(composed(everywhere(KINDS[name], text)).data), "html") for text in (evil, "Contoso"))
    assert "&lt;script&gt;" in page
    assert "{{ 7*7 }}" in page
    assert list(tags(page.replace(str(escape(evil)), "Contoso"))) == list(tags(usual))
