"""What an installation sends mail with: the composer of its mails, and the way out."""

from typing import Protocol

from app.installation import TEMPLATES, Installation
from app.mail.compose import Composer, Message
from app.mail.drop import Drop
from app.mail.smtp import Relays


class Carrier(Protocol):
    async def send(self, message: Message, name: str) -> str: ...
    async def close(self) -> None: ...


def composer(place: Installation) -> Composer:
    config = place.config
    return Composer(TEMPLATES, config.base_url, config.mail_from, config.portal, place.keys.link, place.keys.code)


def carrier(place: Installation) -> Carrier:
    config = place.config
    return Relays(config.smtp_url) if config.smtp_url else Drop(config.instance / "mail")
