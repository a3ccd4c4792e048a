"""Every page of the portal in four languages: which one counts, that no English is left over, what goes on record."""

import json
import re
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser

import pytest
from sqlalchemy import select

from app.auth import acts
from app.commands import customers
from app.core.languages import Language, locale
from app.core.vocabulary import InvitationKind, PurchaseKind
from app.db import db, transaction
from app.models import Record, Statement
from tests.cast import Cast, Story
from tests.test_translations import PLACEHOLDER, catalogue, forms
from tests.web.portal.accounts import Account
from tests.web.portal.at_home import OWN, at_home, attested
from tests.web.portal.test_blocked import EXACT
from tests.web.portal.test_stop import where
from tests.web.portal.unveiling import offered, path
from tests.web.portal.visitor import LANGUAGE, PAGE, Visitor

OTHERS = [language for language in Language if language is not Language.ENGLISH]
# Names, and what a program reads.
KEPT = re.compile(
    r"Microsoft( Customer Agreement)?|Assent|SHA-256|Ana Lind|Maria Ek|Contoso|Fabrikam|Bo Ek", re.IGNORECASE
)


class Words(HTMLParser):
    """What a page says, without what it marks as another language."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.other: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.other is None and tag != "html" and "lang" in dict(attrs):
            self.other = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self.other:
            self.other = None

    def handle_data(self, data: str) -> None:
        if self.other is None and data.strip():
            self.said.append(" ".join(data.split()))


def english(language: Language) -> re.Pattern[str]:
    """Any sentence that is another one in this language."""
    said = [(forms(message.id)[0], forms(message.string)) for message in catalogue(locale(language)) if message.id]
    other = [one for one, translated in said if one not in translated and re.search("[a-z]", PLACEHOLDER.sub("", one))]
    return re.compile("|".join(".+".join(map(re.escape, re.split(r"%\(\w+\)s", one))) for one in other))


def speak(visitor: Visitor, language: Language) -> None:
    visitor.get("/portal")
    visitor.submit(LANGUAGE, language=language.value, next="/portal")


def walk(visitor: Visitor, fresh: Account, cast: Cast) -> Iterator[tuple[str, str]]:
    """Every page there is, by a name to find it again."""
    yield "sign in", visitor.get("/portal").text
    yield "wrong", visitor.submit("/portal/account/sign-in", user_name="x", password="y").text
    yield "nothing", visitor.get(PAGE).text
    yield "dead", visitor.get("/AdminPortal/Home/x").text
    invitation = fresh.story.invite(InvitationKind.NEW_CUSTOMER)
    yield "stop", visitor.get(where(invitation)).text
    yield "reveal", visitor.get(path(offered(fresh.story))).text
    yield "identify", visitor.follow(invitation).text
    code = visitor.ask_code(invitation)
    yield "code", visitor.page.text
    yield "wrong code", visitor.submit("/portal/code", code="000000" if code != "000000" else "1").text
    yield "agreement", visitor.submit("/portal/code", code=code).text
    yield "not agreed", visitor.submit("/portal/accept", typed_name="Maria Ek").text
    yield "accepted", visitor.accept().text
    yield "own partner", visitor.get(f"/portal/partners/{cast.fabrikam.id}").text
    visitor.get(PAGE)
    yield "signed out", visitor.submit("/portal/sign-out").text
    yield "password", at_home(visitor, fresh).text
    yield "home", visitor.submit("/portal/account/password", password=OWN, repeat=OWN).text


def more(visitor: Visitor, cast: Cast, account: Account) -> Iterator[tuple[str, str]]:
    """How it ends otherwise."""
    story = cast.customer()
    visitor.identify(story.invite(InvitationKind.RELATIONSHIP))
    yield "both", visitor.page.text
    yield "declined", visitor.submit("/portal/decline", reason="Nej").text
    story = cast.customer()
    visitor.identify(story.invite())
    mailbox = f"bo@{story.relationship.domain}"
    yield "handed over", visitor.submit("/portal/hand-over", first_name="Bo", last_name="Ek", email=mailbox).text
    story = cast.customer()
    invitation = story.invite()
    with transaction():
        customers.record_purchase(acts.console(), story.relationship, PurchaseKind.OFFER, date(2025, 3, 1))
    yield "blocked", visitor.identify(invitation).text
    visitor.submit("/portal/sign-out")
    at_home(visitor, account)
    yield "requests", visitor.page.text
    attested(account.story)
    partner = f"/portal/partners/{cast.fabrikam.id}"
    yield "attested", visitor.get(partner).text
    page = visitor.submit(f"/portal/agreements/{account.story.machine.id}/dispute", reason="Nej")
    yield "disputed", page.text


@pytest.mark.parametrize("language", OTHERS)
def test_no_english_is_left_over_on_any_page(
    visitor: Visitor, fresh: Account, account: Account, cast: Cast, language: Language
) -> None:
    speak(visitor, language)
    foreign, names = english(language), {fresh.name, account.name}
    for name, page in [*walk(visitor, fresh, cast), *more(visitor, cast, account)]:
        assert f'<html lang="{language.value}">' in page, name
        said = [KEPT.sub("", text) for text in Words(page).said if text not in names]
        assert not [text for text in said if foreign.fullmatch(text)], name
        assert name != "blocked" or f'<p class="exact" lang="en">{EXACT}</p>' in page
        if language is not Language.SWEDISH:
            assert not [text for text in said if re.search(r"\b[a-z]{2,} [a-z]{2,}\b", text)], name


# Which one counts


def test_the_invitations_language_counts_before_the_browsers(visitor: Visitor, cast: Cast) -> None:
    invitation = cast.customer().invite(language="sv-SE")
    page = visitor.follow(invitation)
    assert '<html lang="sv">' in page.text
    page = visitor.get(PAGE, headers={"Accept-Language": "zh-CN"})
    assert '<html lang="sv">' in page.text


def test_what_was_chosen_on_a_page_counts_before_all(visitor: Visitor, cast: Cast) -> None:
    visitor.follow(cast.customer().invite(language="sv-SE"))
    visitor.submit(LANGUAGE, language="zh-Hant", next=PAGE)
    assert '<html lang="zh-Hant">' in visitor.page.text
    assert visitor.page.request.path == PAGE


# What goes on record


def accepted(story: Story) -> tuple[dict[str, object], str]:
    db.session.rollback()
    record = db.session.scalars(select(Record).where(Record.machine_id == story.machine.id, Record.event == "accept"))
    facts = json.loads(record.one().body)["facts"]
    return facts, db.session.get_one(Statement, facts["statementSha256"]).text


def test_the_statement_is_recorded_in_the_language_it_was_shown_in(visitor: Visitor, cast: Cast) -> None:
    story = cast.customer()
    visitor.identify(story.invite(language="sv-SE"))
    shown = Words(visitor.page.text).said
    visitor.accept()
    facts, statement = accepted(story)
    assert (facts["language"], facts["statementLanguage"]) == ("sv-SE", "sv")
    lines = [re.sub(r"^\[ \] \w+: ", "", line) for line in statement.splitlines()]
    assert all(line in shown for line in lines)


def test_the_agreements_own_language_stays_when_another_is_chosen_for_the_page(visitor: Visitor, cast: Cast) -> None:
    story = cast.customer()
    visitor.identify(story.invite(language="sv-SE"))
    visitor.submit(LANGUAGE, language="zh-Hans", next=PAGE)
    visitor.accept()
    facts, statement = accepted(story)
    assert (facts["language"], facts["statementLanguage"]) == ("sv-SE", "zh-Hans")
    assert "Contoso" in statement


def test_a_statement_shown_in_one_language_is_not_accepted_in_another(visitor: Visitor, cast: Cast) -> None:
    story = cast.customer()
    visitor.identify(story.invite(language="sv-SE"))
    form = visitor.forms["/portal/accept"]
    visitor.submit(LANGUAGE, language="zh-Hans", next=PAGE)
    answer = visitor.post("/portal/accept", form.fields | form.boxes | {"typed_name": "Maria Ek"})
    assert answer.status_code == 409
    db.session.refresh(story.machine)
    assert story.machine.state == "invited"
