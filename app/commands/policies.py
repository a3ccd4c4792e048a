"""A partner's own policy rows: set as a whole, checked as a whole, the former ones kept."""

from app.core import coverage
from app.core.act import Act
from app.core.permissions import Action, require_own
from app.core.policy import Policy
from app.core.refusals import Reason, Refused, refuse_if
from app.core.rows import Faulty, laid_over
from app.db import db, new_id
from app.models import Partner, PolicyRevision

LONGEST = 100_000


def set_rows(act: Act, partner: Partner, content: str, below: Policy) -> PolicyRevision:
    """These rows, and no others of the partner's, from now on; what makes no sense is refused, fault by fault."""
    require_own(act, Action.MANAGE_RULES, partner.id)
    refuse_if(len(content) > LONGEST or "\0" in content, Reason.INVALID_TEXT, field="rows", limit=LONGEST)
    try:
        faults = coverage.faults(laid_over(below, content, "rows"))
    except Faulty as error:
        faults = error.faults
    if faults:
        raise Refused(Reason.INVALID_VALUE, field=f"rows ({'; '.join(faults)})")
    revision = PolicyRevision(
        id=new_id(), partner_id=partner.id, content=content, set_by=act.signature, created_at=act.at
    )
    db.session.add(revision)
    db.session.flush()
    return revision
