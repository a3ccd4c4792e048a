"""The stable words for "no": why a command was refused. Prose and status codes live in errors.py."""

from enum import StrEnum


class Reason(StrEnum):
    MISSING_FIELD = "missing-field"
    INVALID_EMAIL = "invalid-email"
    INVALID_PHONE = "invalid-phone"
    INVALID_TEXT = "invalid-text"
    INVALID_VALUE = "invalid-value"
    NOT_OFFERED = "not-offered"
    NONE_CHOSEN = "none-chosen"
    INVALID_WORDING = "invalid-wording"
    UNPARSABLE_BODY = "unparsable-body"
    TOO_OLD = "too-old"
    UNSAFE_URL = "unsafe-url"
    TEST_NOT_REGISTERED = "test-not-registered"
    NOT_REGISTERED = "not-registered"
    ENDPOINT_DISABLED = "endpoint-disabled"
    NO_SECRET = "no-secret"  # noqa: S105  a word, not a secret
    DATE_IN_FUTURE = "date-in-future"
    NOT_VOUCHED = "not-vouched"
    INVALID_FILE = "invalid-file"
    INVALID_ID = "invalid-id"
    REGISTRATION_NUMBER_NOT_SUPPORTED = "registration-number-not-supported"
    REGISTRATION_NUMBER_MISSING = "registration-number-missing"
    REGISTRATION_NUMBER_INVALID = "registration-number-invalid"
    PHONE_MISSING = "phone-missing"
    RELATIONSHIP_REMOVED = "relationship-removed"
    UNKNOWN_AGREEMENT_TYPE = "unknown-agreement-type"
    TEMPLATE_TYPE_MISMATCH = "template-type-mismatch"
    UNKNOWN_TEMPLATE = "unknown-template"
    NOT_AGREED = "not-agreed"
    WRONG_LENGTH = "wrong-length"
    EASILY_GUESSED = "easily-guessed"
    UNCHANGED = "unchanged"
    TYPED_DIFFERENTLY = "typed-differently"
    ALREADY_CONFIRMED = "already-confirmed"
    ALREADY_EXISTS = "already-exists"
    LINK_NEEDED = "link-needed"
    NOT_SIGNED_IN = "not-signed-in"
    TOKEN_EXPIRED = "token-expired"  # noqa: S105  a word, not a secret
    WRONG_CREDENTIALS = "wrong-credentials"
    WRONG_CODE = "wrong-code"
    SIGN_IN_FAILED = "sign-in-failed"
    WRONG_SECOND_FACTOR = "wrong-second-factor"
    WRONG_PASSWORD = "wrong-password"  # noqa: S105  a word, not a secret
    SIGN_IN_BROKEN_OFF = "sign-in-broken-off"
    SIGN_IN_UNREACHABLE = "sign-in-unreachable"
    NOT_IDENTIFIED = "not-identified"
    NO_ROLE = "no-role"
    LAST_GLOBAL_ADMIN = "last-global-admin"
    SIGN_IN_LINK_DEAD = "sign-in-link-dead"
    BAD_SIGNATURE = "bad-signature"
    ROLE_NOT_ALLOWED = "role-not-allowed"
    NOT_AN_ADMIN = "not-an-admin"
    RESELLER_CANNOT_ATTEST = "reseller-cannot-attest"
    WRONG_PARTNER_TYPE = "wrong-partner-type"
    SANDBOX_ONLY = "sandbox-only"
    NO_RELATIONSHIP = "no-relationship"
    AGREEMENT_REQUIRED = "agreement-required"
    SECOND_PERSON_NEEDED = "second-person-needed"
    NOT_FOUND = "not-found"
    NO_DOCUMENT = "no-document"
    WRONG_STATE = "wrong-state"
    NOTHING_TO_RECONFIRM = "nothing-to-reconfirm"
    NO_PRIOR_PURCHASES = "no-prior-purchases"
    NOT_DUE = "not-due"
    NOTHING_TO_REMIND = "nothing-to-remind"
    REMINDERS_STOPPED = "reminders-stopped"
    REMINDED_ALREADY = "reminded-already"
    CHANGED_MEANWHILE = "changed-meanwhile"
    DIRECT_ROUTE_NOT_AVAILABLE = "direct-route-not-available"
    DIRECT_ACCEPTANCE_UNAVAILABLE = "direct-acceptance-unavailable"
    CONTACT_SUPPRESSED = "contact-suppressed"
    CONTACT_IS_PARTNER = "contact-is-partner"
    SAME_MAILBOX = "same-mailbox"
    HANDED_ON_TOO_OFTEN = "handed-on-too-often"
    NATIONAL_CLOUD_UNSUPPORTED = "national-cloud-unsupported"
    TERMS_CHANGED = "terms-changed"
    INVITATION_EXPIRED = "invitation-expired"
    INVITATION_REVOKED = "invitation-revoked"
    INVITATION_USED = "invitation-used"
    LINK_EXPIRED = "link-expired"
    UNKNOWN_CURSOR = "unknown-cursor"
    RATE_LIMITED = "rate-limited"
    STILL_RUNNING = "still-running"
    KEY_REUSED = "key-reused"
    ISSUER_UNREACHABLE = "issuer-unreachable"
    CERTIFICATE_UNREACHABLE = "certificate-unreachable"
    NOT_FORWARDED = "not-forwarded"


class Refused(Exception):
    """A rule said no. `data` names what the caller sent or lacks; it never holds prose."""

    def __init__(self, reason: Reason, **data: object) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.data = data


def refuse_if(condition: bool, reason: Reason, **data: object) -> None:
    if condition:
        raise Refused(reason, **data)
