"""The record format: canonical bytes, hashes and commitments that anyone can recompute."""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

VERSION = 1
FIRST_PREV = "0" * 64
MAX_EXACT_INTEGER = 2**53 - 1


def canonical(value: object) -> bytes:
    """RFC 8785 bytes. With ASCII member names, exact integers and NFC strings, json.dumps already gives them."""
    return json.dumps(
        _checked(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def _checked(value: object) -> object:
    match value:
        case None | bool():
            return value
        case str():
            return unicodedata.normalize("NFC", str(value))
        case int() if abs(value) <= MAX_EXACT_INTEGER:
            return value
        case Mapping():
            return {_name(key): _checked(item) for key, item in value.items()}
        case list() | tuple():
            return [_checked(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no place in a record")


def _name(key: object) -> str:
    if not isinstance(key, str) or not key.isascii():
        raise TypeError("a member name must be ASCII text")
    return str(key)


def digest(body: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical bytes of a record without its `hash`."""
    return hashlib.sha256(canonical({k: v for k, v in body.items() if k != "hash"})).hexdigest()


def commitment(salt: bytes, value: object) -> str:
    """What a record says of a personal value: checkable by who has it, not guessable by who has not."""
    return hashlib.sha256(salt + canonical(value)).hexdigest()


def stamp(at: datetime) -> str:
    """UTC with milliseconds and `Z`, always."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """A time as others write it: without a zone it is UTC, a bare day begins at 00:00Z."""
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


def first_fault(records: Iterable[Mapping[str, Any]]) -> str | None:
    """The first thing wrong with one machine's chain, by name; None for a sound one."""
    prev, after = FIRST_PREV, None
    for number, record in enumerate(records, start=1):
        if record.get("number") != number:
            return f"record {number}: number is {record.get('number')}"
        if record.get("prev") != prev:
            return f"record {number}: prev does not match"
        if not _hash_holds(record):
            return f"record {number}: hash does not match"
        if record.get("before") != after:
            return f"record {number}: before is not where record {number - 1} ended"
        prev, after = record["hash"], record.get("after")
    return None


def _hash_holds(record: Mapping[str, Any]) -> bool:
    """True when the hash is that of the record as it stands; `canonical` would tidy up what was tampered with."""
    body = {name: value for name, value in record.items() if name != "hash"}
    try:
        written = canonical(body)
    except (TypeError, ValueError):
        return False
    return hashlib.sha256(written).hexdigest() == record.get("hash") and bool(json.loads(written) == body)
