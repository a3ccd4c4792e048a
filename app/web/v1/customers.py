"""The vendor's customer routes: add, list, look at, and end the relationship."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import WithJsonSchema

from app.auth import firsts
from app.auth.firsts import FirstPassword
from app.commands import customers, removals
from app.core import contact as text
from app.core.act import Act
from app.core.permissions import Action, require
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import PartnerType
from app.models import Partner
from app.queries import customers as queries
from app.queries import partners, scope
from app.queries.customers import Search, SearchField
from app.web.v1 import filters
from app.web.v1.callers import caller, partner
from app.web.v1.paging import TOKEN, Links, Paged, after, collection
from app.web.v1.profiles import CustomerBrief, CustomerMade, CustomerShown, NewCustomer, brief, whole
from app.web.v1.routes import route
from app.web.v1.shape import Answer, Line, Shape
from app.web.v1.statuses import Attributes

# What the vendor answers where a relationship was removed: the one answer of it in this case.
REMOVED = {
    **dict.fromkeys(("Id", "CommerceId", "CompanyProfile", "BillingProfile")),
    "RelationshipToPartner": "none",
    **dict.fromkeys(("AllowDelegatedAccess", "UserCredentials", "CustomDomains", "AssociatedPartnerId")),
    "Attributes": {"ObjectType": "Customer"},
}


def first_password(given: object) -> FirstPassword:
    return firsts.make()


@route.post(
    "/customers",
    needs=Action.ADD_CUSTOMER,
    takes=NewCustomer,
    gives=CustomerMade,
    status=201,
    vendors=True,
    ahead=first_password,
)
def create_customer(given: NewCustomer, ahead: FirstPassword) -> dict[str, Any]:
    """Add a customer: its tenant, the relationship, and the account of its first admin.

    An indirect provider may name its reseller in `associatedPartnerId` (not with an app-only token, as at the vendor).
    An indirect reseller adds customers of its provider, and names that one there when it has several. The password is
    shown this once. A tenant that others know already is invited instead: only it can say that it is yours, too.
    """
    act = caller()
    confirming, reseller = _confirming(act, given.associated_partner_id)
    added = customers.add_customer(act, confirming, given.profile(), reseller)
    user = customers.add_admin(act, added, ahead.hash, ahead.sealed)
    answer = whole(added.relationship) | {"relationshipToPartner": "reseller" if reseller else "none"}
    if user:
        answer["userCredentials"] = {"userName": user.user_name, "password": ahead.plain}
    return answer


def _confirming(act: Act, named: UUID | None) -> tuple[Partner, Partner | None]:
    """Who will confirm for the new customer, and the reseller it is worked through."""
    own = partner()
    names_reseller = own.type is PartnerType.PROVIDER and named is not None
    refuse_if(act.app_only and names_reseller, Reason.ROLE_NOT_ALLOWED)
    return partners.between(own, named)


class Customers(Answer):
    total_count: int
    items: list[CustomerBrief]
    links: Links
    attributes: Attributes


class CustomersAsked(Paged):
    filter: Annotated[Line, filters.described(*SearchField)] | None = None


@route.get("/customers", needs=Action.VIEW, asks=CustomersAsked, gives=Customers, vendors=True)
def list_customers(asked: CustomersAsked) -> dict[str, Any]:
    """List customers, by name, page by page.

    `filter` is a JSON object `{"Field", "Value", "Operator": "starts_with"}`: CompanyName, Domain, IndirectReseller or
    IndirectCloudSolutionProvider (the partner's id or name). `totalCount` counts the items of this page; the next one
    is at `links.next`, to be asked with the headers named there.
    """
    found = filters.starting(asked.filter, *SearchField)
    search = Search(SearchField(found[0]), found[1]) if found else None
    rows, last = queries.listed(caller(), search, _after(), asked.most)
    return collection([brief(row) for row in rows], [last[0], str(last[1])] if last else None)


def _after() -> tuple[str, UUID] | None:
    key = after()
    if key is None:
        return None
    id = text.uuid(key[1]) if len(key) == 2 else None
    if id is None:
        raise Refused(Reason.INVALID_VALUE, field=TOKEN)
    return key[0], id


@route.get("/customers/{customerId}", needs=Action.VIEW, gives=CustomerShown, vendors=True, one=True)
def show_customer(customer_id: UUID) -> dict[str, Any]:
    """A customer with its billing profile.

    `relationshipToPartner` is `reseller` while the relationship is active, `none` before the customer has agreed to it
    and after it was removed.
    """
    return whole(scope.relationship(caller(), customer_id))


class Change(Shape):
    relationship_to_partner: Annotated[Line, WithJsonSchema({"type": "string", "pattern": "^[Nn][Oo][Nn][Ee]$"})]


@route.patch(
    "/customers/{customerId}", needs=Action.ADD_CUSTOMER, takes=Change, gives=Answer, vendors=True, people=True
)
def remove_customer(customer_id: UUID, given: Change) -> dict[str, Any]:
    """Remove the relationship: `{"relationshipToPartner": "none"}`, which is all that can be changed.

    Open invitations are revoked; what is on record stays, and the customer is no longer listed. The answer is in
    PascalCase with explicit nulls, as the vendor's is.
    """
    wanted = given.relationship_to_partner.lower()
    refuse_if(wanted != "none", Reason.INVALID_VALUE, field="relationshipToPartner (none)")
    removals.remove(caller(), scope.relationship(caller(), customer_id))
    return REMOVED


@route.delete("/customers/{customerId}", needs=Action.ADD_CUSTOMER, vendors=True, status=403)
def delete_customer(customer_id: UUID) -> dict[str, Any]:
    """Delete a customer: at the vendor's this is for sandboxes only, and here there are none."""
    scope.relationship(caller(), customer_id)
    require(caller(), Action.ADD_CUSTOMER)
    raise Refused(Reason.SANDBOX_ONLY)
