"""The words of the API's description: what holds for every route, said once."""

from http import HTTPStatus
from typing import Any

from app.errors.answers import ANSWERS
from app.errors.problems import GENERAL
from app.web.v1.routes import Route

ABOUT = """\
Get, record and prove customers' acceptance of the Microsoft Customer Agreement.

Routes of the vendor's own contract keep the vendor's spelling and habits: members of requests are read in any case,
paths in any case and with or without a slash at the end, unknown members are passed over, `null` and `""` are the same
as absent.
What a route leaves open there is our choice, and says so. Send `MS-RequestId` or `Idempotency-Key` with every POST: the
same key with the same request is answered as before and does nothing again.
"""

BEARER = {
    "type": "http",
    "scheme": "bearer",
    "description": "A token of `assent token create` (`asn_…`), or an access token of the configured OIDC issuer.",
}

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "The vendor's members and those of RFC 9457; `reason` is the stable word to act on.",
    "required": [
        "code",
        "description",
        "data",
        "source",
        "type",
        "title",
        "status",
        "detail",
        "instance",
        "reason",
    ],
    "properties": {
        "code": {"type": "integer", "description": "The vendor's code."},
        "description": {"type": "string", "maxLength": 1024, "description": "What to do about it."},
        "data": {"type": "array", "items": {"type": "string"}, "description": "The members at fault, or rules."},
        "source": {"type": "string"},
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "reason": {"type": "string"},
        "faults": {"type": "array", "items": {"type": "object"}, "description": "What is wrong with a wording."},
        "next": {"type": "object", "description": "What to do instead, whose move it is, and where."},
        "errorName": {"type": "string"},
        "message": {"type": "string"},
        "isRetryable": {"type": "boolean"},
        "parameters": {"type": "object"},
        "errorMessageExtended": {"type": "string"},
    },
}

# What an installation without a limit does not say, or only some answers do.
OPTIONAL = {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Idempotent-Replayed", "ETag"}
KINDS = dict.fromkeys(("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After"), "integer")
HEADERS: dict[str, Any] = {
    name: {"description": words, "required": name not in OPTIONAL, "schema": {"type": KINDS.get(name, "string")}}
    for name, words in {
        "MS-RequestId": "The caller's id of this request, or a new one.",
        "MS-CorrelationId": "The caller's id of what this request is part of, or a new one.",
        "ETag": "Stands for everything in the body; send it as If-None-Match.",
        "RateLimit-Limit": "How many requests a minute the token has.",
        "RateLimit-Remaining": "How many of them are left.",
        "RateLimit-Reset": "After how many seconds it has all of them again.",
        "WWW-Authenticate": "`Bearer`.",
        "Retry-After": "After how many seconds to try again.",
        "Idempotent-Replayed": "`true` where the answer is that of an earlier, equal request.",
    }.items()
}

PARAMETERS = {
    "MS-RequestId": "The caller's key of this request: sent again with it the request has one effect. Kept for 7 days.",
    "Idempotency-Key": "The same as MS-RequestId, under its usual name; it comes first where both are sent.",
    "If-None-Match": "The ETag of the last answer: while nothing has changed the answer is 304, without a body.",
    "MS-ContinuationToken": "Where the page before ended; take it from `links.next`.",
}

GOOD = {200: "Here it is.", 201: "Done, and made.", 202: "Begun.", 204: "Gone.", 403: "Never done."}
# What may be answered where nothing was wrong with the caller's rights or body.
BY_RULE = (409, 410)


def headers_of(route: Route) -> list[str]:
    found = ["MS-RequestId", "MS-CorrelationId"]
    if route.needs:
        found += ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"]
    return [*found, *(["ETag"] if route.one else []), *(["Idempotent-Replayed"] if route.writes else [])]


def headers_of_problem(status: int) -> list[str]:
    more = {401: ["WWW-Authenticate"], 429: ["Retry-After"]}
    return ["MS-RequestId", "MS-CorrelationId", *more.get(status, [])]


def problems_of(route: Route) -> dict[int, str]:
    """The statuses a route may refuse with, each with the words that stand for it."""
    statuses = {400, 404}
    if route.needs:
        statuses |= {401, 403, 429}
    if route.takes:
        statuses |= {413, 415}
    if route.writes:
        statuses |= {409, 410, 422, 501}
    statuses |= set(route.refuses)
    found = {status: _reasons(status) for status in sorted(statuses)}
    return found | {status: f"{_reasons(status)} {GENERAL[status][2]}" for status in (500, 503)}


def _reasons(status: int) -> str:
    words = [reason.value for reason, answer in ANSWERS.items() if answer.status == status]
    general = GENERAL.get(status)
    words += [general[1]] if general and general[1] not in words else []
    return f"{HTTPStatus(status).phrase}: {', '.join(f'`{word}`' for word in words)}."


def tag(path: str) -> str:
    """The noun a route is about."""
    parts = [part for part in path.split("/") if part and not part.startswith("{")]
    return parts[1] if parts[0] in ("customers", "webhooks") and len(parts) > 1 else parts[0]
