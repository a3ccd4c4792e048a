"""Who works here: people with their roles, added, changed, let in again, and disabled."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth import journal
from app.commands import entries
from app.commands import staff as commands
from app.core.permissions import Action
from app.core.refusals import Reason, refuse_if
from app.core.vocabulary import Role
from app.db import transaction
from app.installation import installation
from app.models import Staff
from app.queries import people as known
from app.tongue import gettext
from app.web.dashboard import duties, page, shell
from app.web.pages.forms import line
from app.web.pages.routes import act
from app.web.pages.words import label

STAFF = Action.MANAGE_STAFF


def ticked_roles() -> list[Role]:
    given = request.form.getlist("role")
    refuse_if(not set(given) <= set(Role), Reason.INVALID_VALUE, field="role")
    return [Role(role) for role in given]


def roles() -> list[tuple[Role, str]]:
    return [(role, label(role)) for role in Role]


@page.get("/people", needs=STAFF)
def people() -> ResponseReturnValue:
    listed, accounts = known.staff_of(shell.own().id), known.accounts_of(shell.own().id)
    return render_template("dashboard/people/people.html", listed=listed, accounts=accounts, word=label)


@page.get("/people/new", needs=STAFF)
def new_person() -> ResponseReturnValue:
    return render_template("dashboard/people/new.html", roles=roles(), duties=duties.table(act()))


@page.post("/people/new", needs=STAFF, again=new_person)
def add_person() -> ResponseReturnValue:
    with transaction():
        person = commands.add_staff(act(), shell.own(), line("email"), line("name"), ticked_roles())
        token = entries.issue_link(act(), person)
    journal.note("person added", act(), person)
    return _show_link(person, token)


def _show_link(person: Staff, token: str) -> str:
    """The only time that this link is shown."""
    url = installation().config.base_url + url_for("dashboard.show_link", token=token)
    return render_template("dashboard/people/link.html", person=person, link=url, hours=entries.LINK_HOURS)


@page.get("/people/<uuid:staff_id>", needs=STAFF)
def person(staff_id: UUID) -> ResponseReturnValue:
    one = known.person(shell.own().id, staff_id)
    others = [staff for staff, _ in known.staff_of(shell.own().id) if staff.id != one.id and not staff.disabled_at]
    words = {"one": one, "open": known.open_of(one), "itself": one.id == shell.me().id}
    heirs = [("", gettext("Nobody in particular")), *((staff.id, staff.name) for staff in others)]
    shown = {"roles": roles(), "duties": duties.table(act()), "heirs": heirs, "word": label}
    return render_template("dashboard/people/person.html", **words, **shown)


@page.post("/people/<uuid:staff_id>/roles", needs=STAFF, again=person)
def change_roles(staff_id: UUID) -> ResponseReturnValue:
    with transaction():
        one = known.person(shell.own().id, staff_id)
        commands.set_roles(act(), one, ticked_roles())
    journal.note("roles changed", act(), one, roles=sorted(one.roles))
    shell.told(gettext("%(name)s now holds these roles.", name=one.name))
    return redirect(url_for("dashboard.person", staff_id=staff_id), 303)


@page.post("/people/<uuid:staff_id>/link", needs=STAFF, again=person)
def new_link(staff_id: UUID) -> ResponseReturnValue:
    afresh = bool(request.form.get("afresh"))
    with transaction():
        one = known.person(shell.own().id, staff_id)
        token = entries.issue_link(act(), one, afresh=afresh)
    journal.note("one-time link made", act(), one, afresh=afresh)
    return _show_link(one, token)


@page.post("/people/<uuid:staff_id>/disable", needs=STAFF, again=person)
def disable_person(staff_id: UUID) -> ResponseReturnValue:
    """What is open goes to the one who is named, or to nobody in particular."""
    refuse_if(staff_id == shell.me().id, Reason.ROLE_NOT_ALLOWED)
    with transaction():
        one = known.person(shell.own().id, staff_id)
        if request.form.get("to"):
            commands.hand_over(act(), one, _heir(request.form["to"]))
        commands.disable_staff(act(), one)
    journal.note("person disabled", act(), one)
    shell.told(gettext("%(name)s can no longer come in.", name=one.name))
    return redirect(url_for("dashboard.people"), 303)


def _heir(id: str) -> Staff:
    found = [staff for staff, _ in known.staff_of(shell.own().id) if str(staff.id) == id]
    refuse_if(not found, Reason.INVALID_VALUE, field="to")
    return found[0]
