"""Answers as bytes: JSON, and for a single resource a strong ETag over everything in it."""

import hashlib
import json
from typing import Any

from flask import Response, request


def of(found: Any, status: int = 200) -> Response:
    return Response(_bytes(found), status, content_type="application/json")


def one(found: dict[str, Any]) -> Response:
    """A resource with its ETag, in the header and among its attributes; nothing at all where the caller has it."""
    tag = hashlib.blake2b(_bytes(found), digest_size=16).hexdigest()
    if request.if_none_match.contains(tag):
        answer = Response(status=304)
    else:
        attributes = found.get("attributes")
        answer = of(found | {"attributes": {**attributes, "etag": tag}} if attributes else found)
    answer.set_etag(tag)
    return answer


def _bytes(found: Any) -> bytes:
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
