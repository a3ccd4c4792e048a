"""Which circumstances an agreement can be in, all of them together, and which of them go together."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.commands.customers import Profile
from app.core.policy import Rulebook
from app.core.vocabulary import AgreementType, Cloud, RelationshipState
from tests.model.agreeing_people import Side
from tests.model.agreeing_times import ASKED_AGO, JUST_NOW, MCA, Era


class Stand(StrEnum):
    """How far the agreement has come."""

    UNCONFIRMED = "unconfirmed"
    WITHDRAWN = "withdrawn"
    INVITED = "invited"
    OVERDUE = "invited, deadline passed"
    DIRECT = "direct-accepted"
    DIRECT_ASKED = "direct-accepted, invited anew"
    DIRECT_OVERDUE = "direct-accepted, invited anew, deadline passed"
    ATTESTED = "partner-attested"
    ATTESTED_ASKED = "partner-attested, invited anew"
    ATTESTED_OVERDUE = "partner-attested, invited anew, deadline passed"
    BLOCKED = "blocked"
    BLOCKED_ASKED = "blocked, its invitation still open"

    @property
    def held(self) -> str | None:
        """How it was accepted, where it was at some time."""
        if self is Stand.WITHDRAWN:
            return "partner-attested"
        return next((how for how in ("direct-accepted", "partner-attested") if self.startswith(how)), None)

    @property
    def invited(self) -> bool:
        return "invit" in self

    @property
    def overdue(self) -> bool:
        return self.endswith("passed")


class Shared(StrEnum):
    """What the customer accepted at its other partner's invitation."""

    OLD = "tenant sign-in, long ago"
    FRESH = "tenant sign-in, just now"
    MAILBOX = "mailbox code, just now"


@dataclass(frozen=True)
class Life:
    """One combination of circumstances."""

    stand: Stand
    era: Era
    kind: AgreementType = MCA
    old: bool = False  # the acceptance is older than the newest rules
    side: Side = Side.DIRECT
    relation: RelationshipState = RelationshipState.ACTIVE
    cloud: Cloud = Cloud.PUBLIC
    bought: str | None = None  # "own", "other"
    draft: str | None = None  # "waiting", "returned"
    disputed: bool = False
    four_eyes: bool = False
    shared: Shared | None = None
    mirror: bool = False

    @property
    def accepted(self) -> datetime:
        return self.era.accepted(self.kind, old=self.old)


@dataclass(frozen=True)
class Place:
    """Where one life takes place."""

    life: Life
    partner: UUID
    customer: UUID
    machine: UUID
    relationship: UUID
    profile: Profile

    @property
    def now(self) -> datetime:
        return self.life.era.now

    @property
    def rules(self) -> Rulebook:
        return self.life.era.rules


# Which circumstances go together.


def can_stand(era: Era, stand: Stand, kind: AgreementType, *, old: bool) -> bool:
    """Whether the rules of their time ever let an agreement come this far."""
    accepted, asked = era.accepted(kind, old=old), era.now - ASKED_AGO
    if stand.invited and not era.rules.direct_route_open(asked, kind):
        return False
    if not stand.held:
        return not old
    if not era.rules.recordable(kind, accepted):
        return False
    if stand.held == "direct-accepted" and not era.rules.direct_route_open(accepted - JUST_NOW, kind):
        return False
    return not stand.invited or (accepted < asked and era.due(kind, accepted, asked))


def fits(life: Life) -> bool:
    era, public = life.era, life.cloud is Cloud.PUBLIC
    if not can_stand(era, life.stand, life.kind, old=life.old):
        return False
    if not public and (life.stand.held or life.stand.invited or life.draft or life.shared):
        return False
    if life.draft and not era.rules.recordable(life.kind, era.now - timedelta(hours=2)):
        return False
    shared = era.accepted(MCA, old=life.shared is Shared.OLD) - JUST_NOW
    if life.shared and not era.rules.direct_route_open(shared, MCA):
        return False
    return not life.disputed or life.stand.held is not None
