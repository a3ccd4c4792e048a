"""What a tenant reads of its partners, and its users' sessions at the portal: on both engines."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.auth import acts
from app.commands import accounts, disputes, portal
from app.core.act import Act
from app.core.evidence import digest
from app.core.refusals import Refused
from app.core.vocabulary import ActorKind, Method
from app.db import db, transaction
from app.models import AccountSession, CustomerUser, PortalSession
from app.queries import partnerships
from tests.cast import Cast
from tests.web.portal.at_home import attested, other_partner
from tests.web.portal.visitor import add_user


def somebody(user: CustomerUser) -> Act:
    return Act(ActorKind.CUSTOMER, Method.PASSWORD, acts.now(), id=str(user.id), ip="192.0.2.7")


def test_every_partner_of_a_tenant_is_listed_with_its_agreement(cast: Cast) -> None:
    story = cast.customer()
    other = other_partner(story, "Adatum")
    found = partnerships.listed(story.machine.customer_id)
    assert [one.partner.name for one in found] == ["Adatum", "Fabrikam"]
    assert [[machine.id for machine in one.machines] for one in found] == [[other.machine.id], [story.machine.id]]
    stranger = cast.customer()
    assert other.partner.id not in {one.partner.id for one in partnerships.listed(stranger.machine.customer_id)}
    for wrong in ((stranger.machine.customer_id, other.partner.id), (story.machine.id, cast.fabrikam.id)):
        with pytest.raises(Refused, match="not-found"):
            partnerships.one(*wrong)


def test_an_agreement_is_found_by_its_own_tenant_and_partner_only(cast: Cast) -> None:
    story, customer_id = cast.customer(), cast.customer().machine.customer_id
    other = other_partner(story)
    machine = story.machine
    assert partnerships.agreement(machine.id, machine.customer_id, None)[0] is machine
    assert partnerships.agreement(machine.id, machine.customer_id, cast.fabrikam.id)[1].id == cast.fabrikam.id
    for wrong in ((machine.id, customer_id, None), (machine.id, machine.customer_id, other.partner.id)):
        with pytest.raises(Refused, match="not-found"):
            partnerships.agreement(*wrong)


def test_records_are_read_with_people_and_disputes_beside_them(cast: Cast) -> None:
    story = cast.customer()
    attested(story)
    user = add_user(story, "not a hash")
    with transaction():
        disputes.open_dispute(somebody(user), story.machine, "Not us.")
    said, word = partnerships.entries(story.machine)
    assert (said.event, said.people["reason"], said.by_staff) == ("disputed", "Not us.", False)
    assert (word.voucher, word.person, word.roles) == ("Ana Lind", "Maria Ek", ["admin-agent"])
    assert partnerships.acceptance(story.machine, word.number).hash == digest(word.body) == word.hash
    with pytest.raises(Refused, match="not-found"):
        partnerships.acceptance(story.machine, said.number)
    assert [(row.reason, owner) for row, owner in partnerships.disputes(story.machine)] == [("Not us.", None)]


def test_what_is_asked_is_what_can_still_be_answered(cast: Cast) -> None:
    story = cast.customer()
    story.invite()
    invitation, at = story.invite(), acts.now()
    found = partnerships.requests(story.machine.customer_id, at)
    assert [row[0].id for row in found] == [invitation.id]
    assert partnerships.request(invitation.id, story.machine.customer_id, at)[1] is story.machine
    assert partnerships.requests(story.machine.customer_id, invitation.expires_at) == []
    with pytest.raises(Refused, match="not-found"):
        partnerships.request(invitation.id, cast.customer().machine.customer_id, at)


def test_a_password_of_their_own_ends_every_session_and_is_chosen_once(cast: Cast) -> None:
    story = cast.customer()
    user, invitation = add_user(story, "not a hash"), story.invite()
    with transaction():
        act = somebody(user)
        former = accounts.begin(act, user)
        portal.identify(act, None, story.machine, invitation, user)
    with transaction():
        fresh = accounts.change_password(somebody(user), user, "another")
    held = select(AccountSession.id).where(AccountSession.ended_at.is_(None))
    assert db.session.scalars(held.where(AccountSession.customer_user_id == user.id)).all() == [fresh.id]
    assert fresh.id != former.id
    assert db.session.scalars(select(PortalSession).where(PortalSession.customer_user_id == user.id)).all() == []
    with pytest.raises(Refused, match="not-signed-in"), transaction():
        accounts.change_password(somebody(user), user, "a third")


def test_sessions_of_yesterday_are_forgotten(cast: Cast) -> None:
    user = add_user(cast.customer(), "not a hash")
    with transaction():
        session = accounts.begin(somebody(user), user)
    known = session.id
    with transaction():
        portal.forget_old(acts.now() + timedelta(hours=23))
    assert db.session.get(AccountSession, known)
    with transaction():
        portal.forget_old(acts.now() + timedelta(hours=25))
    assert db.session.scalar(select(AccountSession).where(AccountSession.id == known)) is None
