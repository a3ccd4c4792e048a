"""SMTP clients as we want them: TLS as a relay's setting asks, and gone at once when they are closed."""

import asyncio
import ssl
from typing import cast

import aiosmtplib

from app.config import Relay


class Client(aiosmtplib.SMTP):
    """Closes at once: nobody waits for the goodbye of TLS, which the end of the loop would cut off half-way."""

    def close(self) -> None:
        transport = self.transport
        super().close()
        if transport is not None:
            cast("asyncio.Transport", transport).abort()


async def leave(client: aiosmtplib.SMTP) -> None:
    try:
        await client.quit(timeout=2)
    except (aiosmtplib.SMTPException, OSError):
        client.close()


def tls_context(relay: Relay) -> ssl.SSLContext:
    """Made once for a relay: reading the authorities takes as long as sending a hundred mails."""
    context = ssl.create_default_context()
    if relay.starttls == "opportunistic" and not relay.implicit_tls:
        # Encryption without proof of identity is still better than none; `require` asks for the proof.
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
