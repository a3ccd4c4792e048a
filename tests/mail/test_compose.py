"""Messages: what a recipient reads, what mail programs parse, and that nobody can write into them from outside."""

import re
from datetime import datetime, timedelta
from email.header import decode_header, make_header
from email.utils import getaddresses, parsedate_to_datetime

import pytest

from app.core import codes, links
from app.core.mails import Mailbox, MailFacts
from app.core.vocabulary import Owed
from app.mail.compose import day
from app.mail.compose import test_message as mail_test
from tests.mail.facts import (
    AT,
    COMPOSER,
    HEADERS,
    ID,
    KINDS,
    MESSAGE_ID,
    MICROSOFT,
    THROUGH,
    body,
    composed,
    everywhere,
    facts,
    parsed,
    raw_header,
    tags,
)

INVITATIONS = [name for name in KINDS if name not in ("sign-in code", "blocked")]
LINK = re.compile(r"https://\S+")


@pytest.fixture(params=list(KINDS))
def mail(request: pytest.FixtureRequest) -> MailFacts:
    """One mail of each kind."""
    return KINDS[request.param]()


# What mail programs parse


def test_every_mail_parses_without_a_defect_into_text_and_html(mail: MailFacts) -> None:
    message = parsed(composed(mail).data)
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    for part in message.walk():
        assert part.defects == []
        assert [(name, value.defects) for name, value in part.items() if value.defects] == []


def test_every_mail_has_its_headers_once_and_no_others(mail: MailFacts) -> None:
    message = composed(mail)
    read = parsed(message.data)
    assert read.keys() == [name for name in HEADERS if name != "Reply-To" or mail.reply_to]
    assert read["From"].addresses[0].addr_spec == message.sender == "assent@assent.example"
    assert [to.addr_spec for to in read["To"].addresses] == list(message.recipients) == ["maria@contoso.example"]
    assert read["Message-ID"] == MESSAGE_ID
    assert read["Auto-Submitted"] == "auto-generated"
    assert parsedate_to_datetime(read["Date"]) == AT
    if mail.reply_to:
        assert str(read["Reply-To"]) == "Ana Lind <ana@fabrikam.example>"


def test_customers_hear_from_the_partner_and_the_partner_from_the_installation() -> None:
    senders = {name: parsed(composed(make()).data)["From"].addresses[0].display_name for name, make in KINDS.items()}
    assert senders.pop("blocked") == "Assent"
    assert set(senders.values()) == {"Fabrikam"}


def test_several_recipients_are_all_named_and_all_on_the_envelope() -> None:
    people = tuple(Mailbox(f"Agent, {n}", f"agent{n}@fabrikam.example") for n in range(10))
    message = composed(facts(owed=Owed.BLOCKED, to=people))
    assert [(to.display_name, to.addr_spec) for to in parsed(message.data)["To"].addresses] == [
        (person.name, person.email) for person in people
    ]
    assert message.recipients == tuple(person.email for person in people)


@pytest.mark.parametrize("filler", ["x", "å", "名", "🤝", "x å ", "=?utf-8?q?a?=", '"\\'])
def test_no_line_is_longer_than_mail_allows_however_long_the_names(mail: MailFacts, filler: str) -> None:
    long = (filler * 200)[:200]
    message = composed(everywhere(mail, long))
    assert b"\n" not in message.data.replace(b"\r\n", b"")
    assert b"\r" not in message.data.replace(b"\r\n", b"")
    lines = message.data.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert message.data.isascii()
    head = message.data.partition(b"\r\n\r\n")[0]
    assert head.count(b"\r\n=?") == 0, "every continuation begins with a space"


NAMES = [
    "Maria Ek",
    "Ek, Maria",
    'Maria "Mia" Ek',
    "back\\slash",
    "Åsa Öberg",
    "微軟客戶合約",
    "株式会社コントソ・ジャパン・ホールディングス・インターナショナル・パートナーズ",
    "Мария Экк " * 12,
    "🤝" * 60,
    "x" * 200,
    "Ek, Maria <evil@attacker.example>",
    "=?utf-8?q?Maria?=",
    "Contoso (Nordic) AB; Sales",
    "e\u0301" * 80,
]


