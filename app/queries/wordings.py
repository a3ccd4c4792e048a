"""A partner's own wordings: which there are, since when, by whom, and what each said."""

import base64
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from app.core.act import Act
from app.core.evidence import stamp
from app.core.languages import Language
from app.core.mails import Brand, Own
from app.core.names import Kind
from app.core.permissions import Action, require
from app.core.refusals import Reason, Refused
from app.db import db
from app.models import MailPolicy, MailTemplate
from app.queries import around


def _own(act: Act, partner_id: UUID) -> Select[MailTemplate]:
    require(act, Action.MANAGE_MAIL)
    if act.partner_id not in (None, partner_id):
        raise Refused(Reason.NOT_FOUND, what="partner id")
    return select(MailTemplate).where(MailTemplate.partner_id == partner_id)


def versions(act: Act, partner_id: UUID, kind: Kind, language: Language) -> list[MailTemplate]:
    """The newest first; it holds, unless it is a return to ours."""
    mine = _own(act, partner_id).where(MailTemplate.kind == kind, MailTemplate.language == language)
    return list(db.session.scalars(mine.order_by(MailTemplate.version.desc())))


def in_force(act: Act, partner_id: UUID) -> dict[tuple[Kind, Language], MailTemplate]:
    """The newest of every kind and language."""
    rows = db.session.scalars(_own(act, partner_id).order_by(MailTemplate.version))
    return {(Kind(row.kind), row.language): row for row in rows}


def said(row: MailTemplate) -> Own | None:
    """None: it is a return to our own words."""
    return Own(row.subject, row.text, row.html) if row.subject is not None and row.text is not None else None


def listed(act: Act, partner_id: UUID) -> list[dict[str, Any]]:
    """Every kind in every language."""
    held = in_force(act, partner_id)
    return [brief(kind, language, held.get((kind, language))) for kind in Kind for language in Language]


def brief(kind: Kind, language: Language, row: MailTemplate | None) -> dict[str, Any]:
    return {"kind": kind.value, "language": language.value} | version(row)


def version(row: MailTemplate | None) -> dict[str, Any]:
    return {
        "own": row is not None and row.text is not None,
        "version": row.version if row else None,
        "since": stamp(row.created_at) if row else None,
        "by": row.created_by if row else None,
    }


def brand(partner_id: UUID) -> Brand:
    policy = around.policies([partner_id]).get(partner_id)
    return around.brand(policy) if policy else Brand()


def looks(policy: MailPolicy | None) -> dict[str, Any]:
    logo = around.brand(policy).logo if policy else None
    return {
        "colour": policy.colour if policy else None,
        "logo": base64.b64encode(logo.content).decode() if logo else None,
        "logoAlt": (logo.alt or None) if logo else None,
        "attributes": {"objectType": "Branding"},
    }
