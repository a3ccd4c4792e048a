"""Customers that have bought before cannot accept directly: they are told so, and their partner is told too."""

from datetime import date

import pytest
from sqlalchemy import select

from app.auth import acts
from app.commands import attestations, customers, partners
from app.commands.customers import Profile
from app.core.lifecycle import State
from app.core.vocabulary import Owed, PartnerType, PurchaseKind
from app.db import db, transaction
from app.models import Outbox, Relationship
from app.outbox import Claimed
from app.queries import mails
from tests.cast import MARIA, Cast, Story
from tests.web.conftest import NewVisitor
from tests.web.portal.accounts import FIRST, Account
from tests.web.portal.visitor import DEAD, Visitor, events, mailed_code, tasks
from tests.web.tables import checksums

EXACT = "Please reach out to your Partner to confirm your acceptance of the Microsoft Customer Agreement."


def bought(relationship: Relationship, kind: PurchaseKind = PurchaseKind.AZURE_PLAN) -> None:
    with transaction():
        customers.record_purchase(acts.console(), relationship, kind, date(2025, 3, 1))


def bought_elsewhere(story: Story) -> None:
    with transaction():
        act = acts.console()
        other = partners.add_partner(act, "Tailspin", PartnerType.DIRECT_BILL, "SE")
        profile = Profile("Contoso", "SE", "en", MARIA, story.relationship.customer.domain)
        relationship = customers.add_customer(act, other, profile).relationship
    bought(relationship)


@pytest.fixture
def story(cast: Cast) -> Story:
    return cast.customer()


def blocked_mails(story: Story) -> list[Outbox]:
    db.session.rollback()
    rows = db.session.scalars(select(Outbox).where(Outbox.kind == Owed.BLOCKED))
    return [row for row in rows if row.payload["machine"] == str(story.machine.id)]


@pytest.mark.parametrize("scenario", [1, 2])
def test_the_identified_customer_reads_the_exact_words_and_the_partner_is_told(
    visitor: Visitor, story: Story, scenario: int
) -> None:
    bought(story.relationship) if scenario == 1 else bought_elsewhere(story)
    page = visitor.identify(story.invite(force=True))
    assert f'<p class="exact" lang="en">{EXACT}</p>' in page.text
    assert "/portal/accept" not in visitor.forms
    assert events(story) == ["created", "invite", "block"]
    assert (story.machine.state, story.machine.scenario) == (State.BLOCKED, scenario)
    assert tasks(story) == ["attest-blocked"]
    assert len(blocked_mails(story)) == 1


def test_the_mail_goes_to_whoever_invited(visitor: Visitor, story: Story) -> None:
    bought(story.relationship)
    visitor.identify(story.invite(force=True))
    [row] = blocked_mails(story)
    claimed = Claimed(row.id, row.partner_id, row.lane, row.kind, row.payload, "<1@x>", 1, row.created_at)
    facts = mails.load([claimed], acts.now())[row.id]
    assert facts
    assert [box.email for box in facts.to] == [story.cast.ana.email]


def test_signing_in_blocks_too(visitor: Visitor, account: Account) -> None:
    bought(account.story.relationship)
    visitor.follow(account.invitation)
    assert EXACT in visitor.sign_in(account.name, FIRST).text
    assert events(account.story) == ["created", "invite", "block"]


def test_only_the_post_that_identifies_blocks(visitor: Visitor, story: Story) -> None:
    bought(story.relationship)
    invitation = story.invite(force=True)
    before = checksums()
    for _ in range(3):
        visitor.follow(invitation)
        visitor.send(visitor.client.head, "/portal/invitation")
    assert checksums() == before
    visitor.submit("/portal/code/send")
    visitor.submit("/portal/code", code="0")
    assert events(story) == ["created", "invite"]
    visitor.submit("/portal/code", code=mailed_code(invitation))
    assert events(story) == ["created", "invite", "block"]


def test_an_auto_renewal_does_not_stand_in_the_way(visitor: Visitor, story: Story) -> None:
    bought(story.relationship, PurchaseKind.AUTO_RENEWAL)
    visitor.identify(story.invite())
    assert "/portal/accept" in visitor.forms


def test_a_purchase_that_comes_on_record_meanwhile_blocks_the_accept(visitor: Visitor, story: Story) -> None:
    visitor.identify(story.invite())
    bought(story.relationship)
    page = visitor.accept()
    assert page.status_code == 200
    assert EXACT in page.text
    assert 'role="alert"' not in page.text
    assert events(story) == ["created", "invite", "block"]


def test_whoever_still_has_the_agreement_open_is_told_too(visitor: Visitor, another: NewVisitor, story: Story) -> None:
    invitation, late = story.invite(), another()
    late.identify(invitation)
    open_page = late.page
    bought(story.relationship)
    visitor.identify(invitation)
    before = checksums()
    for action in ("accept", "decline"):
        late.page = open_page
        page = late.submit(f"/portal/{action}", tick=True, typed_name="Maria Ek")
        assert page.status_code == 200
        assert EXACT in page.text
        assert 'role="alert"' not in page.text
    assert checksums() == before


def test_a_blocked_customer_may_come_back_and_reads_the_same(
    visitor: Visitor, another: NewVisitor, story: Story
) -> None:
    bought(story.relationship)
    invitation = story.invite(force=True)
    visitor.identify(invitation)
    assert EXACT in visitor.get().text
    assert EXACT in another().identify(invitation).text
    assert events(story) == ["created", "invite", "block"]


def test_once_the_partner_attests_the_link_is_dead(visitor: Visitor, another: NewVisitor, story: Story) -> None:
    bought(story.relationship)
    invitation = story.invite(force=True)
    visitor.identify(invitation)
    with transaction():
        act = story.cast.act()
        attestations.attest(act, story.machine, story.relationship, MARIA, act.at, story.cast.rules)
    for browser in (visitor, another()):
        assert DEAD in browser.follow(invitation).text
    assert visitor.get().status_code == 410
