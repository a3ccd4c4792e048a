"""Staff leave: what was theirs becomes a substitute's, a colleague's, or everybody's."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from app.auth import acts
from app.commands import disputes, drafts, staff
from app.commands.invitations import Ask, invite
from app.core.vocabulary import InvitationKind, PartnerType, Role
from app.db import db
from app.models import Dispute, Draft, Staff, Token
from tests.channel import Case, Channel, act, company, done, hire, refused, tasks


@pytest.fixture
def boss(channel: Channel) -> Staff:
    return hire(channel.provider, Role.GLOBAL_ADMIN, name="Gun Holm")


def waiting(channel: Channel, to: Staff, substitute: Staff | None = None) -> tuple[Case, Draft]:
    case = channel.customer()
    draft = done(case.submit, act(channel.rita))
    done(drafts.assign, act(channel.per), draft, to, substitute)
    return case, draft


def owner_of(case: Case) -> object:
    """Whose the one open task is."""
    [task] = [task for task in tasks(case.machine) if task[3]]
    return task[2]


def fresh(draft: Draft) -> Draft:
    db.session.rollback()
    return db.session.get_one(Draft, draft.id, populate_existing=True)


def test_a_draft_is_given_to_one_person_and_a_substitute(channel: Channel) -> None:
    case, draft = waiting(channel, channel.pia, channel.per)
    assert (draft.assignee_id, draft.substitute_id) == (channel.pia.id, channel.per.id)
    assert owner_of(case) == channel.pia.id
    done(drafts.assign, act(channel.pia), draft, channel.per)
    assert (draft.assignee_id, draft.substitute_id) == (channel.per.id, None)
    assert owner_of(case) == channel.per.id


def test_a_draft_is_given_to_nobody_elsewhere_and_nobody_who_left(channel: Channel) -> None:
    _, draft = waiting(channel, channel.pia)
    gone, stranger = hire(channel.provider), hire(company("Northwind", PartnerType.PROVIDER))
    done(staff.disable_staff, acts.console(), gone)
    for person in (gone, stranger, channel.rita):
        assert refused(drafts.assign, act(channel.pia), draft, person) == "not-found"
        assert refused(drafts.assign, act(channel.pia), draft, channel.per, person) == "not-found"


def test_a_draft_of_somebody_who_left_falls_to_the_substitute(channel: Channel, boss: Staff) -> None:
    case, draft = waiting(channel, channel.pia, channel.per)
    done(staff.disable_staff, act(boss), channel.pia)
    assert fresh(draft).assignee_id == channel.per.id
    assert owner_of(case) == channel.per.id


def test_without_a_substitute_it_is_anybodys(channel: Channel, boss: Staff) -> None:
    case, draft = waiting(channel, channel.pia)
    done(staff.disable_staff, act(boss), channel.pia)
    assert fresh(draft).assignee_id is None
    assert owner_of(case) is None


def test_a_substitute_who_left_is_one_no_more(channel: Channel, boss: Staff) -> None:
    case, draft = waiting(channel, channel.pia, channel.per)
    done(staff.disable_staff, act(boss), channel.per)
    found = fresh(draft)
    assert (found.assignee_id, found.substitute_id) == (channel.pia.id, None)
    assert owner_of(case) == channel.pia.id
    done(case.approve, act(channel.pia), found)


def test_a_colleague_takes_over_all_that_is_open(channel: Channel, boss: Staff) -> None:
    case, draft = waiting(channel, channel.pia, channel.per)
    doubted = channel.customer()
    done(doubted.attest, act(channel.pia))
    dispute = done(disputes.open_dispute, act(channel.pia), doubted.machine, "nobody agreed", channel.pia)
    moved = done(staff.hand_over, act(boss), channel.pia, boss)
    assert moved == 4
    assert (fresh(draft).assignee_id, fresh(draft).substitute_id) == (boss.id, channel.per.id)
    assert db.session.get_one(Dispute, dispute.id, populate_existing=True).owner_id == boss.id
    assert (owner_of(case), owner_of(doubted)) == (boss.id, boss.id)
    assert channel.pia.disabled_at is None


def test_what_is_decided_stays_with_whoever_decided_it(channel: Channel, boss: Staff) -> None:
    case, draft = waiting(channel, channel.pia, channel.per)
    done(case.approve, act(channel.pia), draft)
    assert done(staff.hand_over, act(boss), channel.pia, boss) == 0
    assert (fresh(draft).assignee_id, fresh(draft).substitute_id) == (channel.pia.id, channel.per.id)


def test_a_dispute_of_somebody_who_left_is_anybodys(channel: Channel, boss: Staff) -> None:
    case = channel.customer()
    done(case.attest, act(channel.pia))
    dispute = done(disputes.open_dispute, act(channel.pia), case.machine, "nobody agreed", channel.pia)
    done(staff.disable_staff, act(boss), channel.pia)
    assert db.session.get_one(Dispute, dispute.id, populate_existing=True).owner_id is None
    assert owner_of(case) is None


def test_the_task_to_revise_a_draft_goes_on_at_the_reseller(channel: Channel) -> None:
    case, colleague = channel.customer(), hire(channel.reseller)
    draft = done(case.submit, act(channel.rita))
    done(drafts.give_back, act(channel.pia), draft, "by whom?")
    done(staff.hand_over, act(hire(channel.reseller, Role.GLOBAL_ADMIN)), channel.rita, colleague)
    assert owner_of(case) == colleague.id
    done(case.resubmit, act(colleague), fresh(draft))


def test_what_a_blocked_customer_asks_for_goes_on_too(channel: Channel, boss: Staff) -> None:
    from app.commands import acceptances

    case = channel.customer()
    ask = Ask(InvitationKind.AGREEMENT, case.relationship.contact, "en", channel.pia)
    invitation = done(invite, act(channel.pia), case.machine, case.relationship, ask, channel.rules)
    done(acceptances.block, acts.console(), case.machine, invitation, upstream=True, told=1)
    assert owner_of(case) == channel.pia.id
    done(staff.hand_over, act(boss), channel.pia, channel.per)
    assert owner_of(case) == channel.per.id


def test_only_a_colleague_who_is_there_takes_over(channel: Channel, boss: Staff) -> None:
    waiting(channel, channel.pia)
    gone = hire(channel.provider)
    done(staff.disable_staff, act(boss), gone)
    for heir in (channel.pia, channel.rita, gone):
        assert refused(staff.hand_over, act(boss), channel.pia, heir) == "invalid-value"


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.GLOBAL_ADMIN}))
def test_only_a_global_admin_reassigns_or_disables(channel: Channel, role: Role) -> None:
    by = act(hire(channel.provider, role))
    assert refused(staff.hand_over, by, channel.pia, channel.per) == "role-not-allowed"
    assert refused(staff.disable_staff, by, channel.pia) == "role-not-allowed"


def test_whoever_left_acts_no_more(channel: Channel, boss: Staff) -> None:
    before = replace(act(channel.pia), at=datetime.now(UTC))
    done(staff.create_token, act(boss), channel.provider, channel.pia)
    done(staff.disable_staff, act(boss), channel.pia)
    assert before.id
    assert refused(acts.staff, channel.pia.email) == "role-not-allowed"
    revoked = select(Token.revoked_at).where(Token.staff_id == channel.pia.id)
    assert all(db.session.scalars(revoked))
    assert refused(staff.create_token, act(boss), channel.provider, channel.pia) == "invalid-value"
