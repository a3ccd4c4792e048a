"""What came back, done: known again however often it is told, dead mailboxes left alone, too many of them stopped."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.auth import acts
from app.commands import deliveries, suppressions
from app.core.carrying import Delivery
from app.core.refusals import Refused
from app.core.returned import Fate, Returned
from app.core.vocabulary import Owed, Role
from app.db import db, new_id, transaction
from app.installation import installation
from app.mail.bounces import parse
from app.models import Invitation, OutboxArchive, Suppression
from app.queries import suppressions as queries
from tests.arriving import events, fresh, grown, news, source_of, tasks
from tests.cast import Cast
from tests.channel import company, counts, hire
from tests.mail import reports
from tests.mail.postbox import Postbox
from tests.mail.reports import dsn
from tests.returning import bounce, carried, health, listed, sent, take
from tests.rows import empty
from tests.test_arrivals_of_mail import Post
from tests.working import settings, work


@pytest.fixture
def post(cast: Cast) -> Post:
    empty()
    story = cast.customer()
    return Post(cast, source_of(cast.fabrikam), story, story.invite())


def test_a_hard_bounce_is_done_once_and_its_mailbox_is_left_alone(post: Post) -> None:
    told = bounce(sent(post), "5.1.1")
    assert take(told) is not None
    before = counts()
    assert take(told) is not None
    assert grown(before) == {}
    assert post.delivery == "bounced"
    assert events(post.machine) == ["created", "invite", "bounced"]
    assert news(post.machine)[-1] == "invitation.bounced"
    assert tasks(post.machine) == [("mail-failed", "bounced later on: 550 5.1.1 no")]
    assert listed(post) == [(post.invitation.email, "bounced (5.1.1)")]
    assert health(post.invitation) == "bounced"
    with pytest.raises(Refused, match="contact-suppressed"):
        post.story.invite()


@pytest.mark.parametrize("status", ["5.2.2", "5.7.1", "4.4.1", ""])
def test_what_came_back_from_a_living_mailbox_is_a_task_alone(post: Post, status: str) -> None:
    take(bounce(sent(post), status))
    assert post.delivery == "bounced"
    assert [kind for kind, _ in tasks(post.machine)] == ["mail-failed"]
    assert (listed(post), health(post.invitation)) == ([], "ok")
    post.resend()


def test_a_complaint_weighs_more_than_a_bounce(post: Post) -> None:
    row = sent(post)
    for told in (bounce(row, "5.1.1"), Returned(Fate.COMPLAINED, row), bounce(row, "5.1.1")):
        take(told)
    assert post.delivery == "complained"
    assert listed(post) == [(post.invitation.email, "complained")]
    assert health(post.invitation) == "complained"


def test_a_mail_is_known_by_the_whole_of_its_message_id(post: Post) -> None:
    name = post.send()
    for made_up in (name.replace("assent", "elsewhere"), "<0199f0c2-1111-7abc-8def-0123456789ab@assent.example>", ""):
        assert take(Returned(Fate.DELIVERED, message_id=made_up)) is None
    assert take(Returned(Fate.DELIVERED, new_id(), name)) is None
    assert post.delivery == "sent"
    assert take(Returned(Fate.DELIVERED, message_id=name.upper())) is not None
    assert post.delivery == "delivered"


@pytest.mark.parametrize("fate", [Fate.DELAYED, Fate.UNKNOWN])
def test_what_decides_nothing_changes_nothing(post: Post, fate: Fate) -> None:
    row, before = sent(post), counts()
    assert (take(Returned(fate, row)) is None) == (fate is Fate.UNKNOWN)
    assert grown(before) == {}
    assert post.delivery == "sent"


def test_a_relay_that_knows_no_such_mailbox_says_the_same(post: Post) -> None:
    with transaction():
        invitation = db.session.get_one(Invitation, post.invitation.id)
        deliveries.give_up(acts.clock(), invitation, invitation.machine, "550 5.1.1 no such user", address=True)
    assert listed(post) == [(post.invitation.email, "bounced (5.1.1)")]


@pytest.mark.parametrize(("status", "kept"), [("5.2.2", 0), ("5.1.1", 1), (None, 1)])
def test_a_webhook_may_say_why_it_bounced(post: Post, status: str | None, kept: int) -> None:
    assert post.says("bounced", post.send(), **({"status": status} if status else {})) == "done"
    assert (post.delivery, len(listed(post))) == ("bounced", kept)
    last = db.session.execute(select(OutboxArchive.answer).where(OutboxArchive.id == post.invitation.mail_id)).scalar()
    assert last == status, "the last word on it is the one that came back"


def test_a_webhook_cannot_make_up_a_status(post: Post) -> None:
    assert post.says("bounced", post.send(), status="5.1.1; hello") == "refused invalid-value"


# The list


def test_people_put_mailboxes_on_the_list_and_take_them_off(post: Post) -> None:
    cast, email = post.cast, post.invitation.email
    with transaction():
        row = suppressions.add(acts.console(), cast.fabrikam, email.upper(), "asked by phone")
    assert health(post.invitation) == "suppressed"
    with pytest.raises(Refused, match="already-exists"), transaction():
        suppressions.add(acts.console(), cast.fabrikam, email, "again")
    take(Returned(Fate.COMPLAINED, sent(post)))
    assert listed(post) == [(email, "asked by phone")]
    with pytest.raises(Refused, match="contact-suppressed"):
        post.story.invite()
    boss = acts.staff(hire(cast.fabrikam, Role.GLOBAL_ADMIN).email)[0]
    with transaction():
        suppressions.remove(boss, queries.of_address(boss, f" {email.title()}"))
    assert queries.page(cast.act(), 10) == []
    assert db.session.get(Suppression, row.id) is None
    post.story.invite()


def test_a_list_is_one_partners_and_its_global_admins(post: Post) -> None:
    others = company("Northwind", post.cast.fabrikam.type)
    with transaction():
        row = suppressions.add(acts.console(), others, "maria@contoso.example", "asked by phone")
    act, boss = post.cast.act(), acts.staff(hire(post.cast.fabrikam, Role.GLOBAL_ADMIN).email)[0]
    assert queries.page(act, 10) == []
    for who, says in ((act, "role-not-allowed"), (boss, "not-found")):
        with pytest.raises(Refused, match=says):
            queries.one(who, row.id)
    with pytest.raises(Refused, match="role-not-allowed"), transaction():
        suppressions.add(act, post.cast.fabrikam, "maria@contoso.example", "asked by phone")
    assert [found.id for found in queries.page(acts.staff(hire(others).email)[0], 10)] == [row.id]


def test_the_list_is_searched_and_paged(post: Post) -> None:
    names = ("eva_1", "maria", "eva%2", "Olle")
    with transaction():
        for name in names:
            suppressions.add(acts.console(), post.cast.fabrikam, f"{name}@litware.example", "asked by phone")
    act = post.cast.act()
    first, second = queries.page(act, 2), queries.page(act, 2, queries.page(act, 2)[-1].id)
    assert [row.mailbox.partition("@")[0] for row in (*first, *second)] == ["olle", "eva%2", "maria", "eva_1"]
    for q, found in (("EVA", 2), ("_", 1), ("%", 1), ("litware.example", 4), ("contoso", 0)):
        assert len(queries.page(act, 10, q=q)) == found, q


def test_a_mail_to_somebody_else_that_came_back_says_nothing_of_the_invited(post: Post) -> None:
    [receipt] = carried(post, 1, kind=Owed.ACCEPTED, payload={"machine": str(post.machine.id), "invitation": None})
    mail = take(bounce(receipt, "5.1.1"))
    assert mail is not None
    assert (mail.machine, mail.invitation) == (fresh(post.machine.id, type(post.machine)), None)
    assert fresh(post.invitation.id, Invitation).delivery is Delivery.QUEUED


def test_a_reminder_that_came_back_says_it_of_the_invitation(post: Post) -> None:
    payload = {"machine": str(post.machine.id), "invitation": str(post.invitation.id)}
    [row] = carried(post, 1, kind=Owed.REMINDER, payload=payload)
    take(bounce(row, "5.1.1"))
    assert (post.delivery, health(post.invitation)) == ("bounced", "bounced")


def test_a_report_comes_back_to_the_address_that_the_mail_was_sent_from(app: Flask, post: Post) -> None:
    box = Postbox().start()
    with settings(app, SMTP_URL=box.url(), MAIL_BOUNCES="bounces@assent.example"):
        work(app, lambda: post.delivery == "sent")
    box.stop()
    [letter] = box.letters
    assert letter.sender.startswith("bounces+")
    report = dsn(letter.sender, "<another@relay.example>", reports.POSTFIX)
    assert take(parse(report.encode(), installation().keys.bounce)) is not None
    assert post.delivery == "bounced"
