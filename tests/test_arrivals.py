"""What webhooks about agreements do: each once, in whatever order, and what is refused leaves a reason and a task."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from app.auth import acts
from app.commands import attestations, customers, removals
from app.commands.customers import Profile
from app.core.evidence import stamp
from app.core.hooks import Arrival, SigningScheme
from app.core.vocabulary import (
    AgreementType,
    InvitationKind,
    InvitationStatus,
    PartnerType,
    PurchaseKind,
    RelationshipState,
)
from app.db import transaction
from app.models import Invitation, Machine, Relationship
from app.queries.status import status
from tests.arriving import Source, events, fresh, grown, news, source_of, state, tasks
from tests.cast import MARIA, Cast
from tests.channel import company, counts, done
from tests.model import reading

YESTERDAY = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture
def source(cast: Cast) -> Source:
    return source_of(cast.fabrikam)


# agreement.accepted


def test_an_acceptance_elsewhere_is_recorded_and_ends_the_invitation(cast: Cast, source: Source) -> None:
    story = cast.customer()
    invitation = story.invite(InvitationKind.RELATIONSHIP)
    with transaction():
        story.relationship.state = RelationshipState.REQUESTED
    when = {"dateAgreed": stamp(YESTERDAY), "firstName": "Eva", "email": "eva@contoso.example"}
    assert source.says("agreement.accepted", story.machine, invitationId=str(invitation.id), **when) == "done"
    assert (state(story.machine), events(story.machine)[-1]) == ("direct-accepted", "accept")
    record = reading.chain(story.machine.id)[-1]
    assert record["actor"] == {"kind": "upstream", "id": str(source.row.id), "role": None, "method": "webhook"}
    terms = cast.rules.terms(story.machine.agreement_type, YESTERDAY)
    assert record["facts"] == {
        "agreementType": story.machine.agreement_type,
        "templateId": terms.template_id,
        "version": terms.version,
        "country": "SE",
        "statedDate": stamp(YESTERDAY),
        "invitation": str(invitation.id),
        "kind": "relationshipAndAgreement",
        "assurance": "imported",
        "source": str(source.row.id),
    }
    people = reading.personal(story.machine.id)
    said = {name: people[seal]["value"] for name, seal in record["sealed"].items()}
    assert said == {"firstName": "Eva", "email": "eva@contoso.example", "actorName": source.row.name}
    assert fresh(invitation.id, Invitation).status is InvitationStatus.USED
    assert fresh(story.relationship.id, Relationship).state is RelationshipState.ACTIVE
    shown = status(fresh(story.machine.id, Machine), cast.rules, acts.now())
    assert (shown["confirmed"], shown["method"], shown["assurance"]) == (True, "direct", "imported")
    assert datetime.fromisoformat(shown["dateAgreed"]) == datetime.fromisoformat(stamp(YESTERDAY))
    assert news(story.machine)[-1] == "agreement.direct-accepted"
    assert tasks(story.machine) == []


def test_an_acceptance_that_another_system_reports_counts_for_no_other_partner(cast: Cast, source: Source) -> None:
    story = cast.customer()
    story.invite()
    assert source.says("agreement.accepted", story.machine) == "done"
    other = company("Northwind", PartnerType.DIRECT_BILL)
    same = Profile("Contoso", "SE", "en", MARIA, story.relationship.customer.domain)
    theirs = done(customers.add_customer, acts.console(), other, same)
    assert status(theirs.machine, cast.rules, acts.now())["confirmed"] is False


def test_a_clock_ahead_of_ours_is_forgiven_five_minutes(cast: Cast, source: Source) -> None:
    story = cast.customer()
    story.invite()
    ahead = [stamp(acts.now() + timedelta(minutes=minutes)) for minutes in (6, 4)]
    assert source.says("agreement.accepted", story.machine, dateAgreed=ahead[0]) == "refused date-in-future"
    assert source.says("agreement.accepted", story.machine, dateAgreed=ahead[1]) == "done"
    assert fresh(story.machine.id, Machine).agreed_at <= acts.now()


def test_an_acceptance_wants_an_invitation_that_is_alive(cast: Cast, source: Source) -> None:
    story = cast.customer()
    assert source.says("agreement.accepted", story.machine) == "refused wrong-state"
    former, newer = story.invite(), story.invite()
    assert source.says("agreement.accepted", story.machine, invitationId=str(former.id)) == "refused invitation-revoked"
    foreign = cast.customer().invite()
    assert source.says("agreement.accepted", story.machine, invitationId=str(foreign.id)) == "refused not-found"
    late = source.tell("agreement.accepted", {"customerId": str(story.machine.customer_id)}, at=newer.expires_at)
    assert late.reason == "invitation-expired"
    assert state(story.machine) == "invited"


def test_an_acceptance_is_of_the_version_that_was_asked_for_on_its_day(cast: Cast, source: Source) -> None:
    story, now = cast.customer(), acts.now()
    days = [now - timedelta(days=days) for days in range(5)]
    done(attestations.attest, cast.act(), story.machine, story.relationship, MARIA, days[3], cast.rules)
    first = fresh(story.machine.id, Machine).accepted_version
    newer = {"rank": first + 1, "material": True, "published": days[1].date()}
    cast.rules = source.rules = replace(
        cast.rules, catalogue=cast.rules.catalogue.with_versions({AgreementType.MCA: [newer]})
    )
    story.invite()
    # Older than what is on record, it is no answer to being asked anew.
    assert source.says("agreement.accepted", story.machine, dateAgreed=stamp(days[4])) == "refused too-old"
    assert source.says("agreement.accepted", story.machine, dateAgreed=stamp(days[2])) == "done"
    assert fresh(story.machine.id, Machine).accepted_version == first
    story.invite()
    assert source.says("agreement.accepted", story.machine) == "done"
    assert fresh(story.machine.id, Machine).accepted_version == first + 1
    assert state(story.machine) == "direct-accepted"


def test_an_acceptance_that_was_withdrawn_since_does_not_come_back_with_its_report(cast: Cast, source: Source) -> None:
    story, told = cast.customer(), {"dateAgreed": stamp(YESTERDAY)}
    story.invite()
    assert source.says("agreement.accepted", story.machine, **told) == "done"
    done(attestations.withdraw, cast.act(), story.machine, "the wrong company")
    story.invite()
    assert source.says("agreement.accepted", story.machine, **told) == "refused too-old"
    assert state(story.machine) == "invited"
    assert source.says("agreement.accepted", story.machine) == "done"


# customer.purchased, agreement.blocked


@pytest.mark.parametrize("invited", [False, True])
def test_a_purchase_elsewhere_blocks_at_once(cast: Cast, source: Source, invited: bool) -> None:
    story = cast.customer()
    invitation = story.invite() if invited else None
    assert source.says("customer.purchased", story.machine, kind="azure-plan", date="2026-03-01") == "done"
    assert state(story.machine) == "blocked-needs-attestation"
    record = reading.chain(story.machine.id)[-1]
    assert (record["event"], record["actor"]["kind"], record["facts"]["scenario"]) == ("block", "upstream", 1)
    assert record["facts"].get("invitation") == (str(invitation.id) if invitation else None)
    assert news(story.machine)[-1] == "agreement.blocked"
    assert tasks(story.machine) == [("attest-blocked", None)]


def test_a_renewal_blocks_nobody_and_neither_does_a_purchase_after_accepting(cast: Cast, source: Source) -> None:
    story = cast.customer()
    story.invite()
    assert source.says("customer.purchased", story.machine, kind=PurchaseKind.AUTO_RENEWAL) == "done"
    assert source.says("agreement.accepted", story.machine) == "done"
    assert source.says("customer.purchased", story.machine) == "done"
    assert state(story.machine) == "direct-accepted"
    assert tasks(story.machine) == []


def test_accepting_after_a_purchase_is_refused_and_the_block_stays(cast: Cast, source: Source) -> None:
    story = cast.customer()
    story.invite()
    assert source.says("customer.purchased", story.machine) == "done"
    assert source.says("agreement.accepted", story.machine) == "refused wrong-state"
    assert state(story.machine) == "blocked-needs-attestation"
    left = [("attest-blocked", None), ("hook-refused", "agreement.accepted: wrong-state")]
    assert tasks(story.machine) == left


def test_a_customer_that_was_removed_is_not_blocked_by_what_it_buys(cast: Cast, source: Source) -> None:
    story = cast.customer()
    done(removals.remove, cast.act(), story.relationship)
    assert source.says("customer.purchased", story.machine) == "done"
    assert state(story.machine) == "unconfirmed"
    assert source.says("relationship.accepted", story.machine) == "refused no-relationship"


@pytest.mark.parametrize("number", [1, 2])
def test_a_refusal_at_the_vendors_portal_blocks_in_the_scenario_told(cast: Cast, source: Source, number: int) -> None:
    story = cast.customer()
    story.invite()
    assert source.says("agreement.blocked", story.machine, scenario=number) == "done"
    assert (state(story.machine), fresh(story.machine.id, Machine).scenario) == ("blocked-needs-attestation", number)
    assert source.says("agreement.blocked", story.machine, scenario=number) == "refused wrong-state"


def test_who_has_accepted_cannot_be_blocked_any_more(cast: Cast, source: Source) -> None:
    story = cast.customer()
    story.invite()
    for wrong in (0, 3, True, "1", 1.0):
        assert source.says("agreement.blocked", story.machine, scenario=wrong) == "refused invalid-value"
    assert source.says("agreement.blocked", story.machine) == "refused missing-field"
    source.says("agreement.accepted", story.machine)
    assert source.says("agreement.blocked", story.machine, scenario=1) == "refused wrong-state"
    assert state(story.machine) == "direct-accepted"


# relationship.accepted, order.refused, template.published


@pytest.mark.parametrize("scheme", SigningScheme)
def test_a_relationship_taken_up_elsewhere_is_active(cast: Cast, scheme: SigningScheme) -> None:
    source, story = source_of(cast.fabrikam, scheme), cast.customer()
    id = str(story.machine.customer_id)
    with transaction():
        story.relationship.state = RelationshipState.REQUESTED
    at_vendor = scheme is SigningScheme.VENDOR
    event = "indirect-reseller-relationship-accepted-by-customer" if at_vendor else "relationship.accepted"
    uri = f"https://api.partnercenter.example/V1/Customers/{id.upper()}/"
    for _ in range(2):
        row = source.tell(event, {"ResourceUri": uri, "AuditUri": None} if at_vendor else {"customerId": id})
        assert (row.outcome, row.machine_id) == (Arrival.DONE, story.machine.id)
    assert fresh(story.relationship.id, Relationship).state is RelationshipState.ACTIVE
    assert events(story.machine) == ["created"]


def test_the_vendors_test_and_events_we_do_not_know_do_nothing(cast: Cast) -> None:
    standard, vendor = source_of(cast.fabrikam), source_of(cast.fabrikam, SigningScheme.VENDOR)
    before = counts()
    assert vendor.tell("test-created", {"ResourceUri": None}).outcome is Arrival.DONE
    told = [
        (vendor, "agreement.accepted"),
        (standard, "test-created"),
        (vendor, "invoice-ready"),
        (standard, "x" * 999),
    ]
    for source, event in told:
        row = source.tell(event, {"customerId": str(uuid4())})
        assert (row.outcome, row.reason, row.event) == (Arrival.UNKNOWN, None, event[:200])
    assert grown(before) == {"received_hook": 5}


def test_an_order_refused_elsewhere_is_one_task_at_a_time(cast: Cast, source: Source) -> None:
    story = cast.customer()
    for code in (13605, "13605", None):
        assert source.says("order.refused", story.machine, offerId="CFQ7TTC0LH18", code=code) == "done"
    assert tasks(story.machine) == [("order-refused", "an order for CFQ7TTC0LH18 was refused (13605)")]
    assert events(story.machine) == ["created"]


def test_a_template_published_elsewhere_is_one_task_about_no_agreement(cast: Cast, source: Source) -> None:
    for _ in range(2):
        assert source.tell("template.published", {"templateId": "998b88de"}).machine_id is None
    [(kind, note)] = tasks(cast.fabrikam)
    assert kind == "template-published"
    assert note == "template 998b88de has a new version: have the operator run `assent catalogue publish`"
