"""The indirect model as the vendor shows it: who works with whom, and the link that asks for a relationship."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, WithJsonSchema

from app.core import contact as text
from app.core import links
from app.core.act import Act
from app.core.links import LinkFacts
from app.core.permissions import Action
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import InvitationKind, PartnerType
from app.models import Partner
from app.queries import customers, partners, scope
from app.web.v1 import filters
from app.web.v1.callers import caller, partner
from app.web.v1.paging import Links, collection
from app.web.v1.routes import route
from app.web.v1.shape import Answer, Id, Line, Shape, Switch
from app.web.v1.statuses import Attributes


class Tie(StrEnum):
    """What the caller is to those listed."""

    PROVIDER_OF = "is_indirect_cloud_solution_provider_of"
    RESELLER_OF = "is_indirect_reseller_of"


SPELLED = ["IsIndirectCloudSolutionProviderOf", "IsIndirectResellerOf"]
TIES = {PartnerType.PROVIDER: Tie.PROVIDER_OF, PartnerType.RESELLER: Tie.RESELLER_OF}


class PartnerShown(Answer):
    id: str
    name: str
    relationship_type: str
    state: str | None = None
    mpn_id: str | None = None
    location: str | None = None
    attributes: Attributes


class Partners(Answer):
    total_count: int
    items: list[PartnerShown]
    links: Links
    attributes: Attributes


class RelationshipsAsked(Shape):
    relationship_type: Annotated[Line, WithJsonSchema({"type": "string", "enum": SPELLED})] = Field(
        alias="relationship_type", description=" or ".join(SPELLED)
    )
    filter: Annotated[Line, filters.described("Name")] | None = None


@route.get("/relationships", needs=Action.VIEW, asks=RelationshipsAsked, gives=Partners, vendors=True, people=True)
def list_relationships(asked: RelationshipsAsked) -> dict[str, Any]:
    """List a provider's resellers (`IsIndirectCloudSolutionProviderOf`) or a reseller's providers.

    `filter` may ask for names that begin with a text.
    """
    wanted = asked.relationship_type.replace("_", "").lower()
    tie = next((one for one in Tie if one.replace("_", "") == wanted), None)
    if tie is None:
        raise Refused(Reason.INVALID_VALUE, field="relationship_type")
    refuse_if(tie is not _tie(caller()), Reason.WRONG_PARTNER_TYPE)
    named = filters.starting(asked.filter, "Name")
    found = partners.tied(caller(), named[1] if named else "")
    return collection([_shown(one, tie) | _where(one) for one in found])


@route.get("/customers/{customerId}/relationships", needs=Action.VIEW, gives=Partners, vendors=True, people=True)
def list_customer_relationships(customer_id: UUID) -> dict[str, Any]:
    """List the resellers that a provider works through for a customer, or a reseller's provider for it."""
    tie = _tie(caller())
    relationship = scope.relationship(caller(), customer_id)
    provides = tie is Tie.PROVIDER_OF
    found = customers.resellers_of(relationship) if provides else [scope.partner(relationship.partner_id)]
    return collection([_shown(one, tie) for one in found])


def _tie(act: Act) -> Tie:
    found = TIES.get(act.partner_type) if act.partner_type else None
    if found is None:
        raise Refused(Reason.WRONG_PARTNER_TYPE)
    return found


def _shown(one: Partner, tie: Tie) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "name": one.name,
        "relationshipType": tie,
        **({"mpnId": one.mpn_id} if one.mpn_id else {}),
        "attributes": {"objectType": "PartnerRelationship"},
    }


def _where(one: Partner) -> dict[str, Any]:
    return {"state": "Active", "location": one.country}


class RelationshipRequest(Answer):
    url: str
    attributes: Attributes


class RequestAsked(Shape):
    indirect_cloud_solution_provider_id: Id | None = Field(None, alias="indirectCloudSolutionProviderId")
    indirect_reseller_id: Id | None = None
    dual_role_indirect_relationship: Switch | None = None


@route.get(
    "/customers/relationshiprequests",
    needs=Action.INVITE,
    asks=RequestAsked,
    gives=RelationshipRequest,
    vendors=True,
    people=True,
)
def show_relationship_request(asked: RequestAsked) -> dict[str, Any]:
    """The link by which any customer can agree to the relationship, in the vendor's admin centre.

    It is the partner's, the same for every customer, and asking for it changes nothing. Because it is bound to no
    customer it is the vendor's own address, also where the portal is built in: links to that portal are made for one
    customer, by its invitation. `dualRoleIndirectRelationship` is read and changes nothing: a partner has one type.
    """
    confirming, reseller = _asking(partner(), asked)
    mpn = reseller.mpn_id if reseller else None
    facts = LinkFacts(InvitationKind.RELATIONSHIP, confirming.id, reseller.id if reseller else None, mpn)
    return {"url": links.vendor(facts), "attributes": {"objectType": "RelationshipRequest"}}


def _asking(own: Partner, asked: RequestAsked) -> tuple[Partner, Partner | None]:
    """Whose relationship it will be, and the reseller it is worked through."""
    provider, reseller = asked.indirect_cloud_solution_provider_id, asked.indirect_reseller_id
    if own.type is PartnerType.RESELLER:
        refuse_if(reseller not in (None, own.id), Reason.NO_RELATIONSHIP)
        return scope.confirming(own, provider)
    refuse_if(own.type is not PartnerType.PROVIDER and bool(provider or reseller), Reason.WRONG_PARTNER_TYPE)
    refuse_if(provider not in (None, own.id), Reason.NOT_FOUND, what="provider id")
    return own, partners.reseller_of(own, reseller) if reseller else None


class AgreementStatus(Answer):
    is_agreement_signed: bool


class StatusAsked(Shape):
    mpn_id: Line | None = None
    tenant_id: Annotated[Line, WithJsonSchema({"type": "string", "format": "uuid"})] | None = None


@route.get("/compliance/csp/agreementstatus", needs=Action.VIEW, asks=StatusAsked, gives=AgreementStatus, vendors=True)
def show_partner_agreement(asked: StatusAsked) -> dict[str, Any]:
    """Whether a partner has the vendor's own agreement for partners, by its MPN id or its tenant id.

    Of the caller's own partner, its resellers and its providers, as the operator was told; nobody learns of others.
    """
    neither = asked.mpn_id is None and asked.tenant_id is None
    refuse_if(neither, Reason.MISSING_FIELD, field="mpnId or tenantId")
    id = text.uuid(asked.tenant_id)
    refuse_if(asked.tenant_id is not None and id is None, Reason.INVALID_ID, field="tenantId")
    since = partners.known_to(caller(), id, asked.mpn_id).vendor_agreement_on
    return {"isAgreementSigned": since is not None and since <= caller().at.date()}
