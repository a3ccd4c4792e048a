"""How many agreements are in which state, as news change it."""

from collections import Counter
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from app.core.lifecycle import State
from app.core.vocabulary import AgreementType

Key = tuple[UUID, AgreementType, State]


def changes(news: Iterable[Any]) -> Counter[Key]:
    """What rows with a partner, an agreement type, `before` and `after` add up to: one came into being, or moved.

    News of an older Assent do not say where the agreement stood; what they told of was counted when it was upgraded.
    """
    found: Counter[Key] = Counter()
    for row in news:
        if row.after is not None and row.after != row.before:
            found[row.partner_id, row.agreement_type, State(row.after)] += 1
            if row.before is not None:
                found[row.partner_id, row.agreement_type, State(row.before)] -= 1
    return found
