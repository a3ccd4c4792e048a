"""Disputes: while one is open the gate warns; rejected, the acceptance stands; upheld, it is withdrawn."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.commands import attestations, disputes
from app.commands.invitations import Ask, invite
from app.core.gate import Decision, Verdict, Warn
from app.core.lifecycle import State
from app.core.policy import Cell, Rulebook
from app.core.rows import laid_over
from app.core.vocabulary import DisputeStatus, InvitationKind, Operation, PartnerType, Role
from app.db import db
from app.models import Dispute, News
from app.queries import decisions, doubts, scope, subjects
from tests.cast import MARIA
from tests.channel import Case, Channel, act, company, done, hire, refused, tasks
from tests.model import reading, world

WHY = "nobody here agreed"
STAFF = ("admin-agent", "sales-agent")


@pytest.fixture
def attested(channel: Channel) -> Case:
    case = channel.customer()
    done(case.attest, act(channel.pia))
    return case


def doubt(case: Case, channel: Channel) -> Dispute:
    return done(disputes.open_dispute, act(channel.pia), case.machine, WHY, channel.pia)


def asked(case: Case) -> Decision:
    """The gate's answer to a new purchase."""
    db.session.rollback()
    at = case.machine.since + timedelta(seconds=1)
    known = subjects.around(case.relationship, at)
    return decisions.answer(known, Cell(Operation.NEW_PURCHASE), at, case.rules)[0]


def events(case: Case) -> list[str]:
    return [record["event"] for record in reading.assert_chain_is_sound(case.machine.id)]


def test_while_a_dispute_is_open_the_gate_warns(channel: Channel, attested: Case) -> None:
    assert (asked(attested).verdict, asked(attested).warnings) == (Verdict.ALLOW, ())
    dispute = doubt(attested, channel)
    assert (asked(attested).verdict, asked(attested).warnings) == (Verdict.ALLOW, (Warn.DISPUTED,))
    done(disputes.close_dispute, act(channel.pia), dispute, "signed order of May 4", upheld=False)
    assert (asked(attested).verdict, asked(attested).warnings) == (Verdict.ALLOW, ())


def test_a_dispute_has_an_owner_a_task_and_fourteen_days(channel: Channel, attested: Case) -> None:
    by = act(channel.per)
    dispute = done(disputes.open_dispute, by, attested.machine, WHY, channel.pia)
    assert (dispute.status, dispute.record_number, dispute.owner_id) == ("open", 2, channel.pia.id)
    assert (dispute.opened_at, dispute.due_at) == (by.at, by.at + timedelta(days=14))
    assert dispute.opened_by == f"{by.name} <{by.email}>"
    assert tasks(attested.machine) == [("answer-dispute", channel.provider.id, channel.pia.id, True)]


def test_an_open_dispute_is_on_record_and_moves_nothing(channel: Channel, attested: Case) -> None:
    dispute = doubt(attested, channel)
    assert events(attested) == ["created", "attest", "disputed"]
    record = reading.chain(attested.machine.id)[-1]
    assert (record["before"], record["after"]) == ("partner-attested", "partner-attested")
    assert (record["facts"]["dispute"], record["facts"]["disputes"]) == (str(dispute.id), 2)
    assert WHY not in str(record)
    values = reading.personal(attested.machine.id)
    assert values[record["sealed"]["reason"]]["value"] == WHY


def test_a_rejected_dispute_leaves_the_acceptance_as_it_was(channel: Channel, attested: Case) -> None:
    dispute, by = doubt(attested, channel), act(channel.per)
    done(disputes.close_dispute, by, dispute, "signed order of May 4", upheld=False)
    assert (attested.machine.state, attested.machine.acceptance_number) == (State.ATTESTED, 2)
    assert events(attested) == ["created", "attest", "disputed", "dispute-closed"]
    assert reading.chain(attested.machine.id)[-1]["facts"]["outcome"] == "rejected"
    assert (dispute.status, dispute.answer, dispute.closed_at) == ("rejected", "signed order of May 4", by.at)
    assert [task[3] for task in tasks(attested.machine)] == [False]


