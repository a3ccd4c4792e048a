"""The link of an invitation: it opens a page, spends nothing, identifies nobody; and dead ones tell nothing."""

import base64
import secrets
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from app.auth import acts
from app.commands import attestations, invitations
from app.core import links
from app.core.lifecycle import State
from app.core.vocabulary import InvitationKind
from app.db import db, transaction
from app.installation import installation
from app.models import Invitation
from tests.cast import MARIA, Cast, Story
from tests.conftest import database_url  # noqa: F401  on both engines
from tests.web.conftest import NewVisitor
from tests.web.portal.visitor import DEAD, PAGE, Visitor, path, token
from tests.web.tables import checksums


@pytest.fixture
def story(cast: Cast) -> Story:
    return cast.customer()


# Works


def test_a_link_is_exchanged_for_a_cookie_and_a_clean_address(visitor: Visitor, story: Story) -> None:
    answer = visitor.send(visitor.client.get, path(story.invite()))
    assert (answer.status_code, answer.location) == (303, PAGE)
    name, _, attributes = answer.headers["Set-Cookie"].partition("=")
    assert name == "assent"
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(attributes.split("; "))
    assert "Domain" not in attributes


@pytest.mark.parametrize("spelling", ["AdminPortal/Home", "Adminportal/Home", "adminportal/home"])
def test_the_vendors_spellings_of_the_path_all_work(visitor: Visitor, story: Story, spelling: str) -> None:
    page = visitor.get(f"/{spelling}/{token(story.invite())}?invType=ResellerRelationship&DAP=true")
    assert page.status_code == 200
    assert page.request.path == PAGE


def test_the_page_behind_a_link_says_who_asks_and_does_not_show_the_mailbox(visitor: Visitor, story: Story) -> None:
    page = visitor.follow(story.invite())
    assert "Fabrikam asks Contoso" in page.text
    assert "m•••@" in page.text
    assert story.relationship.email not in page.text


def test_opening_a_link_changes_nothing_however_often(visitor: Visitor, story: Story) -> None:
    invitation = story.invite()
    before = checksums()
    for _ in range(5):
        assert visitor.send(visitor.client.head, path(invitation)).status_code == 303
        assert visitor.follow(invitation).status_code == 200
        assert visitor.send(visitor.client.head, PAGE).status_code == 200
    assert checksums() == before


def test_following_the_same_link_again_goes_on_where_one_was(visitor: Visitor, story: Story) -> None:
    invitation = story.invite()
    visitor.follow(invitation)
    code = visitor.ask_code(invitation)
    visitor.follow(invitation)
    visitor.submit("/portal/code", code=code)
    visitor.follow(invitation)
    assert visitor.is_identified()


# Not identified


def test_holding_a_link_identifies_nobody(visitor: Visitor, story: Story) -> None:
    visitor.follow(story.invite())
    assert not visitor.is_identified()
    assert "/portal/accept" not in visitor.forms


def test_without_a_link_the_page_asks_to_follow_it(visitor: Visitor) -> None:
    page = visitor.get()
    assert page.status_code == 401
    assert "Follow the link in your invitation mail again" in page.text


def test_a_cookie_nobody_signed_is_none(visitor: Visitor, story: Story) -> None:
    visitor.follow(story.invite())
    body, _, signature = visitor.cookie().rpartition(".")
    for forged in (f"{body}.{signature[::-1]}", f"{body[::-1]}.{signature}", "x"):
        visitor.client.set_cookie("assent", forged)
        assert visitor.get().status_code == 401


def test_half_an_hour_without_a_click_ends_the_visit(visitor: Visitor, story: Story) -> None:
    with time_machine.travel(acts.now(), tick=False) as clock:
        visitor.identify(story.invite())
        clock.shift(timedelta(minutes=29))
        assert visitor.is_identified()
        clock.shift(timedelta(minutes=31))
        assert visitor.get().status_code == 401


# Somebody else's


def test_another_invitations_link_begins_anew(visitor: Visitor, story: Story, cast: Cast) -> None:
    visitor.identify(story.invite())
    visitor.follow(cast.customer().invite())
    assert not visitor.is_identified()


