"""A sample of every event, of facts that are always the same, put together by the code that tells of real ones."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from app.core.carrying import Delivery
from app.core.evidence import stamp
from app.core.hooks import Disabling, SigningScheme
from app.core.lifecycle import State
from app.core.policy import Rulebook
from app.core.snapshot import Invited, Snapshot
from app.core.vocabulary import AcceptanceMethod, AgreementType, Assurance, InvitationStatus, NewsType
from app.core.webhooks import PATIENCE, VENDORS
from app.hooks import bodies
from app.queries import changes
from app.queries.status import shown

PARTNER, CUSTOMER, MACHINE, INVITATION, ENDPOINT = (uuid5(NAMESPACE_OID, f"sample {n}") for n in range(5))
MARIA = {"firstName": "Maria", "lastName": "Ek", "email": "maria@contoso.example", "phoneNumber": "+46 8 123 456"}
BEGAN = datetime.fromtimestamp(1_795_165_200, UTC)  # a Friday morning
LIFE = timedelta(days=30)

Asked = tuple[InvitationStatus, Delivery]
OPEN, USED = InvitationStatus.OPEN, InvitationStatus.USED
QUEUED, SENT = (OPEN, Delivery.QUEUED), (OPEN, Delivery.SENT)
DIRECT, ATTESTED = AcceptanceMethod.DIRECT, AcceptanceMethod.ATTESTED
ASSURANCE = {DIRECT: Assurance.MAILBOX_CODE, ATTESTED: Assurance.ATTESTED}


@dataclass(frozen=True)
class Left:
    """Where an event left the agreement: its state, how many records there are, and what it was last asked."""

    state: State
    number: int
    asked: Asked | None = None
    accepted: AcceptanceMethod | None = None
    # Not every event has a record of its own.
    proven: bool = True


@dataclass(frozen=True)
class Row:
    """A line of news as `changes.event` reads it."""

    uid: UUID
    type: NewsType
    at: datetime
    seq: int | None
    customer_id: UUID | None
    number: int | None = None
    hash: str | None = None
    partner_id: UUID = PARTNER


ABOUT: dict[NewsType, Left] = {
    NewsType.CREATED: Left(State.UNCONFIRMED, 1),
    NewsType.INVITED: Left(State.INVITED, 2, QUEUED),
    NewsType.MAIL_SENT: Left(State.INVITED, 2, SENT, proven=False),
    NewsType.MAIL_DELIVERED: Left(State.INVITED, 2, (OPEN, Delivery.DELIVERED), proven=False),
    NewsType.MAIL_BOUNCED: Left(State.INVITED, 3, (OPEN, Delivery.BOUNCED)),
    NewsType.MAIL_COMPLAINED: Left(State.INVITED, 3, (OPEN, Delivery.COMPLAINED)),
    NewsType.MAIL_EXPIRING: Left(State.INVITED, 2, SENT, proven=False),
    NewsType.ACCEPTED: Left(State.DIRECT, 3, (USED, Delivery.SENT), DIRECT),
    NewsType.ATTESTED: Left(State.ATTESTED, 3, None, ATTESTED),
    NewsType.BLOCKED: Left(State.BLOCKED, 3, SENT),
    NewsType.LAPSED: Left(State.UNCONFIRMED, 3, (InvitationStatus.EXPIRED, Delivery.SENT)),
    NewsType.DECLINED: Left(State.UNCONFIRMED, 3, (InvitationStatus.DECLINED, Delivery.SENT)),
    NewsType.WITHDRAWN: Left(State.UNCONFIRMED, 4, (USED, Delivery.SENT)),
    NewsType.DISPUTED: Left(State.DIRECT, 4, (USED, Delivery.SENT), DIRECT),
    NewsType.DISPUTE_CLOSED: Left(State.DIRECT, 5, (USED, Delivery.SENT), DIRECT),
    NewsType.DRAFT_SUBMITTED: Left(State.UNCONFIRMED, 1, proven=False),
    NewsType.DRAFT_RETURNED: Left(State.UNCONFIRMED, 1, proven=False),
    NewsType.DRAFT_APPROVED: Left(State.ATTESTED, 2, None, ATTESTED, proven=False),
}
ELSE: dict[NewsType, dict[str, Any]] = {
    NewsType.ENDPOINT_DISABLED: {
        "endpointId": str(ENDPOINT),
        "url": "https://hooks.fabrikam.example/assent",
        "reason": Disabling.FAILING.value,
        "failingSince": stamp(BEGAN - PATIENCE),
    },
    NewsType.TEST: {},
}


def event(type: NewsType, rules: Rulebook) -> dict[str, Any]:
    """As the feed tells it."""
    place = list(NewsType).index(type)
    uid, at = uuid5(NAMESPACE_OID, type), BEGAN + timedelta(minutes=place)
    seq = None if type is NewsType.TEST else 801 + place
    if type in ELSE:
        return changes.event(Row(uid, type, at, seq, None), ELSE[type])
    left = ABOUT[type]
    proof = (left.number, hashlib.sha256(type.encode()).hexdigest()) if left.proven else (None, None)
    return changes.event(Row(uid, type, at, seq, CUSTOMER, *proof), _status(left, at, rules))


def _status(left: Left, at: datetime, rules: Rulebook) -> dict[str, Any]:
    terms = rules.terms(AgreementType.MCA, at)
    accepted = left.accepted
    shot = Snapshot(
        *(MACHINE, PARTNER, CUSTOMER, AgreementType.MCA, left.state, at, left.number),
        acceptance_number=left.number if accepted else None,
        method=accepted,
        assurance=ASSURANCE[accepted] if accepted else None,
        agreed_at=BEGAN if accepted else None,
        template_id=terms.template_id if accepted else None,
        accepted_version=terms.version if accepted else None,
        invitation=Invited(INVITATION, *left.asked, expires_at=BEGAN + LIFE) if left.asked else None,
    )
    return shown(shot, at, shot, terms, MARIA if accepted else None)


def body(type: NewsType, rules: Rulebook, scheme: SigningScheme = SigningScheme.STANDARD) -> str:
    """As it is posted, but with line breaks to read it by."""
    name = type.value if scheme is SigningScheme.STANDARD else VENDORS[type]
    return json.dumps(json.loads(bodies.body(scheme, name, event(type, rules))), indent=2, ensure_ascii=False)
