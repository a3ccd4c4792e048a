"""How mails look: the colour and the logo of a partner or a reseller."""

import base64
from typing import Annotated, Any

from flask import Response
from pydantic import AfterValidator, Field, WithJsonSchema

from app.commands import branding as commands
from app.commands.branding import Looks
from app.core.permissions import Action
from app.core.pictures import LARGEST
from app.core.refusals import Reason
from app.db import db
from app.models import MailPolicy
from app.queries import wordings
from app.web.v1.callers import caller, partner
from app.web.v1.routes import route
from app.web.v1.shape import Answer, Bad, Line, Shape
from app.web.v1.statuses import Attributes

PATH = "/branding"
ROOM = 3 * LARGEST  # of a body: the picture in base64, and the rest


def _decoded(value: str) -> str:
    """Base64 as it is written everywhere; lines of it are taken too."""
    try:
        base64.b64decode("".join(value.split()), validate=True)
    except ValueError as error:
        raise Bad(Reason.INVALID_VALUE, says="in base64") from error
    return "".join(value.split())


ENCODED = {"type": "string", "contentEncoding": "base64", "minLength": 4, "maxLength": 2 * LARGEST}
Encoded = Annotated[str, Field(max_length=2 * LARGEST), AfterValidator(_decoded), WithJsonSchema(ENCODED)]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


class NewBranding(Shape):
    """What is left out is as with us."""

    colour: Colour | None = None
    logo: Encoded | None = None
    logo_alt: Line | None = None


class BrandingShown(Answer):
    colour: str | None
    logo: str | None
    logo_alt: str | None
    attributes: Attributes


@route.get(PATH, needs=Action.MANAGE_MAIL, gives=BrandingShown, one=True)
def show_branding() -> dict[str, Any]:
    """Read your colour and logo; each is null where you have none."""
    return wordings.looks(db.session.get(MailPolicy, partner().id))


@route.put(PATH, needs=Action.MANAGE_MAIL, takes=NewBranding, gives=BrandingShown, room=ROOM)
def change_branding(given: NewBranding) -> dict[str, Any]:
    """Give your mails a colour and a logo, in place of those they had.

    The logo is a PNG or JPEG in base64, of at most 50 kB and 600 x 200 pixels. Mails to a reseller's customers look as
    the reseller decided, or else as its provider did.
    """
    logo = base64.b64decode(given.logo) if given.logo else None
    return wordings.looks(commands.brand(caller(), partner().id, Looks(given.colour, logo, given.logo_alt)))


@route.delete(PATH, needs=Action.MANAGE_MAIL, status=204)
def reset_branding() -> Response:
    """Let your mails look as they did at first."""
    commands.brand(caller(), partner().id, Looks())
    return Response(status=204)