def test_a_session_counts_for_its_own_invitation_only(visitor: Visitor, story: Story, cast: Cast) -> None:
    visitor.identify(story.invite())
    other = cast.customer().invite()
    with visitor.client.session_transaction() as cookie:
        cookie["invitation"] = str(other.id)
    assert not visitor.is_identified()


# Unknown, bad input, wrong state: one answer for all that does not open


def accept(story: Story, invitation: Invitation, visitor: Visitor) -> None:
    visitor.identify(invitation)
    visitor.accept()


def decline(story: Story, invitation: Invitation, visitor: Visitor) -> None:
    visitor.identify(invitation)
    visitor.submit("/portal/decline")


def revoke(story: Story, invitation: Invitation, visitor: Visitor) -> None:
    with transaction():
        invitations.revoke(story.cast.act(), story.machine, invitation)


def supersede(story: Story, invitation: Invitation, visitor: Visitor) -> None:
    story.invite()


def attest(story: Story, invitation: Invitation, visitor: Visitor) -> None:
    with transaction():
        act = story.cast.act()
        attestations.attest(act, story.machine, story.relationship, MARIA, act.at, story.cast.rules)


def raise_generation(story: Story, invitation: Invitation, visitor: Visitor) -> None:
    with transaction():
        invitation.generation += 1


def expire(story: Story, invitation: Invitation, visitor: Visitor) -> None:
    with transaction():
        invitation.expires_at = acts.now() - timedelta(seconds=1)


def expire_and_lapse(story: Story, invitation: Invitation, visitor: Visitor) -> None:
    expire(story, invitation, visitor)
    with transaction():
        invitations.expire(acts.clock(), story.machine, invitation)


ENDS = [accept, decline, revoke, supersede, attest, raise_generation, expire, expire_and_lapse]


def dead_page(visitor: Visitor) -> tuple[int, str]:
    answer = visitor.send(visitor.client.get, f"/AdminPortal/Home/{secrets.token_urlsafe(32)}")
    assert DEAD in answer.text
    assert "Set-Cookie" not in answer.headers
    return answer.status_code, answer.text


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
def test_a_link_that_has_ended_shows_the_one_dead_page(
    end: Callable[[Story, Invitation, Visitor], None], another: NewVisitor, story: Story
) -> None:
    invitation = story.invite()
    link = path(invitation)
    end(story, invitation, another())
    answer = another().get(link)
    assert (answer.status_code, answer.text) == dead_page(another())
    assert answer.status_code == 410


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
def test_a_page_opened_before_the_end_shows_the_same(
    end: Callable[[Story, Invitation, Visitor], None], visitor: Visitor, another: NewVisitor, story: Story
) -> None:
    invitation = story.invite()
    visitor.follow(invitation)
    end(story, invitation, another())
    code = visitor.submit("/portal/code/send")
    assert (code.status_code, code.text) == dead_page(another())
    assert (visitor.get().status_code, visitor.page.text) == dead_page(another())


def test_tokens_that_are_not_ours_show_the_one_dead_page(another: NewVisitor, story: Story) -> None:
    invitation = story.invite(InvitationKind.AGREEMENT)
    good, mac = token(invitation), base64.urlsafe_b64decode(token(invitation) + "=")[16:]
    uuid = invitation.id.bytes
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".index(good[-1])
    bad = [
        good[:-1],
        good[1:],
        good + "=",
        good + "A",
        good.lower(),
        # The same bytes, spelled with the two spare bits of the last character set.
        good[:-1] + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[last | 1],
        links.token(b"another installation's key", invitation.id, invitation.generation),
        links.token(installation().keys.link, invitation.id, invitation.generation + 1),
        links.token(installation().keys.code, invitation.id, invitation.generation),
        base64.urlsafe_b64encode(uuid + bytes(16)).rstrip(b"=").decode(),
        base64.urlsafe_b64encode(mac + uuid).rstrip(b"=").decode(),
        str(invitation.id),
        "é" * 43,
        "\0" * 43,
        "x" * 5000,
        *(secrets.token_urlsafe(32) for _ in range(50)),
    ]
    expected = dead_page(another())
    for guess in bad:
        answer = another().get(f"/AdminPortal/Home/{guess}")
        assert (answer.status_code, answer.text) == expected, guess
    db.session.refresh(story.machine)
    assert story.machine.state is State.INVITED
    assert another().follow(invitation).status_code == 200
