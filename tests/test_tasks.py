"""Tasks: whose they are, in which order they are read, who may say what of them, and what closes them by itself."""

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.auth import acts
from app.commands import (
    acceptances,
    deliveries,
    disputes,
    drafts,
    duties,
    handovers,
    invitations,
    pauses,
    webhooks,
)
from app.commands import tasks as asking
from app.commands.acceptances import Consent
from app.commands.webhooks import Wanted
from app.core.act import Act
from app.core.carrying import Pausing
from app.core.contact import Contact
from app.core.duties import DUTIES, concerning
from app.core.hooks import Disabling
from app.core.vocabulary import ActorKind, Assurance, Method, PartnerType, Role, TaskKind
from app.db import db, transaction
from app.models import Dispute, Draft, Invitation, Machine, Partner, Staff, Task
from app.queries import tasks
from app.queries.tasks import Asked, Whose
from tests.cast import Cast, Story
from tests.channel import Case, Channel, act, company, done, hire, refused

WORDS = "We accept."


def customer(by: Act) -> Act:
    return Act(ActorKind.CUSTOMER, Method.EMAIL_CODE, by.at, name="Maria Ek", email="maria@contoso.example")


def accept(story: Story, invitation: Invitation) -> None:
    sha256 = hashlib.sha256(WORDS.encode()).hexdigest()
    consent = Consent(WORDS, sha256, "Maria Ek", True, True, Assurance.MAILBOX_CODE, "en-US")
    who, rules = customer(story.cast.act()), story.cast.rules
    done(acceptances.accept, who, story.machine, story.relationship, invitation, consent, rules)


def decline(story: Story, invitation: Invitation) -> None:
    done(acceptances.decline, customer(story.cast.act()), story.machine, invitation, "not now")


def fail(story: Story, invitation: Invitation) -> None:
    done(deliveries.give_up, acts.clock(), invitation, story.machine, "450 4.2.0 later", address=False)


def attest(story: Story) -> None:
    done(Case(story.machine, story.relationship, story.cast.rules).attest, story.cast.act())


def hand_over(story: Story, invitation: Invitation) -> Invitation:
    to = Contact("Nils", "Ek", f"nils@{story.relationship.email.rpartition('@')[2]}")
    who, rules = customer(story.cast.act()), story.cast.rules
    return done(handovers.pass_on, who, story.machine, story.relationship, invitation, to, "he signs", rules)


def held(machine: Machine | None, partner: UUID | None = None) -> list[tuple[str, bool, str | None]]:
    """Kind, whether it is open, and who closed it, oldest first."""
    whose = Task.machine_id == machine.id if machine else (Task.machine_id.is_(None) & (Task.partner_id == partner))
    db.session.rollback()
    rows = db.session.execute(select(Task.kind, Task.closed_at, Task.closed_by).where(whose).order_by(Task.id))
    return [(row.kind.value, row.closed_at is None, row.closed_by) for row in rows]


def task_of(machine: Machine) -> Task:
    db.session.rollback()
    return db.session.scalars(select(Task).where(Task.machine_id == machine.id, Task.closed_at.is_(None))).one()


def read(by: Act, me: Staff, most: int = 20, **asked: Any) -> list[Any]:
    """All of a list, page by page."""
    found: list[Any] = []
    mark = None
    while True:
        rows, mark = tasks.page(by, me.id, Asked(**asked), most, mark)
        assert len(rows) <= most
        found += rows
        if mark is None:
            return found


def test_every_kind_of_task_says_who_does_it_and_until_when() -> None:
    assert set(DUTIES) == set(TaskKind)
    assert all(duty.days > 0 and duty.needs for duty in DUTIES.values())


def test_a_task_is_due_so_many_days_after_it_came_up(cast: Cast) -> None:
    story = cast.customer()
    decline(story, story.invite())
    task = task_of(story.machine)
    assert task.due_at - task.created_at == timedelta(days=DUTIES[TaskKind.CUSTOMER_DECLINED].days)


def test_a_refusal_is_settled_by_the_next_invitation_and_by_an_attestation(cast: Cast) -> None:
    again, vouched = cast.customer(), cast.customer()
    for story in (again, vouched):
        decline(story, story.invite())
        assert held(story.machine) == [("customer-declined", True, None)]
    again.invite()
    attest(vouched)
    for story in (again, vouched):
        assert held(story.machine) == [("customer-declined", False, f"Ana Lind <{cast.ana.email}>")]


