"""How often a token may ask: counted per minute in each web process; what was not modified costs nothing."""

import time
from dataclasses import dataclass

from flask import Flask, Response, current_app, g
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from app.core.refusals import Reason, refuse_if


@dataclass(frozen=True)
class Limits:
    item: RateLimitItem
    counter: FixedWindowRateLimiter

    def allow(self, who: str) -> bool:
        return self.counter.test(self.item, who)

    def count(self, who: str, *, free: bool) -> list[tuple[str, str]]:
        """Count a request unless it is free, and say in headers how many are left."""
        if not free:
            self.counter.hit(self.item, who)
        reset, left = self.counter.get_window_stats(self.item, who)
        after = max(1, round(reset - time.time()))
        values = {"Limit": self.item.amount, "Remaining": max(0, left), "Reset": after}
        return [(f"RateLimit-{name}", str(value)) for name, value in values.items()]


def init_app(app: Flask, a_minute: int) -> None:
    if a_minute:
        limits = Limits(RateLimitItemPerMinute(a_minute), FixedWindowRateLimiter(MemoryStorage()))
        app.extensions["assent.limits"] = limits


def of(app: Flask) -> Limits | None:
    found: Limits | None = app.extensions.get("assent.limits")
    return found


def admit(token: str) -> None:
    limits, g.counted = of(current_app), token
    refuse_if(limits is not None and not limits.allow(token), Reason.RATE_LIMITED, minutes=1)


def note(answer: Response) -> Response:
    limits, who = of(current_app), g.get("counted")
    headers = dict(limits.count(who, free=answer.status_code in (304, 429))) if limits and who else {}
    answer.headers.extend(headers)
    if answer.status_code == 429:
        # A route may have a limit of its own, of so many a minute, while this one is not reached.
        reached = headers.get("RateLimit-Remaining") == "0"
        answer.headers["Retry-After"] = headers["RateLimit-Reset"] if reached else "60"
    return answer
