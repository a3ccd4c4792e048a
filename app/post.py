"""What an installation sends mail with: the composer of its mails, and the way out."""

from typing import Protocol

from app.installation import TEMPLATES, Installation
from app.mail.compose import Composer, Message, Secrets
from app.mail.drop import Drop
from app.mail.routes import Routes
from app.mail.smtp import Relays


class Carrier(Protocol):
    async def send(self, message: Message, name: str) -> str: ...
    def halt(self) -> None: ...
    async def close(self) -> None: ...


def composer(place: Installation) -> Composer:
    config, keys = place.config, place.keys
    secrets = Secrets(keys.link, keys.code, keys.reveal, keys.stop, keys.bounce, keys.vault)
    return Composer(TEMPLATES, config.base_url, config.mail_from, config.portal, secrets, config.mail_bounces)


def carrier(place: Installation, routes: Routes | None = None) -> Carrier:
    config = place.config
    if not config.smtp_url:
        return Drop(config.instance / "mail")
    return Relays(config.smtp_url, timeout=config.smtp_timeout, routes=routes)
