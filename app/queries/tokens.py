"""Tokens as an operator lists them."""

from typing import Any

from sqlalchemy import func, select

from app.core import contact as text
from app.core.refusals import Reason, Refused
from app.db import db
from app.models import Partner, ServiceAccount, Staff, Token


def everyone() -> list[Any]:
    """Every token with the name of its holder, newest first."""
    return list(
        db.session.execute(
            select(Token, func.coalesce(Staff.email, ServiceAccount.name, Partner.name))
            .join(Partner, Partner.id == Token.partner_id)
            .outerjoin(Staff, Staff.id == Token.staff_id)
            .outerjoin(ServiceAccount, ServiceAccount.id == Token.service_account_id)
            .order_by(Token.created_at.desc())
        )
    )


def by_prefix(prefix: str) -> Token:
    found = db.session.scalar(select(Token).where(Token.prefix == text.line(prefix, "prefix")))
    if found is None:
        raise Refused(Reason.NOT_FOUND, what="token prefix")
    return found
