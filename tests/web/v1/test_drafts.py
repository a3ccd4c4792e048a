"""`/v1/attestationdrafts`: whoever may not attest prepares, the confirming partner decides."""

import hashlib
from uuid import UUID

import pytest
from flask import Flask

from app.auth import acts
from app.commands import acceptances
from app.core.vocabulary import DraftStatus, PartnerType, Role
from app.db import db
from app.models import Blob, Draft
from tests.channel import Channel, company, done, hire
from tests.model import reading
from tests.rows import change
from tests.web.v1.conftest import Chain, Desk
from tests.web.v1.drafting import LIST, Files, returned, step, submitted, upload
from tests.web.v1.programs import (
    BASE,
    EVA,
    NO_ROLE,
    NOT_FOUND,
    NOT_SIGNED_IN,
    UNKNOWN,
    Program,
    Refusal,
    confirmation,
    of,
    program,
    refusal,
    untouched,
)

STEPS = ("approve", "return", "resubmit")
SIGNED, PHOTO = b"%PDF signed by Maria", b"\xff\xd8\x00 of the signature"
NO_ATTESTING: Refusal = (403, 1002, "reseller-cannot-attest")
WRONG_STATE: Refusal = (409, 2000, "wrong-state")


# What a reseller does instead of attesting


def refused_with_the_way_out(chain: Chain, where: str) -> str:
    """A reseller's attempt to attest; answers where it is sent to instead."""
    with untouched():
        found = chain.rita.post(where, confirmation())
    assert refusal(found) == NO_ATTESTING
    following = (found.json or {})["next"]
    assert following == {
        "action": "submit-draft",
        "owner": "reseller",
        "url": f"{BASE}{of(chain.case, 'attestationdrafts')}",
    }
    return str(following["url"])


@pytest.mark.parametrize("with_files", [False, True])
@pytest.mark.parametrize("blocked", [False, True])
def test_the_way_a_reseller_is_shown_ends_with_the_providers_attestation(
    chain: Chain, with_files: bool, blocked: bool
) -> None:
    case, channel = chain.case, chain.channel
    if blocked:
        done(acceptances.report_refusal, acts.console(), case.machine, 1)
    way = refused_with_the_way_out(chain, of(case, "agreements"))
    files: Files = [(SIGNED, "signed.pdf", "application/pdf"), (PHOTO, "署名.jpg", "image/jpeg")] if with_files else []
    given = confirmation(note="signed on paper", dateAgreed="2026-11-20T09:00:00Z")
    made = upload(chain.rita, way, given, *files) if with_files else chain.rita.post(way, given)
    assert made.status_code == 201, made.text
    draft = made.json or {}
    hashes = [hashlib.sha256(content).hexdigest() for content, _, _ in files]
    assert (draft["status"], draft["from"], draft["note"]) == ("submitted", "Wingtip", "signed on paper")
    assert [file["sha256"] for file in draft["attachments"]] == hashes
    assert [file["name"] for file in draft["attachments"]] == [name for _, name, _ in files]
    for content, sha256 in zip((SIGNED, PHOTO), hashes, strict=False):
        assert db.session.get_one(Blob, sha256).content == content

    assert chain.pia.made(step(draft["id"], "approve"), {}, 200)["status"] == "approved"
    for side in (chain.pia, chain.rita):
        shown = side.get(of(case, "acceptance"))
        assert (shown["state"], shown["confirmed"]) == ("partner-attested", True)
    *_, record = reading.assert_chain_is_sound(case.machine.id)
    assert (record["facts"]["draft"], record["facts"].get("attachments", [])) == (draft["id"], hashes)
    assert record["facts"]["statedDate"] == "2026-11-20T09:00:00.000Z"
    assert record["actor"]["id"] == str(channel.pia.id)
    values = reading.personal(case.machine.id)
    sealed = {name: values[commitment]["value"] for name, commitment in record["sealed"].items()}
    assert (sealed["actorName"], sealed["preparedBy"]) == ("Pia Berg", f"Rita Falk <{channel.rita.email}>")


