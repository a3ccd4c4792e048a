"""How fast mail may go: token buckets that all workers share, one for all mail and one for each recipient domain."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.db import db
from app.models import TokenBucket

BUCKET = "mail"
FORGOTTEN = timedelta(hours=1)
LONGEST = 80


def take(session: Session, now: datetime, room: int, rate: float) -> int:
    """How many mails may go now: a bucket holds one second's worth."""
    if rate <= 0:
        return room
    bucket = session.get(TokenBucket, BUCKET, with_for_update=True) or _new(session, BUCKET, rate, now)
    _fill(bucket, rate, now)
    allowed = min(room, int(bucket.tokens))
    bucket.tokens -= allowed
    return allowed


def give_back(session: Session, unused: int, rate: float) -> None:
    if rate > 0 and unused > 0:
        session.execute(
            update(TokenBucket).where(TokenBucket.name == BUCKET).values(tokens=TokenBucket.tokens + unused)
        )


def shared_out(session: Session, now: datetime, rows: Sequence[Any], rate: float) -> dict[UUID, datetime]:
    """When the rows may go that are over their domain's rate; those that may go now are not named."""
    _alone()
    buckets = _buckets(session, {_name("domain", row.domain) for row in rows if row.domain}, rate, now)
    for bucket in buckets.values():
        _fill(bucket, rate, now)
    waiting = []
    for row in rows:
        if not row.domain:
            continue
        bucket = buckets[_name("domain", row.domain)]
        if bucket.tokens < 1:
            waiting.append(row)
        else:
            bucket.tokens -= 1
    return _lined_up(session, now, waiting, rate)


def _lined_up(session: Session, now: datetime, rows: Sequence[Any], rate: float) -> dict[UUID, datetime]:
    """A partner's own line to each domain: nobody else waits behind it, and no row is looked at before its turn."""
    names = {row.id: _name("line", f"{row.partner_id.hex}:{row.domain}") for row in rows}
    lines = _buckets(session, set(names.values()), rate, now)
    turns = {}
    for id, name in names.items():
        lines[name].filled_at = max(lines[name].filled_at, now) + timedelta(seconds=1 / rate)
        turns[id] = lines[name].filled_at
    return turns


def _alone() -> None:
    """Workers that took many buckets in different orders would lock each other out. SQLite has one writer anyway."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("mail domains", 0))))


def _name(kind: str, of: str) -> str:
    name = f"{kind}:{of}"
    return name if len(name) <= LONGEST else f"{kind}:{hashlib.sha256(of.encode()).hexdigest()}"


def _buckets(session: Session, names: Iterable[str], rate: float, now: datetime) -> dict[str, TokenBucket]:
    names = set(names)
    found = {bucket.name: bucket for bucket in session.scalars(select(TokenBucket).where(TokenBucket.name.in_(names)))}
    return found | {name: _new(session, name, rate, now) for name in names - set(found)}


def _new(session: Session, name: str, rate: float, now: datetime) -> TokenBucket:
    bucket = TokenBucket(name=name, tokens=max(1.0, rate), filled_at=now)
    session.add(bucket)
    return bucket


def _fill(bucket: TokenBucket, rate: float, now: datetime) -> None:
    gained = max(0.0, (now - bucket.filled_at).total_seconds()) * rate
    bucket.tokens, bucket.filled_at = min(max(1.0, rate), bucket.tokens + gained), now


def forget_old(now: datetime) -> None:
    """A bucket that has long been full and a line that has long ended say no more than none."""
    idle = (TokenBucket.name != BUCKET, TokenBucket.filled_at < now - FORGOTTEN)
    db.session.execute(delete(TokenBucket).where(*idle))
