"""Endpoints that are told of a partner's events: set up, change, try out, send again, give up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update

from app.commands.owing import owe
from app.commands.tasks import finish_all
from app.core import contact as text
from app.core import webhooks as rules
from app.core.act import Act
from app.core.evidence import stamp
from app.core.hooks import Calling, Disabling, SigningScheme
from app.core.permissions import Action, require
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import NewsType, Owed, TaskKind
from app.db import db, least_id, new_id
from app.models import FAILED, WAITS, News, NewsCounter, Task, WebhookDelivery, WebhookEndpoint

MOST = 50  # endpoints of one partner
TESTS = (2, timedelta(minutes=1))


@dataclass(frozen=True)
class Wanted:
    """What a caller says of an endpoint; None: as it was."""

    url: str | None = None
    events: Sequence[str] | None = None
    description: str | None = None
    enabled: bool | None = None


def add(act: Act, wanted: Wanted, secret: bytes) -> WebhookEndpoint:
    """An address that hears of whatever happens from now on."""
    partner_id = _allowed(act)
    count = select(func.count()).select_from(WebhookEndpoint).where(WebhookEndpoint.partner_id == partner_id)
    refuse_if((db.session.scalar(count) or 0) >= MOST, Reason.ALREADY_EXISTS, what=f"The {MOST}th endpoint")
    end = _new(act, partner_id, SigningScheme.STANDARD, wanted.url or "", rules.patterns(wanted.events or ()))
    end.secret = secret
    end.description = text.line(wanted.description, "description", required=False) or None
    return end


def register(act: Act, url: str, events: Sequence[str], own_header: bool) -> WebhookEndpoint:
    """The one endpoint of a partner that is told as the vendor tells it."""
    partner_id = _allowed(act)
    refuse_if(registration(act) is not None, Reason.ALREADY_EXISTS, what="A registration (change it with PUT)")
    end = _new(act, partner_id, SigningScheme.VENDOR, url, rules.vendor_events(events))
    end.own_header = own_header
    return end


def register_anew(act: Act, end: WebhookEndpoint, url: str, events: Sequence[str], own_header: bool) -> None:
    _allowed(act, end)
    end.url, end.events, end.own_header = url, rules.vendor_events(events), own_header
    enable(act, end)


def registration(act: Act) -> WebhookEndpoint | None:
    """The partner's registration in the vendor's way."""
    held = (WebhookEndpoint.partner_id == act.partner_id, WebhookEndpoint.scheme == SigningScheme.VENDOR)
    return db.session.scalar(select(WebhookEndpoint).where(*held))


def _allowed(act: Act, end: WebhookEndpoint | None = None) -> UUID:
    """At which partner. The endpoint is then as it is now, and nobody else writes it: no worker, no other caller."""
    require(act, Action.MANAGE_HOOKS)
    if act.partner_id is None:
        raise Refused(Reason.WRONG_PARTNER_TYPE)
    if end is not None:
        db.session.flush()
        db.session.refresh(end, with_for_update=True)
    return act.partner_id


def _new(act: Act, partner_id: UUID, scheme: SigningScheme, url: str, events: list[str]) -> WebhookEndpoint:
    newest = _newest(partner_id)
    end = WebhookEndpoint(
        id=new_id(),
        partner_id=partner_id,
        scheme=scheme,
        url=url,
        events=events,
        own_header=False,
        unreachable=False,
        cursor=newest,
        furthest=newest,
        created_at=act.at,
    )
    db.session.add(end)
    db.session.flush()
    return end


def _newest(partner_id: UUID) -> int:
    """The last number of the partner's feed."""
    return db.session.scalar(select(NewsCounter.seq).where(NewsCounter.partner_id == partner_id)) or 0


def change(act: Act, end: WebhookEndpoint, wanted: Wanted) -> None:
    _allowed(act, end)
    if wanted.url is not None:
        end.url = wanted.url
    if wanted.events is not None:
        known = rules.patterns if end.scheme is SigningScheme.STANDARD else rules.vendor_events
        end.events = known(wanted.events)
    if wanted.description is not None:
        end.description = text.line(wanted.description, "description", required=False) or None
    if wanted.enabled is True:
        enable(act, end)
    elif wanted.enabled is False and end.disabled_at is None:
        disable(act, end, Disabling.BY_HAND)


def enable(act: Act, end: WebhookEndpoint) -> None:
    """Go on where it stopped: whatever waits is due, and all that happened meanwhile follows."""
    _allowed(act, end)
    end.disabled_at = end.disabled_why = None
    end.failing_since = end.held_until = None
    end.unreachable = False
    if end.lease_owner is None:
        end.free_at = None
    _seen_to(act, end)
    waiting = (WebhookDelivery.endpoint_id == end.id, WAITS)
    db.session.execute(update(WebhookDelivery).where(*waiting).values(due_at=act.at))


