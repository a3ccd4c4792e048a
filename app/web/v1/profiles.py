"""A customer as the vendor's contract spells it: what is given for a new one, what is shown of one that is there."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from app.commands.customers import Profile
from app.core import contact as text
from app.core import countries
from app.core.contact import Contact
from app.core.countries import REGISTRATION
from app.core.refusals import Reason, refuse_if
from app.core.vocabulary import RelationshipState
from app.installation import installation
from app.models import Relationship
from app.web.v1.paging import Link, link
from app.web.v1.shape import Answer, Country, Email, Id, Phone, Shape, checked, line
from app.web.v1.statuses import Attributes

ONMICROSOFT = ".onmicrosoft.com"
Domain = Annotated[
    str,
    checked(text.domain),
    WithJsonSchema(
        {
            "type": "string",
            "minLength": 4,
            "maxLength": 253,
            "pattern": r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$",
        }
    ),
]
Culture = Annotated[
    str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z]{4})?-([A-Za-z]{2}|[0-9]{3})$", description="Such as en-US.")
]
TwoLetters = Annotated[str, Field(pattern=r"^[A-Za-z]{2}$", description="Such as en.")]


class CompanyProfile(Shape):
    domain: Domain
    organization_registration_number: Annotated[str, *line(50)] | None = None


class Address(Shape):
    first_name: Annotated[str, *line(50)]
    middle_name: Annotated[str, *line(50)] | None = None
    last_name: Annotated[str, *line(50)]
    address_line1: Annotated[str, *line(200)]
    address_line2: Annotated[str, *line(200)] | None = None
    city: Annotated[str, *line(200)]
    state: Annotated[str, *line(2)] | None = None
    postal_code: Annotated[str, *line(50)] | None = None
    country: Country
    phone_number: Phone | None = None


class BillingProfile(Shape):
    email: Email
    culture: Culture
    language: TwoLetters
    company_name: Annotated[str, *line(200)]
    default_address: Address


class NewCustomer(Shape):
    company_profile: CompanyProfile
    billing_profile: BillingProfile
    associated_partner_id: Id | None = None

    def profile(self) -> Profile:
        """The company as commands take it; its billing profile is kept as it was given."""
        billing, number = self.billing_profile, self.company_profile.organization_registration_number
        address = billing.default_address
        known = installation().rules.catalogue.knows(address.country)
        refuse_if(not known, Reason.INVALID_VALUE, field="billingProfile.defaultAddress.country")
        countries.check(address.country, number, address.phone_number)
        given = billing.model_dump(by_alias=True, exclude_none=True)
        return Profile(
            billing.company_name,
            address.country,
            _language(billing.culture, billing.language),
            Contact(address.first_name, address.last_name, billing.email, address.phone_number),
            self.company_profile.domain,
            billing={**given, REGISTRATION: number} if number else given,
        )


def _language(culture: str, language: str) -> str:
    """The language of mails and of the agreement: with its country where the two members agree on it."""
    first, *middle, last = culture.split("-")
    return "-".join([first.lower(), *middle, last.upper()]) if first.lower() == language.lower() else language.lower()


class CompanyShown(Answer):
    tenant_id: str
    domain: str | None = None
    company_name: str
    organization_registration_number: str | None = None
    attributes: Attributes


class AddressShown(Answer):
    country: str
    first_name: str
    last_name: str


class BillingShown(Answer):
    id: str
    email: str
    culture: str | None = None
    language: str
    company_name: str
    default_address: AddressShown
    attributes: Attributes


class CustomerLinks(Answer):
    self: Link


class CustomerBrief(Answer):
    id: str
    company_profile: CompanyShown
    relationship_to_partner: str
    links: CustomerLinks
    attributes: Attributes


class CustomerShown(CustomerBrief):
    """One customer, with whom and where to bill."""

    commerce_id: str
    billing_profile: BillingShown
    allow_delegated_access: bool
    custom_domains: list[str]
    associated_partner_id: str | None = None


class Credentials(Answer):
    user_name: str
    password: str


class CustomerMade(CustomerShown):
    """A new customer. The password of its first admin is shown this once."""

    user_credentials: Credentials | None = None


def brief(relationship: Relationship) -> dict[str, Any]:
    id, billing = str(relationship.customer_id), relationship.billing or {}
    active = relationship.state is RelationshipState.ACTIVE
    company = {
        "tenantId": id,
        "domain": relationship.domain,
        "companyName": relationship.company,
        REGISTRATION: billing.get(REGISTRATION),
        "attributes": {"objectType": "CustomerCompanyProfile"},
    }
    return {
        "id": id,
        "companyProfile": _present(company),
        "relationshipToPartner": "reseller" if active else "none",
        "links": {"self": link(f"/customers/{id}")},
        "attributes": {"objectType": "Customer"},
    }


def whole(relationship: Relationship) -> dict[str, Any]:
    domain, reseller = relationship.domain, relationship.reseller_id
    custom = [domain] if domain and not domain.endswith(ONMICROSOFT) else []
    return brief(relationship) | {
        "commerceId": str(relationship.id),
        "billingProfile": _billing(relationship),
        # Rights to administer the tenant are not ours to have.
        "allowDelegatedAccess": False,
        "customDomains": custom,
        **({"associatedPartnerId": str(reseller)} if reseller else {}),
    }


def _billing(relationship: Relationship) -> dict[str, Any]:
    """As it was given; of a customer that came otherwise, as much as is known."""
    address = {
        "country": relationship.country,
        "firstName": relationship.first_name,
        "lastName": relationship.last_name,
        "phoneNumber": relationship.phone,
    }
    known = {
        "email": relationship.email,
        "language": relationship.language.split("-")[0],
        "companyName": relationship.company,
        "defaultAddress": _present(address),
    }
    given = {name: value for name, value in (relationship.billing or known).items() if name != REGISTRATION}
    return {"id": str(relationship.id), **given, "attributes": {"objectType": "CustomerBillingProfile"}}


def _present(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
