"""The status of a customer's agreement: the resource that is polled."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from app.core.permissions import Action
from app.core.vocabulary import AgreementType
from app.queries import decisions, scope, subjects
from app.queries.status import status
from app.web.v1.callers import caller, rules_of, url
from app.web.v1.paging import link
from app.web.v1.routes import route
from app.web.v1.shape import Kind, Shape
from app.web.v1.statuses import Acceptance


class Expand(StrEnum):
    NEXT = "next"


class Asked(Shape):
    agreement_type: Kind = AgreementType.MCA
    expand: Expand | None = None


@route.get("/customers/{customerId}/acceptance", needs=Action.VIEW, asks=Asked, gives=Acceptance, one=True)
def acceptance(customer_id: UUID, asked: Asked) -> dict[str, Any]:
    """The status of a customer's agreement.

    Cheap to poll: send the ETag of the last answer as `If-None-Match`, and while nothing has changed the answer is 304,
    which does not count against the limit. `expand=next` adds what the caller may do, what comes next and why.
    """
    act, kind = caller(), asked.agreement_type
    machine, relationship = scope.agreement(act, customer_id, kind)
    rules = rules_of(machine.partner_id)
    path = f"/customers/{customer_id}/acceptance"
    chosen = "" if kind is AgreementType.MCA else f"?agreementType={kind}"
    answer = status(machine, rules, act.at)
    answer["links"] = {"self": link(path + chosen), "records": link(f"{path}/records{chosen}")}
    if asked.expand:
        known = subjects.around(relationship, act.at)
        answer |= decisions.expanded(act, known, kind, act.at, rules, url)
    return answer
