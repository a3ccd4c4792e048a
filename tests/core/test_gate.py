"""The gate: who may order, what the others lack, and until when an answer holds."""

from typing import Any

import pytest

from app.core.gate import Acceptance, Decision, Standing, Verdict, Warn
from app.core.lifecycle import State
from app.core.policy import Topic
from app.core.vocabulary import (
    AgreementType,
    Authority,
    Channel,
    Cloud,
    Environment,
    Operation,
)
from tests.core.asking import CLOUD, MCA, accepted, ask, customer, moment, rulebook, version

TODAY = "2024-05-02"


def said(decision: Decision) -> tuple[str, str | None, AgreementType | None]:
    return decision.verdict, decision.reason, decision.missing


def test_a_customer_that_accepted_may_order_and_is_told_by_which_rule() -> None:
    decision = ask(customer(accepted("2024-05-01")), TODAY)
    assert said(decision) == ("allow", None, None)
    assert [rule.id for rule in decision.rules] == ["mca-only-2020-02-01"]
    assert (decision.authority, decision.warnings, decision.valid_until) == (Authority.LOCAL, (), None)


def test_a_customer_that_did_not_is_told_what_it_lacks_and_by_which_rule() -> None:
    decision = ask(customer(), TODAY)
    assert said(decision) == ("deny", "agreement-required", MCA)
    assert [rule.id for rule in decision.rules] == ["mca-only-2020-02-01"]


def test_where_either_will_do_the_agreement_to_get_is_the_newer_that_can_be_recorded() -> None:
    sandbox: dict[str, Any] = {"environment": Environment.SANDBOX, "channel": Channel.DASHBOARD}
    assert ask(customer(), "2019-08-01", **sandbox).missing is CLOUD
    assert ask(customer(), "2019-10-01", **sandbox).missing is MCA


@pytest.mark.parametrize("state", State)
def test_what_is_on_record_decides_and_not_the_state(state: State) -> None:
    held = Standing(state, own=accepted("2024-05-01"))
    assert ask(customer(held), TODAY).verdict is Verdict.ALLOW
    assert ask(customer(Standing(state)), TODAY).verdict is Verdict.DENY


def test_an_acceptance_that_counts_for_every_partner_of_the_tenant_is_enough() -> None:
    assert said(ask(customer(Standing(shared=accepted("2024-05-01"))), TODAY)) == ("allow", None, None)


def test_an_acceptance_does_not_count_before_its_moment() -> None:
    subject = customer(accepted("2024-05-02 10:30"))
    before = ask(subject, "2024-05-02 10:29:59.999999")
    assert (*said(before), before.valid_until) == ("deny", "agreement-required", MCA, moment("2024-05-02 10:30"))
    assert ask(subject, "2024-05-02 10:30").verdict is Verdict.ALLOW


def test_a_customer_without_the_relationship_may_not_order_whatever_it_accepted() -> None:
    decision = ask(customer(accepted("2024-05-01"), related=False), TODAY)
    assert said(decision) == ("deny", "no-relationship", MCA)


def test_whatever_the_relationship_an_order_that_needs_nothing_goes_through() -> None:
    assert ask(customer(related=False), TODAY, operation=Operation.AUTO_RENEWAL).verdict is Verdict.ALLOW
    assert ask(customer(related=False), "2018-08-10").verdict is Verdict.ALLOW


@pytest.mark.parametrize("held", [None, accepted("2024-05-01")])
def test_for_a_partner_whose_vendor_has_the_say_the_answer_is_that_we_do_not_know(held: Acceptance | None) -> None:
    mirrored = customer(held, authority=Authority.MIRROR)
    decision = ask(mirrored, TODAY)
    assert (*said(decision), decision.authority) == ("unknown", "not-forwarded", None, Authority.MIRROR)
    assert ask(mirrored, TODAY, operation=Operation.AUTO_RENEWAL).verdict is Verdict.ALLOW


