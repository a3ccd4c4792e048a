"""One invitation: its life so far and what comes next, its mail, and what can be done about it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.commands import handovers, nudges
from app.commands import invitations as commands
from app.core import evidence
from app.core.permissions import Action
from app.core.vocabulary import InvitationStatus, Owed
from app.db import db, transaction
from app.installation import installation
from app.models import Invitation, Staff
from app.post import composer
from app.queries import invitations as queries
from app.queries import mails
from app.tongue import gettext, ngettext
from app.web.dashboard import outgoing, page, shell
from app.web.dashboard.outgoing import Way
from app.web.pages.routes import act

ONE = "/invitations/<uuid:invitation_id>"
AGAIN = (InvitationStatus.OPEN, InvitationStatus.EXPIRED)


@dataclass(frozen=True)
class Moment:
    """What happened then, or is to happen."""

    at: datetime
    says: str
    ahead: bool = False


@page.get(ONE, needs=Action.VIEW)
def invitation(invitation_id: UUID) -> ResponseReturnValue:
    row, relationship = queries.one(act(), invitation_id)
    item = queries.shown([row], act().at)[0]
    status = queries.status(row, act().at)
    alive = status is InvitationStatus.OPEN
    reminds = alive and nudges.objection(act().at, row.machine.state, row, item["contactHealth"] != "ok") is None
    return render_template(
        "dashboard/invitation/page.html",
        row=row,
        relationship=relationship,
        item=item,
        status=status,
        next_try=evidence.moment(item["nextTry"]) if item["nextTry"] else None,
        life=_life(row, bool(item["nextReminder"]), status),
        inviter=db.session.get(Staff, row.invited_by) if row.invited_by else None,
        alive=alive,
        again=status in AGAIN,
        reminds=reminds,
        actions=Action,
        barred=commands.advise(row.machine, force=True) is not None,
    )


def _life(row: Invitation, reminds: bool, status: InvitationStatus) -> list[Moment]:
    """In the order of time; what lies ahead comes last."""
    named, before = handovers.successor(row), row.handed_from
    made = gettext("Made when the person invited before named this one.") if before else gettext("Made.")
    found = [Moment(row.created_at, made)]
    if row.renewed_at:
        found.append(Moment(row.renewed_at, gettext("Sent again, with another link.")))
    if row.reminded and row.reminded_at:
        count = ngettext("Reminded: %(num)s reminder so far.", "Reminded: %(num)s reminders so far.", row.reminded)
        found.append(Moment(row.reminded_at, count))
    if row.stopped_at:
        found.append(Moment(row.stopped_at, gettext("The contact wants no more reminders.")))
    if named:
        says = gettext("%(name)s (%(email)s) was named instead.", name=named.contact.name, email=named.email)
        found.append(Moment(named.created_at, says))
    if reminds and row.reminds_at:
        found.append(Moment(row.reminds_at, gettext("The next reminder goes out."), ahead=True))
    if status is InvitationStatus.OPEN:
        found.append(Moment(row.expires_at, gettext("The link stops working."), ahead=True))
    elif status is InvitationStatus.EXPIRED:
        found.append(Moment(row.expires_at, gettext("The link stopped working: nobody had answered.")))
    return sorted(found, key=lambda moment: moment.at)


@page.get(f"{ONE}/mail", needs=Action.VIEW)
def invitation_mail(invitation_id: UUID) -> ResponseReturnValue:
    """The mail, or its reminder, with links that do not work."""
    row, _ = queries.one(act(), invitation_id)
    owed = Owed.REMINDER if request.args.get("what") == Owed.REMINDER else Owed.INVITATION
    return outgoing.framed(mails.preview(row.id, owed))


@page.post(f"{ONE}/resend", needs=Action.INVITE, again=invitation)
def resend_invitation(invitation_id: UUID) -> ResponseReturnValue:
    with transaction():
        row, relationship = queries.one(act(), invitation_id)
        force, rules = request.form.get("force") == "yes", shell.rules_of(row.partner_id)
        commands.resend(act(), row.machine, relationship, row, rules, force)
        name = row.contact.name
    shell.told(gettext("Sent again to %(name)s. The link in the mail before no longer works.", name=name))
    return _back(invitation_id)


@page.post(f"{ONE}/remind", needs=Action.INVITE, again=invitation)
def remind_invitation(invitation_id: UUID) -> ResponseReturnValue:
    with transaction():
        row, _ = queries.one(act(), invitation_id)
        nudges.nudge(act(), row.machine, row)
        name = row.contact.name
    shell.told(gettext("A reminder to %(name)s is on its way.", name=name))
    return _back(invitation_id)


@page.post(f"{ONE}/revoke", needs=Action.REVOKE, again=invitation)
def revoke_invitation(invitation_id: UUID) -> ResponseReturnValue:
    with transaction():
        row, _ = queries.one(act(), invitation_id)
        commands.revoke(act(), row.machine, row)
    shell.told(gettext("Taken back. Its link no longer works, and the agreement stands where it stood before."))
    return _back(invitation_id)


@page.post(f"{ONE}/link", needs=Action.LIVE_LINK, again=invitation)
def copy_link(invitation_id: UUID) -> ResponseReturnValue:
    """The link that works, shown once; that it was shown goes on record."""
    with transaction():
        row, _ = queries.one(act(), invitation_id)
        commands.hand_over(act(), row.machine, row)
    return outgoing.handed(row, Way.COPY)


@page.post(f"{ONE}/file", needs=Action.LIVE_LINK, again=invitation)
def invitation_file(invitation_id: UUID) -> ResponseReturnValue:
    """The mail as a draft for somebody's own mail program, with the link that works."""
    with transaction():
        row, _ = queries.one(act(), invitation_id)
        commands.hand_over(act(), row.machine, row)
        facts = mails.preview(invitation_id)
    answer = Response(composer(installation()).draft(facts, live=True), content_type="message/rfc822")
    answer.headers["Content-Disposition"] = f'attachment; filename="invitation-{invitation_id}.eml"'
    return answer


def _back(id: UUID) -> ResponseReturnValue:
    return redirect(url_for("dashboard.invitation", invitation_id=id), 303)