def test_a_mail_that_failed_is_settled_when_it_is_sent_again(cast: Cast) -> None:
    story = cast.customer()
    invitation = story.invite()
    fail(story, invitation)
    task = task_of(story.machine)
    assert (task.kind, task.subject_id) == (TaskKind.MAIL_FAILED, invitation.id)
    done(invitations.resend, cast.act(), story.machine, story.relationship, invitation, cast.rules)
    assert [still for _, still, _ in held(story.machine)] == [False]


def test_a_first_password_that_did_not_arrive_is_another_matter(cast: Cast) -> None:
    story = cast.customer()
    done(asking.ask_once, cast.act(), TaskKind.MAIL_FAILED, story.machine, f"{asking.UNARRIVED}: 550")
    story.invite()
    assert [still for _, still, _ in held(story.machine)] == [True]
    done(asking.arrived, cast.act(), story.machine)
    assert [still for _, still, _ in held(story.machine)] == [False]


def test_a_customer_that_accepts_settles_what_was_in_its_way_and_is_not_named(cast: Cast) -> None:
    story = cast.customer()
    invitation = hand_over(story, story.invite())
    fail(story, invitation)
    accept(story, invitation)
    assert held(story.machine) == [("handed-over", False, "customer"), ("mail-failed", False, "customer")]


def test_an_endpoint_that_works_again_or_is_gone_needs_nobody(cast: Cast) -> None:
    boss = hire(cast.fabrikam, Role.GLOBAL_ADMIN, name="Bea Boss")
    for end_it in (webhooks.enable, webhooks.remove):
        end = done(webhooks.add, act(boss), Wanted("https://x.example", ["*"]), b"s" * 32)
        done(webhooks.disable, acts.clock(), end, Disabling.FAILING)
        assert held(None, cast.fabrikam.id)[-1][1]
        done(end_it, act(boss), end)
        assert held(None, cast.fabrikam.id)[-1] == ("endpoint-disabled", False, f"Bea Boss <{boss.email}>")


def test_mail_that_goes_on_needs_nobody(cast: Cast) -> None:
    boss = hire(cast.fabrikam, Role.GLOBAL_ADMIN, name="Bea Boss")
    done(pauses.pause, act(boss), cast.fabrikam, Pausing.BY_HAND)
    with transaction() as session:
        values = {"partner_id": cast.fabrikam.id, "kind": TaskKind.MAIL_PAUSED, "created_at": acts.now()}
        session.add(Task(**values))
    done(pauses.resume, act(boss), db.session.get_one(Partner, cast.fabrikam.id))
    assert held(None, cast.fabrikam.id) == [("mail-paused", False, f"Bea Boss <{boss.email}>")]


def test_the_readers_own_come_first_then_nobodys_then_others_each_by_when_they_are_due(cast: Cast) -> None:
    bo = hire(cast.fabrikam, name="Bo Ek")
    with transaction() as session:
        for number, owner in enumerate([None, bo.id, cast.ana.id, None, bo.id, cast.ana.id, None]):
            at = acts.now() - timedelta(days=20 - number)
            values = {"partner_id": cast.fabrikam.id, "kind": TaskKind.ORDER_REFUSED, "created_at": at}
            session.add(Task(**values, assignee_id=owner, note=str(number)))
    expected = ["2", "5", "0", "3", "6", "1", "4"]
    for most in (1, 2, 3, 20):
        assert [row.task.note for row in read(cast.act(), cast.ana, most)] == expected
    assert [row.task.note for row in read(cast.act(), cast.ana, 2, whose=Whose.OTHERS)] == ["1", "4"]
    assert tasks.waiting(cast.act(), cast.act().at) == (7, 7)
    first = read(cast.act(), cast.ana)[0].task
    done(duties.close, cast.act(), db.session.get_one(Task, first.id))
    assert [row.task.note for row in read(cast.act(), cast.ana, 1, closed=True)] == ["2"]
    assert read(cast.act(), cast.ana, kind=TaskKind.MAIL_PAUSED) == []


