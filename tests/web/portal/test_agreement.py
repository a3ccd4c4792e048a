"""`GET /portal/invitation` for who is identified, and `POST /portal/accept`."""

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.auth import acts
from app.commands import attestations, invitations
from app.core.lifecycle import State
from app.core.vocabulary import Assurance, InvitationKind, InvitationStatus, RelationshipState
from app.db import db, transaction
from app.models import Invitation, Record
from tests.cast import MARIA, Cast, Story
from tests.conftest import database_url  # noqa: F401  on both engines
from tests.web.conftest import NewVisitor
from tests.web.portal.accounts import FIRST, Account
from tests.web.portal.visitor import DEAD, PAGE, Visitor, events, sealed
from tests.web.tables import checksums


@pytest.fixture
def story(cast: Cast) -> Story:
    return cast.customer()


@pytest.fixture
def invitation(story: Story) -> Invitation:
    return story.invite()


def receipt(story: Story) -> str:
    db.session.rollback()
    query = select(Record.hash).where(Record.machine_id == story.machine.id, Record.event == "accept")
    return db.session.scalars(query).one()


# Works


def test_the_agreement_is_shown_with_open_boxes(visitor: Visitor, invitation: Invitation) -> None:
    page = visitor.identify(invitation)
    assert "https://aka.ms/customeragreement" in page.text
    assert set(visitor.forms["/portal/accept"].boxes) == {"agreement", "authority"}
    assert "delegated" not in page.text


def test_accepting_moves_the_machine_and_shows_a_receipt(
    visitor: Visitor, story: Story, invitation: Invitation
) -> None:
    visitor.identify(invitation)
    page = visitor.accept()
    assert (page.status_code, page.history[0].status_code, page.request.path) == (200, 303, PAGE)
    assert receipt(story) in page.text
    assert events(story) == ["created", "invite", "accept"]
    assert story.machine.state is State.DIRECT
    assert story.machine.assurance is Assurance.MAILBOX_CODE
    assert invitation.status is InvitationStatus.USED


def test_a_second_post_shows_the_same_receipt_and_records_nothing(
    visitor: Visitor, story: Story, invitation: Invitation
) -> None:
    visitor.identify(invitation)
    form = visitor.forms["/portal/accept"]
    first = visitor.accept()
    before = checksums()
    second = visitor.post("/portal/accept", form.fields | form.boxes | {"typed_name": "Eve"}, follow_redirects=True)
    assert second.status_code == 200
    assert receipt(story) in first.text
    assert receipt(story) in second.text
    assert checksums() == before


def test_of_accepts_at_once_one_is_recorded_and_all_see_its_receipt(
    app: Flask, visitor: Visitor, story: Story, invitation: Invitation
) -> None:
    visitor.identify(invitation)
    form, cookie, pages = visitor.forms["/portal/accept"], visitor.cookie(), list[str]()

    def press() -> None:
        client = app.test_client()
        client.set_cookie("assent", cookie)
        data = form.fields | form.boxes | {"typed_name": "Maria Ek"}
        answer = client.post("/portal/accept", data=data, follow_redirects=True)
        pages.append(f"{answer.status_code} {answer.text}")

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert events(story) == ["created", "invite", "accept"]
    assert all(page.startswith("200") and receipt(story) in page and 'role="alert"' not in page for page in pages)


def test_the_receipt_stays_the_same_whatever_is_recorded_later(
    visitor: Visitor, story: Story, invitation: Invitation
) -> None:
    visitor.identify(invitation)
    visitor.accept()
    with transaction():
        act = story.cast.act()
        attestations.attest(act, story.machine, story.relationship, MARIA, act.at, story.cast.rules)
    with transaction():
        attestations.withdraw(story.cast.act(), story.machine, "asked by phone")
    assert receipt(story) in visitor.get().text


def test_an_account_of_the_tenant_accepts_with_its_own_assurance(visitor: Visitor, account: Account) -> None:
    visitor.follow(account.invitation)
    visitor.sign_in(account.name, FIRST)
    visitor.accept()
    db.session.refresh(account.story.machine)
    assert account.story.machine.assurance is Assurance.TENANT_ACCOUNT


def test_relationship_and_agreement_are_accepted_in_one_step(visitor: Visitor, story: Story) -> None:
    with transaction():
        story.relationship.state = RelationshipState.REQUESTED
    invitation = story.invite(InvitationKind.RELATIONSHIP, dap=True)
    page = visitor.identify(invitation)
    assert list(visitor.forms["/portal/accept"].boxes) == ["relationship", "agreement", "authority"]
    assert "including delegated administration rights (Global admin and Helpdesk admin roles)" in page.text
    visitor.accept()
    db.session.refresh(story.relationship)
    assert story.relationship.state is RelationshipState.ACTIVE
    assert story.machine.state is State.DIRECT


