"""Tables and relations, by noun. Every table of a partner leads its indexes with the partner."""

from app.models.blobs import Blob
from app.models.customers import Customer, CustomerUser, FurtherReseller, Purchase, Relationship
from app.models.disputes import Dispute
from app.models.drafts import Attachment, Draft, DraftEvent
from app.models.entries import AccountSession, SignInLink, StaffSession
from app.models.hooks import HookSource, ReceivedHook
from app.models.invitations import NEWEST, Invitation, PortalSession, Suppression, SuppressionLifted
from app.models.machines import (
    RELATED,
    Machine,
    MonthCount,
    News,
    NewsCounter,
    Record,
    SealedValue,
    StateCount,
    Statement,
)
from app.models.mailing import MailPause, MailPolicy, MailRoute, MailTemplate, Reveal
from app.models.outbox import Attempt, Outbox, OutboxArchive, TokenBucket
from app.models.partners import Partner, Reselling, RoleGrant, ServiceAccount, Staff, Token
from app.models.repeats import GivenAnswer
from app.models.rules import AgreementDocument, AgreementVersion, PolicyRevision
from app.models.tasks import Task
from app.models.webhooks import FAILED, WAITS, WebhookDelivery, WebhookEndpoint

__all__ = [
    "FAILED",
    "NEWEST",
    "RELATED",
    "WAITS",
    "AccountSession",
    "AgreementDocument",
    "AgreementVersion",
    "Attachment",
    "Attempt",
    "Blob",
    "Customer",
    "CustomerUser",
    "Dispute",
    "Draft",
    "DraftEvent",
    "FurtherReseller",
    "GivenAnswer",
    "HookSource",
    "Invitation",
    "Machine",
    "MailPause",
    "MailPolicy",
    "MailRoute",
    "MailTemplate",
    "MonthCount",
    "News",
    "NewsCounter",
    "Outbox",
    "OutboxArchive",
    "Partner",
    "PolicyRevision",
    "PortalSession",
    "Purchase",
    "ReceivedHook",
    "Record",
    "Relationship",
    "Reselling",
    "Reveal",
    "RoleGrant",
    "SealedValue",
    "ServiceAccount",
    "SignInLink",
    "Staff",
    "StaffSession",
    "StateCount",
    "Statement",
    "Suppression",
    "SuppressionLifted",
    "Task",
    "Token",
    "TokenBucket",
    "WebhookDelivery",
    "WebhookEndpoint",
]
