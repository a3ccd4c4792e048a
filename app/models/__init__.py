"""Tables and relations, by noun. Every table of a partner leads its indexes with the partner."""

from app.models.customers import Customer, CustomerUser, Purchase, Relationship
from app.models.invitations import Invitation, PortalSession, Suppression
from app.models.machines import RELATED, Machine, News, NewsCounter, Record, SealedValue, Statement
from app.models.outbox import Attempt, Outbox, OutboxArchive, TokenBucket
from app.models.partners import Partner, Reselling, RoleGrant, ServiceAccount, Staff, Token
from app.models.tasks import Task

__all__ = [
    "RELATED",
    "Attempt",
    "Customer",
    "CustomerUser",
    "Invitation",
    "Machine",
    "News",
    "NewsCounter",
    "Outbox",
    "OutboxArchive",
    "Partner",
    "PortalSession",
    "Purchase",
    "Record",
    "Relationship",
    "Reselling",
    "RoleGrant",
    "SealedValue",
    "ServiceAccount",
    "Staff",
    "Statement",
    "Suppression",
    "Task",
    "Token",
    "TokenBucket",
]