def test_a_task_is_taken_handed_on_and_done_and_who_did_it_is_kept(cast: Cast) -> None:
    bo, story = hire(cast.fabrikam, name="Bo Ek"), cast.customer()
    decline(story, story.invite())
    done(duties.take, cast.act(), task_of(story.machine))
    assert task_of(story.machine).assignee_id == cast.ana.id
    done(duties.assign, cast.act(), task_of(story.machine), bo)
    task = task_of(story.machine)
    assert task.assignee_id == bo.id
    done(duties.close, act(bo), task)
    assert held(story.machine) == [("customer-declined", False, f"Bo Ek <{bo.email}>")]
    assert refused(duties.close, cast.act(), db.session.get_one(Task, task.id)) == "changed-meanwhile"


def test_what_something_here_settles_is_not_done_by_saying_so(cast: Cast) -> None:
    story = cast.customer()
    done(acceptances.report_refusal, cast.act(), story.machine, 1)
    assert refused(duties.close, cast.act(), task_of(story.machine)) == "wrong-state"
    attest(story)
    assert held(story.machine) == [("attest-blocked", False, f"Ana Lind <{cast.ana.email}>")]


def test_nobody_else_may_be_given_a_task_or_say_anything_of_it(cast: Cast) -> None:
    other = hire(company("Other", PartnerType.DIRECT_BILL))
    global_admin = hire(cast.fabrikam, Role.GLOBAL_ADMIN, name="Bea Boss")
    story = cast.customer()
    decline(story, story.invite())
    task = task_of(story.machine)
    assert refused(duties.assign, cast.act(), task, other) == "not-found"
    assert refused(duties.take, act(other), task) == "not-found"
    assert refused(duties.close, act(global_admin), task) == "role-not-allowed"
    assert [row.task.id for row in read(act(global_admin), global_admin)] == []
    assert set(concerning(act(global_admin))) >= {TaskKind.ATTEST_BLOCKED, TaskKind.MAIL_PAUSED}
    for by, id in ((act(other), task.id), (act(global_admin), task.id), (cast.act(), cast.fabrikam.id)):
        with pytest.raises(Exception, match="not-found"):
            tasks.of(by, id)
    assert tasks.of(cast.act(), task.id).id == task.id


def test_a_draft_and_a_dispute_go_with_the_task(channel: Channel) -> None:
    drafted, doubted = channel.customer(), channel.customer()
    draft = done(drafted.submit, act(channel.rita))
    done(duties.take, act(channel.pia), task_of(drafted.machine))
    db.session.rollback()
    assert db.session.get_one(Draft, draft.id).assignee_id == channel.pia.id
    done(doubted.attest, act(channel.pia))
    dispute = done(disputes.open_dispute, act(channel.pia), doubted.machine, "she had left")
    done(duties.assign, act(channel.pia), task_of(doubted.machine), channel.per)
    db.session.rollback()
    assert db.session.get_one(Dispute, dispute.id).owner_id == channel.per.id
    rows = {row.task.kind: row for row in read(act(channel.pia), channel.pia)}
    assert rows[TaskKind.REVIEW_DRAFT].draft_id == draft.id
    assert rows[TaskKind.ANSWER_DISPUTE].dispute_id == dispute.id


def test_a_resellers_task_names_the_customer_only_as_long_as_it_works_it(channel: Channel) -> None:
    case = channel.customer()
    draft = done(case.submit, act(channel.rita))
    done(drafts.give_back, act(channel.pia), draft, "the date is missing")
    [row] = read(act(channel.rita), channel.rita)
    assert (row.company, row.customer_id) == ("Contoso", case.machine.customer_id)
    with transaction() as session:
        session.execute(
            update(type(case.relationship))
            .where(type(case.relationship).id == case.relationship.id)
            .values(reseller_id=None)
        )
    [row] = read(act(channel.rita), channel.rita)
    assert (row.company, row.customer_id) == (None, None)


def test_a_person_who_left_is_not_offered(app: Flask, cast: Cast) -> None:
    bo = hire(cast.fabrikam, name="Bo Ek")
    assert [one.name for one in tasks.colleagues(cast.fabrikam.id)] == ["Ana Lind", "Bo Ek"]
    with transaction() as session:
        session.get_one(Staff, bo.id).disabled_at = acts.now()
    assert [one.name for one in tasks.colleagues(cast.fabrikam.id)] == ["Ana Lind"]
