"""What a person in a browser sees when something was refused or went wrong."""

from flask import render_template
from flask.typing import ResponseReturnValue

from app.core.refusals import Reason, Refused
from app.errors.answers import Answer, answer

# What a page calls the fields that an answer may name.
LABELS = {
    "typedName": "your full name",
    "reason": "your reason",
    "firstName": "the first name",
    "lastName": "the last name",
    "email": "the e-mail address",
}


def on_page(refused: Refused) -> Answer:
    """The answer in the words of the page."""
    field = refused.data.get("field")
    return answer(Refused(refused.reason, **{**refused.data, "field": LABELS.get(str(field), field)}))


# What a page says where no rule refused but the request itself went wrong.
PAGES = {
    400: ("That did not arrive as it should", "Go back, reload the page and try again; or follow your link anew."),
    404: ("There is no such page", "Follow the link in your invitation mail."),
    405: ("That is not possible here", "Go back and use the buttons on the page."),
    413: ("That is too much text", "Shorten it and try again."),
    429: ("Too many tries", "Wait a little and try again."),
    503: ("We cannot reach our own records", "Nothing was changed. Try again in a minute."),
    500: ("Something went wrong on our side", "Nothing was changed. Try again in a minute."),
}
TITLES = {Reason.LINK_NEEDED: "Please begin with your link"}
GONE = {Reason.INVITATION_REVOKED, Reason.INVITATION_EXPIRED, Reason.INVITATION_USED}


def on_refused(refused: Refused) -> ResponseReturnValue:
    """Show the page the visitor was on with the remedy; a dead link has one page, whatever killed it."""
    if refused.reason in GONE:
        return render_template("portal/dead-link.html"), 410
    title = TITLES.get(refused.reason, "That was not possible")
    words = {"title": title, "remedy": on_page(refused).remedy}
    return render_template("portal/problem.html", **words), answer(refused).status


def page(status: int) -> ResponseReturnValue:
    title, remedy = PAGES.get(status, PAGES[400 if status < 500 else 500])
    return render_template("portal/problem.html", title=title, remedy=remedy), status
