"""One customer agreement as a plain dict: where it stands, and what fired events leave behind.

The model is the rules written a second time, in words, to hold the commands against; it imports nothing of the
application.
"""

from collections import Counter
from datetime import date, datetime
from typing import Any

Model = dict[str, Any]

ACCEPTED = ("direct-accepted", "partner-attested")
LEGAL = {
    "invite": ("unconfirmed", "invited", *ACCEPTED),
    "accept": ("invited",),
    "block": ("unconfirmed", "invited"),
    "attest": ("unconfirmed", "invited", "blocked-needs-attestation", *ACCEPTED),
    "lapse": ("invited",),
    "decline": ("invited",),
    "withdraw": ACCEPTED,
}
STATES = ("unconfirmed", "invited", "blocked-needs-attestation", *ACCEPTED)
PAIRS = frozenset((state, event) for state in STATES for event in LEGAL)

NEWS = {
    "created": "agreement.created",
    "invite": "agreement.invited",
    "accept": "agreement.direct-accepted",
    "block": "agreement.blocked",
    "attest": "agreement.partner-attested",
    "lapse": "agreement.lapsed",
    "decline": "agreement.declined",
    "withdraw": "agreement.withdrawn",
}
OWED = {
    "invite": ("invitation", "invitation-expiry"),
    "accept": ("accepted", "accepted-partner"),
    "attest": ("attested",),
    "block": ("blocked",),
    "decline": ("declined",),
}
CLOSES = {
    "invite": ("customer-declined",),
    "accept": ("customer-declined", "attest-blocked"),
    "attest": ("customer-declined", "attest-blocked"),
    "block": ("customer-declined",),
}
TASKS = {"block": "attest-blocked", "decline": "customer-declined", "withdraw": "cancel-subscriptions"}


def new(at: datetime, cloud: str, own_domain: str, relation: str) -> Model:
    model: Model = {
        "state": "unconfirmed",
        "origin": None,
        "since": at,
        "scenario": None,
        "method": None,
        "version": None,
        "acceptance": None,
        "relation": relation,
        "cloud": cloud,
        "own_domain": own_domain,
        "versions": [(date(2019, 10, 1), 0, True)],
        "records": [("created", None, "unconfirmed")],
        "invitations": [],
        "purchases": set(),
        "attested": set(),
        "suppressed": set(),
        "tally": Counter(),
    }
    count(model, "record", "created")
    count(model, "news", NEWS["created"])
    return model


def newest(model: Model, at: datetime) -> int:
    ranks: list[int] = [rank for day, rank, _ in model["versions"] if day <= at.date()]
    return max(ranks)


def stale(model: Model, at: datetime) -> bool:
    material = max(rank for day, rank, material in model["versions"] if material and day <= at.date())
    return model["version"] is not None and model["version"] < material


def illegal(model: Model, event: str) -> tuple[str, bool]:
    return "wrong-state", model["state"] not in LEGAL[event]


# What fired events leave behind.


def count(model: Model, what: str, word: str, by: int = 1) -> None:
    model["tally"][what, word] += by


def fire(model: Model, at: datetime, event: str, target: str) -> None:
    before = model["state"]
    model["records"].append((event, before, target))
    count(model, "record", event)
    count(model, "news", NEWS[event])
    for owed in OWED.get(event, ()):
        count(model, "outbox", owed)
    for task in CLOSES.get(event, ()):
        count(model, "task", f"{task} closed", model["tally"].pop(("task", f"{task} open"), 0))
    if event in TASKS:
        count(model, "task", f"{TASKS[event]} open")
    if target != before:
        model["since"] = at
    if target != "invited":
        model["origin"] = None
    elif before != "invited":
        model["origin"] = before
    model["state"] = target


def on_record(model: Model, method: str | None, version: int | None) -> None:
    model["method"], model["version"] = method, version
    model["acceptance"] = len(model["records"]) if method else None
    model["scenario"] = None


def end(model: Model, invitation: dict[str, Any], status: str) -> None:
    count(model, "invitation", "open", -1)
    count(model, "invitation", status)
    invitation["status"] = status


def waiting(model: Model) -> dict[str, Any] | None:
    return next((each for each in model["invitations"] if each["status"] == "open"), None)


def back(model: Model) -> str:
    return model["origin"] or "unconfirmed"