def test_an_upheld_dispute_withdraws_the_acceptance(channel: Channel, attested: Case) -> None:
    dispute = doubt(attested, channel)
    done(disputes.close_dispute, act(channel.pia), dispute, "they are right", upheld=True)
    assert (attested.machine.state, attested.machine.acceptance_number) == (State.UNCONFIRMED, None)
    assert events(attested) == ["created", "attest", "disputed", "withdraw", "dispute-closed"]
    assert reading.chain(attested.machine.id)[-1]["facts"]["outcome"] == "upheld"
    still = [task[0] for task in tasks(attested.machine) if task[3]]
    assert still == ["cancel-subscriptions"]
    assert asked(attested).verdict is Verdict.DENY


def test_followers_hear_of_it(channel: Channel, attested: Case) -> None:
    done(disputes.close_dispute, act(channel.pia), doubt(attested, channel), "they are right", upheld=True)
    heard = db.session.query(News.type).where(News.machine_id == attested.machine.id).order_by(News.id)
    words = [str(kind) for (kind,) in heard]
    assert words[2:] == ["agreement.disputed", "agreement.withdrawn", "agreement.dispute-closed"]


def test_one_dispute_at_a_time(channel: Channel, attested: Case) -> None:
    first = doubt(attested, channel)
    assert refused(disputes.open_dispute, act(channel.per), attested.machine, WHY) == "already-exists"
    done(disputes.close_dispute, act(channel.pia), first, "signed order", upheld=False)
    second = doubt(attested, channel)
    assert second.record_number == 2
    assert [item["status"] for item in doubts.of(act(channel.pia), None)] == ["rejected", "open"]


def test_without_an_acceptance_there_is_nothing_to_doubt(channel: Channel, attested: Case) -> None:
    new = channel.customer()
    assert refused(disputes.open_dispute, act(channel.pia), new.machine, WHY) == "wrong-state"
    done(attestations.withdraw, act(channel.pia), attested.machine, "by phone")
    assert refused(disputes.open_dispute, act(channel.pia), attested.machine, WHY) == "wrong-state"


@pytest.mark.parametrize("upheld", [True, False])
def test_a_closed_dispute_is_closed(channel: Channel, attested: Case, upheld: bool) -> None:
    dispute = doubt(attested, channel)
    done(disputes.close_dispute, act(channel.pia), dispute, "signed order", upheld=False)
    assert refused(disputes.close_dispute, act(channel.pia), dispute, "no", upheld=upheld) == "wrong-state"


def test_what_was_withdrawn_meanwhile_is_not_withdrawn_twice(channel: Channel, attested: Case) -> None:
    dispute = doubt(attested, channel)
    done(attestations.withdraw, act(channel.pia), attested.machine, "by phone")
    done(disputes.close_dispute, act(channel.pia), dispute, "they are right", upheld=True)
    assert events(attested)[2:] == ["disputed", "withdraw", "dispute-closed"]


@pytest.mark.parametrize("reason", ["", "a\nb", "a\0b", "x" * 1001])
def test_doubt_and_answer_have_a_reason_of_one_line(channel: Channel, attested: Case, reason: str) -> None:
    word = "invalid-text" if reason else "missing-field"
    assert refused(disputes.open_dispute, act(channel.pia), attested.machine, reason) == word
    dispute = doubt(attested, channel)
    for upheld in (True, False):
        assert refused(disputes.close_dispute, act(channel.pia), dispute, reason, upheld=upheld) == word


