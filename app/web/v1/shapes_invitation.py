"""Invitations as programs ask for them, and as they are answered."""

from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from app import places
from app.commands.invitations import DEFAULT_DAYS
from app.core.refusals import Reason
from app.core.vocabulary import InvitationKind
from app.web.v1.mailpolicy import Reminders
from app.web.v1.paging import Links
from app.web.v1.people import Person, PersonShown
from app.web.v1.profiles import Domain
from app.web.v1.shape import Answer, Bad, Country, Flag, Id, Language, Line, Shape, whole
from app.web.v1.shapes_wording import Wording, WordingShown
from app.web.v1.statuses import Attributes

ENGLISH = "en"


def _zone(value: str) -> str:
    if places.zone(value) is None:
        raise Bad(Reason.INVALID_VALUE, says="a zone of the IANA time zone database such as Europe/Stockholm")
    return value


TimeZone = Annotated[str, AfterValidator(_zone), WithJsonSchema({"type": "string", "format": "iana-time-zone"})]


class Invited(Person):
    language: Language | None = None
    time_zone: TimeZone | None = None


class NewInvitation(Shape):
    """`contact` is the customer's primary contact if left out; with `send` off no mail goes out."""

    kind: InvitationKind
    contact: Invited | None = None
    language: Language | None = None
    expires_in_days: Annotated[int, whole(1, 365)] = DEFAULT_DAYS
    dap: Flag = False
    send: Flag = True
    force: Flag = False
    reminders: Reminders | None = None
    message: Wording | None = None


class NewCompany(Shape):
    company_name: Line
    domain: Domain | None = None
    country: Country
    language: Language = ENGLISH


class NewcomersInvitation(NewInvitation):
    """`providerId`: through which provider, for a reseller that has several."""

    kind: Annotated[InvitationKind, WithJsonSchema({"type": "string", "enum": [InvitationKind.RELATIONSHIP]})]
    customer: NewCompany
    contact: Invited
    provider_id: Id | None = None


class Again(Shape):
    force: Flag = False


class InvitationShown(Answer):
    """What became of it, and of its newest mail. One that is past its date reads `expired`."""

    id: str
    customer_id: str
    agreement_type: str
    kind: str
    status: str
    delivery: str
    contact: PersonShown
    contact_health: str
    language: str
    dap: bool
    created_at: str
    expires_at: str
    tries: int
    last_answer: str | None
    next_try: str | None
    message: WordingShown | None
    reminders: list[int] | None
    reminded: int
    reminders_stopped_at: str | None
    next_reminder: str | None
    attributes: Attributes


class InvitationMade(InvitationShown):
    """`url`, the link that works, only where no mail goes out."""

    warnings: list[str]
    url: str | None = None


class InvitationPage(Answer):
    total_count: int
    items: list[InvitationShown]
    links: Links
    attributes: Attributes
