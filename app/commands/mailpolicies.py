"""What a partner decides about its mails: one row, made when the first thing is decided."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from app.core import reminding
from app.core.act import Act
from app.core.permissions import Action, require_own
from app.core.refusals import Reason, Refused, refuse_if
from app.core.reminding import LONGEST
from app.core.vocabulary import PartnerType
from app.db import db
from app.models import MailPolicy, Partner


def change(act: Act, partner_id: UUID, values: Mapping[str, Any]) -> MailPolicy:
    """Decide some columns of the policy; None gives the decision back to the installation, the rest stays."""
    require_own(act, Action.MANAGE_MAIL, partner_id)
    # Mails go out in the name of the confirming partner: what passwords do in them is for it to say.
    resells = db.session.get_one(Partner, partner_id).type is PartnerType.RESELLER
    refuse_if(resells and bool(values.get("password_in_mail")), Reason.WRONG_PARTNER_TYPE)
    checked = {name: _check(name, value) for name, value in values.items()}
    row = db.session.get(MailPolicy, partner_id, with_for_update=True)
    if row is None:
        row = MailPolicy(partner_id=partner_id, password_in_mail=False)
        db.session.add(row)
    for name, value in checked.items():
        setattr(row, name, value)
    row.changed_at, row.changed_by = act.at, act.signature
    db.session.flush()
    return row


def _check(name: str, value: Any) -> Any:
    if name == "password_in_mail":
        return bool(value)
    if value is None or name not in CHECKS:
        return value
    field, check = CHECKS[name]
    try:
        return check(value)
    except ValueError as error:
        raise Refused(Reason.INVALID_VALUE, field=f"{field} ({error})") from error


def _warning_days(value: int) -> int:
    refuse_if(not 0 <= value <= LONGEST, Reason.INVALID_VALUE, field=f"expiryWarningDays (0 to {LONGEST})")
    return value


def _quiet(value: str) -> str:
    found = reminding.quiet_hours(value)
    return str(found) if found else reminding.OFF


CHECKS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "reminders": ("reminders", lambda value: list(reminding.checked_days(value))),
    "quiet_hours": ("quietHours", _quiet),
    "warning_days": ("expiryWarningDays", _warning_days),
}
