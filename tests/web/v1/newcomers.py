"""Bodies for a new customer as the official SDKs send them: PascalCase, with every member there is, null or not."""

from itertools import count
from typing import Any

_number = count(1)


def domain() -> str:
    return f"woodgrove{next(_number)}.onmicrosoft.com"


def newcomer(**changes: Any) -> dict[str, Any]:
    """`Address__City="Oslo"` changes a member of the address, `Billing__`, `Company__` of the other two."""
    address = {
        "Country": "SE",
        "Region": None,
        "City": "Uppsala",
        "State": "",
        "AddressLine1": "Svartbäcksgatan 1",
        "AddressLine2": None,
        "PostalCode": "753 20",
        "FirstName": "Maria",
        "MiddleName": None,
        "LastName": "Ek",
        "PhoneNumber": "+46 18 123 456",
    }
    billing = {
        "Id": None,
        "FirstName": None,
        "LastName": None,
        "Email": "maria@woodgrove.example",
        "Culture": "sv-SE",
        "Language": "sv",
        "CompanyName": "Woodgrove Bank",
        "DefaultAddress": address,
        "Attributes": {"ObjectType": "CustomerBillingProfile"},
    }
    company = {"TenantId": None, "Domain": domain(), "CompanyName": None, "OrganizationRegistrationNumber": None}
    body: dict[str, Any] = {
        "Id": None,
        "CommerceId": None,
        "CompanyProfile": company,
        "BillingProfile": billing,
        "RelationshipToPartner": "none",
        "AllowDelegatedAccess": None,
        "UserCredentials": None,
        "CustomDomains": None,
        "AssociatedPartnerId": None,
        "Attributes": {"ObjectType": "Customer"},
    }
    parts: dict[str, dict[str, Any]] = {"Address": address, "Billing": billing, "Company": company}
    for name, value in changes.items():
        part, _, member = name.rpartition("__")
        parts.get(part, body)[member] = value
    return body
