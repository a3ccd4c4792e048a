"""A request for every operation, as one types it into a shell whose variables hold an address, a token and ids."""

import json
import re
from dataclasses import dataclass
from typing import Any

from app.web.v1.routes import PARAMETER, Route

MARIA = {"firstName": "Maria", "lastName": "Ek", "email": "maria@contoso.example"}
DRAFT = {"primaryContact": MARIA, "dateAgreed": "2026-01-31", "note": "Signed on paper; the scan is attached."}
WIDTH = 64
# The shell's names for what stands in a path.
VARIABLES = {"token": "LINK_TOKEN"}


@dataclass(frozen=True)
class Example:
    """`body` may name `$CUSTOMER`; `status` is said where the example is refused on purpose."""

    body: dict[str, Any] | None = None
    query: str = ""
    more: tuple[str, ...] = ()
    status: int | None = None


EXAMPLES: dict[str, Example] = {
    "add_endpoint": Example({"url": "$RECEIVER", "events": ["agreement.*"]}),
    "add_source": Example({"name": "Marketplace", "scheme": "standard"}),
    "acceptance": Example(query="expand=next"),
    "acceptances": Example(query="state=invited&size=100"),
    "add_suppression": Example({"email": "maria@contoso.example", "reason": "Asked us by phone."}),
    "approve": Example(),
    "chained": Example(query="size=10"),
    "change_branding": Example({"colour": "#0b6e4f", "logoAlt": "Fabrikam"}),
    "change_endpoint": Example({"enabled": True}),
    "change_source": Example({"enabled": False}),
    "change_mail_policy": Example({"reminders": [3, 7], "quietHours": "19-8"}),
    "changes": Example(query="size=100&wait=5"),
    "confirm": Example(
        {
            "primaryContact": MARIA,
            "templateId": "117a77b0-9360-443b-8795-c6dedc750cf9",
            "dateAgreed": "2026-01-31T09:30:00Z",
            "type": "MicrosoftCustomerAgreement",
        }
    ),
    "create_customer": Example(
        {
            "companyProfile": {"domain": "woodgrove.onmicrosoft.com"},
            "billingProfile": {
                "email": "maria@woodgrove.example",
                "culture": "sv-SE",
                "language": "sv",
                "companyName": "Woodgrove Bank",
                "defaultAddress": {
                    "firstName": "Maria",
                    "lastName": "Ek",
                    "addressLine1": "Svartbäcksgatan 1",
                    "city": "Uppsala",
                    "postalCode": "753 20",
                    "country": "SE",
                },
            },
        }
    ),
    "delete_customer": Example(status=403),
    "eligibility": Example({"customerId": "$CUSTOMER", "operation": "new-purchase"}),
    "fetch_document": Example(more=("-o agreement.pdf",)),
    "give_back": Example({"reason": "The signature is missing."}),
    "invite": Example({"kind": "agreement", "contact": MARIA, "expiresInDays": 14}),
    "invite_newcomer": Example(
        {
            "kind": "relationshipAndAgreement",
            "customer": {"companyName": "Litware", "country": "SE", "language": "sv"},
            "contact": {"firstName": "Eva", "lastName": "Lund", "email": "eva@litware.example"},
        }
    ),
    "list_agreements": Example(query="agreementType=MicrosoftCustomerAgreement"),
    "list_confirmations": Example(query="agreementType=*"),
    "list_deliveries": Example(query="status=failed&size=100"),
    "list_customers": Example(query="size=100"),
    "list_received": Example(query="outcome=refused&size=100"),
    "list_suppressions": Example(query="q=contoso.example"),
    "list_relationships": Example(query="relationship_type=IsIndirectCloudSolutionProviderOf"),
    "listed": Example(query="status=submitted"),
    "message": Example(more=('-H "Accept: message/rfc822"', "-o invitation.eml")),
    "order": Example({"lineItems": [{"offerId": "CFQ7TTC0LH16:0001", "quantity": 5}], "billingCycle": "monthly"}),
    "pause_mail": Example({"note": "A wrong list was imported."}),
    "preview_mail_template": Example({"subject": "One answer for {{ company }}"}),
    "purchase": Example({"kind": "software-subscription", "date": "2026-01-15"}),
    "register": Example({"WebhookUrl": "$RECEIVER", "WebhookEvents": ["test-created"]}),
    "register_anew": Example({"WebhookUrl": "$RECEIVER", "WebhookEvents": ["agreement-blocked", "test-created"]}),
    "remove_customer": Example({"relationshipToPartner": "none"}),
    "replay_deliveries": Example(query="since=2026-11-20T00:00:00Z"),
    "resubmit": Example(DRAFT),
    "save_mail_template": Example(
        {
            "subject": "{{ partner }} asks {{ company }} for one answer",
            "text": "Dear {{ contact }},\n\nplease answer by {{ expires }}:\n\n{{ link }}\n",
        }
    ),
    "send_credentials": Example(),
    "show_certificate": Example(more=("-o assent.cer",)),
    "show_partner_agreement": Example(query="tenantId=$PARTNER"),
    "show_template": Example(query="country=SE&language=en-US"),
    "submit": Example(DRAFT),
    "withdraw": Example({"reason": "The customer has ended its tenant."}),
}
HOW = {"GET": "", "POST": "", "HEAD": "-I ", "PUT": "-X PUT ", "PATCH": "-X PATCH ", "DELETE": "-X DELETE "}


def of(route: Route) -> Example:
    return EXAMPLES.get(route.endpoint, Example())


def curl(route: Route) -> str:
    """The command, a line for each of its parts."""
    example = of(route)
    path = PARAMETER.sub(lambda found: f"${variable(found[1])}", route.address)
    where = f'"$ASSENT{path}{"?" if example.query else ""}{example.query}"'
    how = "-X POST " if route.method == "POST" and not example.body else HOW[route.method]
    parts = [f"curl {how}{where}"]
    parts += ['-H "Authorization: Bearer $TOKEN"'] if route.needs else []
    parts += ['-H "Content-Type: application/json"', f"-d '{_json(example.body)}'"] if example.body else []
    return " \\\n  ".join([*parts, *example.more])


def variable(name: str) -> str:
    """`CUSTOMER` for `customerId`."""
    return VARIABLES.get(name, re.sub(r"(?<!^)([A-Z])", r"_\1", name.removesuffix("Id")).upper())


def _json(body: dict[str, Any]) -> str:
    """A variable steps out of the quotes."""
    return re.sub(r'"(\$\w+)"', r'''"'"\1"'"''', _laid_out(body))


def _laid_out(value: Any, deep: int = 0) -> str:
    """On one line what fits there, else a line for each member."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) + deep <= WIDTH or not isinstance(value, dict):
        return flat
    inner = ",\n".join(f"{' ' * (deep + 2)}{json.dumps(key)}: {_laid_out(one, deep + 2)}" for key, one in value.items())
    return f"{{\n{inner}\n{' ' * deep}}}"
