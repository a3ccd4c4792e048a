"""How often a token may ask: counted per minute in each web process; what was not modified costs nothing."""

import time
from dataclasses import dataclass

from flask import Flask, Response, current_app, g
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from app.core.act import Act
from app.core.refusals import Reason, refuse_if


@dataclass(frozen=True)
class Limits:
    item: RateLimitItem
    counter: FixedWindowRateLimiter


def init_app(app: Flask, a_minute: int) -> None:
    if a_minute:
        limits = Limits(RateLimitItemPerMinute(a_minute), FixedWindowRateLimiter(MemoryStorage()))
        app.extensions["assent.limits"] = limits


def _limits() -> Limits | None:
    found: Limits | None = current_app.extensions.get("assent.limits")
    return found


def admit(act: Act) -> None:
    limits = _limits()
    if limits:
        g.counted = f"{act.partner_id}:{act.credential}"
        refuse_if(not limits.counter.test(limits.item, g.counted), Reason.RATE_LIMITED, minutes=1)


def note(answer: Response) -> Response:
    """Count the request that was answered and say how many are left."""
    limits, who = _limits(), g.get("counted")
    if limits is None or who is None:
        return answer
    if answer.status_code not in (304, 429):
        limits.counter.hit(limits.item, who)
    reset, left = limits.counter.get_window_stats(limits.item, who)
    wait = max(1, round(reset - time.time()))
    answer.headers["RateLimit-Limit"] = str(limits.item.amount)
    answer.headers["RateLimit-Remaining"] = str(max(0, left))
    answer.headers["RateLimit-Reset"] = str(wait)
    if answer.status_code == 429:
        answer.headers["Retry-After"] = str(wait)
    return answer
