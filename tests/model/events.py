"""What each command must do to the model, or the word it must be refused with: the rules, a second time.

Each function takes the model and what the command is given. It answers the word of the refusal, or None after changing
the model as the command must change the database.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from tests.model.agreement import (
    ACCEPTED,
    Model,
    back,
    count,
    end,
    fire,
    illegal,
    newest,
    on_record,
    stale,
    waiting,
)

Who = tuple[str, str]
"""Partner type and role of a staff member."""

AGENTS = ("admin-agent", "sales-agent")
DIRECT_ROUTE = date(2020, 2, 3)
FIRST_REMINDER = 3
SKEW = timedelta(minutes=5)


def first(*checks: tuple[str, bool]) -> str | None:
    """The word of the first rule that says no."""
    return next((word for word, no in checks if no), None)


def no_agent(who: Who, *, confirming: bool) -> Iterable[tuple[str, bool]]:
    """Who may not: a reseller's staff where only the confirming partner may, and whoever is no agent."""
    kind, role = who
    return [
        ("wrong-partner-type", confirming and kind == "indirect-reseller"),
        ("role-not-allowed", role not in AGENTS),
    ]


def invite(model: Model, at: datetime, who: Who, email: str, kind: str, days: int, *, force: bool) -> str | None:
    mailbox = email.casefold()
    word = first(
        *no_agent(who, confirming=False),
        ("invalid-value", not 1 <= days <= 365),
        ("direct-acceptance-unavailable", bool(model["purchases"]) and not model["method"] and not force),
        illegal(model, "invite"),
        ("national-cloud-unsupported", model["cloud"] != "public"),
        ("no-relationship", model["relation"] == "removed"),
        ("contact-is-partner", mailbox.endswith("@" + model["own_domain"])),
        ("contact-suppressed", mailbox in model["suppressed"]),
        ("direct-route-not-available", at.date() < DIRECT_ROUTE),
        ("nothing-to-reconfirm", model["state"] in ACCEPTED and not stale(model, at)),
    )
    if word:
        return word
    former = waiting(model)
    if former:
        end(model, former, "revoked")
    model["invitations"].append({"status": "open", "kind": kind, "expires": at + timedelta(days=days)})
    count(model, "invitation", "open")
    fire(model, at, "invite", "invited")
    # Of one that ends before the first reminder nobody is reminded.
    count(model, "outbox", "invitation-reminding", int(days > FIRST_REMINDER))
    return None


def _closed(at: datetime, invitation: dict[str, Any]) -> Iterable[tuple[str, bool]]:
    status = invitation["status"]
    return [
        ("invitation-used", status in ("used", "declined")),
        ("invitation-revoked", status == "revoked"),
        ("invitation-expired", status == "expired" or at >= invitation["expires"]),
    ]


def accept(model: Model, at: datetime, invitation: dict[str, Any], flaw: str | None) -> str | None:
    """`flaw` is what is wrong with the request, by the word it is refused with (and how)."""
    word = first(
        ("not-signed-in", flaw == "not-signed-in"),
        ("invalid-text", flaw == "invalid-text"),
        illegal(model, "accept"),
        *_closed(at, invitation),
        ("terms-changed", flaw == "terms-changed"),
        ("not-an-admin", flaw == "not-an-admin"),
        ("not-agreed", flaw in ("not-agreed", "not-agreed: no name")),
        ("direct-acceptance-unavailable", bool(model["purchases"]) and not model["method"]),
    )
    if word:
        return word
    fire(model, at, "accept", "direct-accepted")
    on_record(model, "direct", newest(model, at))
    end(model, invitation, "used")
    if invitation["kind"] == "relationshipAndAgreement" and model["relation"] == "requested":
        model["relation"] = "active"
    return None


def decline(model: Model, at: datetime, invitation: dict[str, Any], flaw: str | None) -> str | None:
    word = first(
        ("not-signed-in", flaw == "not-signed-in"),
        ("invalid-text", flaw == "invalid-text"),
        illegal(model, "decline"),
        *_closed(at, invitation),
    )
    if word:
        return word
    fire(model, at, "decline", back(model))
    end(model, invitation, "declined")
    return None


def block(model: Model, at: datetime, *, upstream: bool) -> str | None:
    known = bool(model["purchases"]) and not model["method"]
    word = first(illegal(model, "block"), ("no-prior-purchases", not known and not upstream))
    if word:
        return word
    fire(model, at, "block", "blocked-needs-attestation")
    model["scenario"] = 1 if "own" in model["purchases"] else 2 if model["purchases"] else None
    return None


def attest(model: Model, at: datetime, who: Who, contact: frozenset[tuple[str, str]], agreed: datetime) -> str | None:
    kind, role = who
    blocked = model["state"] == "blocked-needs-attestation"
    word = first(
        ("reseller-cannot-attest", kind == "indirect-reseller"),
        ("role-not-allowed", role not in AGENTS and not blocked),
        ("national-cloud-unsupported", model["cloud"] != "public"),
        ("date-in-future", agreed > at + SKEW),
        ("already-confirmed", (contact, newest(model, at)) in model["attested"]),
    )
    if word:
        return word
    beside = model["state"] == "direct-accepted" and not stale(model, at)
    fire(model, at, "attest", "direct-accepted" if beside else "partner-attested")
    model["attested"].add((contact, newest(model, at)))
    if not beside:
        on_record(model, "attested", newest(model, at))
        _settle(model)
    return None


def _settle(model: Model) -> None:
    """An attestation ends what was still waiting for the customer."""
    asked = waiting(model)
    if asked:
        end(model, asked, "revoked")


def expire(model: Model, at: datetime, invitation: dict[str, Any]) -> str | None:
    if invitation["status"] != "open" or at < invitation["expires"]:
        return "not-due"
    return _lapse(model, at, invitation, "expired")


def revoke(model: Model, at: datetime, who: Who, invitation: dict[str, Any]) -> str | None:
    word = first(*no_agent(who, confirming=True), ("invitation-used", invitation["status"] != "open"))
    if word:
        return word
    return _lapse(model, at, invitation, "revoked")


def _lapse(model: Model, at: datetime, invitation: dict[str, Any], status: str) -> str | None:
    """A blocked agreement waits for its partner, not for an answer: there the invitation ends and nothing moves."""
    end(model, invitation, status)
    if model["state"] == "invited":
        fire(model, at, "lapse", back(model))
    return None


def withdraw(model: Model, at: datetime, who: Who, reason: str) -> str | None:
    word = first(("missing-field", not reason.strip()), illegal(model, "withdraw"), *no_agent(who, confirming=True))
    if word:
        return word
    fire(model, at, "withdraw", "unconfirmed")
    model["attested"].clear()
    on_record(model, None, None)
    return None


def purchase(model: Model, at: datetime, who: Who, by: tuple[str, ...], kind: str, bought: date) -> str | None:
    word = first(*no_agent(who, confirming=True), ("date-in-future", bought > at.date()))
    if word:
        return word
    if kind != "auto-renewal":
        model["purchases"].update(by)
    return None


def add_again(model: Model, who: Who) -> str | None:
    """A relationship that was removed begins anew; there is no second one."""
    word = first(*no_agent(who, confirming=False), ("already-exists", model["relation"] != "removed"))
    if not word:
        model["relation"] = "active"
    return word
