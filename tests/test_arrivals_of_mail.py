"""What webhooks about our mails do: delivered, sent back, complained of, in whatever order they come."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from app import outbox
from app.auth import acts
from app.commands import invitations, portal
from app.commands.owing import owe
from app.core.carrying import Delivery, Outcome
from app.core.hooks import Arrival
from app.core.refusals import Refused
from app.core.vocabulary import Owed
from app.db import db, transaction
from app.models import Invitation, Machine, Suppression
from app.outbox import Claimed, Finished
from app.settling import settle
from tests.arriving import Source, events, fresh, grown, news, source_of, tasks
from tests.cast import Cast, Story
from tests.channel import company, counts
from tests.rows import empty


@dataclass
class Post:
    """One customer's invitation and the mails about it."""

    cast: Cast
    source: Source
    story: Story
    invitation: Invitation

    @property
    def machine(self) -> Machine:
        return self.story.machine

    def carry(self, kind: Owed = Owed.INVITATION) -> Claimed:
        """The worker takes up the mail."""
        rows = outbox.claim("me", 10, timedelta(minutes=1), 0, "assent.example")
        return next(row for row in rows if row.kind is kind)

    def settle(self, row: Claimed) -> None:
        settle("me", [Finished(row, Outcome.DONE)])

    def send(self) -> str:
        row = self.carry()
        self.settle(row)
        return row.message_id

    def resend(self) -> None:
        story = self.story
        with transaction():
            invitations.resend(self.cast.act(), story.machine, story.relationship, self.invitation, self.cast.rules)

    def says(self, event: str, name: str | None = None, **told: object) -> str:
        named = {"messageId": name} if name else {"invitationId": str(self.invitation.id)}
        row = self.source.tell(f"email.{event}", {**named, **told})
        assert row.machine_id in (self.machine.id, None)
        return f"{row.outcome} {row.reason or ''}".strip()

    @property
    def delivery(self) -> str:
        return str(fresh(self.invitation.id, Invitation).delivery)


@pytest.fixture
def post(cast: Cast) -> Post:
    empty()
    story = cast.customer()
    return Post(cast, source_of(cast.fabrikam), story, story.invite())


@pytest.mark.parametrize("form", ["as sent", "without brackets", "by invitation"])
def test_a_mail_is_known_by_its_message_id_or_by_its_invitation(post: Post, form: str) -> None:
    name = post.send()
    forms = {"as sent": name, "without brackets": name.strip("<>").upper(), "by invitation": None}
    assert post.says("delivered", forms[form]) == "done"
    assert post.delivery == "delivered"
    assert news(post.machine)[-2:] == ["invitation.sent", "invitation.delivered"]
    assert events(post.machine) == ["created", "invite"]


def test_delivered_twice_is_news_once(post: Post) -> None:
    name = post.send()
    assert {post.says("delivered", name) for _ in range(2)} == {"done"}
    assert news(post.machine).count("invitation.delivered") == 1


def test_what_was_delivered_may_still_come_back_but_not_the_other_way_round(post: Post) -> None:
    name = post.send()
    for event in ("delivered", "bounced", "delivered", "bounced"):
        assert post.says(event, name) == "done"
    assert post.delivery == "bounced"
    assert events(post.machine) == ["created", "invite", "bounced"]
    assert news(post.machine)[-2:] == ["invitation.delivered", "invitation.bounced"]
    assert tasks(post.machine) == [("mail-failed", "bounced later on")]


@pytest.mark.parametrize(("event", "ends"), [("delivered", "delivered"), ("bounced", "bounced")])
def test_a_report_may_be_here_before_the_relays_answer_is_written_down(post: Post, event: str, ends: str) -> None:
    row = post.carry()
    assert post.says(event, row.message_id) == "done"
    post.settle(row)
    assert post.delivery == ends
    assert "invitation.sent" not in news(post.machine)


def test_a_bounce_that_is_not_for_good_changes_nothing(post: Post) -> None:
    name = post.send()
    before = counts()
    assert post.says("bounced", name, permanent=False) == "done"
    assert post.says("bounced", name, permanent="no") == "refused invalid-value"
    assert grown(before) == {"received_hook": 2, "task": 1}
    assert post.delivery == "sent"


def test_reports_of_a_mail_that_was_sent_anew_say_nothing_of_the_newer_one(post: Post) -> None:
    former = post.send()
    post.resend()
    for event in ("bounced", "delivered"):
        assert post.says(event, former) == "done"
    assert post.delivery == "queued"
    assert post.says("bounced", post.send()) == "done"
    assert post.delivery == "bounced"


def test_a_complaint_is_on_record_once_and_the_mailbox_is_left_alone(post: Post) -> None:
    name = post.send()
    for event in ("complained", "complained", "bounced", "delivered"):
        assert post.says(event, name) == "done"
    assert post.delivery == Delivery.COMPLAINED
    assert events(post.machine) == ["created", "invite", "complained"]
    assert news(post.machine)[-1] == "invitation.complained"
    kept = select(Suppression.mailbox, Suppression.reason).where(Suppression.partner_id == post.cast.fabrikam.id)
    assert [tuple(row) for row in db.session.execute(kept)] == [(post.invitation.email, "complained")]
    with pytest.raises(Refused, match="contact-suppressed"):
        post.story.invite()
    with pytest.raises(Refused, match="contact-suppressed"):
        post.resend()


def test_a_code_that_came_back_says_that_the_mailbox_is_dead(post: Post) -> None:
    name = post.send()
    assert post.says("delivered", name) == "done"
    with transaction():
        visit = portal.enter(post.cast.act(), post.invitation)
        portal.ask_code(post.cast.act(), visit, post.invitation)
    code = post.carry(Owed.SIGN_IN_CODE).message_id
    assert post.says("delivered", code) == "done"
    assert post.says("bounced", code) == "done"
    assert post.delivery == "bounced"


def test_mails_to_the_partners_own_people_say_nothing_of_the_customer(post: Post) -> None:
    post.send()
    post.source.says("customer.purchased", post.machine)
    name, before = post.carry(Owed.BLOCKED).message_id, counts()
    for event in ("delivered", "bounced", "complained"):
        assert post.says(event, name) == "done"
    assert grown(before) == {"received_hook": 3}
    assert post.delivery == "sent"


def test_the_mail_about_a_disabled_endpoint_is_about_no_agreement(post: Post) -> None:
    with transaction():
        owe(acts.clock(), Owed.ENDPOINT_DISABLED, post.cast.fabrikam.id, "disabled", {"endpoint": str(uuid4())})
    name, before = post.carry(Owed.ENDPOINT_DISABLED).message_id, counts()
    for event in ("delivered", "bounced", "complained"):
        assert post.says(event, name) == "done"
    assert grown(before) == {"received_hook": 3}


def test_mails_of_others_are_as_unknown_as_those_that_there_are_not(post: Post) -> None:
    name = post.send()
    other = source_of(company("Northwind", post.cast.fabrikam.type))
    before = counts()
    for told in ({"messageId": name}, {"invitationId": str(post.invitation.id)}, {"messageId": f"x{name}"}):
        for event in ("delivered", "bounced", "complained"):
            row = other.tell(f"email.{event}", told)
            assert (row.outcome, row.machine_id) == (Arrival.REFUSED, None)
    assert post.says("bounced", name.replace("assent", "elsewhere")) == "refused not-found"
    # Two partners, of one of which it is said three times each of three events.
    assert grown(before) == {"received_hook": 10, "task": 7}
    assert post.delivery == "sent"
