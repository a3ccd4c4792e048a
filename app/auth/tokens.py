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
    secret = secret.strip()
    refuse_if(scheme.lower() != "bearer", Reason.NOT_SIGNED_IN)
    if installation().config.oidc_issuer and secret.count(".") == 2:
        return _of_issuer(secret, ip)
    return _of_ours(secret, ip)


def _of_ours(secret: str, ip: str | None) -> Act:
    digest = hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
    row = db.session.execute(
        select(Token, Partner, Staff, ServiceAccount)
        .join(Partner, Partner.id == Token.partner_id)
        .outerjoin(Staff, Staff.id == Token.staff_id)
        .outerjoin(ServiceAccount, ServiceAccount.id == Token.service_account_id)
        .where(Token.digest == digest)
    ).one_or_none()
    if row is None:
        raise Refused(Reason.NOT_SIGNED_IN)
    token, partner, staff, account = row
    at = now()
    over = token.revoked_at is not None or (token.expires_at is not None and token.expires_at <= at)
    refuse_if(over, Reason.TOKEN_EXPIRED)
    act = _act(Method.API_TOKEN, partner, staff or account, str(token.id), ip)
    if token.last_used_at is None or at - token.last_used_at > NOTED:
        _note_use(token)
    return act


def _of_issuer(secret: str, ip: str | None) -> Act:
    """Whoever of ours the issuer knows by this subject."""
    # Imported here, so that an installation without an issuer need not load what reads such tokens.
    from app.auth import oidc

    known = oidc.subject(oidc.verify(secret))
    holder: Staff | ServiceAccount | None = db.session.scalar(select(Staff).where(Staff.subject == known))
    holder = holder or db.session.scalar(select(ServiceAccount).where(ServiceAccount.subject == known))
    if holder is None:
        raise Refused(Reason.NOT_SIGNED_IN)
    return _act(Method.OIDC, db.session.get_one(Partner, holder.partner_id), holder, f"oidc:{known}", ip)


def _act(
    method: Method, partner: Partner, holder: Staff | ServiceAccount | None, credential: str, ip: str | None
) -> Act:
    """The holder's, or the partner's own; nobody's any more when the holder was disabled."""
    refuse_if(holder is not None and holder.disabled_at is not None, Reason.TOKEN_EXPIRED)
    return Act(
        ActorKind.STAFF,
        method,
        now(),
        id=str(holder.id if holder else partner.id),
        name=holder.name if holder else partner.name,
        email=holder.email if isinstance(holder, Staff) else None,
        roles=_roles(holder),
        partner_id=partner.id,
        partner_type=partner.type,
        ip=ip,
        service=isinstance(holder, ServiceAccount),
        app_only=holder is None,
        credential=credential,
        overrides=installation().config.permissions,
    )


def _roles(holder: Staff | ServiceAccount | None) -> frozenset[Role]:
    """The holder's own; a token of the partner itself has none."""
    return frozenset(grant.role for grant in holder.grants) if holder else frozenset()


def _note_use(token: Token) -> None:
    with transaction() as session:
        session.execute(update(Token).where(Token.id == token.id).values(last_used_at=now()))
