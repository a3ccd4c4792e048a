"""Every route that takes a body: who may use it, a body that would be done, and the kinds of its members."""

import json
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from app.core.vocabulary import Role
from tests import channel as channels
from tests.channel import hire
from tests.hooks.signers import pem, root
from tests.pictures import drawn
from tests.web.v1.accounts import account
from tests.web.v1.conftest import Chain, Desk, open_desk
from tests.web.v1.newcomers import newcomer
from tests.web.v1.programs import (
    EVA,
    MARIA,
    MCA,
    Program,
    confirmation,
    of,
    order,
    program,
    question,
)
from tests.web.v1.registered import URL

CONTACT = {f"primaryContact.{name}": "text" for name in MARIA}
DRAFT = CONTACT | {"primaryContact": "object", "dateAgreed": "text", "note": "text", "onBehalfOf": "person"}
ENDPOINTS, REGISTRATION, HEARD = "/v1/webhooks/endpoints", "/webhooks/v1/registration", {"events": "list"}
TEMPLATES = "/v1/mailtemplates"
LOGO = b64encode(drawn()).decode()
SOURCES, HOSTS = "/v1/webhooks/sources", {"certificateHosts": "list"}
GATE = dict.fromkeys(("customerId", "operation", "channel", "environment", "offerId", "asOf"), "text")


@dataclass(frozen=True)
class Route:
    """A route with whoever may use it, a body that would be done, and the kinds of its members."""

    who: Program
    where: str
    body: dict[str, Any]
    members: dict[str, str]
    method: str = "POST"

    def ask(self, body: object, **more: Any) -> TestResponse:
        return self.who.send(
            self.method, self.where, **({"data": json.dumps(body), "content_type": "application/json"} | more)
        )

    @property
    def needs_no_body(self) -> bool:
        return self.where.endswith(("/approve", "/credentials", "/pause", "/preview", "/resend"))

    def with_member(self, path: str, value: object) -> dict[str, Any]:
        """The body with another value at `a.b`, or in the first item of the list at `a[].b`."""
        whole: dict[str, Any] = json.loads(json.dumps(self.body))
        at, *names = whole, *path.split(".")
        for name in names[:-1]:
            at = at[name.removesuffix("[]")] if not name.endswith("[]") else at[name.removesuffix("[]")][0]
        at[names[-1]] = value
        return whole

    @property
    def texts(self) -> list[str]:
        return [path for path, kind in self.members.items() if kind in ("text", "person")]


def eligibility(desk: Desk, chain: Chain) -> Route:
    return Route(desk.program, "/v1/eligibility", question(desk.customer()), GATE)


def questions(desk: Desk, chain: Chain) -> Route:
    members = {"questions": "list"} | {f"questions[].{name}": kind for name, kind in GATE.items()}
    return Route(desk.program, "/v1/eligibility", {"questions": [question(desk.customer())] * 2}, members)


def agreements(desk: Desk, chain: Chain) -> Route:
    members = DRAFT | {"templateId": "text", "type": "text"}
    del members["note"]
    return Route(desk.program, of(desk.customer(), "agreements"), confirmation(), members)


def orders(desk: Desk, chain: Chain) -> Route:
    case = desk.customer()
    desk.program.made(of(case, "agreements"), confirmation())
    members = {"lineItems": "list", "billingCycle": "text", "lineItems[].offerId": "text"}
    return Route(desk.program, of(case, "orders"), order(), members | {"lineItems[].quantity": "number"})


def invitations(desk: Desk, chain: Chain) -> Route:
    members = {f"contact.{name}": "text" for name in MARIA} | {"contact": "object", "kind": "text", "language": "text"}
    members |= {"message": "object", "expiresInDays": "number", "dap": "flag", "force": "flag", "reminders": "days"}
    body = {"kind": "agreement", "contact": MARIA, "language": "sv"}
    return Route(desk.program, of(desk.customer(), "invitations"), body, members)


def credentials(desk: Desk, chain: Chain) -> Route:
    case = desk.customer()
    account(case.relationship)
    members = {f"contact.{name}": "text" for name in MARIA} | {"contact": "object", "send": "flag"}
    return Route(desk.program, of(case, "credentials"), {"contact": MARIA}, members)


def submission(desk: Desk, chain: Chain) -> Route:
    return Route(chain.rita, of(chain.case, "attestationdrafts"), confirmation(), DRAFT)


