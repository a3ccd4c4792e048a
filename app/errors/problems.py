"""What a program sees when something was refused or went wrong: the vendor's error shape and RFC 9457 in one body."""

from http import HTTPStatus
from typing import Any

from flask import Response, current_app, json, request

from app.core.permissions import Action
from app.core.refusals import Reason, Refused
from app.core.vocabulary import Owner
from app.errors.answers import answer
from app.installation import installation

SOURCE = "Assent"
# What a program is told where no rule refused but the request itself went wrong.
GENERAL = {
    400: (2000, "The request does not make sense as it stands; see the API's description."),
    404: (1000, "There is nothing at this address."),
    405: (2000, "This address does not take that method."),
    413: (2000, "The body is too large."),
    415: (2000, "Send application/json."),
    503: (2000, "The database cannot be reached; nothing was changed. Try again in a minute."),
    500: (2000, "Something went wrong on our side; nothing was changed. Try again in a minute."),
}
DUPLICATE = "PartnerConfirmedAgreementAlreadyExists"


def on_refused(refused: Refused) -> Response:
    row = answer(refused)
    data = refused.data.get("data")
    about = [str(one) for one in data] if isinstance(data, list) else []
    body = _body(row.status, row.code, row.remedy, refused.reason, about)
    following = refused.data.get("next") or _draft(refused)
    if following:
        body["next"] = following
    if refused.reason is Reason.ALREADY_CONFIRMED:
        body |= _as_vendor_duplicate(row.code, row.remedy)
    return _respond(row.status, body)


def problem(status: int) -> Response:
    code, words = GENERAL.get(status, GENERAL[400 if status < 500 else 500])
    return _respond(status, _body(status, code, words, None, []))


def _body(status: int, code: int, words: str, reason: Reason | None, data: list[str]) -> dict[str, Any]:
    title = HTTPStatus(status).phrase
    members = {"code": code, "description": words, "data": data, "source": SOURCE}
    members |= {"type": f"urn:assent:problem:{reason}" if reason else "about:blank", "title": title, "status": status}
    members |= {"detail": words, "instance": request.path}
    return members | ({"reason": reason} if reason else {})


def _draft(refused: Refused) -> dict[str, Any] | None:
    """Where an attestation is not the caller's to give, the way to prepare one."""
    owners = {Reason.RESELLER_CANNOT_ATTEST: Owner.RESELLER, Reason.SECOND_PERSON_NEEDED: Owner.PARTNER}
    customer = (request.view_args or {}).get("customer_id")
    if refused.reason not in owners or customer is None:
        return None
    url = f"{installation().config.base_url}/v1/customers/{customer}/attestationdrafts"
    return {"action": Action.SUBMIT_DRAFT, "owner": owners[refused.reason], "url": url}


def _as_vendor_duplicate(code: int, words: str) -> dict[str, Any]:
    names = {"message": words, "errorName": DUPLICATE, "isRetryable": False, "parameters": {}}
    return names | {"errorMessageExtended": f"InternalErrorCode={code}"}


def _respond(status: int, body: dict[str, Any]) -> Response:
    view = current_app.view_functions.get(request.endpoint or "")
    kind = "application/json" if getattr(view, "vendors", False) else "application/problem+json"
    response = Response(json.dumps(body), status, content_type=kind)
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
