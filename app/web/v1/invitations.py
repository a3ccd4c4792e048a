"""Invite a customer by mail."""

from uuid import UUID

from flask.typing import ResponseReturnValue

from app.commands import invitations
from app.commands.invitations import DEFAULT_DAYS, Ask
from app.core.contact import language
from app.core.refusals import Reason, refuse_if
from app.core.vocabulary import InvitationKind
from app.db import db, transaction
from app.installation import installation
from app.models import Staff
from app.queries import rulebooks, scope
from app.queries.status import invitation
from app.web.v1 import bp, caller
from app.web.v1.bodies import body, person
from app.web.v1.eligibility import word


@bp.post("/customers/<uuid:customer_id>/invitations")
def invite(customer_id: UUID) -> ResponseReturnValue:
    """Invite; the mail goes out by itself, and a customer that cannot accept by itself is only asked with `force`."""
    given, act = body(), caller()
    days = given.raw("expiresInDays")
    whole = days is None or (isinstance(days, int) and not isinstance(days, bool))
    refuse_if(not whole, Reason.INVALID_VALUE, field="expiresInDays (1 to 365)")
    with transaction():
        machine, relationship = scope.agreement(act, customer_id)
        ask = Ask(
            word(given, "kind", InvitationKind),
            person(given.part("contact"), "contact") if given.raw("contact") is not None else relationship.contact,
            language(given.text("language") or relationship.language),
            None if act.service or act.app_only else db.session.get(Staff, UUID(act.id)),
            DEFAULT_DAYS if days is None else days,
            given.flag("dap"),
            given.flag("force"),
        )
        warnings = ["direct-acceptance-unavailable"] if invitations.advise(machine, ask.force) else []
        rules = rulebooks.of(installation().rules, machine.partner_id)
        answer = invitation(invitations.invite(act, machine, relationship, ask, rules), warnings)
    return answer, 201
