"""What became of an invitation's mail: sent, delivered, given up, sent back or complained of."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, insert, select, update

from app.commands import hard_bounces, snapshots
from app.commands.firing import Says, append, note
from app.commands.suppressions import suppress
from app.core.act import Act
from app.core.carrying import Delivery, Health
from app.core.refusals import Reason, refuse_if
from app.core.returned import dead, status_in
from app.core.snapshot import Snapshot
from app.core.vocabulary import ActorKind, NewsType, Note, TaskKind
from app.db import db, new_id
from app.models import Invitation, Machine, News, Task


def mark_sent(act: Act, mails: Mapping[UUID, UUID | None]) -> None:
    """The relay took these mails of these invitations: every poller and follower may know.

    Of one that was replaced meanwhile nothing is told: the newer one is still to be sent.
    """
    newest = Invitation.mail_id.is_(None) | Invitation.mail_id.in_(mails.values())
    _mark(act, list(mails), (Delivery.QUEUED,), Delivery.SENT, NewsType.MAIL_SENT, newest)


def mark_delivered(act: Act, invitation: Invitation) -> None:
    """It lies in the mailbox, says who carried it there; what is known to have come back stays so."""
    reported(act)
    # The report may be here before the relay's answer is written down.
    came_from = (Delivery.QUEUED, Delivery.SENT)
    _mark(act, [invitation.id], came_from, Delivery.DELIVERED, NewsType.MAIL_DELIVERED)


def _mark(
    act: Act,
    invitations: Sequence[UUID],
    before: tuple[Delivery, ...],
    after: Delivery,
    news: NewsType,
    *only: ColumnElement[bool],
) -> None:
    if not invitations:
        return
    held = (Invitation.id.in_(invitations), Invitation.delivery.in_(before), *only)
    machines = set(db.session.scalars(select(Invitation.machine_id).where(*held)))
    # The agreements first, as every event does it: taken in another order, two of them can lock each other out.
    shown = snapshots.of(machines)
    moved = update(Invitation).where(*held).values(delivery=after).returning(Invitation.machine_id, Invitation.id)
    found = db.session.execute(moved).all()
    if found:
        left = [_news(act, shown[machine], id, after, news) for machine, id in found]
        db.session.connection().execute(insert(News), left)


def _news(act: Act, shown: Snapshot, invitation: UUID, delivery: Delivery, news: NewsType) -> dict[str, Any]:
    newest = shown.invitation
    if newest and newest.id == invitation:
        shown = replace(shown, invitation=replace(newest, delivery=delivery))
    whose = {"partner_id": shown.partner_id, "machine_id": shown.id, "customer_id": shown.customer_id}
    left = {"before": shown.state, "after": shown.state, "facts": shown.facts()}
    return {"uid": new_id(), "type": news, "at": act.at, **whose, **left}


def give_up(
    act: Act, invitation: Invitation, machine: Machine, answer: str, *, address: bool, newest: bool = True
) -> None:
    """Nobody will try again: the partner gets a task, and a dead mailbox goes on record as bounced.

    `newest`: it was the invitation's own mail, and no other one is on its way.
    """
    if address:
        _came_back(act, invitation, machine, status_in(answer), gone=True)
    elif newest and invitation.delivery is Delivery.QUEUED:
        invitation.delivery = Delivery.NOT_SENT
    _ask(act, invitation, machine, answer)


def bounce(act: Act, invitation: Invitation, machine: Machine, status: str = "", said: str = "") -> None:
    """The mailbox sent it back for good, says who carried it there; without a status it counts as dead."""
    reported(act)
    if invitation.delivery not in (Delivery.BOUNCED, Delivery.COMPLAINED):
        _came_back(act, invitation, machine, status, gone=not status or dead(status))
        _ask(act, invitation, machine, f"bounced later on: {said or status}" if said or status else "bounced later on")


def _came_back(act: Act, invitation: Invitation, machine: Machine, status: str, *, gone: bool) -> None:
    """On record; what is written to a mailbox that nobody has harms the sender, so nothing more is."""
    if invitation.delivery is not Delivery.BOUNCED:
        facts = {"invitation": str(invitation.id), "reason": "mailbox-refused" if gone else "sent-back"}
        append(machine, Note.BOUNCED, machine.state, act, Says(clear=facts | {"status": status or None}))
        invitation.delivery = Delivery.BOUNCED
    if gone:
        suppress(act, machine, invitation.email, f"{Health.BOUNCED} ({status})" if status else Health.BOUNCED.value)
        hard_bounces.stop_bulk(act, machine.partner_id)


def _ask(act: Act, invitation: Invitation, machine: Machine, answer: str) -> None:
    whose = {"partner_id": machine.partner_id, "machine_id": machine.id, "assignee_id": invitation.invited_by}
    said = {"note": answer, "subject_id": invitation.id, "created_at": act.at}
    db.session.add(Task(kind=TaskKind.MAIL_FAILED, **said, **whose))


def complain(act: Act, invitation: Invitation, machine: Machine) -> None:
    """Whoever got it called it spam: the partner must not write to this mailbox again."""
    reported(act)
    if invitation.delivery is Delivery.COMPLAINED:
        return
    note(machine, Note.COMPLAINED, act, Says(clear={"invitation": str(invitation.id)}))
    invitation.delivery = Delivery.COMPLAINED
    suppress(act, machine, invitation.email, Health.COMPLAINED.value)


def reported(act: Act) -> None:
    """A system elsewhere says so by webhook, or a message that came back does, fed in at the console."""
    refuse_if(act.kind not in (ActorKind.UPSTREAM, ActorKind.SYSTEM), Reason.ROLE_NOT_ALLOWED)
