"""Who acts, how they were identified, when and from where: one frozen value, built at the edge."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.core.vocabulary import ActorKind, Method, PartnerType, Role


@dataclass(frozen=True)
class Act:
    kind: ActorKind
    method: Method
    at: datetime
    id: str | None = None
    name: str | None = None
    email: str | None = None
    roles: frozenset[Role] = frozenset()
    partner_id: UUID | None = None
    partner_type: PartnerType | None = None
    language: str = "en"
    ip: str | None = None
    user_agent: str | None = None
    on_behalf_of: str | None = None
    service: bool = False  # a named non-person of the partner
    app_only: bool = False  # a token of the partner itself
    credential: str | None = None  # which token was shown; it stands in no record
    # Roles that settings name for an action instead of the table's.
    overrides: Mapping[str, frozenset[Role]] = field(default_factory=dict)

    @property
    def role(self) -> str | None:
        """The roles then held, in a fixed order, as one word for the record."""
        if self.kind is ActorKind.CUSTOMER:
            return "customer"
        return ",".join(role for role in Role if role in self.roles) or None

    @property
    def signature(self) -> str:
        """The person behind the act, as people are named: the true employee, the name with its mailbox, or the id."""
        return self.on_behalf_of or (f"{self.name} <{self.email}>" if self.email else self.id or self.kind)

    def actor(self) -> dict[str, str | None]:
        """The `actor` member of a record."""
        return {"kind": self.kind, "id": self.id, "role": self.role, "method": self.method}
