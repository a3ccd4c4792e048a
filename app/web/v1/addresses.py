"""Addresses that others give us to call: sound in form, and where they lead to is allowed."""

from typing import Annotated, Any

from pydantic import WithJsonSchema

from app.hooks import guard
from app.installation import installation

LONGEST = 2000
Url = Annotated[str, WithJsonSchema({"type": "string", "format": "uri", "maxLength": LONGEST})]


def vetted(given: Any) -> None:
    """Looked up before anything is written: a name server may take its time."""
    vet(given.url)


def vet(url: str | None) -> None:
    if url is not None:
        guard.vet(url, installation().config.webhook_allow)
