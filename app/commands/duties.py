"""Whose a task is, and that it is done: what people say of the tasks that are theirs to see."""

from sqlalchemy import select

from app.commands import disputes, drafts
from app.commands.tasks import closer
from app.core import contact as text
from app.core.act import Act
from app.core.duties import DUTIES, concerning
from app.core.permissions import Action, refusal
from app.core.refusals import Reason, refuse_if
from app.core.vocabulary import DisputeStatus, DraftStatus, TaskKind
from app.db import db
from app.models import Dispute, Draft, Staff, Task


def take(act: Act, task: Task) -> None:
    """It is the caller's own from now on."""
    person = text.uuid(act.id)
    refuse_if(person is None, Reason.ROLE_NOT_ALLOWED)
    assign(act, task, db.session.get_one(Staff, person))


def assign(act: Act, task: Task, to: Staff) -> None:
    """It is somebody else's; the draft or the dispute that it is about goes with it."""
    _allowed(act, task)
    fit = to.partner_id == task.partner_id and to.disabled_at is None
    refuse_if(not fit, Reason.NOT_FOUND, what="staff id")
    whole = {TaskKind.REVIEW_DRAFT: _assign_draft, TaskKind.ANSWER_DISPUTE: _assign_dispute}.get(task.kind)
    if whole is None or not whole(act, task, to):
        task.assignee_id = to.id


def close(act: Act, task: Task) -> None:
    """Somebody says that it is done; what something here settles is closed by that alone."""
    _allowed(act, task)
    refuse_if(not DUTIES[task.kind].by_hand, Reason.WRONG_STATE, state=task.kind, event="close")
    task.closed_at, task.closed_by = act.at, closer(act)


def _allowed(act: Act, task: Task) -> None:
    """Whoever may do what it asks for, or look at customers; of two that close it at once the second is told."""
    refuse_if(act.partner_id not in (None, task.partner_id), Reason.NOT_FOUND, what="task id")
    refuse_if(task.kind not in concerning(act), refusal(act, Action.VIEW) or Reason.ROLE_NOT_ALLOWED)
    db.session.refresh(task, with_for_update=True)
    refuse_if(task.closed_at is not None, Reason.CHANGED_MEANWHILE)


def _assign_draft(act: Act, task: Task, to: Staff) -> bool:
    held = (Draft.machine_id == task.machine_id, Draft.status == DraftStatus.SUBMITTED)
    draft = db.session.scalar(select(Draft).where(*held))
    if draft is None:
        return False
    drafts.assign(act, draft, to, db.session.get(Staff, draft.substitute_id) if draft.substitute_id else None)
    return True


def _assign_dispute(act: Act, task: Task, to: Staff) -> bool:
    held = (Dispute.machine_id == task.machine_id, Dispute.status == DisputeStatus.OPEN)
    dispute = db.session.scalar(select(Dispute).where(*held))
    if dispute is None:
        return False
    disputes.take(act, dispute, to)
    return True
