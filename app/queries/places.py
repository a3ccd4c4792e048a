"""In which countries a caller's customers are: jumped from one to the next along an index, however many they are."""

from sqlalchemy import func, select

from app.core.act import Act
from app.core.vocabulary import PartnerType
from app.db import db
from app.models import Relationship
from app.queries.scope import visible_to


def of(act: Act) -> list[str]:
    if act.partner_type is PartnerType.RESELLER or act.partner_id is None:
        return sorted(db.session.scalars(select(Relationship.country).where(visible_to(act, Relationship)).distinct()))
    least = select(func.min(Relationship.country).label("code")).where(Relationship.partner_id == act.partner_id)
    codes = least.cte("codes", recursive=True)
    beyond = least.where(Relationship.country > codes.c.code).scalar_subquery()
    codes = codes.union_all(select(beyond).where(codes.c.code.is_not(None)))
    return list(db.session.scalars(select(codes.c.code).where(codes.c.code.is_not(None))))
