"""What comes back is read for what it says of which mail, whoever wrote it, and nothing that comes can do harm."""

import random
import time
from uuid import UUID

import pytest

from app.core import verp
from app.core.returned import Fate, Returned, dead
from app.mail.bounces import Unreadable, parse
from tests.mail import reports
from tests.mail.reports import arf, away, dsn, jmrp, old_exim, qmail

KEY = b"k" * 32
ROW = UUID("0193e0a4-7c1e-7d3a-9d6e-0a1b2c3d4e5f")
NAME = f"<{ROW}@assent.example>"
BACK = verp.sender("bounces@assent.example", ROW, KEY)
PLAIN = "assent@assent.example"
OTHERS = "<20261121.1@contoso.example>"


def read(text: str) -> Returned:
    return parse(text.encode(), KEY)


FATES = [
    (reports.POSTFIX, Fate.BOUNCED, "5.1.1", True, "rejected: User unknown in virtual mailbox table"),
    (reports.EXIM, Fate.BOUNCED, "5.1.1", True, "does not exist. 550 5.1.1 Please try double-checking"),
    (reports.OFFICE, Fate.BOUNCED, "5.1.10", True, "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient maria"),
    (reports.GMAIL, Fate.BOUNCED, "5.2.1", True, "550-5.2.1 The email account"),
    (reports.SES, Fate.BOUNCED, "5.2.2", False, "552 5.2.2 Mailbox full"),
    (reports.BLOCKED, Fate.BOUNCED, "5.7.1", False, "blocked using Spamhaus"),
    (reports.BAD_SENDER, Fate.BOUNCED, "5.1.8", False, ""),
    (reports.GAVE_UP, Fate.BOUNCED, "4.4.1", False, "connect to mx.contoso.example[192.0.2.7]:25"),
    (reports.NO_ACTION, Fate.BOUNCED, "5.1.2", True, ""),
    (reports.SEVERAL, Fate.BOUNCED, "5.1.1", True, "User unknown"),
    (reports.DELAYED, Fate.DELAYED, "4.4.1", False, "Connection timed out"),
    (reports.DELIVERED, Fate.DELIVERED, "2.0.0", False, ""),
    (reports.EXPANDED, Fate.DELIVERED, "2.0.0", False, ""),
    (reports.RELAYED, Fate.UNKNOWN, "2.0.0", False, ""),
    ("Final-Recipient: rfc822; maria@contoso.example\nAction: pondered", Fate.UNKNOWN, "", False, ""),
]


@pytest.mark.parametrize(("fields", "fate", "status", "gone", "says"), FATES)
def test_a_delivery_report_says_what_became_of_the_mail(
    fields: str, fate: Fate, status: str, gone: bool, says: str
) -> None:
    found = read(dsn(BACK, NAME, fields))
    assert (found.fate, found.status, found.dead) == (fate, status, gone)
    assert found.permanent == (fate is Fate.BOUNCED)
    assert says in found.diagnostic
    assert (found.row, found.message_id) == (ROW, NAME)


def test_the_international_form_is_read_as_well() -> None:
    text = dsn(BACK, NAME, reports.INTERNATIONAL, original="message/global-headers")
    found = read(text.replace("message/delivery-status", "message/global-delivery-status"))
    assert (found.fate, found.dead, found.row, found.message_id) == (Fate.BOUNCED, True, ROW, NAME)
    assert found.diagnostic == "550 5.1.1 brevlådan finns inte"


@pytest.mark.parametrize("original", ["text/rfc822-headers", "message/rfc822", "message/global"])
def test_the_mail_is_known_by_its_message_id_where_no_sender_tells(original: str) -> None:
    found = read(dsn(PLAIN, NAME, reports.POSTFIX, original=original))
    assert (found.row, found.message_id) == (None, NAME)


@pytest.mark.parametrize("header", ["In-Reply-To", "References"])
def test_what_a_report_answers_to_is_the_last_resort(header: str) -> None:
    text = dsn(PLAIN, OTHERS, reports.POSTFIX, more=f"{header}: {OTHERS} {NAME}\n")
    assert read(text).message_id == NAME
    assert read(text.replace(NAME, "<another@assent.example>")).message_id is None


@pytest.mark.parametrize("header", ["To", "Delivered-To", "X-Original-To", "Envelope-To"])
def test_a_forwarded_report_names_the_mail_in_another_header(header: str) -> None:
    text = dsn(PLAIN, OTHERS, reports.POSTFIX, more=f'{header}: "bounces, ours" <{BACK.upper()}>\n')
    assert (read(text).row, read(text).message_id) == (ROW, None)
    made_up = text.replace(BACK.upper(), BACK.replace("bounces+", "bounces+a")[:48] + "@assent.example")
    assert read(made_up).row is None


def test_a_gateway_may_have_wrapped_the_report() -> None:
    inner = dsn(PLAIN, NAME, reports.POSTFIX).partition("Content-Type: ")[2]
    text = f"To: {BACK}\nContent-Type: multipart/mixed; boundary=gw\n\n--gw\nContent-Type: {inner}\n--gw--\n"
    assert read(text).fate is Fate.BOUNCED


