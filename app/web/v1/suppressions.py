"""Suppressions: the mailboxes that a partner must not write to."""

from typing import Annotated, Any
from uuid import UUID

from flask import Response
from pydantic import Field

from app.commands import suppressions as commands
from app.core.permissions import Action
from app.queries import suppressions
from app.web.v1.callers import caller, partner
from app.web.v1.paging import Links, Paged, collection, resumed
from app.web.v1.routes import route
from app.web.v1.shape import Answer, Email, Line, Shape
from app.web.v1.statuses import Attributes


class SuppressionsAsked(Paged):
    q: Annotated[Line | None, Field(description="What stands in the address.")] = None


class NewSuppression(Shape):
    email: Email
    reason: Line


class SuppressionShown(Answer):
    """Put there by a bounce, by a complaint, or by somebody of yours: then `createdBy` says by whom."""

    id: str
    email: str
    reason: str
    contact_health: str
    created_by: str | None
    created_at: str
    attributes: Attributes


class SuppressionPage(Answer):
    total_count: int
    items: list[SuppressionShown]
    links: Links
    attributes: Attributes


@route.get("/suppressions", needs=Action.VIEW_MAIL, asks=SuppressionsAsked, gives=SuppressionPage)
def list_suppressions(asked: SuppressionsAsked) -> dict[str, Any]:
    """The mailboxes that must not be written to, the newest first. A reseller has none of its own."""
    after = resumed(UUID)
    rows = suppressions.page(caller(), asked.most + 1, after[0] if after else None, asked.q)
    items = [suppressions.shown(row) for row in rows[: asked.most]]
    return collection(items, [items[-1]["id"]] if len(rows) > asked.most else None)


@route.post("/suppressions", needs=Action.MANAGE_MAIL, takes=NewSuppression, gives=SuppressionShown, status=201)
def add_suppression(given: NewSuppression) -> dict[str, Any]:
    """Write no more invitations or reminders to a mailbox.

    To invite it is refused with `contact-suppressed` until it is taken off the list. A mailbox that nobody has, and
    one whose owner complained, are put here by themselves.
    """
    return suppressions.shown(commands.add(caller(), partner(), given.email, given.reason))


@route.delete("/suppressions/{suppressionId}", needs=Action.MANAGE_MAIL, status=204)
def remove_suppression(suppression_id: UUID) -> Response:
    """Let a mailbox be written to again, once you know that it works and that its owner agrees."""
    commands.remove(caller(), suppressions.one(caller(), suppression_id))
    return Response(status=204)
