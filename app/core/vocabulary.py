"""The closed vocabularies: every word that is stored or sent, spelled as the wire spells it."""

from enum import StrEnum


class AgreementType(StrEnum):
    MCA = "MicrosoftCustomerAgreement"
    CLOUD = "MicrosoftCloudAgreement"


class PartnerType(StrEnum):
    DIRECT_BILL = "direct-bill"
    PROVIDER = "indirect-provider"
    RESELLER = "indirect-reseller"


class Authority(StrEnum):
    LOCAL = "local"
    MIRROR = "mirror"


class Role(StrEnum):
    ADMIN_AGENT = "admin-agent"
    SALES_AGENT = "sales-agent"
    HELPDESK_AGENT = "helpdesk-agent"
    GLOBAL_ADMIN = "global-admin"


class Cloud(StrEnum):
    PUBLIC = "public"
    US_GOVERNMENT = "us-government"
    GERMANY = "germany"
    CHINA = "china"


class RelationshipState(StrEnum):
    REQUESTED = "requested"
    ACTIVE = "active"
    REMOVED = "removed"


class InvitationKind(StrEnum):
    NEW_CUSTOMER = "newCustomer"
    RELATIONSHIP = "relationshipAndAgreement"
    AGREEMENT = "agreement"


class InvitationStatus(StrEnum):
    OPEN = "open"
    USED = "used"
    DECLINED = "declined"
    EXPIRED = "expired"
    REVOKED = "revoked"


class ActorKind(StrEnum):
    STAFF = "staff"
    CUSTOMER = "customer"
    SYSTEM = "system"
    UPSTREAM = "upstream"


class Method(StrEnum):
    """How an actor was identified."""

    PASSWORD = "password"  # noqa: S105  a word of the record format, not a secret
    EMAIL_CODE = "email-code"
    OIDC = "oidc"
    API_TOKEN = "api-token"  # noqa: S105
    WEBHOOK = "webhook"
    CLOCK = "clock"
    CONSOLE = "console"


class Assurance(StrEnum):
    TENANT_OIDC = "tenant-oidc"
    TENANT_ACCOUNT = "tenant-account"
    MAILBOX_CODE = "mailbox-code"
    IMPORTED = "imported"
    ATTESTED = "attested"


class AcceptanceMethod(StrEnum):
    DIRECT = "direct"
    ATTESTED = "attested"


class Note(StrEnum):
    """Records that move nothing."""

    CREATED = "created"
    LINK_COPIED = "link-copied"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    DISPUTED = "disputed"
    DISPUTE_CLOSED = "dispute-closed"
    IMPORTED = "imported"
    ERASED = "erased"
    EVIDENCE_READ = "evidence-read"


class TaskKind(StrEnum):
    ATTEST_BLOCKED = "attest-blocked"
    CUSTOMER_DECLINED = "customer-declined"
    CANCEL_SUBSCRIPTIONS = "cancel-subscriptions"
    MAIL_FAILED = "mail-failed"
    REVIEW_DRAFT = "review-draft"
    REVISE_DRAFT = "revise-draft"
    ANSWER_DISPUTE = "answer-dispute"
    ENDPOINT_DISABLED = "endpoint-disabled"
    HOOK_REFUSED = "hook-refused"
    ORDER_REFUSED = "order-refused"
    TEMPLATE_PUBLISHED = "template-published"
    MAIL_PAUSED = "mail-paused"
    HANDED_OVER = "handed-over"


class PurchaseKind(StrEnum):
    """What counts as prior history when a customer is asked to accept (an auto-renewal does not)."""

    OFFER = "offer"
    SOFTWARE = "software"
    SOFTWARE_SUBSCRIPTION = "software-subscription"
    RESERVED_INSTANCE = "reserved-instance"
    AZURE_PLAN = "azure-plan"
    AUTO_RENEWAL = "auto-renewal"


class Operation(StrEnum):
    """What is to be ordered; an auto-renewal is never held up."""

    NEW_PURCHASE = "new-purchase"
    SEAT_CHANGE = "seat-change"
    RENEWAL = "renewal"
    AUTO_RENEWAL = "auto-renewal"


class Channel(StrEnum):
    DASHBOARD = "dashboard"
    API = "api"
    SDK = "sdk"


class Environment(StrEnum):
    PRODUCTION = "production"
    SANDBOX = "sandbox"


class DraftStatus(StrEnum):
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    DISCARDED = "discarded"


class DraftStep(StrEnum):
    """What happened to a draft, as both sides read it in the timeline."""

    SUBMITTED = "submitted"
    RESUBMITTED = "resubmitted"
    ASSIGNED = "assigned"
    RETURNED = "returned"
    APPROVED = "approved"
    DISCARDED = "discarded"


class DisputeStatus(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    REJECTED = "rejected"


class Owner(StrEnum):
    """Whose move it is."""

    CUSTOMER = "customer"
    PARTNER = "partner"
    PROVIDER = "provider"
    RESELLER = "reseller"


class Owed(StrEnum):
    """What an outbox row asks the worker to do."""

    INVITATION = "invitation"
    REMINDER = "reminder"
    EXPIRY_WARNING = "expiry-warning"
    SIGN_IN_CODE = "sign-in-code"
    CREDENTIALS = "credentials"
    ACCEPTED = "accepted"
    ACCEPTED_PARTNER = "accepted-partner"
    ATTESTED = "attested"
    BLOCKED = "blocked"
    DECLINED = "declined"
    HANDED_OVER = "handed-over"
    DRAFT_RETURNED = "draft-returned"
    DISPUTED = "disputed"
    ENDPOINT_DISABLED = "endpoint-disabled"
    INVITATION_EXPIRY = "invitation-expiry"
    INVITATION_REMINDING = "invitation-reminding"
    REVEAL_EXPIRY = "reveal-expiry"


class TokenKind(StrEnum):
    APP_USER = "app+user"
    SERVICE = "service"
    APP_ONLY = "app-only"


class Counted(StrEnum):
    """Tries and requests that are limited by counting them."""

    CODE = "code"
    CODE_DAY = "code-day"
    ACCOUNT = "account"
    ADDRESS = "address"
    HAND_OVER = "hand-over"


class NewsType(StrEnum):
    """What followers hear of, as the feed and the webhooks spell it."""

    CREATED = "agreement.created"
    INVITED = "agreement.invited"
    ACCEPTED = "agreement.direct-accepted"
    ATTESTED = "agreement.partner-attested"
    BLOCKED = "agreement.blocked"
    LAPSED = "agreement.lapsed"
    DECLINED = "agreement.declined"
    WITHDRAWN = "agreement.withdrawn"
    MAIL_SENT = "invitation.sent"
    MAIL_DELIVERED = "invitation.delivered"
    MAIL_BOUNCED = "invitation.bounced"
    MAIL_COMPLAINED = "invitation.complained"
    MAIL_EXPIRING = "invitation.expiring"
    DISPUTED = "agreement.disputed"
    DISPUTE_CLOSED = "agreement.dispute-closed"
    DRAFT_SUBMITTED = "draft.submitted"
    DRAFT_APPROVED = "draft.approved"
    DRAFT_RETURNED = "draft.returned"
    ENDPOINT_DISABLED = "endpoint.disabled"
    TEST = "test"
