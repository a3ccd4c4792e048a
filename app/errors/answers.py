"""The stable words for "no" as a status, a vendor code and a sentence that says what to do: one table."""

from collections.abc import Callable
from dataclasses import dataclass

from app.core.refusals import Reason, Refused


@dataclass(frozen=True)
class Answer:
    status: int
    code: int
    remedy: str


ANSWERS: dict[Reason, Answer] = {
    Reason.MISSING_FIELD: Answer(400, 3000, "Fill in {field}."),
    Reason.INVALID_EMAIL: Answer(400, 3000, "Give {field} as a plain address such as ana@example.com."),
    Reason.INVALID_PHONE: Answer(400, 3000, "Give the phone number with digits, for example +46 8 123 456."),
    Reason.INVALID_TEXT: Answer(
        400, 3000, "Give {field} as one line of at most {limit} characters without control characters."
    ),
    Reason.INVALID_VALUE: Answer(400, 3000, "The value of {field} is not one that is known; check its spelling."),
    Reason.NONE_CHOSEN: Answer(400, 3000, "Tick the customers that are meant, from one to {most} at once."),
    Reason.NOT_OFFERED: Answer(400, 3000, "The agreement is not offered in this language there; choose one that is."),
    Reason.INVALID_WORDING: Answer(
        400, 3000, "This wording cannot be used: `data` names part, line and reason of every fault, `faults` explains."
    ),
    Reason.DATE_IN_FUTURE: Answer(400, 3000, "Give the day on which the customer agreed; it cannot lie ahead."),
    Reason.NOT_VOUCHED: Answer(400, 3000, "Tick the box to say that you answer for this."),
    Reason.INVALID_FILE: Answer(
        400, 3000, "{name} cannot be kept: give at most {most} files of up to 5 MB, none empty."
    ),
    Reason.UNSAFE_URL: Answer(
        400,
        3000,
        "This address cannot be called ({why}): give one with https, without a user name, that leads to a public "
        "machine; for one of your own network the operator sets ASSENT_WEBHOOK_ALLOW.",
    ),
    Reason.TEST_NOT_REGISTERED: Answer(
        400, 3000, "Register for `test-created` first (PUT /webhooks/v1/registration), then ask for a test again."
    ),
    Reason.INVALID_ID: Answer(400, 2000, "Give {field} as a GUID."),
    Reason.REGISTRATION_NUMBER_NOT_SUPPORTED: Answer(
        400, 600002, "Leave organizationRegistrationNumber out: companies in {country} have none."
    ),
    Reason.REGISTRATION_NUMBER_MISSING: Answer(
        400, 600049, "Give the company's organizationRegistrationNumber; in {country} it is needed."
    ),
    Reason.REGISTRATION_NUMBER_INVALID: Answer(
        400, 600050, "Give the organizationRegistrationNumber as the register of {country} writes it."
    ),
    Reason.PHONE_MISSING: Answer(400, 600051, "Give the phone number in the address; in {country} it is needed."),
    Reason.RELATIONSHIP_REMOVED: Answer(
        400, 3000, "The relationship with this customer does not exist (any more); there is nothing to remove."
    ),
    Reason.UNKNOWN_AGREEMENT_TYPE: Answer(
        400, 3000, "That agreement is not on offer on that day; `assent catalogue list` shows those there are."
    ),
    Reason.UNPARSABLE_BODY: Answer(400, 2000, "Send one JSON object as the body, in UTF-8, with application/json."),
    Reason.TOO_OLD: Answer(
        400, 2000, "This happened too long ago, or before what is on record since; it is not taken any more."
    ),
    Reason.UNKNOWN_TEMPLATE: Answer(
        400, 3000, "No agreement has this template id; `assent catalogue list` shows those there are."
    ),
    Reason.TEMPLATE_TYPE_MISMATCH: Answer(
        400, 3000, "The template is not one of a {type}; leave `type` out, or name the template of that agreement."
    ),
    Reason.NOT_AGREED: Answer(400, 3000, "Tick every box and type your full name to accept."),
    Reason.WRONG_LENGTH: Answer(400, 3000, "Choose a password of {shortest} to {longest} characters."),
    Reason.EASILY_GUESSED: Answer(
        400, 3000, "That password is easy to guess. Choose one without names and without common words or patterns."
    ),
    Reason.UNCHANGED: Answer(400, 3000, "That is the password you were given. Choose another one."),
    Reason.TYPED_DIFFERENTLY: Answer(400, 3000, "The two passwords differ. Type the same one twice."),
    Reason.ALREADY_CONFIRMED: Answer(
        400, 600061, "This person's confirmation is already on record; change the contact to record another."
    ),
    Reason.ALREADY_EXISTS: Answer(409, 2000, "{what} exists already; use the one there is."),
    Reason.LINK_NEEDED: Answer(
        401,
        800001,
        "Follow the link in your invitation mail again: a page is closed after half an hour without a click. "
        "Your browser must accept cookies.",
    ),
    Reason.NOT_SIGNED_IN: Answer(401, 800001, "Identify yourself first, with a code or your user name."),
    Reason.TOKEN_EXPIRED: Answer(401, 800001, "This token has run out or was revoked; create a new one."),
    Reason.WRONG_CREDENTIALS: Answer(
        401, 800001, "User name or password do not match. Check both, or ask for a code by mail instead."
    ),
    Reason.WRONG_CODE: Answer(
        401, 800001, "That code is not the one in the newest mail, or it has run out. Check it, or ask for a new one."
    ),
    Reason.SIGN_IN_FAILED: Answer(
        401,
        800001,
        "E-mail address and password do not match. Check both; whoever forgot the password needs a new one-time link.",
    ),
    Reason.WRONG_SECOND_FACTOR: Answer(
        401, 800001, "That is not the code your app shows now, or it was used already. Wait for the next one."
    ),
    Reason.WRONG_PASSWORD: Answer(400, 3000, "That is not your current password. Check it and try again."),
    Reason.SIGN_IN_BROKEN_OFF: Answer(
        400, 2000, "The sign-in at your organisation did not come to its end. Begin again on the sign-in page."
    ),
    Reason.SIGN_IN_UNREACHABLE: Answer(
        503, 2000, "Your organisation's sign-in cannot be reached. Try again in a minute, or sign in with a password."
    ),
    Reason.NOT_IDENTIFIED: Answer(
        403,
        900150,
        "Your organisation knows you, but nobody here goes by its name for you yet. Send this to the operator, who "
        "enters it with `assent staff identify`: {subject}.",
    ),
    Reason.NO_ROLE: Answer(
        403, 900150, "None of your groups has a role here. Ask your organisation to add you to one of those that have."
    ),
    Reason.LAST_GLOBAL_ADMIN: Answer(
        409, 2000, "Nobody else here is a global admin. Give somebody else that role first."
    ),
    Reason.SIGN_IN_LINK_DEAD: Answer(
        410,
        2000,
        "This link was used already, has run out, or is not whole. Ask a global admin of your company for a new one, "
        "or the operator, who makes it with `assent staff link`.",
    ),
    Reason.BAD_SIGNATURE: Answer(
        401, 800001, "The {what} of this webhook is not one that its source trusts; nothing was done."
    ),
    Reason.ROLE_NOT_ALLOWED: Answer(
        403, 900150, "This needs a role that you do not hold (any more); ask a global admin of the partner."
    ),
    Reason.NOT_AN_ADMIN: Answer(
        403, 900150, "Only an admin of the customer, or the invited person with authority to bind it, can accept."
    ),
    Reason.RESELLER_CANNOT_ATTEST: Answer(
        403,
        1002,
        "An indirect reseller cannot attest: submit a draft (`assent draft submit`), which its indirect provider "
        "approves.",
    ),
    Reason.SECOND_PERSON_NEEDED: Answer(
        403, 900150, "Here a second person has to approve: submit a draft, which a colleague then approves."
    ),
    Reason.AGREEMENT_REQUIRED: Answer(
        403, 13605, "No confirmation of the {agreement} counts for this customer, so it cannot order. Next: {words}."
    ),
    Reason.WRONG_PARTNER_TYPE: Answer(403, 1002, "A partner of this type cannot do this."),
    Reason.SANDBOX_ONLY: Answer(
        403, 600006, "Customers are deleted in a sandbox only; remove the relationship instead (PATCH)."
    ),
    Reason.NO_RELATIONSHIP: Answer(403, 20002, "There is no relationship with this customer; invite it to one first."),
    Reason.NOT_FOUND: Answer(404, 1000, "Nothing with this {what} is visible to you; check its spelling."),
    Reason.NOT_REGISTERED: Answer(404, 1000, "There is no registration; make one with POST /webhooks/v1/registration."),
    Reason.NO_DOCUMENT: Answer(
        404,
        1000,
        "No text of this agreement is held for {country} in {language} or en-US; the operator adds it with "
        "`assent catalogue document`, or with a new version by `assent catalogue publish`.",
    ),
    Reason.WRONG_STATE: Answer(
        409, 2000, "This is {state}, where {event} is not possible; `assent machine` lists the moves of agreements."
    ),
    Reason.ENDPOINT_DISABLED: Answer(
        409, 2000, "This endpoint is disabled; enable it again (PATCH with `enabled`: true), then send the test."
    ),
    Reason.NO_SECRET: Answer(
        409, 2000, "This one is signed for with the certificate of the installation; it has no secret to replace."
    ),
    Reason.NOTHING_TO_RECONFIRM: Answer(
        409, 2000, "The customer has accepted the current version; there is nothing to ask for."
    ),
    Reason.NO_PRIOR_PURCHASES: Answer(
        409, 2000, "No purchase stands in the way; let the customer accept the invitation."
    ),
    Reason.NOT_DUE: Answer(409, 2000, "The invitation is still open; revoke it or wait until it expires."),
    Reason.NOTHING_TO_REMIND: Answer(409, 2000, "No invitation that has arrived waits for an answer; send one."),
    Reason.REMINDERS_STOPPED: Answer(409, 2000, "The contact wants no more reminders; call, or invite somebody else."),
    Reason.REMINDED_ALREADY: Answer(409, 2000, "A reminder was sent less than a day ago; give it a day."),
    Reason.CHANGED_MEANWHILE: Answer(
        409, 2000, "Somebody else changed this at the same moment; look at it again and repeat if still needed."
    ),
    Reason.DIRECT_ROUTE_NOT_AVAILABLE: Answer(
        409, 2000, "Acceptance by invitation is not possible on that date; record an attestation."
    ),
    Reason.DIRECT_ACCEPTANCE_UNAVAILABLE: Answer(
        409, 2000, "The customer has bought before and cannot accept by itself: attest (or invite with force)."
    ),
    Reason.CONTACT_SUPPRESSED: Answer(
        409,
        2000,
        "This mailbox is not to be written to, or does not exist; name another contact, or have it taken off the list.",
    ),
    Reason.CONTACT_IS_PARTNER: Answer(
        409, 2000, "The contact's mailbox is the partner's own; name somebody at the customer."
    ),
    Reason.SAME_MAILBOX: Answer(400, 3000, "This invitation was sent to that mailbox; name somebody else."),
    Reason.HANDED_ON_TOO_OFTEN: Answer(
        409, 2000, "This invitation has been handed on three times already; ask the partner whom it should go to."
    ),
    Reason.NATIONAL_CLOUD_UNSUPPORTED: Answer(409, 2000, "Confirmation is not supported in national clouds ({cloud})."),
    Reason.TERMS_CHANGED: Answer(409, 2000, "The text has changed since the page was opened; read it again."),
    Reason.INVITATION_EXPIRED: Answer(410, 2000, "The invitation has expired; ask your partner for a new one."),
    Reason.INVITATION_REVOKED: Answer(
        410, 2000, "The invitation was replaced or taken back; use the newest mail or ask your partner."
    ),
    Reason.INVITATION_USED: Answer(410, 2000, "The invitation has been answered already."),
    Reason.UNKNOWN_CURSOR: Answer(
        410, 2000, "The feed does not reach as far as this cursor; `data` holds the oldest one that can be followed."
    ),
    Reason.STILL_RUNNING: Answer(
        409, 2000, "The same request is still being worked on; send it again, with the same key, in a few seconds."
    ),
    Reason.KEY_REUSED: Answer(
        422, 2000, "This key came with another request before; give every new request a key of its own."
    ),
    Reason.LINK_EXPIRED: Answer(410, 2000, "This link was good for five minutes; ask for a new one."),
    Reason.RATE_LIMITED: Answer(429, 2000, "Too many tries; wait {minutes} minutes and try again."),
    Reason.ISSUER_UNREACHABLE: Answer(
        503,
        2000,
        "The issuer of this token cannot be asked for its keys: try again in a minute, or use a token that "
        "`assent token create` made. `assent doctor` says what is wrong.",
    ),
    Reason.CERTIFICATE_UNREACHABLE: Answer(
        503, 2000, "The certificate of this webhook cannot be fetched now; nothing was done. Send it again later."
    ),
    Reason.NOT_FORWARDED: Answer(
        501, 2000, "The vendor's portal is the system of record here and cannot be reached for this."
    ),
}


class _Named(dict[str, object]):
    """Words for placeholders nobody filled."""

    def __missing__(self, key: str) -> str:
        return f"the {key}"


def answer(refused: Refused, said: Callable[[str], str] = str) -> Answer:
    """Status, code and the remedy, as it is `said` in the reader's language, with what the refusal knows filled in."""
    row = ANSWERS[refused.reason]
    return Answer(row.status, row.code, said(row.remedy).format_map(_Named(refused.data)))


def one_line(refused: Refused) -> str:
    """The refusal for a terminal: the stable word, then the remedy."""
    return f"{refused.reason}: {answer(refused).remedy}"
