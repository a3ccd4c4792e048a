"""What there is to accept, what partners have confirmed of it, and whether a customer has signed it itself."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import WithJsonSchema

from app.core.permissions import Action
from app.core.refusals import Reason, Refused
from app.core.vocabulary import AgreementType
from app.queries import confirmations, scope
from app.web.v1.agreements import Agreement
from app.web.v1.callers import caller, partner, rules_of
from app.web.v1.paging import Links, collection
from app.web.v1.routes import route
from app.web.v1.shape import Answer, Line, Shape
from app.web.v1.statuses import Attributes

ALL = "*"

CHOICE = {"type": "string", "enum": [*AgreementType, ALL]}


class TypeAsked(Shape):
    """Without a type the Cloud agreement is meant, as at the vendor; `*` is all of them."""

    agreement_type: Annotated[Line, WithJsonSchema(CHOICE)] = AgreementType.CLOUD.value

    @property
    def kinds(self) -> list[AgreementType]:
        found = [kind for kind in AgreementType if self.agreement_type in (ALL, kind)]
        if not found:
            raise Refused(Reason.UNKNOWN_AGREEMENT_TYPE, type=self.agreement_type)
        return found


class Metadata(Answer):
    template_id: str
    agreement_type: str
    agreement_link: str | None = None
    version_rank: int


class MetadataList(Answer):
    total_count: int
    items: list[Metadata]
    links: Links
    attributes: Attributes


@route.get("/agreements", needs=Action.VIEW, asks=TypeAsked, gives=MetadataList, vendors=True)
def list_agreements(asked: TypeAsked) -> dict[str, Any]:
    """List the agreements: one row for each type, with the template id that a confirmation names."""
    act, rules = caller(), rules_of(partner().id)
    terms = [rules.terms(kind, act.at) for kind in asked.kinds if rules.catalogue.offered(kind, act.at)]
    rows = [
        {
            "templateId": one.template_id,
            "agreementType": one.type,
            **({"agreementLink": one.link} if one.link else {}),
            "versionRank": one.version,
        }
        for one in terms
    ]
    return collection(rows)


class Agreements(Answer):
    total_count: int
    items: list[Agreement]
    links: Links
    attributes: Attributes


@route.get(
    "/customers/{customerId}/agreements",
    needs=Action.VIEW,
    asks=TypeAsked,
    gives=Agreements,
    vendors=True,
    people=True,
)
def list_confirmations(customer_id: UUID, asked: TypeAsked) -> dict[str, Any]:
    """List what the partner has confirmed of a customer: all that was recorded, the oldest first.

    A customer's own acceptance is not among them, as at the vendor: `directSignedMicrosoftCustomerAgreementStatus`
    tells of it, and `acceptance` of what counts now. Without `agreementType` only the Cloud agreement is meant.
    """
    catalogue = rules_of(partner().id).catalogue
    found = confirmations.listed(caller(), customer_id, asked.kinds)
    for one in found:
        link = catalogue.agreements[one["type"]].get("link")
        one |= {"agreementLink": link} if link else {}
    return collection(found)


class DirectAcceptance(Answer):
    is_signed: bool


@route.get(
    "/customers/{customerId}/directSignedMicrosoftCustomerAgreementStatus",
    needs=Action.VIEW,
    gives=DirectAcceptance,
    vendors=True,
    people=True,
)
def show_direct_acceptance(customer_id: UUID) -> dict[str, Any]:
    """Whether the customer itself has accepted the Microsoft Customer Agreement.

    True while an acceptance of its own counts, given to this partner or, proven by its tenant's sign-in, to another.
    False says nothing about what the partner has confirmed.
    """
    machine, _ = scope.agreement(caller(), customer_id)
    return {"isSigned": confirmations.signed(machine, rules_of(machine.partner_id), caller().at)}
