"""Disputes: somebody says that an acceptance on record is wrong; the partner answers, upholding or rejecting it."""

from datetime import timedelta

from sqlalchemy import exists, select, update

from app.commands.attestations import withdraw
from app.commands.firing import Says, note
from app.commands.invitations import open_invitation, revoke
from app.commands.tasks import finish
from app.core import contact as text
from app.core.act import Act
from app.core.agreements import DAYS_TO_ANSWER
from app.core.lifecycle import State
from app.core.permissions import Action, require
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import ActorKind, DisputeStatus, Note, TaskKind
from app.db import db, new_id
from app.models import Dispute, Machine, Staff, Task


def open_dispute(act: Act, machine: Machine, reason: str, owner: Staff | None = None) -> Dispute:
    """The customer's own doubt, or one that staff heard of; while it is open the gate warns."""
    if act.kind is not ActorKind.CUSTOMER:
        require(act, Action.OPEN_DISPUTE)
    number = machine.acceptance_number
    if number is None:
        raise Refused(Reason.WRONG_STATE, state=machine.state, event="dispute")
    held = exists().where(Dispute.machine_id == machine.id, Dispute.status == DisputeStatus.OPEN)
    refuse_if(bool(db.session.scalar(select(held))), Reason.ALREADY_EXISTS, what="A dispute about this acceptance")
    why = text.line(reason, "reason", limit=1000)
    dispute = Dispute(
        id=new_id(),
        partner_id=machine.partner_id,
        machine_id=machine.id,
        machine=machine,
        record_number=number,
        status=DisputeStatus.OPEN,
        reason=why,
        opened_by=act.signature,
        owner_id=owner.id if owner else None,
        due_at=act.at + timedelta(days=DAYS_TO_ANSWER),
        opened_at=act.at,
    )
    db.session.add(dispute)
    says = Says(clear={"dispute": str(dispute.id), "disputes": number}, personal={"reason": why})
    note(machine, Note.DISPUTED, act, says, owner.id if owner else None)
    return dispute


def take(act: Act, dispute: Dispute, owner: Staff) -> None:
    """Somebody at the partner makes this dispute, and the task to answer it, the own."""
    require(act, Action.CLOSE_DISPUTE)
    refuse_if(dispute.status is not DisputeStatus.OPEN, Reason.WRONG_STATE, state=dispute.status, event="take")
    refuse_if(owner.partner_id != dispute.partner_id, Reason.NOT_FOUND, what="staff id")
    dispute.owner_id = owner.id
    held = (Task.machine_id == dispute.machine_id, Task.kind == TaskKind.ANSWER_DISPUTE, Task.closed_at.is_(None))
    db.session.execute(update(Task).where(*held).values(assignee_id=owner.id))


def close_dispute(act: Act, dispute: Dispute, answer: str, *, upheld: bool) -> None:
    """Upheld, the acceptance is withdrawn; rejected, it stands. Either way the reason goes on record."""
    require(act, Action.CLOSE_DISPUTE)
    refuse_if(dispute.status is not DisputeStatus.OPEN, Reason.WRONG_STATE, state=dispute.status, event="close")
    machine, why = dispute.machine, text.line(answer, "reason", limit=1000)
    # What was accepted or corrected since is not in doubt.
    if upheld and machine.acceptance_number == dispute.record_number:
        _end(act, machine, why)
    status = DisputeStatus.UPHELD if upheld else DisputeStatus.REJECTED
    dispute.status, dispute.answer = status, why
    dispute.closed_at, dispute.closed_by = act.at, act.signature
    says = Says(clear={"dispute": str(dispute.id), "outcome": status}, personal={"reason": why})
    note(machine, Note.DISPUTE_CLOSED, act, says)
    finish(act, machine, TaskKind.ANSWER_DISPUTE)


def _end(act: Act, machine: Machine, why: str) -> None:
    """Withdraw the acceptance; whoever is just being asked to renew it need not answer any more."""
    asked = open_invitation(machine)
    if machine.state is State.INVITED and asked:
        revoke(act, machine, asked)
    withdraw(act, machine, why)
