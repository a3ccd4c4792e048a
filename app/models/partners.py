"""Partners and who acts for them: staff, service accounts, the roles they hold, the tokens they use."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.vocabulary import Authority, PartnerType, Role, TokenKind
from app.db import Base, new_id, vocabulary


class Partner(Base):
    __tablename__ = "partner"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200))
    type: Mapped[PartnerType] = mapped_column(vocabulary(PartnerType, "type"))
    country: Mapped[str] = mapped_column(String(2))
    mpn_id: Mapped[str | None] = mapped_column(String(40))
    authority: Mapped[Authority] = mapped_column(vocabulary(Authority, "authority"))
    # An attestation needs a second person of the partner.
    four_eyes: Mapped[bool] = mapped_column(default=False)
    # Since when it has the vendor's own agreement for partners, as the operator was told.
    vendor_agreement_on: Mapped[date | None]
    created_at: Mapped[datetime]


class Reselling(Base):
    """An indirect reseller works through an indirect provider."""

    __tablename__ = "reselling"

    provider_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id), primary_key=True)
    reseller_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id), primary_key=True, index=True)


class Staff(Base):
    __tablename__ = "staff"
    __table_args__ = (Index(None, "partner_id", "email"), Index(None, "subject", unique=True))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id))
    email: Mapped[str] = mapped_column(String(254))
    mailbox: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    # Who this is to the OIDC issuer: its tenant and the person's id there, never an address.
    subject: Mapped[str | None] = mapped_column(String(300))
    # Both come with the first sign-in; the second factor's seed is sealed by the vault.
    password_hash: Mapped[str | None] = mapped_column(String(200))
    totp_seed: Mapped[bytes | None] = mapped_column(LargeBinary)
    # The number of the last half minute whose code was taken: each code works once.
    totp_step: Mapped[int | None] = mapped_column(BigInteger)
    # The language of its pages, once chosen.
    language: Mapped[str | None] = mapped_column(String(35))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    partner: Mapped[Partner] = relationship()
    grants: Mapped[list["RoleGrant"]] = relationship()

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(grant.role for grant in self.grants)


class ServiceAccount(Base):
    """A named non-person of a partner; it survives people leaving."""

    __tablename__ = "service_account"
    __table_args__ = (Index(None, "partner_id", "name", unique=True), Index(None, "subject", unique=True))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id))
    name: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    grants: Mapped[list["RoleGrant"]] = relationship()


class RoleGrant(Base):
    __tablename__ = "role"
    __table_args__ = (
        CheckConstraint("(staff_id IS NULL) <> (service_account_id IS NULL)", name="one_holder"),
        Index(None, "partner_id", "role"),
        Index(None, "staff_id", "role", unique=True),
        Index(None, "service_account_id", "role", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey(Staff.id))
    service_account_id: Mapped[UUID | None] = mapped_column(ForeignKey(ServiceAccount.id))
    role: Mapped[Role] = mapped_column(vocabulary(Role, "role"))


class Token(Base):
    """A bearer token: shown once, kept as its SHA-256."""

    __tablename__ = "token"
    __table_args__ = (
        CheckConstraint(
            "(kind = 'app+user') = (staff_id IS NOT NULL) AND (kind = 'service') = (service_account_id IS NOT NULL)",
            name="holder_of_kind",
        ),
        Index(None, "partner_id", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey(Partner.id))
    kind: Mapped[TokenKind] = mapped_column(vocabulary(TokenKind, "kind"))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey(Staff.id))
    service_account_id: Mapped[UUID | None] = mapped_column(ForeignKey(ServiceAccount.id))
    prefix: Mapped[str] = mapped_column(String(16), unique=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
