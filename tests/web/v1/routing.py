"""Every route of the API as a request, about a customer, its draft and its invitation, that would be done."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from werkzeug.test import TestResponse

from app import vault
from app.auth import acts
from app.commands import arrivals, sources, suppressions
from app.db import new_id
from app.hooks import signing
from app.installation import installation
from app.models import Partner
from app.web.v1.routes import PARAMETER, ROUTES, Route
from tests.channel import done
from tests.web.v1.accounts import account
from tests.web.v1.conftest import Chain
from tests.web.v1.newcomers import newcomer
from tests.web.v1.programs import EVA, MARIA, MCA_TEMPLATE, UNKNOWN, Program, confirmation, of, order
from tests.web.v1.registered import URL, Told, told

BEHIND = {"onBehalfOf": "Ana Lind <ana@fabrikam.example>"}
GIVEN = confirmation(primaryContact=EVA) | BEHIND
NOBODYS = Told(UNKNOWN, UNKNOWN, UNKNOWN)
REGISTRATION = {"WebhookUrl": URL, "WebhookEvents": ["test-created"]}
NEWCOMER = {
    "kind": "relationshipAndAgreement",
    "customer": {"companyName": "Woodgrove", "country": "SE"},
    "contact": MARIA | {"email": "maria@woodgrove.example"},
}

WORDING = {"subject": "{{ company }}", "text": "Answer here:\n\n{{ link }}\n"}


@dataclass(frozen=True)
class Ids:
    customer: str = UNKNOWN
    draft: str = UNKNOWN
    invitation: str = UNKNOWN
    # Another customer, of whom there is something to withdraw, and no draft.
    confirmed: str = UNKNOWN
    partner: str = UNKNOWN
    # A source of webhooks, and one that it sent.
    source: str = UNKNOWN
    received: str = UNKNOWN
    # An endpoint that is told, what was sent there, and a test of the registration.
    told: Told = NOBODYS
    # A mailbox that must not be written to.
    suppression: str = UNKNOWN

    def named(self, endpoint: str) -> dict[str, str]:
        """What stands in the path of a route."""
        customer = self.confirmed if endpoint in ("order", "withdraw", "submit") else self.customer
        ids = {"customerId": customer, "draftId": self.draft, "invitationId": self.invitation}
        ids |= {"sourceId": self.source, "receivedId": self.received, "endpointId": self.told.endpoint}
        ids |= {"deliveryId": self.told.delivery, "correlationId": self.told.correlation, "certificate": "none"}
        ids |= {"suppressionId": self.suppression}
        ids |= {"mailKind": "agreement", "language": "sv"}
        return ids | {"templateId": MCA_TEMPLATE, "domain": "woodgrove.example", "token": "none"}

    def queries(self) -> dict[str, dict[str, str]]:
        """Of each route that asks for something."""
        return {
            "list_relationships": {"relationship_type": "IsIndirectCloudSolutionProviderOf"},
            "show_partner_agreement": {"tenantId": self.partner},
            "replay_deliveries": {"since": "2026-01-31T00:00:00Z"},
        }

    def bodies(self) -> dict[str, Any]:
        """Of each route that takes one; a new route must be entered here."""
        return {
            "confirm": GIVEN,
            "submit": GIVEN,
            "resubmit": GIVEN,
            "approve": BEHIND,
            "give_back": {"reason": "by whom?"} | BEHIND,
            "eligibility": {"customerId": self.customer, "operation": "renewal"},
            "invite": {"kind": "agreement"},
            "invite_newcomer": NEWCOMER,
            "resend": {},
            "send_credentials": {},
            "change_branding": {"colour": "#0b6e4f"},
            "pause_mail": {},
            "preview_mail_template": {},
            "save_mail_template": WORDING,
            "order": order(),
            "create_customer": newcomer(),
            "remove_customer": {"relationshipToPartner": "none"},
            "withdraw": {"reason": "they moved on"},
            "purchase": {"kind": "auto-renewal", "date": "2026-01-31"},
            "add_suppression": {"email": f"{new_id()}@contoso.example", "reason": "asked by phone"},
            "add_source": {"name": "Marketplace", "scheme": "standard"},
            "change_source": {"enabled": True},
            "add_endpoint": {"url": URL, "events": ["*"]},
            "change_endpoint": {"url": URL},
            "change_mail_policy": {"reminders": [3]},
            "register": REGISTRATION,
            "register_anew": REGISTRATION,
        }


@dataclass(frozen=True)
class Asked:
    """One route, about somebody."""

    route: Route
    where: str
    body: Any

    @property
    def name(self) -> str:
        return self.route.endpoint

    @property
    def about_somebody(self) -> bool:
        """Whether it names a customer, or something of one."""
        named = PARAMETER.findall(self.route.path)
        return bool({name for name in named if name.endswith("Id")} - {"templateId"}) or self.name == "eligibility"

    def ask(self, who: Program) -> TestResponse:
        more = {} if self.body is None else {"json": self.body}
        return who.send(self.route.method, self.where, **more)


def every(ids: Ids) -> Iterator[Asked]:
    bodies, queries = ids.bodies(), ids.queries()
    for route in ROUTES:
        named = ids.named(route.endpoint)
        query = queries.get(route.endpoint, {})
        path = "".join(named.get(part, part) for part in PARAMETER.split(route.address))
        body = bodies[route.endpoint] if route.takes else None
        yield Asked(route, path + (f"?{urlencode(query)}" if query else ""), body)


def arrived(partner: Partner) -> tuple[str, str]:
    """The ids of a source of a partner's, and of a webhook that it sent."""
    source = done(sources.add, acts.console(), partner, str(new_id()), vault.seal(signing.new_secret()))
    act, body, rules = acts.upstream(source), vault.seal("{}"), installation().rules
    row = done(arrivals.receive, act, source, "msg_1", "weather.changed", {}, body, rules)
    return str(source.id), str(row.id)


def suppressed(partner: Partner) -> str:
    """The id of a mailbox on the partner's list, another one each time."""
    return str(done(suppressions.add, acts.console(), partner, f"{new_id()}@contoso.example", "asked by phone").id)


def prepared(chain: Chain, by: Program) -> Ids:
    """A customer with somebody's draft and the provider's invitation, and a confirmed one."""
    case, other = chain.channel.customer(), chain.channel.customer()
    account(case.relationship)
    draft = by.made(of(case, "attestationdrafts"), confirmation())["id"]
    invitation = chain.pia.made(of(case, "invitations"), {"kind": "agreement"})["id"]
    chain.pia.made(of(other, "agreements"), confirmation())
    customer, confirmed = str(case.machine.customer_id), str(other.machine.customer_id)
    provider = chain.channel.provider
    about = (customer, str(draft), str(invitation), confirmed, str(provider.id))
    return Ids(*about, *arrived(provider), told(provider), suppressed(provider))
