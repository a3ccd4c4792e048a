"""The status of a customer's agreement."""

from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue

from app.core.permissions import Action, require
from app.core.refusals import Reason, refuse_if
from app.core.vocabulary import AgreementType
from app.installation import installation
from app.queries import decisions, rulebooks, scope, subjects
from app.queries.status import status
from app.web.v1 import bp, caller, url


@bp.get("/customers/<uuid:customer_id>/acceptance")
def acceptance(customer_id: UUID) -> ResponseReturnValue:
    """View; with `expand=next` also what the caller may do, what comes next and why."""
    act, named = caller(), request.args.get("agreementType", AgreementType.MCA)
    require(act, Action.VIEW)
    refuse_if(named not in list(AgreementType), Reason.UNKNOWN_AGREEMENT_TYPE, type=named)
    kind = AgreementType(named)
    machine, relationship = scope.agreement(act, customer_id, kind)
    rules = rulebooks.of(installation().rules, machine.partner_id)
    answer = status(machine, rules, act.at)
    if request.args.get("expand") == "next":
        known = subjects.around(relationship, act.at)
        answer |= decisions.expanded(act, known, kind, act.at, rules, url)
    return answer
