"""Invite customers, and see what becomes of it."""

from typing import Any
from uuid import UUID

from app.commands import invitations as commands
from app.commands.customers import Profile
from app.commands.invitations import Ask
from app.core import wording as rules
from app.core.contact import Contact
from app.core.mails import Own
from app.core.names import GRAMMARS, Kind
from app.core.permissions import Action
from app.core.refusals import Reason, refuse_if
from app.db import db
from app.installation import installation
from app.mail import wording
from app.models import Invitation, Staff
from app.post import composer
from app.queries import invitations, mails, scope
from app.web.v1.callers import caller, partner, rules_of
from app.web.v1.paging import Paged, collection, resumed
from app.web.v1.routes import route
from app.web.v1.shapes_invitation import (
    Again,
    InvitationMade,
    InvitationPage,
    InvitationShown,
    NewcomersInvitation,
    NewInvitation,
)


@route.post(
    "/customers/{customerId}/invitations", needs=Action.INVITE, takes=NewInvitation, gives=InvitationMade, status=201
)
def invite(customer_id: UUID, given: NewInvitation) -> dict[str, Any]:
    """Invite a customer to accept.

    The mail goes out by itself. With `send: false` none does: the answer has the live link as `url`, and a record says
    who was given it. A customer that cannot accept by itself is only asked with `force`.
    """
    act = caller()
    machine, relationship = scope.agreement(act, customer_id)
    contact = given.contact.contact if given.contact else relationship.contact
    ask = _ask(given, contact, relationship.language)
    return _made(commands.invite(act, machine, relationship, ask, rules_of(machine.partner_id)), given.send)


@route.post("/invitations", needs=Action.INVITE, takes=NewcomersInvitation, gives=InvitationMade, status=201)
def invite_newcomer(given: NewcomersInvitation) -> dict[str, Any]:
    """Invite somebody who is not a customer yet.

    It is asked for the relationship and the agreement at once: the customer comes into being with the invitation, and
    its relationship, `requested` until then, with the acceptance.
    """
    confirming, reseller = scope.confirming(partner(), given.provider_id)
    rules, company = rules_of(confirming.id), given.customer
    refuse_if(not rules.catalogue.knows(company.country), Reason.INVALID_VALUE, field="customer.country")
    contact = given.contact.contact
    about = Profile(company.company_name, company.country, company.language, contact, company.domain)
    ask = _ask(given, contact, company.language)
    return _made(commands.invite_newcomer(caller(), confirming, reseller, about, ask, rules), given.send)


def _ask(given: NewInvitation, contact: Contact, language: str) -> Ask:
    act = caller()
    spoken = given.contact.language if given.contact else None
    return Ask(
        given.kind,
        contact,
        spoken or given.language or language,
        None if act.service or act.app_only else db.session.get(Staff, UUID(act.id)),
        given.expires_in_days,
        given.dap,
        given.force,
        given.send,
        given.reminders,
        given.contact.time_zone if given.contact else None,
        _own(given),
    )


def _own(given: NewInvitation) -> Own | None:
    """The inviter's own words, read by the template engine as well; the command reads them only our way."""
    if given.message is None:
        return None
    rules.refuse(wording.check(given.message.own, GRAMMARS[Kind(given.kind.value)]))
    return given.message.own


def _made(row: Invitation, sent: bool = True) -> dict[str, Any]:
    answer = invitations.shown([row], caller().at)[0] | {"warnings": commands.warnings(row.machine)}
    return answer if sent else answer | {"url": composer(installation()).link(mails.preview(row.id))}


@route.get("/customers/{customerId}/invitations", needs=Action.VIEW, asks=Paged, gives=InvitationPage)
def invited(customer_id: UUID, asked: Paged) -> dict[str, Any]:
    """A customer's invitations, the newest first."""
    act, after = caller(), resumed(UUID)
    scope.relationship(act, customer_id)
    rows = invitations.of(act, customer_id, asked.most + 1, after[0] if after else None)
    items = invitations.shown(rows[: asked.most], act.at)
    return collection(items, [items[-1]["id"]] if len(rows) > asked.most else None)


@route.get("/invitations/{invitationId}", needs=Action.VIEW, gives=InvitationShown, one=True)
def invitation(invitation_id: UUID) -> dict[str, Any]:
    """An invitation: what became of it and of its mail."""
    row, _ = invitations.one(caller(), invitation_id)
    return invitations.shown([row], caller().at)[0]


@route.post("/invitations/{invitationId}/resend", needs=Action.INVITE, takes=Again, optional=True, gives=InvitationMade)
def resend(invitation_id: UUID, given: Again) -> dict[str, Any]:
    """Send an invitation again, with another link.

    The old link dies, and the new one works for as many days as the first one did. What was answered or taken back is
    not sent again; make another invitation.
    """
    row, relationship = invitations.one(caller(), invitation_id)
    commands.resend(caller(), row.machine, relationship, row, rules_of(row.partner_id), given.force)
    return _made(row)


@route.post("/invitations/{invitationId}/revoke", needs=Action.REVOKE, gives=InvitationShown)
def revoke(invitation_id: UUID) -> dict[str, Any]:
    """Take an invitation back: its link dies, and the agreement is where it was before."""
    row, _ = invitations.one(caller(), invitation_id)
    commands.revoke(caller(), row.machine, row)
    return invitations.shown([row], caller().at)[0]
