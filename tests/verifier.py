"""A second verifier of one machine's chain, written from the description of the record format alone.

It imports nothing of the application, so that what it accepts is what the format says and not what the code does.
"""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

MEMBERS = frozenset(["v", "machine", "number", "prev", "event", "before", "after"])
MEMBERS |= {"at", "actor", "facts", "sealed", "hash"}
EVENTS = frozenset(["created", "invite", "accept", "block", "attest", "lapse", "decline", "withdraw"])
NOTES = frozenset(["link-copied", "bounced", "complained", "disputed", "dispute-closed", "imported"])
NOTES |= {"erased", "evidence-read"}
KINDS = frozenset(["staff", "customer", "system", "upstream"])
HEX = re.compile("[0-9a-f]{64}")
UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
SALT_BYTES = 16
LARGEST = 2**53 - 1
ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}

Personal = Mapping[str, Mapping[str, Any]]
"""What is known of the sealed values: commitment -> {"salt": base64, "value": ...}."""


def jcs(value: object) -> bytes:
    """The RFC 8785 bytes of what may stand in a record; ValueError for anything else."""
    return _json(value).encode("utf-8")


def _json(value: object) -> str:
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, int) and abs(value) <= LARGEST:
        return str(int(value))
    if isinstance(value, list):
        return "[" + ",".join(_json(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{_name(name)}:{_json(value[name])}" for name in sorted(value)) + "}"
    raise ValueError(f"{type(value).__name__} has no canonical form here")


def _string(text: str) -> str:
    if not unicodedata.is_normalized("NFC", text):
        raise ValueError("a string is not NFC")
    return '"' + "".join(ESCAPES.get(char) or (f"\\u{ord(char):04x}" if char < " " else char) for char in text) + '"'


def _name(name: object) -> str:
    if not isinstance(name, str) or any(ord(char) > 127 for char in name):
        raise ValueError("a member name is not ASCII")
    return _string(name)


def record_hash(record: Mapping[str, Any]) -> str | None:
    """SHA-256 of the record without `hash`; None when it has no canonical bytes."""
    try:
        return hashlib.sha256(jcs({name: value for name, value in record.items() if name != "hash"})).hexdigest()
    except (ValueError, TypeError):
        return None


def is_whole(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def is_hash(value: object) -> bool:
    return isinstance(value, str) and HEX.fullmatch(value) is not None


def is_time(value: object) -> bool:
    if not isinstance(value, str) or not TIME.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_actor(value: object) -> bool:
    if not isinstance(value, dict) or value.keys() != {"kind", "id", "role", "method"}:
        return False
    said = all(value[name] is None or isinstance(value[name], str) for name in ("id", "role"))
    return said and value["kind"] in KINDS and isinstance(value["method"], str)


def is_sealed(value: object) -> bool:
    return isinstance(value, dict) and all(is_hash(commitment) for commitment in value.values())


FORMS: dict[str, Callable[[Any], bool]] = {
    "v": lambda value: is_whole(value, 1) and value == 1,
    "machine": lambda value: isinstance(value, str) and UUID.fullmatch(value) is not None,
    "number": lambda value: is_whole(value, 1),
    "prev": is_hash,
    "event": lambda value: isinstance(value, str) and value in EVENTS | NOTES,
    "after": lambda value: isinstance(value, str),
    "at": is_time,
    "actor": is_actor,
    "facts": lambda value: isinstance(value, dict),
    "sealed": is_sealed,
}


def _link_fault(record: Mapping[str, Any], number: int, prev: str) -> str | None:
    if record.get("number") != number:
        return f"number is {record.get('number')}"
    if record.get("prev") != prev:
        return "prev does not match"
    if record.get("hash") != record_hash(record):
        return "hash does not match"
    return None


def _form_fault(record: Mapping[str, Any]) -> str | None:
    if record.keys() != MEMBERS:
        wrong = sorted(record.keys() ^ MEMBERS)
        return f"members are not those of the format: {', '.join(wrong)}"
    return next((f"{name} is malformed" for name, sound in FORMS.items() if not sound(record[name])), None)


def _story_fault(record: Mapping[str, Any], former: Mapping[str, Any] | None) -> str | None:
    if record["before"] != (former["after"] if former else None):
        return f"before is not where record {record['number'] - 1} ended"
    if (record["event"] == "created") != (former is None):
        return "event is not that of a first record" if former is None else "event is that of a first record"
    if record["event"] in NOTES and record["before"] != record["after"]:
        return "a note moved the machine"
    if former and record["machine"] != former["machine"]:
        return "machine is another one"
    return None


def _sealed_fault(record: Mapping[str, Any], personal: Personal) -> str | None:
    for name, commitment in record["sealed"].items():
        known = personal.get(commitment)
        if known is None:
            continue
        salt = base64.b64decode(known["salt"], validate=True)
        if len(salt) != SALT_BYTES or hashlib.sha256(salt + jcs(known["value"])).hexdigest() != commitment:
            return f"sealed {name} does not match"
    return None


def first_fault(records: Iterable[Mapping[str, Any]], personal: Personal | None = None) -> str | None:
    """The first thing wrong with one machine's chain, such as `record 4: hash does not match`; None if sound."""
    former: Mapping[str, Any] | None = None
    for number, record in enumerate(records, start=1):
        fault = (
            _link_fault(record, number, former["hash"] if former else "0" * 64)
            or _form_fault(record)
            or _story_fault(record, former)
            or _sealed_fault(record, personal or {})
        )
        if fault:
            return f"record {number}: {fault}"
        former = record
    return None


def erased(records: Iterable[Mapping[str, Any]], personal: Personal) -> list[str]:
    """The sealed values nobody can open any more, as `record 2: email`."""
    return [
        f"record {record['number']}: {name}"
        for record in records
        for name, commitment in record["sealed"].items()
        if commitment not in personal
    ]
