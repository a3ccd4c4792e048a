"""How a partner's mails look: its colour and its logo."""

from dataclasses import dataclass
from uuid import UUID

from app.commands import files, mailpolicies
from app.commands.files import File
from app.core import colours, pictures
from app.core import contact as text
from app.core.act import Act
from app.core.permissions import Action, require_own
from app.models import MailPolicy


@dataclass(frozen=True)
class Looks:
    """All of it; what is None is as with us."""

    colour: str | None = None
    logo: bytes | None = None
    logo_alt: str | None = None


def brand(act: Act, partner_id: UUID, looks: Looks) -> MailPolicy:
    """From now on mails look like this, and no more as they did."""
    require_own(act, Action.MANAGE_MAIL, partner_id)
    colour = colours.colour(looks.colour) if looks.colour else None
    logo = pictures.logo(looks.logo) if looks.logo is not None else None
    alt = text.line(looks.logo_alt, "logoAlt", required=False) or None
    sha256 = files.keep(act, File("logo", logo.type, logo.content)) if logo else None
    kept = {"logo_sha256": sha256, "logo_type": logo.type if logo else None, "logo_alt": alt if logo else None}
    return mailpolicies.change(act, partner_id, {"colour": colour} | kept)
