"""Customers, rules and orders to ask the gate about."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from app.core.gate import Acceptance, Decision, Standing, Subject, decide
from app.core.policy import Cell, Rulebook
from app.core.rows import laid_over
from app.core.vocabulary import AcceptanceMethod, AgreementType, Operation, PartnerType
from app.installation import load_rules

SHIPPED = load_rules()
MCA, CLOUD = AgreementType.MCA, AgreementType.CLOUD


def moment(text: str) -> datetime:
    """`2020-02-01` or `2020-02-01 23:59`, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def accepted(day: str, version: int = 0) -> Acceptance:
    return Acceptance(moment(day), version, AcceptanceMethod.DIRECT)


def customer(
    mca: Acceptance | Standing | None = None, cloud_agreement: Acceptance | Standing | None = None, **facts: Any
) -> Subject:
    """A direct-bill partner's customer; an acceptance alone is one of the partner's own record."""
    given = {MCA: mca, CLOUD: cloud_agreement}
    standings = {kind: one if isinstance(one, Standing) else Standing(own=one) for kind, one in given.items() if one}
    return Subject(**{"partner_type": PartnerType.DIRECT_BILL, "standings": standings} | facts)


def version(rank: int, effective: str, *, grace: str | None = None, material: bool = True) -> dict[str, Any]:
    days = {"effective": effective, "grace": grace}
    return {
        "rank": rank,
        "material": material,
        "published": date.fromisoformat(effective),
        **{name: date.fromisoformat(day) for name, day in days.items() if day},
    }


def rulebook(rows: str = "", *versions: Mapping[str, Any]) -> Rulebook:
    """The shipped rules with an operator's rows and later versions of the Customer Agreement."""
    return Rulebook(laid_over(SHIPPED.policy, rows, "rows"), SHIPPED.catalogue.with_versions({MCA: versions}))


def ask(subject: Subject, at: str, rules: Rulebook = SHIPPED, **order: Any) -> Decision:
    """May this customer order at that moment; a new purchase by the API in production unless said otherwise."""
    return decide(subject, Cell(**{"operation": Operation.NEW_PURCHASE} | order), moment(at), rules)
