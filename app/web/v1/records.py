"""The chain of a customer's agreement, record by record."""

from typing import Any
from uuid import UUID

from app.core.permissions import Action
from app.core.vocabulary import AgreementType
from app.queries import records, scope
from app.web.v1.callers import caller
from app.web.v1.paging import Links, Paged, collection, resumed
from app.web.v1.routes import route
from app.web.v1.shape import Answer, Kind
from app.web.v1.statuses import Attributes


class Asked(Paged):
    agreement_type: Kind = AgreementType.MCA


class Opened(Answer):
    salt: str
    value: Any


class RecordShown(Answer):
    """`hash` is SHA-256 over the canonical bytes (RFC 8785) of `body`.

    `personal` opens the commitments in `body.sealed`: by commitment the salt, in base64, and the value. What is not
    there was erased, or is not the caller's to read.
    """

    number: int
    hash: str
    body: dict[str, Any]
    personal: dict[str, Opened]
    attributes: Attributes


class RecordPage(Answer):
    total_count: int
    items: list[RecordShown]
    links: Links
    attributes: Attributes


@route.get("/customers/{customerId}/acceptance/records", needs=Action.VIEW, asks=Asked, gives=RecordPage)
def chained(customer_id: UUID, asked: Asked) -> dict[str, Any]:
    """The records of a customer's agreement, oldest first.

    Each holds the hash of the one before it, so that anybody can check that none was changed. People's names and
    addresses stand beside the records; an indirect reseller is shown of them what its timeline shows.
    """
    act, after = caller(), resumed(_number)
    machine, _ = scope.agreement(act, customer_id, asked.agreement_type)
    found = records.of(act, machine, asked.most + 1, after[0] if after else 0)
    items = found[: asked.most]
    return collection(items, [str(items[-1]["number"])] if len(found) > asked.most else None)


def _number(text: str) -> int:
    return int(text[:9])
