"""Tasks: all of them with filters, and what people say of one: it is mine, it is yours, it is done."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.commands import duties
from app.core import contact as text
from app.core.duties import DUTIES, concerning
from app.core.permissions import Action
from app.core.refusals import Reason, Refused
from app.core.vocabulary import TaskKind
from app.db import db, transaction
from app.models import Staff
from app.queries import keysets
from app.queries import tasks as listed
from app.queries.tasks import PAGE, Asked, Mark, Whose
from app.tongue import gettext
from app.web.dashboard import page, shell
from app.web.pages import task_words
from app.web.pages.routes import Open, act, local, may


@page.get("/tasks", needs=Open.STAFF)
def tasks() -> ResponseReturnValue:
    asked = _asked()
    found = surroundings(asked, PAGE, _mark(request.args.get("after")))
    kinds = [(kind.value, task_words.title(kind)) for kind in concerning(act())]
    given = request.args if request.method == "GET" else {}
    narrowed: dict[str, Any] = {name: value for name, value in given.items() if name != "after" and value}
    after = url_for(".tasks", **narrowed, after=keysets.spelled(*found["end"])) if found["end"] else None
    first = url_for(".tasks", **narrowed) if "after" in request.args else None
    return render_template("dashboard/tasks/list.html", kinds=kinds, asked=asked, next=after, first=first, **found)


def surroundings(asked: Asked, most: int, after: Mark | None = None) -> dict[str, Any]:
    """What the rows of a list of tasks are drawn from."""
    shown, end = listed.page(act(), shell.me().id, asked, most, after)
    return {
        "tasks": shown,
        "end": (end.whose.value, end.at, end.id) if end else None,
        "now": act().at,
        "duties": DUTIES,
        "colleagues": listed.colleagues(shell.own().id),
        "title_of": task_words.title,
        "button_of": task_words.button,
        "way_of": task_words.way,
        "closer_of": task_words.closer,
        "may_view": may(Action.VIEW),
    }


def _asked() -> Asked:
    given = request.args if request.method == "GET" else {}
    whose, kind, state = given.get("whose"), given.get("kind"), given.get("state")
    return Asked(
        whose=Whose(whose) if whose in list(Whose) else None,
        kind=TaskKind(kind) if kind in list(TaskKind) else None,
        overdue=state == "overdue",
        closed=state == "done",
    )


def _mark(after: str | None) -> Mark | None:
    found = keysets.parts(after, Whose, keysets.moment, UUID)
    return Mark(*found) if found else None


def again(task_id: UUID) -> ResponseReturnValue:
    return tasks()


@page.post("/tasks/<uuid:task_id>/take", needs=Open.STAFF, again=again)
def take_task(task_id: UUID) -> ResponseReturnValue:
    with transaction():
        duties.take(act(), listed.of(act(), task_id))
    shell.told(gettext("It is your task now."))
    return _back()


@page.post("/tasks/<uuid:task_id>/assign", needs=Open.STAFF, again=again)
def assign_task(task_id: UUID) -> ResponseReturnValue:
    with transaction():
        task = listed.of(act(), task_id)
        to = db.session.get(Staff, text.uuid(request.form.get("to")) or UUID(int=0))
        if to is None or to.partner_id != act().partner_id:
            raise Refused(Reason.NOT_FOUND, what="staff id")
        duties.assign(act(), task, to)
    shell.told(gettext("Handed to %(name)s.", name=to.name))
    return _back()


@page.post("/tasks/<uuid:task_id>/close", needs=Open.STAFF, again=again)
def close_task(task_id: UUID) -> ResponseReturnValue:
    with transaction():
        duties.close(act(), listed.of(act(), task_id))
    shell.told(gettext("Done. Your name and the time are kept with the task."))
    return _back()


def _back() -> ResponseReturnValue:
    return redirect(local(request.form.get("back")), 303)
