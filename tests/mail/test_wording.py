"""Wordings of a partner's own: honest ones pass, and stand in our mails as they were meant, whatever the values are."""

import re
from dataclasses import replace
from typing import Any

import pytest

from app.core.languages import Language
from app.core.mails import Own
from app.core.names import GRAMMARS, NAMES, Kind
from app.core.pieces import Wrong
from app.core.refusals import Refused
from app.core.wording import Grammar, refuse
from app.core.wording import check as read
from app.installation import TEMPLATES
from app.mail import specimens, wording
from app.mail.skeletons import EMPTY, VALUES, Escaped, Skeletons
from tests.mail.facts import COMPOSER, tags
from tests.mail.kinds import KINDS as MAILS

HONEST = {
    Language.ENGLISH: Own(
        "{{ asker }} asks {{ company }} for one answer{% if dap %} (with admin roles){% endif %}",
        "Dear {{ contact }}{% if reseller %}, customer of {{ reseller }}{% endif %},\n\n"
        "please read the agreement by {{ expires }}. It costs 0 € & orders nothing:\n\n{{ link }}\n\n"
        "{% if user_name and reveal %}\n- user name: {{ user_name }}\n- password: {{ reveal }}\n"
        "{% elif not user_name %}\nAsk us for a user name.\n{% else %}\nSign in.\n{% endif %}\n\n"
        "Best wishes\n{{ partner }}\n",
    ),
    Language.SWEDISH: Own(
        "{{ partner }}: godkänn avtalet för {{ company }}",
        "Hej {{ contact }}!\r\n\r\nVi behöver ert godkännande senast {{ expires }}.\r\n\r\n{{ link }}\r\n"
        "\r\nHälsningar\r\n",
        "<h2>Hej {{ contact }}!</h2>\n<p>Vi beh&ouml;ver ert <strong>godkännande</strong>.<br/>"
        '<a href="{{ link }}">Läs avtalet</a></p>\n{% if reseller %}<ul><li>{{ reseller }}</li></ul>{% endif %}',
    ),
    Language.SIMPLIFIED: Own(
        "{{ partner }} 请 {{ company }} 接受客户协议",
        "{{ contact }}，您好！\n\n请在 {{ expires }} 之前阅读并答复（｛｝不是变量）：\n\n{{ link }}\n\n谢谢！👩‍💻\n",
    ),
    Language.TRADITIONAL: Own(
        "{{ partner }} 請 {{ company }} 接受客戶合約",
        "{{ contact }}，您好！\n\n請於 {{ expires }} 之前閱讀並回覆：\n\n{{ link }}\n",
        '<table><tr><td>{{ contact }}，您好！</td><td><a href="{{ link }}"><b>閱讀</b></a></td></tr></table>',
    ),
}
ASKING = GRAMMARS[Kind.AGREEMENT]
THERE = {name: f"the {name}" for name in VALUES} | {"link": "https://assent.example/x?a=1&b=2", "reseller": ""}
MADE = Skeletons(TEMPLATES)
COMPARED = {"language": "en", "portal": "builtin", "agreement_kind": "agreement", "days_left": 30}


def mail(own: Own, folder: str = "agreement", **values: str) -> tuple[str, str, str]:
    """Subject, text and html of a mail with these words, made as every mail is."""
    names: dict[str, Any] = EMPTY | THERE | COMPARED | values
    skeleton = MADE.of(folder, Language.ENGLISH, own, names)
    return skeleton.subject.fill(names), skeleton.text.fill(names), skeleton.html.fill(Escaped(names))


def untitled(html: str) -> str:
    return re.sub("<title>[^<]*</title>", "", html)


def middle(html: str, folder: str = "agreement") -> str:
    """What stands between our head and our foot."""
    head, _, foot = untitled(mail(Own("x", "x", "(here)"), folder)[2]).partition("(here)")
    html = untitled(html)
    assert html.startswith(head)
    assert html.endswith(foot)
    return html[len(head) : -len(foot)]


@pytest.mark.parametrize("language", HONEST)
def test_an_honest_wording_passes(language: Language) -> None:
    assert wording.check(HONEST[language], ASKING) == []


@pytest.mark.parametrize("language", HONEST)
def test_an_honest_wording_becomes_a_mail_with_the_link_and_our_foot(language: Language) -> None:
    subject, text, html = mail(HONEST[language])
    assert "the company" in subject
    assert text.count(THERE["link"]) == 1
    assert ("a", "https://assent.example/x?a=1&b=2") in [(tag, dict(more).get("href")) for tag, more in tags(html)]
    for part in (text, html):
        assert "the contact" in part
        assert "Not sure that this mail is genuine?" in part
    assert "{" not in subject + text + middle(html)


def test_branches_say_what_is_there() -> None:
    own = HONEST[Language.ENGLISH]
    text = mail(own)[1]
    assert text.startswith("Dear the contact,\n\nplease read")
    assert "- user name: the user_name\n- password: the reveal\n" in text
    assert "Ask us for a user name." in mail(own, user_name="")[1]
    assert "\n\nSign in.\n\n" in mail(own, reveal="")[1]
    assert "customer of Tailspin,\n" in mail(own, reseller="Tailspin")[1]


def test_a_branch_at_the_end_of_a_line_keeps_the_line() -> None:
    own = Own("x", "One{% if reseller %} two{% endif %}\nthree {% if partner %}four{% endif %} five\n\n{{ link }}")
    assert mail(own)[1].startswith("One\nthree four five\n\nhttps://")


