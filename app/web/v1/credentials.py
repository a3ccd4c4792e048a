"""User name and first password of a customer's account, sent to the customer once more."""

from typing import Any
from uuid import UUID

from app.auth import firsts
from app.commands import credentials as commands
from app.commands.credentials import First, Whose
from app.core import links
from app.core.evidence import stamp
from app.core.permissions import Action
from app.installation import installation
from app.queries import scope
from app.web.v1.callers import caller
from app.web.v1.callers import url as address
from app.web.v1.routes import route
from app.web.v1.shape import Answer, Flag, Shape
from app.web.v1.shapes_invitation import Invited


class NewCredentials(Shape):
    contact: Invited | None = None
    send: Flag = True


class CredentialsMade(Answer):
    """`url`, the link that works, only where no mail goes out."""

    user_name: str
    expires_at: str
    sent_to: str | None
    url: str | None = None


def new_password(given: object) -> First:
    made = firsts.make()
    return First(made.hash, made.sealed)


@route.post(
    "/customers/{customerId}/credentials",
    needs=Action.SEND_CREDENTIALS,
    takes=NewCredentials,
    optional=True,
    gives=CredentialsMade,
    status=201,
    ahead=new_password,
)
def send_credentials(customer_id: UUID, given: NewCredentials, ahead: First) -> dict[str, Any]:
    """Give the customer's first admin a new first password, by a link that shows it once.

    Nobody at the partner sees it: the link works for 72 hours and wants a code that is mailed to the same person. The
    former password and the links to it are dead. Users that have chosen a password of their own keep it (409). With
    `send: false` no mail goes out: the answer has the live link as `url`, and a record says who was given it.
    """
    act = caller()
    machine, relationship = scope.agreement(act, customer_id)
    spoken = given.contact.language if given.contact else None
    contact = given.contact.contact if given.contact else relationship.contact
    whose = Whose(contact, spoken or relationship.language)
    row, user = commands.renew(act, machine, relationship, whose, ahead, given.send)
    answer = {"userName": user.user_name, "expiresAt": stamp(row.expires_at)}
    if given.send:
        return answer | {"sentTo": row.email}
    token = links.token(installation().keys.reveal, row.id, row.generation)
    return answer | {"sentTo": None, "url": links.reveal(address(""), token)}
