"""Who works with whom, the link that asks for a relationship, taken domains, and partners' own agreements."""

from datetime import date, timedelta

from flask import Flask

from app.auth import acts
from app.commands import customers, partners
from app.core.vocabulary import PartnerType
from app.db import db
from app.models import Partner
from tests.channel import company, done, hire, refused
from tests.web.v1.conftest import Chain, Desk
from tests.web.v1.programs import NO_ROLE, NOT_FOUND, NOT_SIGNED_IN, UNKNOWN, Program, of, program, refusal, untouched

WRONG_TYPE = (403, 1002, "wrong-partner-type")
RESELLERS = "/v1/relationships?relationship_type=IsIndirectCloudSolutionProviderOf"
PROVIDERS = "/v1/relationships?relationship_type=IsIndirectResellerOf"
STATUS = "/v1/compliance/csp/agreementstatus"
ASK = "/v1/customers/relationshiprequests"
HOME = "https://admin.microsoft.com/Adminportal/Home?"
TAIL = "&DAP=false#/BillingAccounts/partner-invitation"


def told(who: Program, where: str) -> tuple[int, int, str]:
    return refusal(who.send("GET", where))


# GET /v1/relationships


def test_a_provider_lists_its_resellers_and_a_reseller_its_providers(chain: Chain) -> None:
    second = company("Litware", PartnerType.RESELLER, chain.channel.provider)
    found = chain.pia.get(RESELLERS)
    assert found["totalCount"] == 2
    assert found["items"][0] == {
        "id": str(second.id),
        "name": "Litware",
        "relationshipType": "is_indirect_cloud_solution_provider_of",
        "attributes": {"objectType": "PartnerRelationship"},
        "state": "Active",
        "location": "SE",
    }
    providers = chain.rita.get(PROVIDERS.replace("IsIndirectResellerOf", "is_indirect_reseller_of"))
    assert [(one["name"], one["relationshipType"]) for one in providers["items"]] == [
        ("Tailspin", "is_indirect_reseller_of")
    ]


def test_relationships_are_found_by_how_their_name_begins(chain: Chain) -> None:
    company("Litware", PartnerType.RESELLER, chain.channel.provider)
    wanted = '&filter={"Field":"Name","Value":"wing","Operator":"starts_with"}'
    assert [one["name"] for one in chain.pia.get(RESELLERS + wanted)["items"]] == ["Wingtip"]


def test_who_has_no_such_relationships_is_told_so(desk: Desk, chain: Chain, app: Flask) -> None:
    assert told(chain.rita, RESELLERS) == told(chain.pia, PROVIDERS) == told(desk.program, PROVIDERS) == WRONG_TYPE
    assert told(chain.pia, "/v1/relationships") == (400, 3000, "missing-field")
    assert told(chain.pia, "/v1/relationships?relationship_type=friend") == (400, 3000, "invalid-value")
    assert told(program(app, chain.channel.provider), RESELLERS) == NO_ROLE
    assert told(Program(app), RESELLERS) == NOT_SIGNED_IN


# GET /v1/customers/{customerId}/relationships


def test_the_resellers_of_a_customer_are_listed_without_state_and_place(chain: Chain) -> None:
    second = company("Litware", PartnerType.RESELLER, chain.channel.provider)
    about = customers.Profile("Contoso", "SE", "en", chain.case.relationship.contact, chain.case.relationship.domain)
    done(customers.add_customer, acts.console(), chain.channel.provider, about, second)
    found = chain.pia.get(of(chain.case, "relationships"))
    assert [(one["name"], set(one)) for one in found["items"]] == [
        ("Wingtip", {"id", "name", "relationshipType", "attributes"}),
        ("Litware", {"id", "name", "relationshipType", "attributes"}),
    ]
    [provider] = chain.rita.get(of(chain.case, "relationships"))["items"]
    assert (provider["id"], provider["relationshipType"]) == (
        str(chain.channel.provider.id),
        "is_indirect_reseller_of",
    )


def test_a_direct_bill_partner_has_nobody_between_it_and_its_customer(desk: Desk, chain: Chain) -> None:
    assert told(desk.program, of(desk.customer(), "relationships")) == WRONG_TYPE
    assert told(chain.pia, of(desk.customer(), "relationships")) == NOT_FOUND


# GET /v1/customers/relationshiprequests


def test_the_link_is_the_partners_own_and_asking_for_it_changes_nothing(desk: Desk) -> None:
    with untouched():
        found = desk.program.get(f"{ASK}?dualRoleIndirectRelationship=False")
    link = f"{HOME}invType=ResellerRelationship&partnerId={desk.fabrikam.id}&msppId=0{TAIL}"
    assert found == {"url": link, "attributes": {"objectType": "RelationshipRequest"}}


