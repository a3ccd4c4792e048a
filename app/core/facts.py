"""What each event must know: its guards read these facts and nothing else."""

from dataclasses import dataclass

from app.core.refusals import Reason
from app.core.vocabulary import Cloud, InvitationStatus


@dataclass(frozen=True)
class InviteFacts:
    related: bool
    suppressed: bool
    contact_is_partner: bool
    cloud: Cloud
    direct_route_open: bool
    on_offer: bool
    reconfirmation_due: bool


@dataclass(frozen=True)
class AcceptFacts:
    invitation: InvitationStatus
    expired: bool
    terms_unchanged: bool
    may_bind: bool
    agreed: bool
    prior_purchases: bool
    on_record: bool


@dataclass(frozen=True)
class BlockFacts:
    prior_purchases: bool
    on_record: bool
    refused_upstream: bool = False


@dataclass(frozen=True)
class AttestFacts:
    forbidden: Reason | None
    cloud: Cloud
    on_offer: bool
    in_future: bool
    duplicate: bool
    direct_is_stale: bool


@dataclass(frozen=True)
class LapseFacts:
    due: bool


@dataclass(frozen=True)
class DeclineFacts:
    invitation: InvitationStatus
    expired: bool
    identified: bool


@dataclass(frozen=True)
class WithdrawFacts:
    forbidden: Reason | None = None


Facts = InviteFacts | AcceptFacts | BlockFacts | AttestFacts | LapseFacts | DeclineFacts | WithdrawFacts
