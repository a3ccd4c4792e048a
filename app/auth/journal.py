"""What the log says of who comes in and goes: who, from where, when; never a secret, and no mailbox."""

import structlog

from app.core.act import Act
from app.models import Staff

log = structlog.get_logger("entry")


def note(event: str, act: Act, staff: Staff | None = None, **more: object) -> None:
    """Something that was done; `staff` is whom it is about, where that is not whoever does it."""
    log.info(event, **_who(act, staff), **more)


def warn(event: str, act: Act, staff: Staff | None = None, **more: object) -> None:
    """Something that was refused."""
    log.warning(event, **_who(act, staff), **more)


def _who(act: Act, staff: Staff | None) -> dict[str, object]:
    found = {"by": act.id, "ip": act.ip, "method": act.method.value, "staff": str(staff.id) if staff else act.id}
    return {name: value for name, value in found.items() if value}