@pytest.mark.parametrize("role", Role)
def test_a_reseller_cannot_approve_its_own_draft_whatever_role_is_held(app: Flask, chain: Chain, role: Role) -> None:
    draft = submitted(chain)
    other = Chain(chain.channel, chain.pia, program(app, hire(chain.channel.reseller, role)), chain.case)
    refused_with_the_way_out(other, step(draft, "approve"))


def test_a_reseller_whose_draft_came_back_prepares_another_on_the_way_it_is_shown(chain: Chain) -> None:
    former = returned(chain)
    way = refused_with_the_way_out(chain, step(former, "approve"))
    fresh = chain.rita.made(way, confirmation())["id"]
    assert {one["id"]: one["status"] for one in chain.pia.get(LIST)["items"]} == {
        former: "discarded",
        fresh: "submitted",
    }


def test_a_direct_bill_partners_own_people_prepare_and_approve(desk: Desk) -> None:
    draft = desk.program.made(of(desk.customer(), "attestationdrafts"), confirmation())
    assert draft["from"] == "Fabrikam"
    assert desk.program.made(step(draft["id"], "approve"), {}, 200)["recordNumber"] == 2


# The queue


def test_both_sides_list_the_same_drafts_longest_waiting_first(app: Flask, chain: Chain) -> None:
    drafts = [submitted(chain, case) for case in (chain.case, chain.channel.customer(), chain.channel.customer())]
    chain.pia.made(step(drafts[1], "return"), {"reason": "by whom?"}, 200)
    waiting = [drafts[0], drafts[2]]
    for side in (chain.rita, chain.pia, program(app, chain.channel.provider), program(app, chain.channel.reseller)):
        found = side.get(LIST)
        assert ([one["id"] for one in found["items"]], found["totalCount"]) == (drafts, 3)
        assert [one["id"] for one in side.get(f"{LIST}?status=submitted")["items"]] == waiting
        assert [one["reason"] for one in side.get(f"{LIST}?status=returned")["items"]] == ["by whom?"]
        assert side.get(f"{LIST}?status=approved")["items"] == []


@pytest.mark.parametrize("status", ["", "open", "Submitted", "%00", "%FF"])
def test_a_status_that_is_none_is_refused(desk: Desk, status: str) -> None:
    assert refusal(desk.program.send("GET", f"{LIST}?status={status}")) == (400, 3000, "invalid-value")


def test_whoever_decides_drafts_sees_them_and_nobody_else(app: Flask, desk: Desk, chain: Chain) -> None:
    """For blocked customers any role decides."""
    draft = submitted(chain)
    assert desk.program.get(LIST)["items"] == []
    for role in Role:
        [shown] = program(app, hire(chain.channel.provider, role)).get(LIST)["items"]
        assert shown["id"] == draft
    assert refusal(Program(app).send("GET", LIST)) == NOT_SIGNED_IN


# Deciding


def test_a_returned_draft_comes_back_corrected_with_another_file(chain: Chain) -> None:
    made = upload(chain.rita, of(chain.case, "attestationdrafts"), confirmation(), (SIGNED, "a.pdf", "application/pdf"))
    draft = (made.json or {})["id"]
    back = chain.pia.made(step(draft, "return"), {"reason": "whose signature?"}, 200)
    assert (back["status"], back["reason"]) == ("returned", "whose signature?")
    again = upload(
        chain.rita, step(draft, "resubmit"), confirmation(primaryContact=EVA), (PHOTO, "b.jpg", "image/jpeg")
    )
    assert (again.status_code, (again.json or {})["status"]) == (200, "submitted")
    assert [file["name"] for file in (again.json or {})["attachments"]] == ["a.pdf", "b.jpg"]
    chain.pia.made(step(draft, "approve"), {}, 200)
    assert chain.rita.get(of(chain.case, "acceptance"))["primaryContact"]["firstName"] == "Eva"


@pytest.mark.parametrize("body", [b"", b"{}", b'{"unheard-of": 1}'])
def test_an_approval_needs_no_body(chain: Chain, body: bytes) -> None:
    found = chain.pia.post(step(submitted(chain), "approve"), None, data=body)
    assert (found.status_code, (found.json or {})["decidedBy"]) == (200, f"Pia Berg <{chain.channel.pia.email}>")


