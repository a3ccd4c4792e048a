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
    """`mailto` opens a mail program with all of it; null where the link is masked, or it would be too long for one."""

    subject: str
    text: str
    html: str
    mailto: str | None
    attributes: Attributes


@route.get(
    "/invitations/{invitationId}/message", needs=Action.VIEW, asks=Asked, gives=Message, other=EML, refuses=(409, 410)
)
def message(invitation_id: UUID, asked: Asked) -> dict[str, Any] | Response:
    """The message of an invitation; with `Accept: message/rfc822` a draft of the mail, as a file.

    The link in it is masked. `link=live` shows the one that works, which needs a permission of its own: a record says
    who has seen it, written in a transaction of its own although this is a GET. A HEAD writes nothing. A first
    password never stands here, only its one-time link, whatever `passwordInMail` says.
    """
    row, _ = invitations.one(caller(), invitation_id)
    known, words, live = mails.preview(row.id), composer(installation()), False
    if asked.link is Link.LIVE:
        require(caller(), Action.LIVE_LINK)
        if request.method == "GET":
            known, live = _handed_over(invitation_id), True
    if request.accept_mimetypes.best_match([JSON, EML]) == EML:
        return _as_file(invitation_id, known, words, live)
    return _as_json(known, words, live)


def _handed_over(invitation_id: UUID) -> MailFacts:
    """The live link and the record of it, both of one moment: at the next the link may be another."""
    with transaction():
        row, _ = invitations.one(caller(), invitation_id)
        commands.hand_over(caller(), row.machine, row)
        return mails.preview(row.id)


def _as_json(known: MailFacts, words: Composer, live: bool) -> dict[str, Any]:
    said = words.words(known, live)
    return {
        "subject": said.subject,
        "text": said.text,
        "html": said.html,
        "mailto": mailto(known.to[0].email, said.subject, said.text) if live else None,
        "attributes": {"objectType": "Message"},
    }


def _as_file(id: UUID, known: MailFacts, words: Composer, live: bool) -> Response:
    answer = Response(words.draft(known, live), content_type=EML)
    answer.headers["Content-Disposition"] = f'attachment; filename="invitation-{id}.eml"'
    return answer
