"""Skeletons: what is filled in is what its templates say with the values, and nothing of one mail gets into another."""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app import spoken
from app.core import codes, links, verp
from app.core.colours import ACCENT, readable_on
from app.core.languages import Language
from app.core.mails import MailFacts
from app.installation import TEMPLATES
from app.mail import mime
from app.mail.skeletons import EMPTY, NUMBERS, VALUES, WORDS
from tests.mail.facts import AT, COMPOSER, ID, MESSAGE_ID, PASSWORD, SECRETS, body, composed, everywhere, parsed
from tests.mail.kinds import KINDS, MAIN, mails

HOSTILE = [
    "Contoso",
    "<b>&amp;\"'</b>",
    "{{ company }}{% if x %}{# #}",
    "%(company)s 100% %s",
    "\ue000company\ue001",
    "\ue000",
    "\ue001\ue000password\ue001",
    "a\x00b",
    "\u202eosotnoC\u2066",
    "שלום עולם",
    "名" * 200,
    "W" * 200,
    "two words, " * 18 + "end",
    "\\g<0>\\1$1",
]
TOKEN = re.compile("(?<=/)[A-Za-z0-9_-]{43}\\b")
NAMES = ("subject.txt", "body.txt", "body.html")
BOUNCES = replace(COMPOSER, bounces="bounces@assent.example")


