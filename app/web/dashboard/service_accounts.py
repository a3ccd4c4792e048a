"""Service accounts: named programs of a partner, which survive people leaving."""

from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.auth import journal
from app.commands import staff as commands
from app.core.refusals import Reason, refuse_if
from app.db import transaction
from app.queries import people as known
from app.tongue import gettext
from app.web.dashboard import duties, page, shell
from app.web.dashboard.people import STAFF, roles, ticked_roles
from app.web.pages.forms import line
from app.web.pages.routes import act
from app.web.pages.words import label


@page.get("/people/service-accounts/new", needs=STAFF)
def new_service_account() -> ResponseReturnValue:
    return render_template("dashboard/people/new-account.html", roles=roles(), duties=duties.table(act()))


@page.post("/people/service-accounts/new", needs=STAFF, again=new_service_account)
def add_service_account() -> ResponseReturnValue:
    wanted = ticked_roles()
    with transaction():
        taken = [one for one in known.accounts_of(shell.own().id) if one.name == line("name")]
        refuse_if(bool(taken), Reason.ALREADY_EXISTS, what=line("name"), field="name")
        account = commands.open_service_account(act(), shell.own(), line("name"), wanted)
    journal.note("service account added", act(), account=str(account.id))
    shell.told(gettext("The service account is there. Next, make it a token."))
    return redirect(url_for("dashboard.service_account", account_id=account.id), 303)


@page.get("/people/service-accounts/<uuid:account_id>", needs=STAFF)
def service_account(account_id: UUID) -> ResponseReturnValue:
    one = known.account(shell.own().id, account_id)
    shown = {"one": one, "roles": roles(), "duties": duties.table(act()), "word": label}
    return render_template("dashboard/people/account.html", **shown)


@page.post("/people/service-accounts/<uuid:account_id>/roles", needs=STAFF, again=service_account)
def change_account_roles(account_id: UUID) -> ResponseReturnValue:
    with transaction():
        one = known.account(shell.own().id, account_id)
        commands.set_roles(act(), one, ticked_roles())
    journal.note("roles changed", act(), account=str(one.id), roles=sorted(grant.role for grant in one.grants))
    shell.told(gettext("%(name)s now holds these roles.", name=one.name))
    return redirect(url_for("dashboard.service_account", account_id=account_id), 303)
