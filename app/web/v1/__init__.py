"""The API: every route asks for a bearer token first; each then names its permission."""

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, g, request

from app.auth import tokens
from app.core.act import Act
from app.installation import installation
from app.web.security import csrf

V = TypeVar("V", bound=Callable[..., object])

bp = Blueprint("v1", __name__, url_prefix="/v1")
csrf.exempt(bp)


def vendors(view: V) -> V:
    """Mark a route of the vendor's contract: its errors come as the vendor's do."""
    view.vendors = True  # type: ignore[attr-defined]
    return view


@bp.before_request
def identify() -> None:
    g.act = tokens.bearer(request.headers.get("Authorization", ""), request.remote_addr)


def caller() -> Act:
    act: Act = g.act
    return act


def url(path: str) -> str:
    return f"{installation().config.base_url}{path}"


from app.web.v1 import acceptance, agreements, drafts, eligibility, invitations, orders  # noqa: E402, F401