def test_a_national_cloud_comes_before_everything_else() -> None:
    decision = ask(customer(accepted("2024-05-01"), cloud=Cloud.CHINA, related=False), TODAY)
    assert said(decision) == ("deny", "national-cloud-unsupported", None)
    assert [rule.topic for rule in decision.rules] == [Topic.UNSUPPORTED_CLOUD]


# A version of June with a grace until September, and a minor one in May.
VERSIONS = rulebook(
    "", version(1, "2024-05-01", material=False), version(2, "2024-06-01", grace="2024-09-01"), version(3, "2025-01-01")
)


@pytest.mark.parametrize(
    ("at", "rank", "verdict", "warned", "until"),
    [
        ("2024-05-31 23:59", 0, "allow", False, "2024-09-01"),  # the minor version asks nobody anew
        ("2024-06-01", 0, "allow", True, "2024-09-01"),
        ("2024-08-31 23:59", 0, "allow", True, "2024-09-01"),
        ("2024-09-01", 0, "deny", False, None),
        ("2024-09-01", 1, "deny", False, None),
        ("2024-06-01", 2, "allow", False, "2025-01-01"),
        ("2024-12-31 23:59", 2, "allow", False, "2025-01-01"),
        ("2025-01-01", 2, "deny", False, None),  # without a grace at once
        ("2025-01-01", 3, "allow", False, None),
    ],
)
def test_an_older_acceptance_counts_until_the_grace_of_a_material_version_runs_out(
    at: str, rank: int, verdict: str, warned: bool, until: str | None
) -> None:
    decision = ask(customer(accepted("2024-01-01", rank)), at, VERSIONS)
    assert decision.verdict == verdict
    assert decision.warnings == ((Warn.RECONFIRM,) if warned else ())
    assert decision.valid_until == (moment(until) if until else None)


def test_nothing_is_to_be_reconfirmed_where_another_acceptance_is_up_to_date() -> None:
    old, new = accepted("2024-01-01"), accepted("2024-06-02", 2)
    assert ask(customer(Standing(own=old, shared=new)), "2024-06-03", VERSIONS).warnings == ()
    assert ask(customer(Standing(own=old, shared=new)), "2024-10-01", VERSIONS).verdict is Verdict.ALLOW
    assert ask(customer(Standing(own=old, shared=old)), "2024-06-03", VERSIONS).warnings == (Warn.RECONFIRM,)


def test_nothing_is_to_be_reconfirmed_while_another_agreement_will_do() -> None:
    early = rulebook("", version(1, "2019-12-01", grace="2020-03-01"))
    mca, cloud = accepted("2019-10-02"), accepted("2019-01-01")
    assert ask(customer(mca), "2019-12-01", early).warnings == (Warn.RECONFIRM,)
    assert ask(customer(mca, cloud), "2019-12-01", early).warnings == ()
    assert ask(customer(mca, cloud), "2020-02-01", early).warnings == (Warn.RECONFIRM,)


def test_an_answer_ends_where_another_partners_acceptance_begins_to_count() -> None:
    held = Standing(own=accepted("2024-01-01"), shared=accepted("2024-10-02 08:00", 2))
    assert ask(customer(held), "2024-10-01", VERSIONS).valid_until == moment("2024-10-02 08:00")


def test_the_customer_agreement_of_the_sandbox_counts_before_its_first_version_is_out() -> None:
    sandbox: dict[str, Any] = {"environment": Environment.SANDBOX, "channel": Channel.SDK}
    decision = ask(customer(accepted("2019-09-20")), "2019-09-21", **sandbox)
    assert (decision.verdict, decision.warnings) == (Verdict.ALLOW, ())


def test_a_dispute_warns_and_stands_in_nobodys_way() -> None:
    disputed = Standing(own=accepted("2024-05-01"), disputed=True)
    decision = ask(customer(disputed), TODAY)
    assert (decision.verdict, decision.warnings) == (Verdict.ALLOW, (Warn.DISPUTED,))


def test_both_warnings_may_be_due() -> None:
    disputed = Standing(own=accepted("2024-01-01"), disputed=True)
    assert ask(customer(disputed), "2024-06-01", VERSIONS).warnings == (Warn.DISPUTED, Warn.RECONFIRM)
