"""How many made-up customers of each kind there are, and when their lives begin."""

from collections.abc import Callable

from app.demo.lives import (
    accepted,
    accepted_new,
    attested,
    declined,
    expired,
    outdated,
    revoked,
    untouched,
    waiting,
    waiting_new,
)
from app.demo.stage import Life
from app.demo.teller import Teller
from app.demo.troubles import (
    blocked,
    blocked_elsewhere,
    blocked_elsewhere_once,
    blocked_once,
    bounced,
    complained,
    disputed,
    disputed_once,
    draft_approved,
    draft_returned,
    draft_waiting,
    full_mailbox,
    handed_over,
    national,
    newcomer,
    newcomer_waiting,
    removed,
    withdrawn,
)

# How many of each, and how many days ago they begin, from and to.
PLOT: tuple[tuple[Callable[[Teller], Life], int, float, float], ...] = (
    (accepted, 105, 540, 22),
    (accepted_new, 45, 540, 22),
    (outdated, 15, 540, 420),
    (attested, 92, 540, 6),
    (waiting, 26, 27, 0.3),
    (waiting_new, 16, 3, 0.3),
    (untouched, 40, 75, 0.1),
    (expired, 32, 500, 48),
    (declined, 14, 300, 16),
    (revoked, 7, 300, 14),
    (blocked_once, 16, 400, 50),
    (blocked, 10, 26, 14),
    (blocked_elsewhere, 3, 45, 31),
    (blocked_elsewhere_once, 4, 300, 60),
    (newcomer, 14, 400, 35),
    (newcomer_waiting, 8, 20, 0.5),
    (bounced, 12, 120, 8),
    (full_mailbox, 3, 24, 8),
    (complained, 2, 90, 9),
    (withdrawn, 8, 400, 100),
    (removed, 3, 300, 120),
    (national, 2, 200, 20),
    (handed_over, 4, 200, 25),
    (draft_waiting, 7, 12, 7),
    (draft_returned, 3, 22, 12),
    (draft_approved, 10, 300, 14),
    (disputed_once, 3, 300, 40),
    (disputed, 3, 24, 16),
)
ALL = sum(many for _, many, _, _ in PLOT)