def approval(desk: Desk, chain: Chain) -> Route:
    draft = chain.rita.made(of(chain.case, "attestationdrafts"), confirmation())["id"]
    return Route(chain.pia, f"/v1/attestationdrafts/{draft}/approve", {}, {"onBehalfOf": "person"})


def giving_back(desk: Desk, chain: Chain) -> Route:
    where = approval(desk, chain).where.replace("approve", "return")
    return Route(chain.pia, where, {"reason": "no"}, {"reason": "text", "onBehalfOf": "person"})


def resubmission(desk: Desk, chain: Chain) -> Route:
    back = giving_back(desk, chain)
    back.who.made(back.where, back.body, 200)
    return Route(chain.rita, back.where.replace("return", "resubmit"), confirmation(), DRAFT)


def customers(desk: Desk, chain: Chain) -> Route:
    parts = {"CompanyProfile": "object", "BillingProfile": "object", "BillingProfile.DefaultAddress": "object"}
    address = ("City", "Country", "AddressLine1", "AddressLine2", "PostalCode", "FirstName", "LastName", "PhoneNumber")
    members = parts | {f"BillingProfile.DefaultAddress.{name}": "text" for name in address}
    members |= {f"BillingProfile.{name}": "text" for name in ("Email", "Culture", "Language", "CompanyName")}
    members |= dict.fromkeys(("CompanyProfile.Domain", "CompanyProfile.OrganizationRegistrationNumber"), "text")
    return Route(desk.program, "/v1/customers", newcomer(), members | {"AssociatedPartnerId": "text"})


def removal(desk: Desk, chain: Chain) -> Route:
    where = f"/v1/customers/{desk.customer().machine.customer_id}"
    members = {"RelationshipToPartner": "text"}
    return Route(desk.program, where, {"RelationshipToPartner": "none"}, members, method="PATCH")


def newcomers_invitation(desk: Desk, chain: Chain) -> Route:
    company = {"companyName": "Litware", "domain": "litware.example", "country": "SE", "language": "sv"}
    body = {"kind": "relationshipAndAgreement", "customer": company, "contact": EVA | {"email": "eva@litware.example"}}
    members = {f"customer.{name}": "text" for name in company} | {f"contact.{name}": "text" for name in EVA}
    members |= {"customer": "object", "contact": "object", "kind": "text", "language": "text", "providerId": "text"}
    return Route(desk.program, "/v1/invitations", body, members | {"expiresInDays": "number", "send": "flag"})


def resending(desk: Desk, chain: Chain) -> Route:
    invitation = desk.program.made(of(desk.customer(), "invitations"), {"kind": "agreement"})["id"]
    return Route(desk.program, f"/v1/invitations/{invitation}/resend", {}, {"force": "flag"})


def withdrawals(desk: Desk, chain: Chain) -> Route:
    body = {"reason": "they moved on", "agreementType": MCA}
    return Route(desk.program, of(desk.confirmed(), "withdrawals"), body, {"reason": "text", "agreementType": "text"})


def purchases(desk: Desk, chain: Chain) -> Route:
    body = {"kind": "auto-renewal", "date": "2026-01-31"}
    return Route(desk.program, of(desk.customer(), "purchases"), body, {"kind": "text", "date": "text"})


def sources(desk: Desk, chain: Chain) -> Route:
    body = {"name": "Marketplace", "scheme": "standard"}
    return Route(desk.colleague(Role.GLOBAL_ADMIN), SOURCES, body, dict.fromkeys(body, "text"))


def vendors_sources(desk: Desk, chain: Chain) -> Route:
    trusted = {"certificateHosts": ["certs.example"], "organization": "Contoso", "roots": pem(root()).decode()}
    body = {"name": "Vendor", "scheme": "vendor"} | trusted
    return Route(desk.colleague(Role.GLOBAL_ADMIN), SOURCES, body, dict.fromkeys(body, "text") | HOSTS)


def source_changes(desk: Desk, chain: Chain) -> Route:
    made = vendors_sources(desk, chain)
    where = f"{SOURCES}/{made.who.made(SOURCES, made.body | {'name': 'Another'})['id']}"
    members = made.members | {"enabled": "flag"}
    del members["scheme"]
    return Route(made.who, where, made.body | {"name": "Renamed", "enabled": True}, members, method="PATCH")


