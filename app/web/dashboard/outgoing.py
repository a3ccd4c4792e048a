"""How an invitation's mail leaves a page: to be looked at in a frame, sent by us, or handed over with its live link."""

import re
from collections.abc import Sequence
from enum import StrEnum

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.mails import MailFacts, mailto
from app.core.refusals import Reason, Refused, refuse_if
from app.errors import on_page
from app.installation import installation
from app.models import Invitation
from app.post import composer
from app.queries import mails
from app.tongue import gettext
from app.web.dashboard import previews, shell

BODY = re.compile(r"<body[^>]*>")


class Way(StrEnum):
    SEND = "send"
    COPY = "copy"
    MAIL = "mail"
    WORDS = "words"


def way() -> Way:
    """What the button said."""
    named = request.form.get("way", Way.SEND.value)
    refuse_if(named not in list(Way), Reason.INVALID_VALUE, field="way")
    return Way(named)


def framed(facts: MailFacts) -> Response:
    """The mail as its reader sees it, under the lines that a mail program shows; nothing in it opens anything."""
    said = composer(installation()).words(facts, live=False)
    if request.form.get("as") == "text":
        return previews.framed_text(said.subject, said.text)
    head = render_template("dashboard/invite/_head.html", to=facts.to[0], subject=said.subject)
    html = BODY.sub(lambda found: found[0] + head, said.html, count=1)
    return previews.framed(html, facts.brand.logo)


def unframed(problem: Refused, faults: Sequence[object]) -> Response:
    """Where the mail would be: why it cannot be shown yet."""
    return previews.framed_faults(faults or [{"where": "", "detail": "", "says": on_page(problem).remedy}])


def done(row: Invitation, how: Way) -> ResponseReturnValue:
    """Sent, or handed to whoever asked, who is shown the link that works this once."""
    if how is Way.SEND:
        name = row.contact.name
        shell.told(gettext("The invitation to %(name)s is on its way. Here you see what becomes of it.", name=name))
        return redirect(url_for("dashboard.invitation", invitation_id=row.id), 303)
    return handed(row, how)


def handed(row: Invitation, how: Way) -> ResponseReturnValue:
    facts, place = mails.preview(row.id), composer(installation())
    said = place.words(facts, live=True)
    opens = mailto(facts.to[0].email, said.subject, said.text)
    shown = {"row": row, "said": said, "link": place.link(facts), "mailto": opens, "by_mail": how is Way.MAIL}
    return render_template("dashboard/invite/handed.html", **shown)