@pytest.mark.parametrize("role", Role)
def test_who_may_open_and_close(channel: Channel, attested: Case, role: Role) -> None:
    ours, theirs = act(hire(channel.provider, role)), act(hire(channel.reseller, role))
    if role not in STAFF:
        for by in (ours, theirs):
            assert refused(disputes.open_dispute, by, attested.machine, WHY) == "role-not-allowed"
    dispute = done(disputes.open_dispute, theirs if role in STAFF else act(channel.pia), attested.machine, WHY)
    for upheld in (True, False):
        assert refused(disputes.close_dispute, theirs, dispute, "no", upheld=upheld) == "wrong-partner-type"
        if role not in STAFF:
            assert refused(disputes.close_dispute, ours, dispute, "no", upheld=upheld) == "role-not-allowed"


def test_a_customer_doubts_by_itself_and_closes_nothing(channel: Channel, attested: Case) -> None:
    customer = world.customer(attested.machine.since)
    dispute = done(disputes.open_dispute, customer, attested.machine, WHY)
    assert reading.chain(attested.machine.id)[-1]["actor"]["kind"] == "customer"
    assert refused(disputes.close_dispute, customer, dispute, "no", upheld=True) == "role-not-allowed"


def test_a_dispute_of_others_is_not_there(channel: Channel, attested: Case) -> None:
    dispute = doubt(attested, channel)
    other_reseller = company("Relecloud", PartnerType.RESELLER, channel.provider)
    for person in (hire(other_reseller), hire(company("Northwind", PartnerType.PROVIDER))):
        assert refused(scope.dispute, act(person), dispute.id) == "not-found"
        assert doubts.of(act(person), None) == []
    assert [item["id"] for item in doubts.of(act(channel.rita), DisputeStatus.OPEN)] == [str(dispute.id)]
    assert doubts.of(act(channel.rita), DisputeStatus.UPHELD) == []


def test_disputes_are_listed_by_when_they_must_be_answered(channel: Channel) -> None:
    cases = [channel.customer() for _ in range(3)]
    now = act(channel.pia)
    for case, days in zip(cases, (2, 0, 1), strict=True):
        done(case.attest, now)
        done(disputes.open_dispute, replace(now, at=now.at + timedelta(days=days)), case.machine, WHY)
    listed = [item["customerId"] for item in doubts.of(now, None)]
    assert listed == [str(cases[number].machine.customer_id) for number in (1, 2, 0)]


def test_a_correction_in_the_meantime_is_no_answer(channel: Channel, attested: Case) -> None:
    doubt(attested, channel)
    done(attested.attest, act(channel.pia), replace(MARIA, first_name="Eva"))
    assert asked(attested).warnings == (Warn.DISPUTED,)


def test_what_was_confirmed_since_is_not_in_doubt(channel: Channel, attested: Case) -> None:
    dispute = doubt(attested, channel)
    done(attested.attest, act(channel.pia), replace(MARIA, first_name="Mary"))
    done(disputes.close_dispute, act(channel.pia), dispute, "the first name was wrong", upheld=True)
    assert attested.machine.state is State.ATTESTED
    assert asked(attested).verdict is Verdict.ALLOW
    assert events(attested) == ["created", "attest", "disputed", "attest", "dispute-closed"]


def test_a_dispute_is_upheld_also_while_a_renewal_is_being_asked_for(channel: Channel, attested: Case) -> None:
    dispute = doubt(attested, channel)
    rules = Rulebook(laid_over(attested.rules.policy, RENEW, "rows"), attested.rules.catalogue)
    ask = Ask(InvitationKind.AGREEMENT, attested.relationship.contact, "en", channel.pia)
    done(invite, act(channel.pia), attested.machine, attested.relationship, ask, rules)
    done(disputes.close_dispute, act(channel.pia), dispute, "so it was", upheld=True)
    assert attested.machine.state is State.UNCONFIRMED
    assert events(attested)[3:] == ["invite", "lapse", "withdraw", "dispute-closed"]


# What was accepted before this year has to be accepted anew.
RENEW = """
[[rule]]
id = "anew"
topic = "enforcement"
from = 2026-01-01
any-of = ["MicrosoftCustomerAgreement"]
accepted-since = 2026-02-01
"""
