"""End what a partner has with a customer."""

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from app.commands.invitations import end, open_invitation
from app.core.act import Act
from app.core.permissions import Action, require
from app.core.refusals import Reason, refuse_if
from app.core.vocabulary import Authority, InvitationStatus, RelationshipState
from app.db import db
from app.models import Machine, Partner, Relationship


def remove(act: Act, relationship: Relationship) -> None:
    """End what the partner has with a customer: its invitations die with it, and what is on record stays."""
    require(act, Action.ADD_CUSTOMER)
    partner = db.session.get_one(Partner, relationship.partner_id)
    refuse_if(act.partner_id not in (None, partner.id), Reason.WRONG_PARTNER_TYPE)
    refuse_if(partner.authority is Authority.MIRROR, Reason.NOT_FORWARDED)
    refuse_if(relationship.state is RelationshipState.REMOVED, Reason.RELATIONSHIP_REMOVED)
    relationship.state = RelationshipState.REMOVED
    beside = {"partner_id": relationship.partner_id, "customer_id": relationship.customer_id}
    for machine in db.session.scalars(select(Machine).filter_by(**beside)):
        # Also a machine that nothing happens to is written: an invitation sent at this very moment loses the race.
        flag_modified(machine, "number")
        invitation = open_invitation(machine)
        if invitation:
            end(act, machine, invitation, InvitationStatus.REVOKED)
