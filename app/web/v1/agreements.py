"""Confirm a customer's acceptance: the partner's attestation, on the vendor's route."""

from typing import Any
from uuid import UUID

from pydantic import ConfigDict

from app.commands import attestations, customers
from app.core.evidence import stamp
from app.core.permissions import Action
from app.core.refusals import Reason, refuse_if
from app.core.vocabulary import AgreementType
from app.installation import installation
from app.queries import scope
from app.web.v1.callers import caller, rules_of
from app.web.v1.people import Person, PersonShown, Signed
from app.web.v1.routes import route
from app.web.v1.shape import Answer, Line, Moment


def _given(member: str) -> dict[str, Any]:
    return {"required": [member], "properties": {member: {"type": "string", "minLength": 1}}}


class Confirmation(Signed):
    """Without a `templateId` there has to be a `type`."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [_given("templateId"), _given("type")]})

    primary_contact: Person
    date_agreed: Moment
    template_id: Line | None = None
    type: Line | None = None


class Agreement(Answer):
    user_id: str | None = None
    primary_contact: PersonShown
    template_id: str
    date_agreed: str
    type: str
    agreement_link: str | None = None


@route.post(
    "/customers/{customerId}/agreements",
    needs=(Action.ATTEST, Action.ATTEST_BLOCKED),
    takes=Confirmation,
    gives=Agreement,
    status=201,
    vendors=True,
    people=True,
)
def confirm(customer_id: UUID, given: Confirmation) -> dict[str, Any]:
    """Attest: the partner confirms that the customer has accepted.

    Append-only: a confirmation is corrected by another one. The same person twice is refused as 600061. The template
    decides which agreement it is, as at the vendor; with the setting STRICT a `type` that says otherwise is refused.
    A service account says for whom it vouches in `onBehalfOf`.
    """
    act, contact = given.acting(caller()), given.primary_contact.contact
    relationship = scope.relationship(act, customer_id)
    rules = rules_of(relationship.partner_id)
    kind = attestations.type_of(rules, given.template_id, given.type)
    mismatch = bool(installation().config.strict) and given.type not in (None, kind)
    refuse_if(mismatch, Reason.TEMPLATE_TYPE_MISMATCH, type=given.type)
    machine = customers.machine_for(act, relationship, kind)
    attestations.attest(act, machine, relationship, contact, given.date_agreed, rules)
    return {
        **({"userId": act.id} if act.id else {}),
        "primaryContact": contact.personal(),
        "templateId": rules.terms(kind, act.at).template_id,
        "dateAgreed": stamp(given.date_agreed),
        "type": AgreementType(machine.agreement_type),
    }