def test_helpdesk_and_global_admins_decide_for_blocked_customers_only(app: Flask, chain: Chain) -> None:
    for role in (Role.HELPDESK_AGENT, Role.GLOBAL_ADMIN):
        case, who = chain.channel.customer(), program(app, hire(chain.channel.provider, role))
        draft = submitted(chain, case)
        assert who.refused(step(draft, "approve"), {}) == NO_ROLE
        done(acceptances.report_refusal, acts.console(), case.machine, 1)
        assert who.made(step(draft, "approve"), {}, 200)["status"] == "approved"


def test_the_side_that_prepared_does_not_decide_and_the_other_does_not_prepare(chain: Chain) -> None:
    draft = submitted(chain)
    assert chain.rita.refused(step(draft, "return"), {"reason": "no"}) == (403, 1002, "wrong-partner-type")
    chain.pia.made(step(draft, "return"), {"reason": "no"}, 200)
    assert chain.pia.refused(step(draft, "resubmit"), confirmation()) == NOT_FOUND


ENDS: dict[str, tuple[str, set[str]]] = {
    "submitted": ("", {"resubmit"}),
    "returned": ("return", {"approve", "return"}),
    "approved": ("approve", {"approve", "return", "resubmit"}),
    "discarded": ("", {"approve", "return", "resubmit"}),
}


@pytest.mark.parametrize("status", ENDS)
def test_a_decided_draft_is_decided(chain: Chain, status: str) -> None:
    draft, (way, refused) = submitted(chain), ENDS[status]
    if way:
        chain.pia.made(step(draft, way), {"reason": "no"}, 200)
    if status == "discarded":
        change(Draft, Draft.id == UUID(draft), status=DraftStatus.DISCARDED)
    with untouched():
        for name in refused:
            by = chain.rita if name == "resubmit" else chain.pia
            found = by.post(step(draft, name), confirmation(reason="no"))
            assert refusal(found) == WRONG_STATE, name
            assert f"This is {status}, where {name}" in (found.json or {})["description"]


# Wrong state, somebody else's, not signed in


def test_a_second_draft_waits_for_the_first(chain: Chain) -> None:
    submitted(chain)
    again = of(chain.case, "attestationdrafts")
    assert chain.rita.refused(again, confirmation()) == (409, 2000, "already-exists")


def test_what_could_not_be_approved_is_refused_at_once(chain: Chain) -> None:
    chain.pia.made(of(chain.case, "agreements"), confirmation())
    again = of(chain.case, "attestationdrafts")
    assert chain.rita.refused(again, confirmation()) == (400, 600061, "already-confirmed")
    ahead = confirmation(dateAgreed="2099-01-01")
    assert chain.rita.refused(again, ahead) == (400, 3000, "date-in-future")


def test_somebody_elses_draft_is_as_unknown_as_one_that_is_not_there(app: Flask, desk: Desk, chain: Chain) -> None:
    """Another partner's, and another reseller's of the same provider."""
    draft = submitted(chain)
    other = program(app, hire(company("Adventure", PartnerType.RESELLER, chain.channel.provider)))
    with untouched():
        for who in (desk.program, other):
            for name in STEPS:
                for id in (draft, UNKNOWN):
                    assert who.says(step(id, name), confirmation(reason="no")) == NOT_FOUND
            for where in (of(chain.case, "attestationdrafts"), f"/v1/customers/{UNKNOWN}/attestationdrafts"):
                assert who.says(where, confirmation()) == NOT_FOUND


def test_without_a_token_nothing_is_prepared_or_decided(app: Flask, chain: Chain) -> None:
    draft, other = submitted(chain), chain.channel.customer()
    with untouched():
        for where in (of(other, "attestationdrafts"), *(step(draft, name) for name in STEPS)):
            assert Program(app).says(where, confirmation(reason="no")) == NOT_SIGNED_IN


def test_only_agents_prepare(app: Flask, channel: Channel) -> None:
    for role in (Role.HELPDESK_AGENT, Role.GLOBAL_ADMIN):
        who = program(app, hire(channel.reseller, role))
        assert who.refused(of(channel.customer(), "attestationdrafts"), confirmation()) == NO_ROLE