@pytest.mark.parametrize("name", NAMES)
def test_names_and_subjects_come_out_as_they_went_in(name: str) -> None:
    name = name.strip()
    data = composed(everywhere(facts(), name)).data
    for header, address in (("To", "maria@contoso.example"), ("Reply-To", "ana@fabrikam.example")):
        ((shown, spec),) = getaddresses([raw_header(data, header)])
        assert (_decoded(shown), spec) == (name, address)
    subject = f"{name}: please review the Microsoft Customer Agreement for {name}"
    assert _decoded(raw_header(data, "Subject")) == subject
    read = parsed(data)
    assert re.sub(r"\s+", "", name) in re.sub(r"\s+", "", body(read, "plain"))


def _decoded(text: str) -> str:
    return str(make_header(decode_header(text)))


# What a recipient reads


@pytest.mark.parametrize("kind", INVITATIONS)
def test_the_link_stands_alone_on_a_line_and_behind_the_button(kind: str) -> None:
    given = KINDS[kind]()
    message = parsed(composed(given).data)
    link = COMPOSER.link(given)
    text = body(message, "plain")
    assert text.splitlines().count(link) == 1
    assert LINK.findall(text) == [link]
    hrefs = [dict(attributes).get("href") for tag, attributes in tags(body(message, "html")) if tag == "a"]
    assert hrefs == [link]
    assert links.invitation_of(link.split("/Home/")[1][:43]) == ID


@pytest.mark.parametrize("kind", INVITATIONS)
def test_with_the_vendor_s_portal_the_link_is_the_vendor_s_and_holds_no_token(kind: str) -> None:
    given = KINDS[kind]()
    data = composed(given, MICROSOFT).data
    message = parsed(data)
    everything = body(message, "plain") + body(message, "html")
    assert links.vendor(given.link) in body(message, "plain").splitlines()
    assert links.token(COMPOSER.link_key, ID, 1) not in everything
    assert "assent.example" not in everything
    assert "code sent" not in everything, "the vendor's portal sends no codes"


def test_the_link_names_the_reseller_and_asks_for_rights_where_the_invitation_does() -> None:
    text = body(parsed(composed(KINDS["relationship through a reseller"]()).data), "plain")
    assert "indirectCSPId=" in text
    assert "DAP=true" in text
    assert "delegated administration rights" in text
    assert "no administration rights" not in text
    assert THROUGH.dap


def test_the_code_is_in_the_body_and_not_where_a_locked_screen_shows_it() -> None:
    message = parsed(composed(KINDS["sign-in code"]()).data)
    code = codes.code(COMPOSER.code_key, ID, 3)
    assert code in body(message, "plain").splitlines()
    assert code in body(message, "html")
    assert code not in message["Subject"]
    assert not LINK.search(body(message, "plain")), "whoever asked for it is on the page already"


def test_only_a_code_is_urgent() -> None:
    assert [name for name, make in KINDS.items() if composed(make()).urgent] == ["sign-in code"]


def test_the_blocked_mail_says_what_to_do_with_a_command_that_exists() -> None:
    text = body(parsed(composed(KINDS["blocked"]()).data), "plain")
    assert f"assent attest {ID} " in text
    assert "maria@contoso.example" in text


def test_text_is_wrapped_at_words_for_narrow_screens(mail: MailFacts) -> None:
    lines = body(parsed(composed(mail).data), "plain").splitlines()
    assert [line for line in lines if len(line) > 76 and not LINK.fullmatch(line)] == []
    assert "  " not in "\n".join(line for line in lines if not line.startswith("  --"))
    assert not re.search(r"None|\{\{|\}\}|\{%", "\n".join(lines))


def test_days_are_written_out() -> None:
    assert day(AT) == "21 November 2026"
    assert {day(datetime(2026, 1, 1) + timedelta(days=31 * n)).split()[1][:3] for n in range(12)} == set(
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    )


def test_the_mail_that_only_tries_the_way_out_is_a_mail_too() -> None:
    message = mail_test(COMPOSER, "operator@fabrikam.example", MESSAGE_ID, AT)
    read = parsed(message.data)
    assert read.get_content_type() == "text/plain"
    assert read["To"] == "operator@fabrikam.example"
    assert "https://assent.example" in read.get_content()
    assert read.defects == []
