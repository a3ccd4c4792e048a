"""Mails that came back in a test: what was said of them, what was kept, and those that a relay took before."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import insert, select

from app.auth import acts
from app.commands import returns
from app.commands.returns import Mail
from app.core.carrying import Outcome
from app.core.returned import Fate, Returned
from app.core.vocabulary import Owed
from app.db import db, new_id, transaction
from app.models import Invitation, OutboxArchive, Suppression
from app.queries import invitations
from tests.arriving import fresh
from tests.test_arrivals_of_mail import Post


def sent(post: Post) -> UUID:
    return UUID(post.send().strip("<>").partition("@")[0])


def take(told: Returned) -> Mail | None:
    with transaction():
        return returns.take(acts.console(), told)


def bounce(row: UUID, status: str) -> Returned:
    return Returned(Fate.BOUNCED, row, permanent=True, status=status, diagnostic=f"550 {status} no")


def health(invitation: Invitation) -> str:
    return str(invitations.shown([fresh(invitation.id, Invitation)], acts.now())[0]["contactHealth"])


def listed(post: Post) -> list[tuple[str, str]]:
    with db.engine.connect() as connection:
        kept = select(Suppression.mailbox, Suppression.reason).where(Suppression.partner_id == post.cast.fabrikam.id)
        return [(row.mailbox, row.reason) for row in connection.execute(kept)]


def carried(post: Post, number: int, ago: timedelta = timedelta(minutes=5), **more: object) -> list[UUID]:
    """Mails that a relay took."""
    ids, at = [new_id() for _ in range(number)], acts.now() - ago
    row = {"partner_id": post.cast.fabrikam.id, "kind": Owed.INVITATION, "payload": {}, "attempts": 1}
    row |= {"outcome": Outcome.DONE, "created_at": at, "done_at": at} | more
    with transaction() as session:
        session.execute(insert(OutboxArchive), [row | {"id": id} for id in ids])
    return ids