def endpoints(desk: Desk, chain: Chain) -> Route:
    body = {"url": URL, "events": ["agreement.*", "test"], "description": "For billing"}
    return Route(desk.colleague(Role.GLOBAL_ADMIN), ENDPOINTS, body, {"url": "text", "description": "text"} | HEARD)


def endpoint_changes(desk: Desk, chain: Chain) -> Route:
    new = endpoints(desk, chain)
    where = f"{ENDPOINTS}/{new.who.made(ENDPOINTS, new.body)['id']}"
    return Route(new.who, where, new.body | {"enabled": True}, new.members | {"enabled": "flag"}, method="PATCH")


def mail_policy(desk: Desk, chain: Chain) -> Route:
    body = {"language": "sv", "reminders": [3, 7], "quietHours": "20-8", "expiryWarningDays": 2, "passwordInMail": True}
    members = {"language": "text", "quietHours": "text", "reminders": "days", "reset": "list"}
    members |= {"expiryWarningDays": "number", "passwordInMail": "flag"}
    who = desk.colleague(Role.GLOBAL_ADMIN)
    return Route(who, "/v1/mailpolicy", body | {"reset": ["quietHours"]}, members, method="PATCH")


def pauses(desk: Desk, chain: Chain) -> Route:
    body = {"note": "a wrong list", "codesToo": True}
    return Route(desk.colleague(Role.GLOBAL_ADMIN), "/v1/mail/pause", body, {"note": "text", "codesToo": "flag"})


def suppressions(desk: Desk, chain: Chain) -> Route:
    body = {"email": "maria@contoso.example", "reason": "asked by phone"}
    return Route(desk.colleague(Role.GLOBAL_ADMIN), "/v1/suppressions", body, dict.fromkeys(body, "text"))


def registrations(desk: Desk, chain: Chain) -> Route:
    body = {"WebhookUrl": URL, "WebhookEvents": ["test-created"], "SignatureTokenToMsSignatureHeader": True}
    members = {"WebhookUrl": "text", "WebhookEvents": "list", "SignatureTokenToMsSignatureHeader": "flag"}
    return Route(desk.colleague(Role.GLOBAL_ADMIN), REGISTRATION, body, members)


def registrations_anew(desk: Desk, chain: Chain) -> Route:
    """Of another partner, so that both can be done."""
    provider, first = chain.channel.provider, registrations(desk, chain)
    who = program(desk.app, hire(provider, Role.GLOBAL_ADMIN))
    who.made(REGISTRATION, first.body, 200)
    return Route(who, REGISTRATION, first.body, first.members, method="PUT")


def wordings(desk: Desk, chain: Chain) -> Route:
    body = {"subject": "{{ company }}", "text": "{{ link }}", "html": '<a href="{{ link }}">Answer</a>'}
    who = desk.colleague(Role.GLOBAL_ADMIN)
    return Route(who, f"{TEMPLATES}/agreement/sv", body, dict.fromkeys(body, "text"), method="PUT")


def previews(desk: Desk, chain: Chain) -> Route:
    saved = wordings(desk, chain)
    return Route(saved.who, f"{saved.where}/preview", saved.body, saved.members)


def branding(desk: Desk, chain: Chain) -> Route:
    body = {"colour": "#0b6e4f", "logo": LOGO, "logoAlt": "Fabrikam"}
    return Route(desk.colleague(Role.GLOBAL_ADMIN), "/v1/branding", body, dict.fromkeys(body, "text"), method="PUT")


ROUTES = [
    *(eligibility, questions, agreements, orders, invitations, submission, approval, giving_back, resubmission),
    *(customers, credentials, removal, newcomers_invitation, resending, withdrawals, purchases),
    *(wordings, previews, branding),
    *(sources, vendors_sources, source_changes, endpoints, endpoint_changes, registrations, registrations_anew),
    *(mail_policy, pauses, suppressions),
]


def prepare(app: Flask) -> dict[str, Route]:
    """Every route by its name, each with a customer of its own."""
    desk, channel = open_desk(app), channels.introduce()
    pia, rita = program(app, channel.pia), program(app, channel.rita)
    return {make.__name__: make(desk, Chain(channel, pia, rita, channel.customer())) for make in ROUTES}
