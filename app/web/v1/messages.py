"""What an invitation's mail says: to read, to open in a mail program, or to send by hand."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from flask import Response, request

from app.commands import invitations as commands
from app.core.mails import MailFacts, mailto
from app.core.permissions import Action, require
from app.db import transaction
from app.installation import installation
from app.mail.compose import Composer
from app.post import composer
from app.queries import invitations, mails
from app.web.v1.callers import caller
from app.web.v1.routes import route
from app.web.v1.shape import Answer, Shape
from app.web.v1.statuses import Attributes

JSON, EML = "application/json", "message/rfc822"


class Link(StrEnum):
    LIVE = "live"
    MASKED = "masked"


class Asked(Shape):
    link: Link = Link.MASKED


class Message(Answer):
    """`mailto` opens a mail program with all of it; null where it would be too long for one."""

    subject: str
    text: str
    html: str
    mailto: str | None
    attributes: Attributes


@route.get(
    "/invitations/{invitationId}/message", needs=Action.VIEW, asks=Asked, gives=Message, other=EML, refuses=(409, 410)
)
def message(invitation_id: UUID, asked: Asked) -> dict[str, Any] | Response:
    """The message of an invitation; with `Accept: message/rfc822` the mail itself, as a file.

    The link in it is masked. `link=live` shows the one that works, which needs a permission of its own: a record says
    who has seen it, written in a transaction of its own although this is a GET. A HEAD writes nothing.
    """
    row, _ = invitations.one(caller(), invitation_id)
    known, words = mails.preview(row.id), composer(installation())
    link = words.masked(known)
    if asked.link is Link.LIVE:
        require(caller(), Action.LIVE_LINK)
        if request.method == "GET":
            known, link = _handed_over(invitation_id, words)
    if request.accept_mimetypes.best_match([JSON, EML]) == EML:
        return _as_file(known, words, link)
    return _as_json(known, words, link)


def _handed_over(invitation_id: UUID, words: Composer) -> tuple[MailFacts, str]:
    """The live link and the record of it, both of one moment: at the next the link may be another."""
    with transaction():
        row, _ = invitations.one(caller(), invitation_id)
        commands.hand_over(caller(), row.machine, row)
        known = mails.preview(row.id)
        return known, words.link(known)


def _as_json(known: MailFacts, words: Composer, link: str) -> dict[str, Any]:
    said = words.words(known, link)
    return {
        "subject": said.subject,
        "text": said.text,
        "html": said.html,
        "mailto": mailto(known.to[0].email, said.subject, said.text),
        "attributes": {"objectType": "Message"},
    }


def _as_file(known: MailFacts, words: Composer, link: str) -> Response:
    name = f"<{known.invitation}.{known.generation}@{words.domain}>"
    answer = Response(words.compose(known, name, caller().at, link).data, content_type=EML)
    answer.headers["Content-Disposition"] = f'attachment; filename="invitation-{known.invitation}.eml"'
    return answer