def test_a_relationship_without_admin_rights_says_so(visitor: Visitor, story: Story) -> None:
    visitor.identify(story.invite(InvitationKind.RELATIONSHIP))
    assert "this gives no administration rights" in visitor.page.text


def test_the_agreements_language_is_the_readers_where_it_is_offered(visitor: Visitor, story: Story) -> None:
    visitor.identify(story.invite(language="sv"))
    assert "sv-SE)" in visitor.page.text


# Not identified


def test_whoever_is_not_identified_cannot_accept(
    visitor: Visitor, another: NewVisitor, story: Story, invitation: Invitation
) -> None:
    visitor.identify(invitation)
    form, stranger = visitor.forms["/portal/accept"], another()
    stranger.follow(invitation)
    data = form.fields | form.boxes | {"typed_name": "Eve", "csrf_token": stranger.csrf}
    before = checksums()
    answer = stranger.post("/portal/accept", data)
    assert answer.status_code == 401
    assert "Identify yourself first" in answer.text
    assert checksums() == before


# Bad input


@pytest.mark.parametrize("kind", [InvitationKind.AGREEMENT, InvitationKind.RELATIONSHIP])
def test_every_box_must_be_ticked(visitor: Visitor, story: Story, kind: InvitationKind) -> None:
    visitor.identify(story.invite(kind))
    form = visitor.forms["/portal/accept"]
    before = checksums()
    for box in form.boxes:
        ticked = {name: value for name, value in form.boxes.items() if name != box}
        answer = visitor.post("/portal/accept", form.fields | ticked | {"typed_name": "Maria Ek"})
        assert answer.status_code in (400, 403)
        assert "Maria Ek" in answer.text, "what was typed is still there"
    assert checksums() == before


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "Tick every box and type your full name"),
        ("   ", "Tick every box and type your full name"),
        ("Maria\0Ek", "Give your full name as one line of at most 200 characters"),
        ("Maria\x1b[2JEk", "Give your full name as one line"),
        ("Maria\nEk", "Give your full name as one line"),
        ("Maria\u2028Ek", "Give your full name as one line"),
        ("M" * 201, "Give your full name as one line"),
    ],
)
def test_a_name_that_is_none_is_refused(visitor: Visitor, invitation: Invitation, name: str, says: str) -> None:
    visitor.identify(invitation)
    before = checksums()
    page = visitor.accept(typed_name=name)
    assert page.status_code == 400
    assert f'id="typed_name-error">{says}' in page.text, "beside the name"
    assert page.text.count(" required checked>") == 2, "what was ticked stays"
    assert checksums() == before


@pytest.mark.parametrize("name", ["Ó Séaghdha-Łukasz 'Ng' 山田", "M" * 200, "  Maria Ek "])
def test_names_are_what_people_have(visitor: Visitor, story: Story, invitation: Invitation, name: str) -> None:
    visitor.identify(invitation)
    page = visitor.accept(typed_name=name)
    assert receipt(story) in page.text
    assert sealed(story, "accept")["typedName"] == name.strip()


@pytest.mark.parametrize("sha256", ["", "0" * 64, "\0"])
def test_another_statement_than_the_one_shown_is_refused(visitor: Visitor, invitation: Invitation, sha256: str) -> None:
    visitor.identify(invitation)
    page = visitor.accept(statement=sha256)
    assert page.status_code == 409
    assert "The text has changed" in page.text


def test_a_statement_that_changed_since_is_shown_anew(visitor: Visitor, story: Story, invitation: Invitation) -> None:
    visitor.identify(invitation)
    with transaction():
        story.relationship.company = "Contoso Group"
    assert visitor.accept().status_code == 409
    assert "accept it on behalf of Contoso Group" in visitor.page.text
    page = visitor.accept()
    assert receipt(story) in page.text


def test_a_user_who_is_no_admin_cannot_bind_the_customer(visitor: Visitor, account: Account) -> None:
    with transaction():
        account.user.is_admin = False
    visitor.follow(account.invitation)
    visitor.sign_in(account.name, FIRST)
    page = visitor.accept()
    assert page.status_code == 403
    assert "Only an admin of the customer" in page.text


# Wrong state


def test_an_invitation_that_expired_meanwhile_is_dead(visitor: Visitor, story: Story, invitation: Invitation) -> None:
    visitor.identify(invitation)
    with transaction():
        invitation.expires_at = acts.now() - timedelta(seconds=1)
    before = checksums()
    page = visitor.accept()
    assert page.status_code == 410
    assert DEAD in page.text
    assert checksums() == before
    with transaction():
        invitations.expire(acts.clock(), story.machine, invitation)
    assert visitor.get().status_code == 410
