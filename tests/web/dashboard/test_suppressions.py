"""Mailboxes that must not be written to: listed, searched, put there, taken off; complaints only with a reason."""

from uuid import UUID

import pytest

from app.auth import acts
from app.core.carrying import Health
from app.db import db, transaction
from app.models import Suppression, SuppressionLifted
from app.web.dashboard import suppressions
from tests.cast import Cast
from tests.web.dashboard.member import Member

LIST = "/mail/suppressions"


def noted(cast: Cast, mailbox: str, reason: str) -> UUID:
    """As what came of a mail has it noted."""
    with transaction() as session:
        row = Suppression(partner_id=cast.fabrikam.id, mailbox=mailbox, reason=reason, created_at=acts.now())
        session.add(row)
    return row.id


def boxes(cast: Cast) -> set[str]:
    db.session.rollback()
    return {row.mailbox for row in db.session.query(Suppression).filter_by(partner_id=cast.fabrikam.id)}


def test_the_list_says_why_since_when_and_by_whom(ana: Member, cast: Cast) -> None:
    noted(cast, "gone@contoso.example", f"{Health.BOUNCED} (5.1.1)")
    page = ana.open(LIST).text
    assert "Came back" in page
    assert "(5.1.1)" in page
    assert "Assent itself" in page
    assert "Only a global admin of your company can put mailboxes here" in page
    assert "No such mailbox is on the list" in ana.open(f"{LIST}?q=nobody").text


def test_it_is_paged_and_searched(ana: Member, gina: Member, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suppressions, "MOST", 1)
    first, second = noted(cast, "eva@litware.example", "complained"), noted(cast, "olle@litware.example", "complained")
    page = ana.open(LIST).text
    assert ("olle@" in page, "eva@" in page) == (True, False)
    assert f"after={second}" in page
    assert "eva@" in ana.open(f"{LIST}?after={second}").text
    assert str(first) in gina.open(f"{LIST}?q=eva").text


def test_a_mailbox_is_put_on_the_list_and_taken_off(gina: Member, cast: Cast) -> None:
    gina.open(LIST)
    gina.submit(LIST, email="Maria@Contoso.example", reason="asked by phone")
    assert boxes(cast) == {"maria@contoso.example"}
    assert "asked by phone" in gina.page.text
    gina.submit(LIST, email="maria@contoso.example", reason="again, at length")
    assert gina.page.status_code == 409
    assert 'value="again, at length"' in gina.page.text
    held = db.session.query(Suppression).filter_by(partner_id=cast.fabrikam.id).one()
    gina.open(f"{LIST}/{held.id}")
    gina.submit(f"{LIST}/{held.id}/remove")
    assert boxes(cast) == set()
    assert "Taken off lately" in gina.page.text


def test_who_complained_is_taken_off_only_with_a_reason_that_is_kept(gina: Member, cast: Cast) -> None:
    where = f"{LIST}/{noted(cast, 'angry@contoso.example', Health.COMPLAINED)}"
    assert "breaks the law in many countries" in gina.open(where).text
    gina.submit(f"{where}/remove", why=" ")
    assert gina.page.status_code == 400
    assert 'id="why-error"' in gina.page.text
    assert boxes(cast) == {"angry@contoso.example"}
    gina.submit(f"{where}/remove", why="told Gina so by phone")
    assert boxes(cast) == set()
    kept = db.session.query(SuppressionLifted).filter_by(partner_id=cast.fabrikam.id).one()
    assert (kept.was, kept.why, kept.by.partition(" <")[0]) == ("complained", "told Gina so by phone", "Gina Holm")


@pytest.mark.parametrize("email", ["", "nobody"])
def test_what_is_no_address_is_refused_beside_its_field(gina: Member, email: str) -> None:
    gina.open(LIST)
    gina.submit(LIST, email=email, reason="kept")
    assert gina.page.status_code == 400
    assert 'id="email-error"' in gina.page.text
    assert 'value="kept"' in gina.page.text


def test_of_others_lists_nobody_learns_and_agents_take_nothing_off(ana: Member, stranger: Member, cast: Cast) -> None:
    where = f"{LIST}/{noted(cast, 'angry@contoso.example', Health.COMPLAINED)}"
    assert ana.get(where).status_code == 403
    assert stranger.get(where).status_code == 404
    stranger.open(LIST)
    assert stranger.post(f"{where}/remove", {"csrf_token": stranger.csrf, "why": "x"}).status_code == 404
    assert "angry@" not in stranger.open(LIST).text
    assert boxes(cast) == {"angry@contoso.example"}
