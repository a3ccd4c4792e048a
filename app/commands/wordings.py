"""A partner's own wordings: every save is a version, and so is every return to ours; nothing is written over."""

from sqlalchemy import func, select

from app.core import wording
from app.core.act import Act
from app.core.languages import Language
from app.core.mails import Own
from app.core.names import GRAMMARS, Kind
from app.core.permissions import Action, require_own
from app.core.refusals import Reason, Refused
from app.core.vocabulary import PartnerType
from app.db import db, new_id
from app.models import MailTemplate, Partner


def save(act: Act, partner: Partner, kind: Kind, language: Language, own: Own) -> MailTemplate:
    """From now on mails of this kind and language say this."""
    require_own(act, Action.MANAGE_MAIL, partner.id)
    wording.refuse(wording.check(own, GRAMMARS[kind]))
    return _append(act, partner, kind, language, own)


def reset(act: Act, partner: Partner, kind: Kind, language: Language) -> MailTemplate | None:
    """From now on they say what ours say; where they do already, nothing is done."""
    require_own(act, Action.MANAGE_MAIL, partner.id)
    held = newest(partner, kind, language)
    return _append(act, partner, kind, language, None) if held and held.text is not None else None


def newest(partner: Partner, kind: Kind, language: Language) -> MailTemplate | None:
    mine = (MailTemplate.partner_id == partner.id, MailTemplate.kind == kind, MailTemplate.language == language)
    return db.session.scalar(select(MailTemplate).where(*mine).order_by(MailTemplate.version.desc()).limit(1))


def _append(act: Act, partner: Partner, kind: Kind, language: Language, own: Own | None) -> MailTemplate:
    if partner.type is PartnerType.RESELLER:
        raise Refused(Reason.WRONG_PARTNER_TYPE)  # its customers' mails are its provider's
    # Of two at once the second is the later version.
    db.session.refresh(partner, with_for_update=True)
    mine = (MailTemplate.partner_id == partner.id, MailTemplate.kind == kind, MailTemplate.language == language)
    last = db.session.scalar(select(func.max(MailTemplate.version)).where(*mine))
    row = MailTemplate(
        id=new_id(),
        partner_id=partner.id,
        kind=kind.value,
        language=language,
        version=(last or 0) + 1,
        subject=own.subject if own else None,
        text=own.text if own else None,
        html=own.html if own else None,
        created_by=act.signature,
        created_at=act.at,
    )
    db.session.add(row)
    db.session.flush()
    return row
