"""Who acts for a partner: roles that change, the last global admin, sessions and links, on both engines."""

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.auth import acts
from app.auth.acts import now
from app.commands import entries, staff
from app.core.refusals import Reason, Refused
from app.core.vocabulary import Method, PartnerType, Role
from app.db import db, transaction
from app.models import RoleGrant, ServiceAccount, SignInLink, Staff, StaffSession
from app.queries import people
from tests.cast import Cast
from tests.channel import company, done, hire, refused

HEAD = Role.GLOBAL_ADMIN


def roles(holder: Staff | ServiceAccount) -> set[Role]:
    db.session.expire_all()
    mine = RoleGrant.staff_id if isinstance(holder, Staff) else RoleGrant.service_account_id
    return set(db.session.scalars(select(RoleGrant.role).where(mine == holder.id)))


def set_roles(holder: Staff | ServiceAccount, *wanted: Role, by: Staff | None = None) -> None:
    act = acts.staff(by.email)[0] if by else acts.console()
    done(staff.set_roles, act, holder, wanted)


def test_roles_become_these_and_no_others(cast: Cast) -> None:
    bo = hire(cast.fabrikam, HEAD, Role.SALES_AGENT)
    set_roles(cast.ana, HEAD, Role.HELPDESK_AGENT, by=bo)
    assert roles(cast.ana) == {HEAD, Role.HELPDESK_AGENT}
    set_roles(bo, Role.SALES_AGENT, by=bo)
    assert roles(bo) == {Role.SALES_AGENT}
    account = done(staff.open_service_account, acts.console(), cast.fabrikam, "Billing", [Role.SALES_AGENT])
    set_roles(account, Role.ADMIN_AGENT)
    assert roles(account) == {Role.ADMIN_AGENT}


def test_the_last_global_admin_stays_one(cast: Cast) -> None:
    bo, gone = hire(cast.fabrikam, HEAD), hire(cast.fabrikam, HEAD)
    hire(company("Northwind", PartnerType.DIRECT_BILL), HEAD)
    done(staff.disable_staff, acts.console(), gone)
    for act in (acts.console(), acts.staff(bo.email)[0]):
        assert refused(staff.set_roles, act, bo, [Role.ADMIN_AGENT]) == "last-global-admin"
    assert refused(staff.disable_staff, acts.staff(bo.email)[0], bo) == "last-global-admin"
    done(staff.disable_staff, acts.console(), bo)


def test_who_may_not_and_who_is_elsewhere_changes_no_roles(cast: Cast) -> None:
    other = hire(company("Northwind", PartnerType.DIRECT_BILL), HEAD)
    assert refused(staff.set_roles, cast.act(), cast.ana, [HEAD]) == "role-not-allowed"
    assert refused(staff.set_roles, acts.staff(other.email)[0], cast.ana, [HEAD]) == "not-found"
    assert refused(staff.set_roles, acts.console(), cast.ana, []) == "missing-field"
    assert refused(staff.adopt_roles, acts.staff(other.email)[0], other, []) == "role-not-allowed"
    assert refused(entries.issue_link, acts.staff(other.email)[0], cast.ana) == "not-found"


def test_of_two_who_take_the_role_from_each_other_one_keeps_it(app: Flask, cast: Cast) -> None:
    first, second = hire(cast.fabrikam, HEAD), hire(cast.fabrikam, HEAD)
    pairs, together, said = [(first.id, second.email), (second.id, first.email)], Barrier(2), []

    def demote(target: object, by: str) -> None:
        with app.app_context():
            act = acts.staff(by)[0]
            together.wait()
            try:
                with transaction():
                    staff.set_roles(act, db.session.get_one(Staff, target), [Role.SALES_AGENT])
                said.append("done")
            except Refused as no:
                said.append(no.reason.value)

    threads = [Thread(target=demote, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["done", Reason.LAST_GLOBAL_ADMIN]


def test_a_code_is_taken_once_however_many_show_it(app: Flask, cast: Cast) -> None:
    together, taken, id = Barrier(6), [], cast.ana.id

    def take() -> None:
        with app.app_context():
            together.wait()
            with transaction():
                taken.append(entries.take_code(db.session.get_one(Staff, id), 1000))

    threads = [Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [False] * 5 + [True]
    assert not done(entries.take_code, cast.ana, 999)
    assert done(entries.take_code, cast.ana, 1001)


def test_a_link_is_followed_once_and_ends_what_was_before(cast: Cast) -> None:
    act = acts.console()
    session = done(entries.begin, act, cast.ana, Method.PASSWORD, verified=True)
    token = done(entries.issue_link, act, cast.ana)
    row = entries.link(act, token)
    with transaction():
        fresh = entries.follow(act, entries.link(act, token), cast.ana, "hash")
    assert fresh.verified_at is None
    with pytest.raises(Refused, match=Reason.SIGN_IN_LINK_DEAD):
        entries.link(act, token)
    with pytest.raises(Refused, match=Reason.SIGN_IN_LINK_DEAD), transaction():
        entries.follow(act, row, cast.ana, "another")
    db.session.expire_all()
    assert db.session.get_one(StaffSession, session.id).ended_at
    assert db.session.get_one(Staff, cast.ana.id).password_hash == "hash"
    assert people.staff_of(cast.fabrikam.id)[0][1] == session.verified_at


def test_a_link_ends_by_itself_after_two_days(cast: Cast) -> None:
    token = done(entries.issue_link, acts.console(), cast.ana)
    row = db.session.query(SignInLink).filter(SignInLink.staff_id == cast.ana.id).one()
    assert timedelta(hours=47) < row.expires_at - now() <= timedelta(hours=48)
    assert token not in row.digest


def test_sessions_and_links_of_long_ago_are_forgotten_but_for_the_last_sign_in(app: Flask, cast: Cast) -> None:
    act = acts.console()
    with transaction():
        staff = db.session.get_one(Staff, cast.ana.id)
        for days, verified in ((200, True), (150, True), (120, False), (10, False)):
            entries.begin(replace(act, at=act.at - timedelta(days=days)), staff, Method.PASSWORD, verified=verified)
        entries.issue_link(replace(act, at=act.at - timedelta(days=91)), staff)
        entries.issue_link(act, staff)
    with transaction():
        entries.forget_old(act.at)
    left = db.session.scalars(select(StaffSession.created_at).where(StaffSession.staff_id == cast.ana.id))
    assert sorted((act.at - at).days for at in left) == [10, 150]
    links = select(func.count()).select_from(SignInLink).where(SignInLink.staff_id == cast.ana.id)
    assert db.session.scalar(links) == 1
