"""What a program sees when something was refused or went wrong: the vendor's error shape and RFC 9457 in one body."""

from http import HTTPStatus
from typing import Any

from flask import Response, current_app, g, json, request

from app import spoken, tongue
from app.core.permissions import Action
from app.core.refusals import Reason, Refused
from app.core.vocabulary import Owner, PartnerType
from app.errors import wordings
from app.errors.answers import answer
from app.installation import installation
from app.tongue import N_

SOURCE = "Assent"
# What a program is told where no rule refused but the request itself went wrong: code, stable word, what to do.
GENERAL: dict[int, tuple[int, str, str]] = {
    400: (2000, "bad-request", N_("The request does not make sense as it stands; see the API's description.")),
    404: (1000, Reason.NOT_FOUND, N_("There is nothing at this address.")),
    405: (2000, "method-not-allowed", N_("This address does not take that method.")),
    413: (2000, "body-too-large", N_("The body is too large.")),
    415: (2000, "unsupported-media-type", N_("Send the body as application/json, and say so in Content-Type.")),
    503: (2000, "unavailable", N_("The database cannot be reached; nothing was changed. Try again in a minute.")),
    500: (2000, "fault", N_("Something went wrong on our side; nothing was changed. Try again in a minute.")),
}
OWNERS = {
    PartnerType.DIRECT_BILL: Owner.PARTNER,
    PartnerType.PROVIDER: Owner.PROVIDER,
    PartnerType.RESELLER: Owner.RESELLER,
}
# Where a program needs to be told something else than a person.
WORDS = {
    Reason.NOT_SIGNED_IN: N_(
        "Send `Authorization: Bearer …` with a token that `assent token create` made, or with an "
        "access token of the configured OIDC issuer whose subject `assent staff identify` named."
    )
}
DUPLICATE = "PartnerConfirmedAgreementAlreadyExists"


def said(message: str) -> str:
    """In the language the caller asks for."""
    return str(spoken.catalogue(tongue.asked()).gettext(message))


def on_refused(refused: Refused) -> Response:
    row = answer(refused, said)
    data = refused.data.get("data")
    about = [str(one) for one in data] if isinstance(data, list) else []
    words = said(WORDS[refused.reason]) if refused.reason in WORDS else row.remedy
    body = _body(row.status, row.code, words, refused.reason, about)
    if refused.reason is Reason.INVALID_WORDING:
        body["faults"] = wordings.explained(refused)
    following = refused.data.get("next") or _instead(refused)
    if following:
        body["next"] = following
    if refused.reason is Reason.ALREADY_CONFIRMED:
        body |= _as_vendor_duplicate(row.code, row.remedy)
    return _respond(row.status, body)


def problem(status: int) -> Response:
    code, reason, words = GENERAL.get(status, GENERAL[400 if status < 500 else 500])
    return _respond(status, _body(status, code, said(words), reason, []))


def _body(status: int, code: int, words: str, reason: str, data: list[str]) -> dict[str, Any]:
    members = {"code": code, "description": words, "data": data, "source": SOURCE}
    members |= {"type": f"urn:assent:problem:{reason}", "title": HTTPStatus(status).phrase, "status": status}
    return members | {"detail": words, "instance": request.path, "reason": reason}


def _instead(refused: Refused) -> dict[str, Any] | None:
    """Where an attestation is not the caller's to give: the draft to prepare, or the one a colleague has to approve."""
    given = request.view_args or {}
    customer = given.get("customer_id") or g.get("drafted_for")
    if refused.reason not in (Reason.RESELLER_CANNOT_ATTEST, Reason.SECOND_PERSON_NEEDED) or customer is None:
        return None
    step, path = Action.SUBMIT_DRAFT, f"/v1/customers/{customer}/attestationdrafts"
    if refused.reason is Reason.SECOND_PERSON_NEEDED and "draft_id" in given:
        step, path = Action.APPROVE_DRAFT, request.path
    return {"action": step, "owner": OWNERS[g.act.partner_type], "url": f"{installation().config.base_url}{path}"}


def _as_vendor_duplicate(code: int, words: str) -> dict[str, Any]:
    names = {"message": words, "errorName": DUPLICATE, "isRetryable": False, "parameters": {}}
    return names | {"errorMessageExtended": f"InternalErrorCode={code}"}


def _on_vendors_route() -> bool:
    """Also where nothing answers only because what stands for an id is none, or the method another one."""
    views = current_app.view_functions
    if request.endpoint:
        return bool(getattr(getattr(views[request.endpoint], "route", None), "vendors", False))
    routes = [view.route for view in views.values() if hasattr(view, "route")]
    return any(route.vendors and route.like(request.path) for route in routes)


def _respond(status: int, body: dict[str, Any]) -> Response:
    kind = "application/json" if _on_vendors_route() else "application/problem+json"
    response = Response(json.dumps(body), status, content_type=kind)
    if status == HTTPStatus.UNAUTHORIZED:
        # Of a webhook no token is asked.
        response.headers["WWW-Authenticate"] = "Signature" if request.path.startswith("/hooks/") else "Bearer"
    return response
