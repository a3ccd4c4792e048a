"""What a partner has decided about its mails, and what holds for it with the installation's settings."""

from typing import Any
from uuid import UUID

from app.core.act import Act
from app.core.languages import Language
from app.core.permissions import Action, require_own
from app.core.reminding import OFF, Choice, Policy, cascade
from app.db import db
from app.models import MailPolicy

PASSWORD_IN_MAIL = "password-in-mail"  # noqa: S105  a word, not a secret
NOTHING = MailPolicy(password_in_mail=False)


def shown(act: Act, partner_id: UUID, installation: Policy) -> dict[str, Any]:
    """The partner's own decisions, null where left open; what is in force; and what to know about it."""
    require_own(act, Action.MANAGE_MAIL, partner_id)
    row = db.session.get(MailPolicy, partner_id) or NOTHING
    held = cascade(installation, Choice(row.reminders, row.quiet_hours, row.warning_days))
    return {
        "language": row.language,
        "reminders": row.reminders,
        "quietHours": row.quiet_hours,
        "expiryWarningDays": row.warning_days,
        "passwordInMail": row.password_in_mail,
        "inForce": {
            "language": row.language or Language.ENGLISH,
            "reminders": list(held.days),
            "quietHours": str(held.quiet or OFF),
            "expiryWarningDays": held.warning_days,
            "passwordInMail": row.password_in_mail,
        },
        "warnings": [PASSWORD_IN_MAIL] if row.password_in_mail else [],
        "attributes": {"objectType": "MailPolicy"},
    }