def test_both_sides_of_the_indirect_model_get_the_same_link(chain: Chain) -> None:
    provider, reseller = chain.channel.provider.id, chain.channel.reseller.id
    link = f"{HOME}invType=IndirectResellerRelationship&partnerId={reseller}&msppId=0&indirectCSPId={provider}{TAIL}"
    asked = f"indirectCloudSolutionProviderId={provider}&indirectResellerId={reseller}"
    for who, where in (
        (chain.pia, f"{ASK}?{asked}&dualRoleIndirectRelationship=false"),
        (chain.pia, f"{ASK}?indirectResellerId={reseller}"),
        (chain.rita, f"{ASK}?{asked}"),
        (chain.rita, ASK),
    ):
        assert who.get(where)["url"] == link
    assert f"partnerId={provider}&" in chain.pia.get(ASK)["url"]


def test_a_link_in_the_name_of_others_is_not_given(desk: Desk, chain: Chain, app: Flask) -> None:
    assert told(chain.pia, f"{ASK}?indirectResellerId={UNKNOWN}") == (403, 20002, "no-relationship")
    assert told(chain.pia, f"{ASK}?indirectCloudSolutionProviderId={UNKNOWN}") == NOT_FOUND
    assert told(chain.rita, f"{ASK}?indirectCloudSolutionProviderId={UNKNOWN}") == NOT_FOUND
    assert told(chain.rita, f"{ASK}?indirectResellerId={UNKNOWN}") == (403, 20002, "no-relationship")
    assert told(desk.program, f"{ASK}?indirectResellerId={UNKNOWN}") == WRONG_TYPE
    assert told(desk.program, f"{ASK}?indirectResellerId=me") == (400, 3000, "invalid-value")
    assert told(program(app, desk.fabrikam), ASK) == NO_ROLE
    assert told(Program(app), ASK) == NOT_SIGNED_IN


# HEAD /v1/domains/{domain}


def test_a_taken_domain_is_there_and_a_free_one_is_not(desk: Desk, chain: Chain, app: Flask) -> None:
    taken = chain.case.relationship.domain
    answers = {
        name: desk.program.send("HEAD", f"/v1/domains/{name}")
        for name in (taken, str(taken).upper(), "nobody.example", "rubbish")
    }
    assert [one.status_code for one in answers.values()] == [200, 200, 404, 400]
    assert {one.data for one in answers.values()} == {b""}
    assert Program(app).send("HEAD", f"/v1/domains/{taken}").status_code == 401


# GET /v1/compliance/csp/agreementstatus


def agreed(partner: Partner, on: date) -> None:
    done(partners.note_vendor_agreement, acts.console(), db.session.get_one(Partner, partner.id), on)


def test_whether_a_partner_has_the_vendors_agreement_is_told_to_those_it_works_with(chain: Chain) -> None:
    reseller = chain.channel.reseller.id
    assert chain.pia.get(f"{STATUS}?tenantId={reseller}") == {"isAgreementSigned": False}
    agreed(chain.channel.reseller, date(2026, 1, 31))
    assert chain.pia.get(f"{STATUS}?tenantId={reseller}") == {"isAgreementSigned": True}
    assert chain.rita.get(f"{STATUS}?tenantId={reseller}") == {"isAgreementSigned": True}
    assert chain.rita.get(f"{STATUS}?tenantId={chain.channel.provider.id}") == {"isAgreementSigned": False}


def test_a_partner_is_found_by_its_mpn_id_as_well(desk: Desk, app: Flask) -> None:
    named = done(partners.add_partner, acts.console(), "Named", PartnerType.DIRECT_BILL, "SE", mpn_id="4847383")
    own = program(app, hire(named))
    assert own.get(f"{STATUS}?mpnId=4847383") == {"isAgreementSigned": False}
    assert own.get(f"{STATUS}?mpnId=4847383&tenantId={named.id}") == {"isAgreementSigned": False}
    assert told(own, f"{STATUS}?mpnId=4847383&tenantId={desk.fabrikam.id}") == NOT_FOUND
    assert told(desk.program, f"{STATUS}?mpnId=4847383") == NOT_FOUND


def test_of_other_partners_agreements_nobody_learns(desk: Desk, chain: Chain, app: Flask) -> None:
    assert told(desk.program, f"{STATUS}?tenantId={chain.channel.provider.id}") == NOT_FOUND
    assert told(desk.program, f"{STATUS}?tenantId={UNKNOWN}") == NOT_FOUND
    assert told(desk.program, STATUS) == (400, 3000, "missing-field")
    assert told(desk.program, f"{STATUS}?tenantId=fabrikam") == (400, 2000, "invalid-id")
    assert told(Program(app), f"{STATUS}?mpnId=1") == NOT_SIGNED_IN


def test_no_agreement_is_noted_that_lies_ahead(desk: Desk) -> None:
    tomorrow = acts.now().date() + timedelta(days=1)
    assert refused(partners.note_vendor_agreement, acts.console(), desk.fabrikam, tomorrow) == "invalid-value"
    assert desk.program.get(f"{STATUS}?tenantId={desk.fabrikam.id}") == {"isAgreementSigned": False}
