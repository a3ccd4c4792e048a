"""Bearer tokens: who carries one, with which roles, and whether it still opens anything."""

import hashlib
from datetime import timedelta

from sqlalchemy import select, update

from app.auth.acts import now
from app.core.act import Act
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import ActorKind, Method, Role
from app.db import db, transaction
from app.installation import installation
from app.models import Partner, ServiceAccount, Staff, Token

# How old the note of a token's last use may get: a poller should not write with every read.
NOTED = timedelta(hours=1)


def bearer(authorization: str, ip: str | None) -> Act:
    """The act of whoever sends this header."""
    scheme, _, secret = authorization.partition(" ")
    digest = hashlib.sha256(secret.strip().encode("utf-8", "surrogateescape")).hexdigest()
    row = db.session.execute(
        select(Token, Partner, Staff, ServiceAccount)
        .join(Partner, Partner.id == Token.partner_id)
        .outerjoin(Staff, Staff.id == Token.staff_id)
        .outerjoin(ServiceAccount, ServiceAccount.id == Token.service_account_id)
        .where(Token.digest == digest)
    ).one_or_none()
    if row is None or scheme.lower() != "bearer":
        raise Refused(Reason.NOT_SIGNED_IN)
    token, partner, staff, account = row
    at = now()
    over = token.revoked_at is not None or (token.expires_at is not None and token.expires_at <= at)
    holder = staff or account
    refuse_if(over or (holder is not None and holder.disabled_at is not None), Reason.TOKEN_EXPIRED)
    if token.last_used_at is None or at - token.last_used_at > NOTED:
        _note_use(token)
    return Act(
        ActorKind.STAFF,
        Method.API_TOKEN,
        at,
        id=str(holder.id if holder else partner.id),
        name=holder.name if holder else partner.name,
        email=staff.email if staff else None,
        roles=_roles(holder),
        partner_id=partner.id,
        partner_type=partner.type,
        ip=ip,
        service=account is not None,
        app_only=holder is None,
        overrides=installation().config.permissions,
    )


def _roles(holder: Staff | ServiceAccount | None) -> frozenset[Role]:
    """The holder's own; a token of the partner itself has none."""
    return frozenset(grant.role for grant in holder.grants) if holder else frozenset()


def _note_use(token: Token) -> None:
    with transaction() as session:
        session.execute(update(Token).where(Token.id == token.id).values(last_used_at=now()))
