"""Hold mail back and let it go again: a partner's or all of it by hand, a relay's because it does not want ours."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update

from app.commands.tasks import ask_once, finish_all
from app.core import contact as text
from app.core.act import Act
from app.core.carrying import Pausing
from app.core.permissions import Action, require, require_own
from app.core.refusals import Reason, refuse_if
from app.core.vocabulary import ActorKind, PartnerType, TaskKind
from app.db import db, new_id
from app.models import MailPause, MailRoute, Outbox, Partner, Task

# There is only one pause of everybody's mail.
EVERYBODY = UUID(int=0)
FIRST, LONGEST = timedelta(minutes=15), timedelta(hours=4)
FORGOTTEN = timedelta(days=2)
# From then on it is the mail that this relay does not like, and not us.
STRIKES = 3
NOTE_LIMIT = 1000


def pause(
    act: Act, partner: Partner | None, why: Pausing, note: str | None = None, codes_too: bool = False
) -> MailPause:
    """Hold bulk mail back, and codes and one-time links only where that is asked for; deadlines go on."""
    _allowed(act, partner)
    # A reseller's customers get their mail in its provider's name.
    refuse_if(partner is not None and partner.type is PartnerType.RESELLER, Reason.WRONG_PARTNER_TYPE)
    held = _held(partner)
    if held is None:
        held = MailPause(id=new_id() if partner else EVERYBODY, partner_id=partner.id if partner else None)
        held.since = act.at
    held.why, held.codes_too, held.by = why, codes_too, act.signature
    held.note = text.line(note, "note", required=False, limit=NOTE_LIMIT) or None
    db.session.add(held)
    db.session.flush()
    return held


def resume(act: Act, partner: Partner | None) -> bool:
    """What was held back goes out; answers whether anything was."""
    _allowed(act, partner)
    held = _held(partner)
    if held is not None:
        db.session.delete(held)
        db.session.flush()
    if partner:
        _seen_to(act, Task.partner_id == partner.id)
    return held is not None


def _held(partner: Partner | None) -> MailPause | None:
    whose = MailPause.partner_id == partner.id if partner else MailPause.id == EVERYBODY
    return db.session.scalar(select(MailPause).where(whose))


def _seen_to(act: Act, whose: ColumnElement[bool]) -> None:
    """Nobody has to look after it any more; when it happens again, somebody is told again."""
    finish_all(act, Task.kind == TaskKind.MAIL_PAUSED, whose)


def _allowed(act: Act, partner: Partner | None) -> None:
    """What is everybody's is for the operator to decide."""
    if partner:
        require_own(act, Action.MANAGE_MAIL, partner.id)
        return
    require(act, Action.MANAGE_MAIL)
    refuse_if(act.kind is not ActorKind.SYSTEM, Reason.ROLE_NOT_ALLOWED)


def strike(act: Act, relay: str, answer: str, row_id: UUID) -> bool:
    """A relay refused a mail because of us (5.7.x); answers whether it is closed now, to all workers.

    A mail that alone is refused time and again must not keep the others from a relay that takes them.
    """
    row = db.session.get(Outbox, row_id, with_for_update=True)
    route = db.session.get(MailRoute, relay, with_for_update=True)
    if row is not None:
        row.strikes += 1
    if route and route.paused_until > act.at:
        return True
    if row is None or row.strikes > STRIKES:
        return False
    if route is None:
        route = MailRoute(name=relay, since=act.at, strikes=0)
        db.session.add(route)
    route.strikes += 1
    route.answer, route.paused_until = answer, act.at + min(LONGEST, FIRST * 2 ** min(route.strikes - 1, 10))
    until = route.paused_until.isoformat(timespec="minutes")
    note = f"{_refuses(relay)}: {answer}. It gets none until {until}; see `assent mail status`."
    ask_once(replace(act, partner_id=row.partner_id), TaskKind.MAIL_PAUSED, None, note)
    return True


def _refuses(relay: str) -> str:
    return f"The relay {relay} refuses our mail"


def _opened(act: Act, relay: str) -> None:
    db.session.execute(delete(MailRoute).where(MailRoute.name == relay))
    _seen_to(act, Task.note.startswith(_refuses(relay), autoescape=True))


def forget_old(now: datetime) -> None:
    """A relay that has had no mail since, to refuse or to take, has most likely left the settings."""
    db.session.execute(delete(MailRoute).where(MailRoute.paused_until < now - FORGOTTEN))


def clear(act: Act, relay: str) -> None:
    """The relay has taken mail again."""
    _allowed(act, None)
    _opened(act, relay)


def reopen(act: Act, relay: str) -> bool:
    """Somebody knows that the relay wants our mail again: what waits for it is due. Was it closed at all?"""
    _allowed(act, None)
    route = db.session.get(MailRoute, relay)
    if route is None:
        return False
    waits = (Outbox.due_at == route.paused_until, Outbox.lease_owner.is_(None), Outbox.dead_at.is_(None))
    db.session.execute(update(Outbox).where(*waits).values(due_at=act.at))
    _opened(act, relay)
    return True
