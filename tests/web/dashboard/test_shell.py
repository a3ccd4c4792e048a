"""Around every page: who is not signed in is asked to, who may not is told so, languages are kept."""

import pytest

from app.core.languages import Language
from app.db import db
from app.models import Staff
from tests.cast import Cast
from tests.web.dashboard.member import Member
from tests.web.portal.visitor import Visitor


def test_a_stranger_is_asked_to_sign_in_and_told_nothing_else(visitor: Visitor) -> None:
    answer = visitor.get("/")
    assert answer.status_code == 401
    assert "Sign in" in answer.text


def test_whoever_is_signed_in_sees_the_own_name_and_partner(ana: Member) -> None:
    page = ana.open("/").text
    assert "Ana Lind" in page
    assert "Fabrikam" in page


@pytest.mark.parametrize("language", list(Language))
def test_a_chosen_language_is_kept_in_the_browser_and_with_the_account(
    ana: Member, cast: Cast, language: Language
) -> None:
    ana.open("/")
    ana.submit("/language", language=language.value)
    assert f'<html lang="{language.value}">' in ana.open("/").text
    db.session.expire_all()
    assert db.session.get_one(Staff, cast.ana.id).language == language.value


def test_a_browsers_languages_count_where_nothing_was_chosen(visitor: Visitor) -> None:
    page = visitor.get("/", headers={"Accept-Language": "fi;q=1, zh-TW;q=0.8, en;q=0.3"})
    assert '<html lang="zh-Hant">' in page.text
