"""What a person in a browser sees when something was refused or went wrong."""

from flask import render_template
from flask.typing import ResponseReturnValue

from app.core.refusals import Reason, Refused
from app.errors.answers import Answer, answer
from app.tongue import N_, gettext

# What a page calls the fields that an answer may name.
LABELS = {
    "typedName": N_("your full name"),
    "dateAgreed": N_("the date"),
    "offerId": N_("the offer"),
    "quantity": N_("the quantity, a whole number from 1"),
    "operation": N_("what is ordered"),
    "assignee": N_("the person"),
    "outcome": N_("your answer"),
    "reason": N_("your reason"),
    "note": N_("your line for the partner"),
    "firstName": N_("the first name"),
    "lastName": N_("the last name"),
    "email": N_("the e-mail address"),
    "phone": N_("the phone number"),
    "company": N_("the company's name"),
    "companyName": N_("the company's name"),
    "domain": N_("the domain"),
    "country": N_("the country"),
    "language": N_("the language"),
    "name": N_("the name"),
    "role": N_("at least one role"),
    "url": N_("the address"),
    "signerFirstName": N_("the first name"),
    "signerLastName": N_("the last name"),
    "signerEmail": N_("the e-mail address"),
    "through": N_("the partner you work with"),
    "way": N_("one of the two ways"),
    "kind": N_("the kind of invitation"),
    "mailLanguage": N_("the language"),
    "expiresInDays": N_("the days, a whole number from 1 to 365,"),
    "reminders": N_("the reminders, at most four days such as 3,7,14 or the word off,"),
}


# Where a person at a page needs to be told something else than a program or an operator.
WORDS = {
    Reason.WRONG_STATE: N_(
        "This has changed meanwhile, or is not possible where it stands now: go back and look at it again."
    ),
    Reason.RESELLER_CANNOT_ATTEST: N_(
        "An indirect reseller cannot attest: prepare a draft, which your indirect provider approves."
    ),
    Reason.INVALID_WORDING: N_("This wording cannot be used yet: what is wrong stands beside each part."),
    Reason.DIRECT_ACCEPTANCE_UNAVAILABLE: N_(
        "The customer has bought before and cannot accept by itself: attest instead."
    ),
    Reason.ENDPOINT_DISABLED: N_("This endpoint is disabled: enable it again, then send the test."),
    Reason.UNKNOWN_AGREEMENT_TYPE: N_(
        "That agreement is not on offer on that day; the page of agreements shows those there are."
    ),
    Reason.NOT_FOUND: N_(
        "There is nothing here that you can see: it may be another partner’s, or the address is misspelled."
    ),
}


# What a page says where the value of such a field cannot be.
VALUES = {
    "colour": N_("Give the colour as # and six digits of 0-9 and a-f, such as #1f5fbf."),
    "logo": N_("Take a PNG or JPEG of at most 50 kB and 600 × 200 pixels."),
    "quietHours": N_("Give two different full hours of the day, such as 20-8, or the word off."),
    "expiryWarningDays": N_("Give a whole number of days from 0 to 365."),
    "since": N_("Give a day of the calendar."),
    "events": N_("Tick at least one kind of event."),
    "certificateHosts": N_("Give names of hosts such as signing.example.com, with a space between them."),
    "roots": N_("Paste certificates in PEM, of at most twenty roots."),
    "vendorAgreementOn": N_("Give the day on which it was signed; it cannot lie ahead."),
    "why": N_("Say why this mailbox may be written to again."),
}


def on_page(refused: Refused) -> Answer:
    """The answer in the words of the page, and in its reader's language."""
    row = answer(refused)
    if refused.reason in WORDS:
        return Answer(row.status, row.code, gettext(WORDS[refused.reason]))
    field = str(refused.data.get("field", ""))
    plain = field.partition(" (")[0]
    if plain in VALUES and refused.reason in (Reason.INVALID_VALUE, Reason.MISSING_FIELD):
        return Answer(row.status, row.code, gettext(VALUES[plain]))
    named = gettext(LABELS[plain]) if plain in LABELS else field
    return answer(Refused(refused.reason, **{**refused.data, "field": named} if field else refused.data), gettext)


# What a page says where no rule refused but the request itself went wrong.
PAGES = {
    400: (
        N_("That did not arrive as it should"),
        N_("Go back, reload the page and try again; or follow your link anew."),
    ),
    404: (N_("There is no such page"), N_("Check the address, or go back to where you came from.")),
    405: (N_("That is not possible here"), N_("Go back and use the buttons on the page.")),
    413: (N_("That is too much"), N_("Shorten it, or take a smaller file, and try again.")),
    429: (N_("Too many tries"), N_("Wait a little and try again.")),
    503: (N_("We cannot reach our own records"), N_("Nothing was changed. Try again in a minute.")),
    500: (N_("Something went wrong on our side"), N_("Nothing was changed. Try again in a minute.")),
}
TITLES = {Reason.LINK_NEEDED: N_("Please begin with your link")}
REFUSED = N_("That was not possible")
GONE = {Reason.INVITATION_REVOKED, Reason.INVITATION_EXPIRED, Reason.INVITATION_USED}


def on_refused(refused: Refused) -> ResponseReturnValue:
    """Show the page the visitor was on with the remedy; a dead link has one page, whatever killed it."""
    if refused.reason in GONE:
        return render_template("portal/dead-link.html"), 410
    title = gettext(TITLES.get(refused.reason, REFUSED))
    return render_template("problem.html", title=title, remedy=on_page(refused).remedy), answer(refused).status


def page(status: int) -> ResponseReturnValue:
    title, remedy = PAGES.get(status, PAGES[400 if status < 500 else 500])
    return render_template("problem.html", title=gettext(title), remedy=gettext(remedy)), status
