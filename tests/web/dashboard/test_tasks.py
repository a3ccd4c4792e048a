"""Tasks on pages: taken, handed on, done; filtered, paged, and shown to those alone whom they concern."""

import re
from datetime import timedelta

import pytest
from flask import Flask

from app.auth import acts
from app.core.vocabulary import PartnerType, Role, TaskKind
from app.db import db, transaction
from app.models import Partner, Staff, Task
from tests.cast import Cast
from tests.channel import company, done, hire
from tests.web.dashboard.member import Member


def add(partner: Partner, kind: TaskKind = TaskKind.CUSTOMER_DECLINED, **more: object) -> Task:
    values = {"partner_id": partner.id, "kind": kind, "created_at": acts.now()} | more
    task = Task(**values)
    done(db.session.add, task)
    return task


def now(task: Task) -> Task:
    db.session.rollback()
    return db.session.get_one(Task, task.id, populate_existing=True)


def titles(page: str) -> list[str]:
    return re.findall(r'<td class="what">\s*<strong>([^<]+)</strong>', page)


def test_a_task_is_taken_handed_on_and_said_to_be_done(ana: Member, cast: Cast) -> None:
    bo, task = hire(cast.fabrikam, name="Bo Ek"), add(cast.fabrikam)
    assert "Nobody's yet" in ana.open("/tasks").text
    ana.submit(f"/tasks/{task.id}/take")
    assert now(task).assignee_id == cast.ana.id
    assert "It is your task now" in ana.page.text
    ana.submit(f"/tasks/{task.id}/assign", to=str(bo.id))
    assert now(task).assignee_id == bo.id
    ana.submit(f"/tasks/{task.id}/close")
    assert now(task).closed_by == f"Ana Lind <{cast.ana.email}>"
    assert titles(ana.open("/tasks").text) == []
    page = ana.open("/tasks?state=done").text
    assert len(titles(page)) == 1
    assert f"by Ana Lind &lt;{cast.ana.email}&gt;" in page


def test_whoever_acts_comes_back_to_the_page_it_was_on(ana: Member, cast: Cast) -> None:
    task = add(cast.fabrikam)
    ana.open("/tasks?kind=customer-declined")
    answer = ana.post(f"/tasks/{task.id}/take", ana.forms[f"/tasks/{task.id}/take"].fields)
    assert (answer.status_code, answer.location) == (303, "/tasks?kind=customer-declined")


def test_what_settles_itself_has_no_button_that_says_so(ana: Member, cast: Cast) -> None:
    task = add(cast.fabrikam, TaskKind.ATTEST_BLOCKED)
    page = ana.open("/tasks").text
    assert f"/tasks/{task.id}/close" not in ana.forms
    assert "closed by itself" in page
    fields = {"csrf_token": ana.csrf}
    assert ana.post(f"/tasks/{task.id}/close", fields).status_code == 409
    assert now(task).closed_at is None


@pytest.mark.parametrize("what", ["take", "assign", "close"])
def test_somebody_elses_task_is_not_there(ana: Member, cast: Cast, what: str) -> None:
    foreign = add(company("Other", PartnerType.DIRECT_BILL))
    ana.open("/")
    fields = {"csrf_token": ana.csrf, "to": str(cast.ana.id)}
    first, second = (ana.post(f"/tasks/{id}/{what}", fields) for id in (foreign.id, cast.fabrikam.id))
    assert (first.status_code, first.text) == (404, second.text)
    assert now(foreign).assignee_id is None


def test_a_task_is_not_handed_to_a_stranger(ana: Member, cast: Cast) -> None:
    task, stranger = add(cast.fabrikam), hire(company("Other", PartnerType.DIRECT_BILL))
    ana.open("/tasks")
    for to in (str(stranger.id), "nonsense", ""):
        assert ana.post(f"/tasks/{task.id}/assign", {"csrf_token": ana.csrf, "to": to}).status_code == 404
    assert now(task).assignee_id is None


def test_filters_narrow_the_list_and_pages_follow_them(ana: Member, cast: Cast) -> None:
    for number in range(23):
        mine = cast.ana.id if number % 2 else None
        late = acts.now() - timedelta(days=90 - number)
        add(cast.fabrikam, TaskKind.ORDER_REFUSED, created_at=late, assignee_id=mine, note=f"order {number}")
    add(cast.fabrikam, TaskKind.HANDED_OVER)
    assert len(titles(ana.open("/tasks").text)) == 20
    following = re.search(r'rel="next" href="([^"]+)"', ana.page.text)
    assert following
    assert len(titles(ana.open(following[1].replace("&amp;", "&")).text)) == 4
    assert len(titles(ana.open("/tasks?whose=mine").text)) == 11
    assert len(titles(ana.open("/tasks?state=overdue&whose=nobodys").text)) == 12
    assert len(titles(ana.open("/tasks?kind=handed-over").text)) == 1
    assert "No open task fits these filters" in ana.open("/tasks?kind=mail-paused").text
    assert len(titles(ana.open("/tasks?after=nonsense&whose=who&kind=x").text)) == 20


def test_each_role_sees_what_it_may_do(app: Flask, cast: Cast) -> None:
    boss: Staff = hire(cast.fabrikam, Role.GLOBAL_ADMIN, name="Bea Boss")
    add(cast.fabrikam, TaskKind.CUSTOMER_DECLINED)
    add(cast.fabrikam, TaskKind.MAIL_PAUSED)
    add(cast.fabrikam, TaskKind.ENDPOINT_DISABLED, note="https://x.example: failing")
    page = Member(app, boss).open("/tasks").text
    assert len(titles(page)) == 2
    assert "The customer said no" not in page


def test_an_address_of_another_host_is_not_gone_back_to(ana: Member, cast: Cast) -> None:
    task = add(cast.fabrikam)
    ana.open("/tasks")
    fields = {"csrf_token": ana.csrf, "back": "https://evil.example/"}
    assert ana.post(f"/tasks/{task.id}/take", fields).location == "/"
    with transaction() as session:
        session.get_one(Task, task.id).closed_at = acts.now()
    assert ana.post(f"/tasks/{task.id}/take", fields).status_code == 409
