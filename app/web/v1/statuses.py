"""The status resource as it is described to programs."""

from typing import Any

from app.web.v1.paging import Link
from app.web.v1.people import PersonShown
from app.web.v1.shape import Answer


class Attributes(Answer):
    object_type: str
    etag: str | None = None


class Version(Answer):
    """Which version counts or was accepted, and until when an older one is enough."""

    template_id: str
    version_rank: int
    current: bool
    reconfirm_by: str | None


class InvitationBrief(Answer):
    id: str
    status: str
    delivery: str
    expires_at: str


class Status(Answer):
    """Where a customer's agreement stands with this partner."""

    customer_id: str
    partner_id: str
    agreement_type: str
    state: str
    since: str
    sequence: int
    confirmed: bool
    method: str | None
    assurance: str | None
    date_agreed: str | None
    primary_contact: PersonShown | None
    version: Version
    invitation: InvitationBrief | None
    upstream: dict[str, Any] | None
    attributes: Attributes


class StatusLinks(Answer):
    self: Link
    records: Link


class Acceptance(Status):
    """The status, and with `expand=next` what the caller may do and what comes next."""

    links: StatusLinks
    allowed_actions: list[str] | None = None
    next: dict[str, Any] | None = None
    why: list[dict[str, Any]] | None = None
