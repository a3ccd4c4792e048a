"""One-time links that show nothing (any more), and tokens that are none: one page for all of them."""

import base64
import secrets
from collections.abc import Callable
from dataclasses import replace

import pytest

from app.auth import acts
from app.commands import credentials, invitations
from app.commands.credentials import First, Whose
from app.core import links
from app.core.vocabulary import InvitationKind
from app.db import transaction
from app.installation import installation
from app.models import Reveal
from tests.conftest import database_url  # noqa: F401  on both engines
from tests.web.conftest import NewVisitor
from tests.web.portal import unveiling
from tests.web.portal.accounts import FIRST, Account
from tests.web.portal.twice import OWN
from tests.web.portal.unveiling import SHOW, WHERE, again, newest, path, show
from tests.web.portal.visitor import DEAD, Visitor
from tests.web.portal.visitor import token as invitations_token


def use(account: Account, link: Reveal, visitor: Visitor) -> None:
    show(visitor, link)


def expire(account: Account, link: Reveal, visitor: Visitor) -> None:
    with transaction():
        again(link).expires_at = acts.now()


def resend(account: Account, link: Reveal, visitor: Visitor) -> None:
    story = account.story
    with transaction():
        row = newest(story)
        invitations.resend(story.cast.act(), story.machine, story.relationship, row, story.cast.rules)


def revoke(account: Account, link: Reveal, visitor: Visitor) -> None:
    with transaction():
        invitations.revoke(account.story.cast.act(), account.story.machine, newest(account.story))


def invite_another(account: Account, link: Reveal, visitor: Visitor) -> None:
    contact = replace(account.story.relationship.contact, email="bo@elsewhere.example")
    account.story.invite(InvitationKind.NEW_CUSTOMER, contact=contact)


def ask_another_thing(account: Account, link: Reveal, visitor: Visitor) -> None:
    contact = replace(account.story.relationship.contact, email="bo@elsewhere.example")
    account.story.invite(InvitationKind.AGREEMENT, contact=contact)


def renew(account: Account, link: Reveal, visitor: Visitor) -> None:
    story = account.story
    to = Whose(story.relationship.contact, "en")
    with transaction():
        first = First(account.user.password_hash, account.user.first_password or b"")
        credentials.renew(story.cast.act(), story.machine, story.relationship, to, first)


def choose_own(account: Account, link: Reveal, visitor: Visitor) -> None:
    visitor.follow(newest(account.story))
    visitor.sign_in(account.name, FIRST)
    visitor.submit("/portal/password", password=OWN, repeat=OWN)
    assert visitor.is_identified()


def disable(account: Account, link: Reveal, visitor: Visitor) -> None:
    with transaction():
        account.user.disabled_at = acts.now()


ENDS = [use, expire, resend, revoke, invite_another, ask_another_thing, renew, choose_own, disable]


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
def test_a_link_that_has_ended_shows_the_one_dead_page_before_and_after_it_was_followed(
    end: Callable[[Account, Reveal, Visitor], None], another: NewVisitor, fresh: Account, link: Reveal
) -> None:
    identified, address = another(), path(link)
    unveiling.identify(identified, link)
    form = identified.forms[SHOW].fields
    end(fresh, link, another())
    expected = (410, another().get(f"/AdminPortal/Home/{secrets.token_urlsafe(32)}").text)
    assert DEAD in expected[1]
    late = another().get(address)
    assert (late.status_code, late.text) == expected
    assert (identified.get(WHERE).status_code, identified.page.text) == expected
    answer = identified.post(SHOW, form)
    assert (answer.status_code, answer.text) == expected


def test_tokens_that_are_not_ours_show_the_one_dead_page(another: NewVisitor, fresh: Account, link: Reveal) -> None:
    keys, good = installation().keys, unveiling.token(link)
    bad = [
        *(good[:-1], good[1:], good + "=", good + "A", good.lower(), str(link.id), "\0" * 43, "x" * 5000),
        links.token(keys.reveal, link.id, link.generation + 1),
        links.token(keys.link, link.id, link.generation),
        # Of an invitation that is open, and that one's id signed as if it were a link like this.
        invitations_token(newest(fresh.story)),
        links.token(keys.reveal, newest(fresh.story).id, 1),
        base64.urlsafe_b64encode(link.id.bytes + bytes(16)).rstrip(b"=").decode(),
        *(secrets.token_urlsafe(32) for _ in range(20)),
    ]
    expected = another().get(f"/AdminPortal/Home/{secrets.token_urlsafe(32)}")
    for guess in bad:
        answer = another().get(f"/reveal/{guess}")
        assert (answer.status_code, answer.text) == (410, expected.text), guess
        assert "Set-Cookie" not in answer.headers
    assert another().get(f"/AdminPortal/Home/{good}").text == expected.text
    assert another().get(path(link)).status_code == 200
