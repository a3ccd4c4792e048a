"""Who stands behind an attestation: two people where a partner wants two, and the person behind an account."""

from dataclasses import replace

import pytest

from app.auth import acts
from app.commands import drafts, partners
from app.core.act import Act
from app.core.lifecycle import State
from app.core.vocabulary import PartnerType, Role
from app.models import Partner, Staff
from tests.channel import Channel, act, company, customer, done, hire, refused
from tests.model import reading


@pytest.fixture
def fabrikam(app: object) -> Partner:
    """A partner whose attestations need two people."""
    found = company("Fabrikam", PartnerType.DIRECT_BILL)
    done(partners.require_two, acts.console(), found, True)
    return found


def two(partner: Partner) -> tuple[Staff, Staff]:
    return hire(partner, name="Ana Lind"), hire(partner, Role.SALES_AGENT, name="Bo Ek")


def service(partner: Partner, person: str | None = None) -> Act:
    """A service account of the partner's, acting for somebody."""
    by = act(hire(partner))
    return replace(by, name="Billing", email=None, service=True, on_behalf_of=person)


def test_with_four_eyes_nobody_attests_alone(fabrikam: Partner) -> None:
    case, (ana, bo) = customer(fabrikam), two(fabrikam)
    assert refused(case.attest, act(ana)) == "second-person-needed"
    draft = done(case.submit, act(ana))
    assert refused(case.approve, act(ana), draft) == "second-person-needed"
    done(case.approve, act(bo), draft)
    assert case.machine.state is State.ATTESTED
    reading.assert_chain_is_sound(case.machine.id)


def test_four_eyes_see_a_blocked_customer_too(fabrikam: Partner) -> None:
    from app.commands import acceptances

    case, (ana, _) = customer(fabrikam), two(fabrikam)
    done(acceptances.report_refusal, act(ana), case.machine, 2)
    for role in Role:
        assert refused(case.attest, act(hire(fabrikam, role))) == "second-person-needed"


def test_whoever_corrects_a_draft_is_the_one_that_prepared_it(fabrikam: Partner) -> None:
    case, (ana, bo) = customer(fabrikam), two(fabrikam)
    draft = done(case.submit, act(ana))
    done(drafts.give_back, act(bo), draft, "by whom?")
    done(case.resubmit, act(bo), draft)
    assert refused(case.approve, act(bo), draft) == "second-person-needed"
    done(case.approve, act(ana), draft)


def test_a_reseller_and_its_provider_are_two(channel: Channel) -> None:
    done(partners.require_two, acts.console(), channel.provider, True)
    case = channel.customer()
    draft = done(case.submit, act(channel.rita))
    assert refused(case.attest, act(channel.pia)) == "second-person-needed"
    done(case.approve, act(channel.pia), draft)
    assert case.machine.state is State.ATTESTED


def test_without_four_eyes_one_person_will_do_again(fabrikam: Partner) -> None:
    ana, _ = two(fabrikam)
    done(partners.require_two, acts.console(), fabrikam, False)
    first, second = customer(fabrikam), customer(fabrikam)
    done(first.attest, act(ana))
    done(second.approve, act(ana), done(second.submit, act(ana)))


def test_only_a_global_admin_turns_four_eyes_on_or_off(fabrikam: Partner) -> None:
    for role in set(Role) - {Role.GLOBAL_ADMIN}:
        assert refused(partners.require_two, act(hire(fabrikam, role)), fabrikam, False) == "role-not-allowed"
    done(partners.require_two, act(hire(fabrikam, Role.GLOBAL_ADMIN)), fabrikam, False)
    assert fabrikam.four_eyes is False


def test_a_service_account_says_for_whom_it_acts(channel: Channel) -> None:
    case, ours, theirs = channel.customer(), service(channel.provider), service(channel.reseller)
    assert refused(case.submit, theirs) == "missing-field"
    draft = done(case.submit, act(channel.rita))
    assert refused(case.attest, ours) == "missing-field"
    assert refused(case.approve, ours, draft) == "missing-field"
    done(drafts.give_back, act(channel.pia), draft, "by whom?")
    assert refused(case.resubmit, theirs, draft) == "missing-field"


def test_the_people_behind_two_service_accounts_stand_on_record(channel: Channel) -> None:
    case = channel.customer()
    theirs, ours = "Rita Falk <rita@wingtip.example>", "Pia Berg <pia@tailspin.example>"
    draft = done(case.submit, service(channel.reseller, theirs))
    done(case.approve, service(channel.provider, ours), draft)
    assert (draft.prepared_by, draft.preparer_id, draft.decided_by) == (theirs, None, ours)
    values = reading.personal(case.machine.id)
    sealed = {name: values[seal]["value"] for name, seal in reading.chain(case.machine.id)[-1]["sealed"].items()}
    assert (sealed["preparedBy"], sealed["onBehalfOf"], sealed["actorName"]) == (theirs, ours, "Billing")


@pytest.mark.parametrize("spelling", ["Ana Lind <{}>", "A. Lind <{}>", "ana lind <{}>"])
def test_nobody_is_two_by_lending_a_service_account_the_name(fabrikam: Partner, spelling: str) -> None:
    case, (ana, bo) = customer(fabrikam), two(fabrikam)
    for address in (ana.email, ana.email.upper()):
        draft = done(case.submit, service(fabrikam, spelling.format(address)))
        assert refused(case.approve, act(ana), draft) == "second-person-needed"
        done(drafts.discard, act(bo), draft)


def test_a_service_account_lends_nobody_a_second_name(fabrikam: Partner) -> None:
    case, (ana, bo) = customer(fabrikam), two(fabrikam)
    draft = done(case.submit, act(ana))
    assert refused(case.approve, service(fabrikam, f"A. Lind <{ana.email.upper()}>"), draft) == "second-person-needed"
    done(case.approve, service(fabrikam, f"Bo Ek <{bo.email}>"), draft)