def test_the_html_is_made_from_the_text_where_none_is_given() -> None:
    own = Own("x", "Hello & <b>\nyou:\n\n- {{ company }}\n- two\n{{ link }}\nor {{ link }}.\n\n{{ reveal }}\n")
    html = middle(mail(own, agreement_kind="agreement")[2])
    assert '<p style="margin:0 0 16px;">Hello &amp; &lt;b&gt;<br>you:</p>' in html
    assert [tag for tag, _ in tags(html)] == "p br ul li li table tr td a p a p a p a".split()
    assert html.count("https://assent.example/x?a=1&amp;b=2") == 5
    assert ">Review the agreement</a>" in html


def test_the_looks_of_html_are_ours() -> None:
    html = middle(mail(HONEST[Language.TRADITIONAL])[2])
    assert html.startswith('<table style="margin:0 0 16px;border-collapse:collapse;"><tr><td style="padding')
    assert '<a href="https://assent.example/x?a=1&amp;b=2" style="' in html


def test_a_link_in_the_text_of_html_can_be_followed() -> None:
    html = middle(mail(Own("x", "{{ link }}", '<p>{{ link }} <a href="{{ link }}">{{ link }}</a></p>'))[2])
    assert [tag for tag, _ in tags(html)] == ["p", "a", "a"]
    assert html.count("</a>") == 2


HOSTILE = [
    "{{ 7*7 }}",
    "{% if dap %}x{% endif %}",
    "{% raw %}",
    "{# gone #}",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "\ue000password\ue001",
    "%(password)s %s {0.__class__}",
    "</td></tr></table>",
]


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("language", [Language.ENGLISH, Language.SWEDISH])
def test_a_hostile_value_is_text_and_nothing_else(value: str, language: Language) -> None:
    usual, hostile = (mail(HONEST[language], contact=name, company=name) for name in ("plain", value))
    assert hostile[0] == usual[0].replace("plain", value)
    assert hostile[1] == usual[1].replace("plain", value)
    assert [tag for tag, _ in tags(hostile[2])] == [tag for tag, _ in tags(usual[2])]
    assert "49" not in hostile[1]


def test_a_wording_stands_in_the_frame_of_every_mail_that_can_be_worded() -> None:
    for kind in Kind:
        needed = " ".join(f"{{{{ {name} }}}}" for name in sorted(GRAMMARS[kind].needed))
        own = Own("{{ company }}", f"Words of our own. {needed}")
        assert wording.check(own, GRAMMARS[kind]) == []
        subject, text, html = mail(own, kind.folder)
        assert subject == "the company"
        assert text.startswith("Words of our own. ")
        assert middle(html, kind.folder).startswith('<p style="margin:0 0 16px;">Words of our own. ')


@pytest.mark.parametrize("portal", ["builtin", "microsoft"])
@pytest.mark.parametrize("language", Language)
def test_our_own_words_can_be_written_in_the_placeholder_language(language: Language, portal: str) -> None:
    """Whoever begins with ours has no fault in it, and nothing of the foot."""
    for kind in Kind:
        ours = specimens.default(MADE, portal, kind, language)
        assert (kind, wording.check(ours, GRAMMARS[kind])) == (kind, [])
        assert "reply_email" not in ours.text
        assert not re.search(r"[0-9]{2}", ours.text)


def test_what_a_mail_cannot_do_without_has_to_stand_there_for_everybody() -> None:
    faults = read(Own("x", "{% if reseller %}{{ link }}{% endif %}", "<p>x</p>"), ASKING)
    assert [(fault.part, fault.reason, fault.detail) for fault in faults] == [
        ("text", "name-missing", "link"),
        ("html", "name-missing", "link"),
    ]


def test_a_branch_does_not_tear_lines_apart() -> None:
    (fault,) = read(Own("x", "{{ link }}\nHello {% if dap %}you\n\nand {% endif %}others"), ASKING)[:1]
    assert (fault.line, fault.reason) == (2, Wrong.IF_OVER_LINES)


def test_every_name_is_explained_and_known_to_the_templates() -> None:
    for kind, grammar in GRAMMARS.items():
        assert grammar.names <= NAMES.keys() & EMPTY.keys(), kind
        assert grammar.needed <= grammar.names
    assert {name for grammar in GRAMMARS.values() for name in grammar.names} == NAMES.keys()


def test_a_refusal_tells_every_fault_as_a_row() -> None:
    with pytest.raises(Refused) as refused:
        refuse(read(Own("", "{{ nobody }}"), Grammar(frozenset())))
    assert refused.value.data["data"] == ["subject:1 empty", "text:1 unknown-name nobody"]
    refuse([])


def test_words_for_a_new_customer_that_forget_the_first_password_have_it_added() -> None:
    known = MAILS["new-customer"]
    own = Own("Welcome, {{ company }} & all", "Please look:\n\n{{ link }}\n")
    words = COMPOSER.words(replace(known, own=own))
    for said in (words.text, words.html):
        assert "/reveal/" in said
        assert "shown once only" in " ".join(said.split())
    assert "<title>Welcome, Contoso &amp; all</title>" in words.html
    mentioned = replace(own, text="Please look:\n\n{{ link }}\n\n{% if reveal %}\nHere: {{ reveal }}\n{% endif %}\n")
    assert COMPOSER.words(replace(known, own=mentioned)).text.count("/reveal/") == 1
