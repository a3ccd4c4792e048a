"""What one side writes and the other answers: a reseller's draft, a customer's doubt."""

import pytest
from playwright.sync_api import expect

from app.auth import passwords
from app.core.languages import Language
from tests.browser.walks.conftest import Customer, Desk
from tests.browser.walks.person import Person
from tests.browser.walks.ways import Means, by, in_languages
from tests.cast import Cast
from tests.channel import Channel
from tests.web.portal.accounts import FIRST
from tests.web.portal.at_home import attested
from tests.web.portal.visitor import add_user

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.soak]

STEPS = ["handed it in", "returned it", "handed it in once more", "approved it"]


def steps(person: Person) -> list[str]:
    """The life of a draft, as its page tells it."""
    lines = person.page.locator("ol.timeline li")
    expect(lines).to_have_count(len(STEPS))
    return [next(step for step in sorted(STEPS, reverse=True) if step in line) for line in lines.all_inner_texts()]


def sentences(person: Person) -> list[str]:
    """All that happened, as the customer's page tells it."""
    person.stands("Attested")
    return person.page.locator("ol.timeline li > p").all_inner_texts()


@by(Means.NO_SCRIPT)
def test_a_draft_goes_back_and_forth_until_it_counts(desk: Desk, channel: Channel) -> None:
    case = channel.customer()
    rita, pia = desk(channel.rita), desk(channel.pia)
    rita.opens(f"/customers/{case.relationship.customer_id}")
    rita.follows("Prepare an attestation")
    rita.reads("Tailspin decides this.")
    rita.fills(date="2026-01-31", note="signed on paper")
    rita.presses("Hand in the draft")
    rita.reads("The draft is with Tailspin now, who approves or returns it.")

    pia.opens("/drafts")
    pia.follows("Contoso")
    pia.reads("signed on paper")
    pia.unfolds("Return it instead")
    pia.fills(reason="The paper itself is missing.")
    pia.presses("Return")
    pia.reads("Returned. Rita Falk is told by mail and has a task to correct it.")

    rita.opens("/")
    rita.follows("Correct the draft")
    rita.reads("The paper itself is missing.")
    rita.page.locator("#files").set_input_files(
        {"name": "signed.pdf", "mimeType": "application/pdf", "buffer": b"%PDF signed by Maria"}
    )
    rita.presses("Hand it in")
    rita.reads("Handed in once more; whoever decides it sees what has changed.")

    pia.opens("/")
    pia.follows("Decide the draft")
    pia.ticks("I vouch for this on behalf of Tailspin")
    pia.presses("Vouch and approve")
    pia.reads("Approved: your word that Contoso has accepted is on record.")
    rita.page.reload()
    assert steps(pia) == steps(rita) == STEPS
    pia.follows("Contoso")
    rita.follows("Contoso")
    assert sentences(pia) == sentences(rita) != []
    assert rita.facts("Confirmation")["Vouched for by"] == "Pia Berg"


@pytest.mark.parametrize(("choice", "customer_reads"), [("Uphold", "You were right"), ("Reject", "Not upheld")])
@by(Means.MOUSE)
@in_languages(Language.SWEDISH)
def test_a_doubt_is_answered(
    desk: Desk, customer: Customer, cast: Cast, choice: str, customer_reads: str, language: Language
) -> None:
    story = cast.customer()
    attested(story)
    user = add_user(story, passwords.hashed(FIRST), must_change=False)
    maria, ana = customer(language, locale=language), desk(cast.ana)
    maria.opens("/portal")
    maria.fills(user_name=user.user_name, password=FIRST)
    maria.presses("Sign in")
    maria.follows("Fabrikam")
    maria.unfolds("This attestation is wrong")
    maria.fills(reason="Maria has left us long ago.")
    maria.presses("Dispute it")
    maria.reads(maria.words("Waiting for an answer"))

    ana.opens("/")
    ana.follows("Answer the dispute")
    ana.reads("Maria has left us long ago.")
    ana.ticks(choice)
    ana.fills(reason="We have asked her successor.")
    ana.presses("Answer the dispute")
    ana.reads({"Uphold": "Upheld. If the doubted confirmation", "Reject": "Rejected. The confirmation stands"}[choice])
    ana.follows("Contoso")
    ana.stands({"Uphold": "Not confirmed", "Reject": "Attested"}[choice])

    maria.page.reload()
    maria.reads(maria.words(customer_reads))
    maria.reads("We have asked her successor.")