@cache
def environment(language: Language, markup: bool) -> Environment:
    """Jinja as the templates are written for, without anything of ours around it."""
    found = Environment(
        loader=FileSystemLoader(TEMPLATES / "email"),
        autoescape=markup,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    found.policies["ext.i18n.trimmed"] = True
    found.install_gettext_translations(spoken.catalogue(language), newstyle=True)  # type: ignore[attr-defined]
    return found


def rendered(folder: str, name: str, language: Language, values: Mapping[str, str | int]) -> str:
    return environment(language, name.endswith(".html")).get_template(f"{folder}/{name}").render(values)


def straight(folder: str, language: Language, values: Mapping[str, str | int]) -> tuple[str, str, str]:
    """The parts of a mail, rendered without a skeleton."""
    subject, text, html = (rendered(folder, name, language, values) for name in NAMES)
    text = re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
    return re.sub(r"\s+", " ", subject).strip(), mime.wrapped(text), html.strip() + "\n"


def values(mail: MailFacts, language: Language) -> dict[str, str | int]:
    """What the facts come to, said once more without the composer."""
    colour, logo = mail.brand.colour or ACCENT, mail.brand.logo
    known: dict[str, str | int] = {**EMPTY, **{name: value for name, value in mail.words.items() if value}}
    known |= {**mail.numbers, **{name: spoken.day(at, language) for name, at in mail.days.items()}}
    known |= {"language": language.value, "portal": "builtin", "base_url": "https://assent.example"}
    known |= {"partner": mail.partner, "asker": mail.words.get("reseller") or mail.partner}
    known |= {"colour": colour, "on_colour": readable_on(colour)}
    known |= {"logo": "cid:logo", "logo_alt": logo.alt or known["asker"], "logo_width": "200"} if logo else {}
    known |= {"reply_name": mail.reply_to.name, "reply_email": mail.reply_to.email} if mail.reply_to else {}
    if mail.agreement:
        known["agreement"] = spoken.catalogue(language).gettext("Microsoft Customer Agreement")
    return known | opening(mail)


def opening(mail: MailFacts) -> dict[str, str]:
    found = {"link": COMPOSER.link(mail)} if mail.invited else {}
    if mail.folder in ("reminder", "expiry-warning"):
        found["stop"] = f"https://assent.example/stop/{links.token(SECRETS.stop, ID, 0)}"
    if mail.challenge:
        found["code"] = codes.code(SECRETS.code, ID, 3)
    if mail.revealed and mail.revealed.sealed:
        found["password"] = PASSWORD
    elif mail.revealed:
        found["reveal"] = f"https://assent.example/reveal/{links.token(SECRETS.reveal, ID, 2)}"
    return found


# The same as the templates say


@pytest.mark.parametrize("name", [name for name, mail in KINDS.items() if not mail.own])
def test_a_mail_is_what_its_templates_say(name: str) -> None:
    for _, mail in mails([name]):
        said = COMPOSER.words(mail)
        assert (said.subject, said.text, said.html) == straight(mail.folder, mail.language, values(mail, mail.language))


@given(
    folder=st.sampled_from(MAIN),
    language=st.sampled_from(Language),
    there=st.dictionaries(st.sampled_from(VALUES), st.sampled_from(HOSTILE)),
    compared=st.fixed_dictionaries(
        {
            "portal": st.sampled_from(["builtin", "microsoft"]),
            "purpose": st.sampled_from(["answer", "reveal"]),
            "why": st.sampled_from(["gone", "failing"]),
            "dap": st.sampled_from(["", "yes"]),
            "agreement_kind": st.sampled_from(["agreement", "relationshipAndAgreement", "newCustomer"]),
        }
    ),
    counted=st.fixed_dictionaries({name: st.integers(0, 3) for name in NUMBERS}),
)
@settings(max_examples=60)
def test_a_filled_skeleton_is_what_its_templates_say(
    folder: str, language: Language, there: dict[str, str], compared: dict[str, str], counted: dict[str, int]
) -> None:
    """Whichever values there are, and however they look: markup, marks of the skeleton, placeholders."""
    known = {**EMPTY, **there, **compared, **counted, "language": language.value}
    subject, text, html = straight(folder, language, known)
    said = COMPOSER._words(replace(KINDS[folder], language=language), known)
    assert (" ".join(said.subject.split()), said.text, said.html) == (subject, text, html)


@pytest.mark.parametrize("hostile", ["a\n\n\n\nb", "\r\n.\r\n", "  a  b  ", "{# \n\n\n #}"])
def test_a_value_comes_in_as_it_is_whatever_its_spaces(hostile: str) -> None:
    mail = KINDS["declined"]
    text = COMPOSER.words(replace(mail, words={**mail.words, "reason": f"<{hostile}>"})).text
    assert f"<{hostile}>" in text


def test_every_name_a_template_may_use_is_a_value_a_word_or_a_number() -> None:
    assert len({*VALUES, *WORDS, *NUMBERS}) == len(VALUES) + len(WORDS) + len(NUMBERS) == len(EMPTY)
    gathered = {name for _, mail in mails() for name in (*mail.words, *mail.numbers, *mail.days)}
    assert gathered - EMPTY.keys() == set()


# Nothing of one mail in another


def test_a_skeleton_made_for_one_mail_carries_nothing_of_it_into_another() -> None:
    """Two mails of each shape by a composer that had none before: in the second, nothing is left of the first."""
    composer = replace(COMPOSER)
    for name, mail in KINDS.items():
        first, second = marked(mail, "Canary", "#123456", UUID(int=1)), marked(mail, "Second", "#654321", UUID(int=2))
        before, after = composer.words(first), composer.words(second)
        secrets = {*TOKEN.findall(before.text), "Canary", "#123456", str(UUID(int=1))}
        assert [one for one in secrets if one in after.subject + after.text + after.html] == [], name
        assert after == COMPOSER.words(second), name


def marked(mail: MailFacts, word: str, colour: str, id: UUID) -> MailFacts:
    """Another mail of the same shape: other values, other links, other codes, another look."""
    worded = everywhere(mail, word)
    return replace(
        worded,
        invited=replace(mail.invited, id=id) if mail.invited else None,
        challenge=replace(mail.challenge, session=id) if mail.challenge else None,
        revealed=replace(mail.revealed, id=id) if mail.revealed and not mail.revealed.sealed else mail.revealed,
        brand=replace(worded.brand, colour=colour),
    )


# Envelopes and headers


def test_each_mail_has_a_sender_of_its_own_where_bounces_have_an_address() -> None:
    rows = [UUID(int=1), UUID(int=2)]
    for name in MAIN:
        sent = [BOUNCES.compose(KINDS[name], MESSAGE_ID, AT, row) for row in rows]
        assert [verp.row_of(message.sender, SECRETS.bounce) for message in sent] == rows
        assert {parsed(message.data)["From"].addresses[0].addr_spec for message in sent} == {"assent@assent.example"}
    assert BOUNCES.compose(KINDS["agreement"], MESSAGE_ID, AT).sender == "assent@assent.example"
    assert COMPOSER.compose(KINDS["agreement"], MESSAGE_ID, AT, rows[0]).sender == "assent@assent.example"


def test_only_what_nobody_asked_for_can_be_stopped_with_one_click() -> None:
    for name, mail in KINDS.items():
        read = parsed(composed(mail).data)
        if mail.folder not in ("reminder", "expiry-warning"):
            assert "List-Unsubscribe" not in read, name
            assert "/stop/" not in body(read, "plain"), name
            continue
        link = read["List-Unsubscribe"].strip("<>")
        assert link == f"https://assent.example/stop/{links.token(SECRETS.stop, ID, links.ALWAYS)}"
        assert link in body(read, "plain").splitlines()
        assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


# Previews


def test_nothing_in_a_preview_opens_anything() -> None:
    live = {
        links.token(SECRETS.link, ID, 1),
        links.token(SECRETS.stop, ID, links.ALWAYS),
        links.token(SECRETS.reveal, ID, 2),
        codes.code(SECRETS.code, ID, 3),
        PASSWORD,
    }
    seen = set()
    for name, mail in mails():
        words, data = COMPOSER.words(mail, live=False), COMPOSER.draft(mail, live=False)
        preview = words.subject + words.text + words.html + data.replace(b"=\r\n", b"").decode()
        assert [one for one in live if one in preview] == [], name
        assert TOKEN.findall(preview) == [], name
        seen |= {one for one in live if one in COMPOSER.words(mail).text}
    assert seen == live, "each of them is in some mail that is sent"