def test_a_report_that_somebody_passes_on_is_no_report() -> None:
    attached = dsn(BACK, NAME, reports.POSTFIX)
    text = (
        f"To: {PLAIN}\nContent-Type: multipart/mixed; boundary=fw\n\n--fw\nContent-Type: message/rfc822\n\n{attached}"
    )
    assert read(text).fate is Fate.UNKNOWN


@pytest.mark.parametrize("kind", ["abuse", "fraud", "Opt-Out"])
def test_a_complaint_names_the_mail_it_gives_back(kind: str) -> None:
    found = read(arf(BACK, NAME, kind))
    assert found == Returned(Fate.COMPLAINED, ROW, NAME, diagnostic=kind.lower())
    assert read(arf(PLAIN, OTHERS, envelope=f"Original-Mail-From: <{BACK}>\n")).row == ROW
    assert read(jmrp(NAME)) == Returned(Fate.COMPLAINED, None, NAME)


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure"])
def test_not_every_feedback_is_a_complaint(kind: str) -> None:
    assert read(arf(BACK, NAME, kind)).fate is Fate.UNKNOWN


def test_the_plain_words_of_some_servers_are_understood() -> None:
    words = "Sorry, no mailbox here by that name. (#5.1.1)"
    assert read(qmail(BACK, NAME)) == Returned(Fate.BOUNCED, ROW, NAME, True, "5.1.1", words)
    found = read(old_exim(PLAIN, NAME))
    assert (found.fate, found.message_id, found.permanent, found.status) == (Fate.BOUNCED, NAME, True, "")
    assert found.diagnostic.endswith("550 unknown user")


@pytest.mark.parametrize(
    "text",
    [
        away(BACK, NAME),
        f"From: maria@contoso.example\nTo: {PLAIN}\nSubject: Lunch?\n\nHi. This is the place: <http://example>.\n",
        f"To: {PLAIN}\n\nHi. This is the day after.\n",
        "no header at all",
        "",
        "\n",
    ],
)
def test_what_is_neither_report_nor_complaint_says_nothing(text: str) -> None:
    assert read(text).fate is Fate.UNKNOWN


@pytest.mark.parametrize("status", ["5.1.1", "5.1.10", "5.2.1"])
def test_some_statuses_mean_that_nobody_has_the_mailbox(status: str) -> None:
    assert dead(status)


@pytest.mark.parametrize("status", ["5.1.7", "5.1.8", "5.2.2", "5.2.10", "5.7.1", "5.0.0", "4.1.1", ""])
def test_others_are_about_us_or_may_pass(status: str) -> None:
    assert not dead(status)


DEEP = b"".join(b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (level, level) for level in range(800))
HOSTILE = {
    "zeros": b"\0" * 10**7,
    "lines": b"Content-Type: message/delivery-status\n\n" + b"\n" * 10**7,
    "blocks": b"Content-Type: message/delivery-status\n\n" + b"Action: failed\nStatus: 5.1.1\n\n" * 10**6,
    "parts": b"Content-Type: multipart/report; boundary=a\n\n" + b"--a\nContent-Type: message/rfc822\n\n" * 10**5,
    "depth": DEEP * 20,
    "depth and lines": DEEP + b"\n" * 10**6,
    "messages in messages": b"Content-Type: message/rfc822\n\n" * 10**5,
    "one long header": b'Content-Type: multipart/mixed; boundary="' + b";" * 10**7,
    "folded": b"To: " + b"<a@b>,\n " * 10**6,
    "names": b"References: " + b"<" * 10**6 + b"\nIn-Reply-To: " + f"{NAME}\n ".encode() * 10**5,
    "words": b"X-Failed-Recipients: a\n\n" + b"a@a:\n" * 10**6,
    "dashes": b"X-Failed-Recipients: a\n\n" + b"-" * 10**6 + b"\n---" * 10**6,
    "charsets": b"Content-Type: text/plain; charset=\xff\xfe\0; charset*=x'y'%ff\n"
    b"Content-Transfer-Encoding: x-uuencode\n\nbegin 666\n\xff\xff\n",
    "surrogates": dsn(BACK, NAME, "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: x; \ud800\0\x1b[2J\u202e").encode(
        "utf-8", "surrogatepass"
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_message_does_harm(name: str) -> None:
    begun = time.process_time()
    try:
        found = parse(HOSTILE[name], KEY)
    except Unreadable:
        pass
    else:
        assert found.diagnostic.isprintable()
        assert len(found.diagnostic) <= 500
    assert time.process_time() - begun < 1


def test_a_report_with_any_bytes_changed_is_read_or_refused() -> None:
    whole, change = dsn(BACK, NAME, reports.POSTFIX).encode() + arf(BACK, NAME).encode(), random.Random(20261121)
    for _ in range(200):
        text = bytearray(whole)
        for _ in range(20):
            place = change.randrange(len(text))
            text[place : place + change.randrange(4)] = change.choice([b"\n", b"\0", b"--", b";", b"=?", b"\xff", b'"'])
        try:
            assert parse(bytes(text), KEY).row in (ROW, None)
        except Unreadable:
            continue
