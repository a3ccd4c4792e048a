"""The mailboxes a partner must not write to: those that are dead or asked for it, and those somebody put there."""

from sqlalchemy import select

from app.core import contact as text
from app.core.act import Act
from app.core.carrying import Health
from app.core.permissions import Action, require_own
from app.core.refusals import Reason, refuse_if
from app.core.vocabulary import PartnerType
from app.db import db, new_id
from app.models import Machine, Partner, Suppression, SuppressionLifted


def add(act: Act, partner: Partner, email: str, reason: str) -> Suppression:
    """Somebody of the partner's says so, and why."""
    require_own(act, Action.MANAGE_MAIL, partner.id)
    # A reseller's customers are invited in its provider's name, by its provider's list.
    refuse_if(partner.type is PartnerType.RESELLER, Reason.WRONG_PARTNER_TYPE)
    box = text.mailbox(text.email(email))
    refuse_if(_held(partner.id, box) is not None, Reason.ALREADY_EXISTS, what="This mailbox on the list")
    row = Suppression(
        id=new_id(),
        partner_id=partner.id,
        mailbox=box,
        reason=text.line(reason, "reason"),
        created_by=act.signature,
        created_at=act.at,
    )
    db.session.add(row)
    db.session.flush()
    return row


def remove(act: Act, row: Suppression, why: str | None = None) -> None:
    """It may be written to again; who decided that stays on the list of those taken off."""
    require_own(act, Action.MANAGE_MAIL, row.partner_id)
    said = text.line(why, "why", required=False) or None
    whose = {"partner_id": row.partner_id, "mailbox": row.mailbox}
    db.session.add(SuppressionLifted(**whose, was=row.reason, why=said, by=act.signature, at=act.at))
    db.session.delete(row)


def suppress(act: Act, machine: Machine, email: str, reason: str) -> None:
    """What came of a mail says so; a complaint weighs more than that the mailbox was dead."""
    box = text.mailbox(email)
    held = _held(machine.partner_id, box)
    if held is None:
        whose = {"partner_id": machine.partner_id, "mailbox": box}
        db.session.add(Suppression(id=new_id(), reason=reason, created_at=act.at, **whose))
    elif reason == Health.COMPLAINED and held.created_by is None:
        held.reason = reason


def _held(partner_id: object, box: str) -> Suppression | None:
    return db.session.scalar(
        select(Suppression).where(Suppression.partner_id == partner_id, Suppression.mailbox == box)
    )
