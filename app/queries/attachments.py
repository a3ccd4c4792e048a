"""Files that support drafts and attestations, for whoever may read what they support."""

from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from app.core.act import Act
from app.core.refusals import Reason, Refused
from app.core.vocabulary import ActorKind
from app.db import db
from app.models import Attachment, Blob, Draft
from app.queries.scope import drafts_of


def readable(act: Act) -> ColumnElement[bool]:
    """Evidence is the confirming partner's; a reseller reads what it brought itself."""
    if act.kind is ActorKind.SYSTEM and act.partner_id is None:
        return Attachment.id.is_not(None)
    own = Attachment.draft_id.in_(select(Draft.id).where(drafts_of(act)))
    return or_(Attachment.partner_id == act.partner_id, own)


def one(act: Act, id: UUID) -> tuple[Attachment, bytes]:
    """The file with its bytes; unknown and foreign ids are alike not there."""
    found = db.session.scalar(select(Attachment).where(Attachment.id == id, readable(act)))
    if found is None:
        raise Refused(Reason.NOT_FOUND, what="file id")
    return found, db.session.get_one(Blob, found.sha256).content