def disable(act: Act, end: WebhookEndpoint, why: Disabling) -> None:
    """Call it no more. Unless somebody asked for it, the partner's people are told, and its other endpoints."""
    end.disabled_at, end.disabled_why = act.at, why
    if why is Disabling.BY_HAND:
        require(act, Action.MANAGE_HOOKS)
        return
    since = end.failing_since or act.at
    told = {"endpointId": str(end.id), "url": end.url, "reason": why.value, "failingSince": stamp(since)}
    db.session.add(News(partner_id=end.partner_id, type=NewsType.ENDPOINT_DISABLED, at=act.at, facts=told))
    note = f"{end.url}: {why}, failing since {stamp(since)}"
    about = {"partner_id": end.partner_id, "kind": TaskKind.ENDPOINT_DISABLED, "subject_id": end.id}
    db.session.add(Task(note=note, created_at=act.at, **about))
    dedupe = f"{Owed.ENDPOINT_DISABLED}:{end.id}:{int(act.at.timestamp())}"
    owe(act, Owed.ENDPOINT_DISABLED, end.partner_id, dedupe, {"endpoint": str(end.id)})


def _seen_to(act: Act, end: WebhookEndpoint) -> None:
    """Tasks of an older Assent name the endpoint by its address alone."""
    named = Task.subject_id.is_(None) & Task.note.startswith(f"{end.url}: ", autoescape=True)
    about = (Task.subject_id == end.id) | named
    finish_all(act, Task.partner_id == end.partner_id, Task.kind == TaskKind.ENDPOINT_DISABLED, about)


def rotate(act: Act, end: WebhookEndpoint, secret: bytes) -> None:
    """A new secret; for a day messages are signed with the former one as well."""
    _allowed(act, end)
    refuse_if(end.scheme is not SigningScheme.STANDARD, Reason.NO_SECRET)
    rules.rotate(end, secret, act.at)


def remove(act: Act, end: WebhookEndpoint) -> None:
    """Gone, and what was delivered there with it."""
    _allowed(act)
    db.session.execute(delete(WebhookDelivery).where(WebhookDelivery.endpoint_id == end.id))
    db.session.delete(end)
    _seen_to(act, end)


def test(act: Act, end: WebhookEndpoint, body: str, id: UUID) -> WebhookDelivery:
    """A message that says nothing, to see whether it arrives; at most two a minute."""
    _allowed(act, end)
    refuse_if(end.disabled_at is not None, Reason.ENDPOINT_DISABLED)
    deaf = end.scheme is SigningScheme.VENDOR and rules.TEST_CREATED not in end.events
    refuse_if(deaf, Reason.TEST_NOT_REGISTERED)
    most, span = TESTS
    name = NewsType.TEST if end.scheme is SigningScheme.STANDARD else rules.TEST_CREATED
    mine = (WebhookDelivery.endpoint_id == end.id, WebhookDelivery.name == name)
    recent = select(func.count()).select_from(WebhookDelivery).where(*mine, WebhookDelivery.created_at > act.at - span)
    refuse_if((db.session.scalar(recent) or 0) >= most, Reason.RATE_LIMITED, minutes=1)
    sent = WebhookDelivery(
        id=id,
        partner_id=end.partner_id,
        endpoint_id=end.id,
        event_id=f"evt_{id.hex}",
        name=name,
        body=body,
        status=Calling.WAITING,
        attempts=0,
        due_at=act.at,
        tries=[],
        created_at=act.at,
    )
    db.session.add(sent)
    return sent


def replay(act: Act, sent: WebhookDelivery) -> None:
    """Send it once more, as the same event; tries are counted anew."""
    _allowed(act)
    sent.status, sent.attempts, sent.due_at = Calling.WAITING, 0, act.at


def replay_failures(act: Act, since: datetime, endpoint_id: UUID | None) -> int:
    """Send again what was given up, or fails so far, of all that was first tried since; answers how much that is."""
    partner_id = _allowed(act)
    in_vain = FAILED | (WAITS & (WebhookDelivery.attempts > 0))
    held: list[Any] = [WebhookDelivery.partner_id == partner_id, in_vain]
    held += [WebhookDelivery.endpoint_id == endpoint_id] if endpoint_id else []
    anew = {"status": Calling.WAITING, "attempts": 0, "due_at": act.at}
    done = db.session.execute(update(WebhookDelivery).where(*held, WebhookDelivery.created_at >= since).values(anew))
    return int(done.rowcount)  # type: ignore[attr-defined]


def rewind(act: Act, end: WebhookEndpoint, cursor: int) -> None:
    """Tell it once more of everything after a number of the feed."""
    _allowed(act, end)
    newest = _newest(end.partner_id)
    refuse_if(not 0 <= cursor <= newest, Reason.INVALID_VALUE, field=f"after (0 to {newest})")
    end.cursor, end.held_until = cursor, None


def forget_old(now: datetime) -> None:
    """What still waits stays, however long its endpoint is disabled: it would be lost."""
    db.session.execute(delete(WebhookDelivery).where(WebhookDelivery.id < least_id(now - rules.KEPT), ~WAITS))
