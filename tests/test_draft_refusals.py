"""What drafts are refused for, each time without a trace: who may not, what may not be, and who has to be two."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.auth import acts
from app.commands import acceptances, drafts
from app.commands.files import LARGEST, MOST, File
from app.core.act import Act
from app.core.permissions import Action
from app.core.refusals import Reason, Refused
from app.core.vocabulary import AgreementType, Cloud, Role
from app.errors import answer
from tests.cast import MARIA
from tests.channel import (
    AGREED,
    SIGNED,
    Case,
    Channel,
    act,
    ask,
    done,
    hire,
    refused,
)

EVA = replace(MARIA, first_name="Eva")
EVERYTHING: dict[str, frozenset[Role]] = {action: frozenset(Role) for action in Action}


def any_hand(channel: Channel, role: Role) -> list[Act]:
    """Somebody at the reseller: in person, with settings that allow all, by a service account, by its token."""
    person = act(hire(channel.reseller, role))
    service = replace(person, service=True, on_behalf_of="Rita Falk <rita@wingtip.example>")
    return [person, replace(person, overrides=EVERYTHING), service, replace(person, app_only=True)]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("blocked", [False, True])
def test_a_reseller_attests_by_no_route_whatever_role_is_held(channel: Channel, role: Role, blocked: bool) -> None:
    case = channel.customer()
    draft = done(case.submit, act(channel.rita))
    if blocked:
        done(acceptances.report_refusal, act(channel.pia), case.machine, 1)
    for by in any_hand(channel, role):
        assert refused(case.attest, by) == "reseller-cannot-attest"
        assert refused(case.approve, by, draft) == "reseller-cannot-attest"
        assert refused(drafts.assign, by, draft, channel.rita) == "reseller-cannot-attest"
        assert refused(drafts.give_back, by, draft, "mine") == "wrong-partner-type"
    assert case.machine.number == 1 + blocked


def test_the_refusal_names_the_way_there_is_for_a_reseller() -> None:
    words = answer(Refused(Reason.RESELLER_CANNOT_ATTEST)).remedy
    assert "assent draft submit" in words
    assert "provider" in words


@pytest.mark.parametrize("role", Role)
def test_who_may_prepare_and_who_may_decide(channel: Channel, role: Role) -> None:
    agent = role in (Role.ADMIN_AGENT, Role.SALES_AGENT)
    preparer, decider = act(hire(channel.reseller, role)), act(hire(channel.provider, role))
    if not agent:
        assert refused(channel.customer().submit, preparer) == "role-not-allowed"
    case = channel.customer()
    draft = done(case.submit, preparer if agent else act(channel.rita))
    if not agent:
        assert refused(case.approve, decider, draft) == "role-not-allowed"
        assert refused(case.attempts(preparer, draft)["discard"]) == "role-not-allowed"
    done(drafts.give_back, decider, draft, "by whom?")
    assert refused(case.resubmit, decider, draft) == ("not-found" if agent else "role-not-allowed")


def attested(case: Case, channel: Channel) -> None:
    done(case.attest, act(channel.pia))


@pytest.mark.parametrize(
    ("cloud", "changes", "before", "reason"),
    [
        (Cloud.GERMANY, {}, False, "national-cloud-unsupported"),
        (Cloud.US_GOVERNMENT, {}, False, "national-cloud-unsupported"),
        (Cloud.CHINA, {}, False, "national-cloud-unsupported"),
        (Cloud.PUBLIC, {"minutes": 6}, False, "date-in-future"),
        (Cloud.PUBLIC, {}, True, "already-confirmed"),
        (Cloud.PUBLIC, {"note": "a\nb"}, False, "invalid-text"),
        (Cloud.PUBLIC, {"note": "x" * 1001}, False, "invalid-text"),
    ],
)
def test_what_could_not_be_approved_is_refused_at_submission(
    channel: Channel, cloud: Cloud, changes: dict[str, Any], before: bool, reason: str
) -> None:
    case, rita = channel.customer(cloud=cloud), act(channel.rita)
    if before:
        attested(case, channel)
    agreed_at = rita.at + timedelta(minutes=changes["minutes"]) if "minutes" in changes else AGREED
    assert refused(case.submit, rita, ask(MARIA, agreed_at, changes.get("note"), SIGNED)) == reason


def test_a_draft_of_an_agreement_that_is_offered_no_more_is_refused(channel: Channel) -> None:
    from app.commands import customers

    case, rita = channel.customer(), act(channel.rita)
    machine = done(customers.machine_for, acts.console(), case.relationship, AgreementType.CLOUD)
    assert refused(replace(case, machine=machine).submit, rita) == "unknown-agreement-type"


def test_a_correction_and_a_clock_that_runs_a_little_ahead_are_no_reason_to_refuse(channel: Channel) -> None:
    case, rita = channel.customer(), act(channel.rita)
    attested(case, channel)
    draft = done(case.submit, rita, ask(EVA, rita.at + timedelta(minutes=4)))
    done(case.approve, act(channel.pia), draft)
    assert case.machine.number == 3


def test_a_resubmission_is_looked_at_as_a_submission_is(channel: Channel) -> None:
    case, rita = channel.customer(), act(channel.rita)
    draft = done(case.submit, rita)
    done(drafts.give_back, act(channel.pia), draft, "by whom?")
    assert refused(case.resubmit, rita, draft, ask(MARIA, rita.at + timedelta(days=1))) == "date-in-future"
    attested(case, channel)
    assert refused(case.resubmit, rita, draft) == "already-confirmed"


@pytest.mark.parametrize("reason", ["", "a\0b", "a\nb", "x" * 1001])
def test_a_draft_is_returned_with_a_reason_of_one_line(channel: Channel, reason: str) -> None:
    draft = done(channel.customer().submit, act(channel.rita))
    assert refused(drafts.give_back, act(channel.pia), draft, reason) == ("invalid-text" if reason else "missing-field")


# Files


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("signed.pdf", "signed.pdf"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\signed.pdf", "signed.pdf"),
        ("C:\\Users\\Rita\\signed.pdf", "signed.pdf"),
        ("../../ signed.pdf", "signed.pdf"),
        ("署名.pdf", "署名.pdf"),
    ],
)
def test_a_file_keeps_its_plain_name(name: str, kept: str) -> None:
    assert File.parse(name, None, b"x") == File(kept, "application/octet-stream", b"x")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (None, "missing-field"),
        ("", "missing-field"),
        ("folder/", "missing-field"),
        ("..", "missing-field"),
        ("folder/.", "missing-field"),
        ("a\r\nContent-Type: text/html", "invalid-text"),
        ("a\0.pdf", "invalid-text"),
        ("fdp.\u202edengis", "invalid-text"),
        ("a\udcff.pdf", "invalid-text"),
        ("x" * 201, "invalid-text"),
    ],
)
def test_a_file_without_a_name_that_can_be_shown_is_refused(name: str | None, reason: str) -> None:
    with pytest.raises(Refused) as caught:
        File.parse(name, "application/pdf", b"x")
    assert caught.value.reason == reason


def test_a_file_has_a_byte_and_at_most_five_megabytes() -> None:
    assert len(File.parse("a.pdf", None, b"x" * LARGEST).content) == 5 * 1024 * 1024
    for content in (b"", b"x" * (LARGEST + 1)):
        with pytest.raises(Refused) as caught:
            File.parse("a.pdf", None, content)
        assert caught.value.reason is Reason.INVALID_VALUE


def test_a_draft_has_at_most_ten_files_however_often_it_comes_back(channel: Channel) -> None:
    case, rita = channel.customer(), act(channel.rita)
    files = [File(f"{number}.txt", "text/plain", b"page %d" % number) for number in range(MOST + 1)]
    assert refused(case.submit, rita, ask(MARIA, AGREED, None, *files)) == "invalid-value"
    draft = done(case.submit, rita, ask(MARIA, AGREED, None, *files[:MOST]))
    done(drafts.give_back, act(channel.pia), draft, "by whom?")
    assert refused(case.resubmit, rita, draft, ask(EVA, AGREED, None, SIGNED)) == "invalid-value"
    done(case.resubmit, rita, draft, ask(EVA))
    assert len(draft.attachments) == MOST
