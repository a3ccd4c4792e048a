"""Messages as mail programs parse them: parts, headers, lines, names."""

import re
from dataclasses import replace
from email.header import decode_header, make_header
from email.utils import getaddresses, parsedate_to_datetime

import pytest

from app.core.mails import Brand, Logo, Mailbox, Own
from app.core.vocabulary import Owed
from app.mail.compose import OURS
from app.mail.compose import test_message as mail_test
from tests.mail.conftest import Made
from tests.mail.facts import (
    AT,
    COMPOSER,
    HEADERS,
    MESSAGE_ID,
    PASSWORD,
    SOMETIMES,
    body,
    composed,
    everywhere,
    facts,
    notice,
    parsed,
    picture,
    raw_header,
    tags,
)
from tests.mail.kinds import KINDS, mails

STOPPABLE = ("reminder", "expiry-warning")


def test_every_mail_parses_without_a_defect_into_text_and_html(everything: list[Made]) -> None:
    wrong = []
    for made in everything:
        parts = list(made.read.walk())
        page = ["multipart/related", "text/html", "image/png"] if made.mail.brand.logo else ["text/html"]
        if [part.get_content_type() for part in parts] != ["multipart/alternative", "text/plain", *page]:
            wrong.append((made.name, "parts"))
        defects = [part.defects for part in parts] + [value.defects for part in parts for value in part.values()]
        wrong += [(made.name, str(found)) for found in defects if found]
    assert wrong == []


def test_every_mail_has_its_headers_once_and_no_others(everything: list[Made]) -> None:
    for made in everything:
        mail, read, message = made.mail, made.read, made.message
        here = {"Reply-To": mail.reply_to, **dict.fromkeys(SOMETIMES[1:], mail.folder in STOPPABLE)}
        assert read.keys() == [header for header in HEADERS if here.get(header, True)], made.name
        assert read["From"].addresses[0].addr_spec == message.sender == "assent@assent.example"
        assert [to.addr_spec for to in read["To"].addresses] == list(message.recipients) == [mail.to[0].email]
        assert read["Message-ID"] == MESSAGE_ID
        assert read["Auto-Submitted"] == "auto-generated"
        assert parsedate_to_datetime(read["Date"]) == AT
        if mail.reply_to:
            assert str(read["Reply-To"]) == "Ana Lind <ana@fabrikam.example>"


def test_customers_hear_from_the_partner_and_the_partner_from_the_installation() -> None:
    for name, mail in KINDS.items():
        sender = parsed(composed(mail).data)["From"].addresses[0].display_name
        assert sender == ("Assent" if mail.owed in OURS else "Fabrikam"), name
        assert (mail.to[0].email == "maria@contoso.example") == (mail.owed not in OURS), name


def test_several_recipients_are_all_named_and_all_on_the_envelope() -> None:
    people = tuple(Mailbox(f"Agent, {n}", f"agent{n}@fabrikam.example") for n in range(10))
    message = composed(notice(Owed.BLOCKED, to=people))
    assert [(to.display_name, to.addr_spec) for to in parsed(message.data)["To"].addresses] == [
        (person.name, person.email) for person in people
    ]
    assert message.recipients == tuple(person.email for person in people)


FILLERS = ["x", "å", "名", "🤝", "x å ", "=?utf-8?q?a?=", '"\\', "ж"]


@pytest.mark.parametrize("filler", FILLERS)
def test_no_line_is_longer_than_mail_allows_however_long_the_names(filler: str) -> None:
    """In every kind of mail, in one language with each filler."""
    for name, mail in mails()[FILLERS.index(filler) % 4 :: 4]:
        message = composed(everywhere(mail, (filler * 200)[:200]))
        assert b"\n" not in message.data.replace(b"\r\n", b""), name
        assert b"\r" not in message.data.replace(b"\r\n", b""), name
        assert max(map(len, message.data.split(b"\r\n"))) <= 998, name
        assert message.data.isascii(), name
        head = message.data.partition(b"\r\n\r\n")[0]
        assert head.count(b"\r\n=?") == 0, "every continuation begins with a space"


def test_words_of_a_partners_own_have_the_link_also_where_first_passwords_go_by_mail() -> None:
    mail = replace(KINDS["new-customer-password"], own=Own("Welcome", "{{ link }}\n\n{{ reveal }}"))
    read = parsed(composed(mail).data)
    for kind in ("plain", "html"):
        assert "https://assent.example/reveal/" in body(read, kind)
        assert PASSWORD not in body(read, kind)


def test_a_logo_is_inside_the_mail_and_shown_once() -> None:
    read = parsed(composed(KINDS["agreement-logo"]).data)
    shown = [dict(attributes) for tag, attributes in tags(body(read, "html")) if tag == "img"]
    assert [(one["src"], one["alt"]) for one in shown] == [("cid:logo", "Fabrikam AB")]
    (image,) = [part for part in read.walk() if part.get_content_maintype() == "image"]
    assert image["Content-ID"] == "<logo>"
    assert image.get_content_disposition() == "inline"
    assert image.get_content() == picture()
    pictured = [name for name, mail in KINDS.items() if b"cid:" in composed(mail).data]
    assert pictured == [name for name, mail in KINDS.items() if mail.brand.logo]


@pytest.mark.parametrize(
    ("width", "height", "shown"), [(600, 200, 180), (600, 30, 200), (80, 200, 24), (90, 20, 90), (1, 200, 1)]
)
def test_a_logo_is_shown_as_large_as_looks_well(width: int, height: int, shown: int) -> None:
    """Every mail program is told the width; none of them is left to find it out."""
    logo = Logo(picture(width, height), "image/png", "Fabrikam")
    page = COMPOSER.words(replace(facts(), brand=Brand(None, logo))).html
    (image,) = [dict(attributes) for tag, attributes in tags(page) if tag == "img"]
    assert image["width"] == str(shown)
    assert f"width:{shown}px;" in image["style"]


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
    assert _decoded(raw_header(data, "Subject")) == f"{name}: Microsoft Customer Agreement for {name}"
    read = parsed(data)
    assert re.sub(r"\s+", "", name) in re.sub(r"\s+", "", body(read, "plain"))


def _decoded(text: str) -> str:
    return str(make_header(decode_header(text)))


def test_the_mail_that_only_tries_the_way_out_is_a_mail_too() -> None:
    message = mail_test(COMPOSER, "operator@fabrikam.example", MESSAGE_ID, AT)
    read = parsed(message.data)
    assert read.get_content_type() == "text/plain"
    assert read["To"] == "operator@fabrikam.example"
    assert "https://assent.example" in read.get_content()
    assert read.defects == []


def test_where_answers_go_never_asks_more_of_a_relay_than_the_mail_itself() -> None:
    wide = Mailbox("Åsa Öberg", "åsa@fabrikam.example")
    mail = composed(facts(reply_to=wide))
    assert mail.data.isascii()
    assert parsed(mail.data)["Reply-To"] is None
    assert "Reply to this mail" not in body(parsed(mail.data), "plain")
    there = composed(facts(reply_to=wide, to=(Mailbox("Öst", "öst@contoso.example"),)))
    assert "åsa@fabrikam.example" in there.data.decode().partition("Subject:")[0]
