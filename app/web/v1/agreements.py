"""Confirm a customer's acceptance: the partner's attestation, on the vendor's route."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask.typing import ResponseReturnValue

from app.commands import attestations, customers
from app.core.contact import Contact
from app.core.evidence import stamp
from app.db import transaction
from app.installation import installation
from app.models import Machine
from app.queries import rulebooks, scope
from app.web.v1 import bp, caller, vendors
from app.web.v1.bodies import body, person, true_employee


@bp.post("/customers/<uuid:customer_id>/agreements")
@vendors
def confirm(customer_id: UUID) -> ResponseReturnValue:
    """Attest (for a blocked customer: attest-blocked), decided by the machine; an app-only token cannot."""
    given = body()
    contact = person(given.part("primaryContact", required=True), "primaryContact")
    agreed_at = given.time("dateAgreed")
    template, named = given.text("templateId"), given.text("type")
    with transaction():
        relationship = scope.relationship(caller(), customer_id)
        rules = rulebooks.of(installation().rules, relationship.partner_id)
        act = replace(caller(), on_behalf_of=true_employee(given, caller()))
        kind = attestations.type_of(rules, template, named)
        machine = customers.machine_for(act, relationship, kind)
        attestations.attest(act, machine, relationship, contact, agreed_at, rules)
        answer = _agreement(act.id, contact, machine, stamp(agreed_at), rules.terms(kind, act.at).template_id)
    return answer, 201


def _agreement(user: str | None, contact: Contact, machine: Machine, agreed: str, template: str) -> dict[str, Any]:
    return {
        "userId": user,
        "primaryContact": contact.personal(),
        "templateId": template,
        "dateAgreed": agreed,
        "type": machine.agreement_type,
    }
