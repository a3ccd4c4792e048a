"""The page of one customer: where it stands and why, what comes next and who does it, and all that happened."""

import re
from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import update

from app.auth import acts
from app.commands import acceptances, attestations, customers, deliveries, disputes
from app.commands.firing import Says, append, create_machine
from app.core.vocabulary import (
    AcceptanceMethod,
    AgreementType,
    Assurance,
    Note,
    PartnerType,
    PurchaseKind,
    Role,
)
from app.db import transaction
from app.models import Machine
from app.queries import chronicle
from tests.cast import MARIA, Cast, Story
from tests.channel import AGREED, SIGNED, Channel, act, ask, company, done, hire
from tests.web.dashboard.member import Member

KIND = AgreementType.MCA


def where(story: Story) -> str:
    return f"/customers/{story.machine.customer_id}"


def read(page: str) -> str:
    """What a reader sees, on one line."""
    text = re.sub(r"<[^>]+>", " ", page.partition("<main")[2].partition("</main>")[0])
    return " ".join(text.replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").split())


def attest(cast: Cast, story: Story, name: str = "Maria") -> None:
    who = replace(MARIA, first_name=name)
    done(attestations.attest, cast.act(), story.machine, story.relationship, who, AGREED, cast.rules)


def test_a_fresh_customer_is_to_be_invited(ana: Member, cast: Cast) -> None:
    story = cast.customer(company="Blue <Yonder> & Söhne")
    page = ana.open(where(story)).text
    says = read(page)
    assert "Blue <Yonder> & Söhne" in says
    assert "Not confirmed" in says
    assert "What comes next: Invite the customer · Your move" in says
    assert f'<a class="button" href="{where(story)}/invite">Invite the customer</a>' in page
    assert "New purchase Denied No acceptance counts for this order." in says
    assert "Automatic renewal Allowed" in says
    assert "Nothing is confirmed yet" in says
    assert "Withdraw There is no acceptance that could be withdrawn." in says
    assert "Ana Lind added the customer; its agreement begins here." in says


def test_a_customer_that_was_asked_is_waited_for(ana: Member, cast: Cast) -> None:
    story = cast.customer()
    invitation = story.invite()
    page = ana.open(where(story)).text
    assert "What comes next: Wait for the customer's answer · The customer's move" in read(page)
    assert f'href="/invitations/{invitation.id}">Maria Ek</a>' in page
    assert "Mail Queued The mail is waiting to be sent." in read(page)
    assert "Ana Lind invited Maria Ek to accept the agreement." in read(page)


def test_mail_that_came_back_is_not_waited_for(ana: Member, cast: Cast) -> None:
    story = cast.customer()
    done(deliveries.bounce, acts.clock(), story.invite(), story.machine, "5.1.1")
    says = read(ana.open(where(story)).text)
    assert "What comes next: Invite a contact whom mail reaches · Your move" in says
    assert "The mail to the contact came back. Answer of the mail server 5.1.1" in says


def test_a_blocked_customer_is_attested_and_the_page_says_why(ana: Member, cast: Cast) -> None:
    story = cast.customer()
    done(customers.record_purchase, cast.act(), story.relationship, PurchaseKind.AZURE_PLAN, cast.act().at.date())
    done(acceptances.block, acts.clock(), story.machine, None)
    page = ana.open(where(story)).text
    assert "It has bought through you before" in read(page)
    assert f'<a class="button" href="{where(story)}/attest">' in page
    assert "Invite The customer cannot accept by itself: attest what it told you." in read(page)
    assert "Azure plan" in read(page)


def test_a_confirmation_is_shown_with_who_and_when_and_its_corrections(ana: Member, cast: Cast) -> None:
    story = cast.customer()
    attest(cast, story)
    attest(cast, story, "Moa")
    page = ana.open(where(story)).text
    says = read(page)
    assert "Nothing is left to do. The customer may order." in says
    assert "Agreed by Moa Ek Agreed on 31 January 2026 Vouched for by Ana Lind" in says
    assert "The partner vouches for it; the customer has not accepted here itself." in says
    assert "Current" in says
    corrected = "Ana Lind corrected the attestation: Moa Ek agreed on 31 January 2026. Corrects record 2"
    assert says.index(corrected) < says.index("Ana Lind attested that Maria Ek agreed on 31 January 2026.")
    assert f'href="{where(story)}/order">Order</a>' in page
    assert str(story.machine.head) in page


def test_what_the_customer_accepted_elsewhere_is_never_nothing(ana: Member, cast: Cast) -> None:
    story, rival = cast.customer(), company("Rival", PartnerType.DIRECT_BILL)
    own = story.relationship
    about = customers.Profile("Contoso", "SE", "en", own.contact, own.domain)
    theirs = done(customers.add_customer, acts.console(), rival, about).machine
    accepted = {"method": AcceptanceMethod.DIRECT, "assurance": Assurance.TENANT_OIDC, "acceptance_number": 1}
    with transaction() as session:
        values = accepted | {
            "agreed_at": AGREED,
            "accepted_version": story.cast.rules.terms(KIND, cast.act().at).version,
        }
        session.execute(update(Machine).where(Machine.id == theirs.id).values(**values))
    says = read(ana.open(where(story)).text)
    assert "Accepted with another partner" in says
    assert "31 January 2026" in says
    assert "New purchase Allowed" in says
    assert "Rival" not in says


def test_an_open_dispute_and_one_that_was_upheld_are_said(ana: Member, cast: Cast) -> None:
    story = cast.customer()
    attest(cast, story)
    dispute = done(disputes.open_dispute, cast.act(), story.machine, "Maria never agreed")
    page = ana.open(where(story)).text
    assert "The acceptance is disputed. Maria never agreed" in read(page)
    assert f'href="/disputes/{dispute.id}"' in page
    assert "it counts until the dispute is answered" in read(page)
    assert "What comes next: Close the dispute" in read(page)
    assert "Nothing is left to do" not in read(page)
    done(disputes.close_dispute, cast.act(), dispute, "she is right", upheld=True)
    says = read(ana.open(where(story)).text)
    assert "Nothing is confirmed yet" in says
    assert "The acceptance of record 2 was disputed, and the dispute upheld on" in says
    assert "Ana Lind upheld the dispute: the acceptance no longer counts. Reason she is right" in says


def test_records_are_leafed_through_page_by_page(ana: Member, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chronicle, "A_PAGE", 2)
    story = cast.customer()
    for _ in range(4):
        story.invite()
    numbers, address = [], where(story)
    while address:
        page = ana.open(address).text
        numbers += [int(number) for number in re.findall(r"<summary>Record (\d+)", page)]
        link = re.search(r'href="([^"]+)">What happened before', page)
        address = link[1] if link else ""
    assert numbers == [5, 4, 3, 2, 1]


def test_every_record_has_its_sentence(ana: Member, cast: Cast) -> None:
    story = cast.customer()
    says = Says({"disputes": 1, "outcome": "rejected"}, {"reason": "<b>so</b>"})
    for word in Note:
        done(append, story.machine, word, story.machine.state, cast.act(), says)
    page = ana.open(where(story)).text
    assert "did this:" not in page
    assert read(page).count("Reason <b>so</b>") == len(Note)
    assert "<b>so</b>" not in page


def test_a_draft_waits_for_the_provider_and_both_sides_see_it(app: Flask, channel: Channel) -> None:
    case = channel.customer()
    draft = done(case.submit, act(channel.rita), ask(MARIA, AGREED, "signed in March", SIGNED))
    address = f"/customers/{case.machine.customer_id}"
    provider, reseller = Member(app, channel.pia), Member(app, channel.rita)
    page = provider.open(address).text
    assert "What comes next: Decide the draft · Your move" in read(page)
    assert f'<a class="button" href="/drafts/{draft.id}">Decide the draft</a>' in page
    assert "Reseller Wingtip" in read(page)
    says = read(reseller.open(address).text)
    assert "What comes next: Decide the draft · The provider's move" in says
    assert "An indirect reseller cannot attest: prepare a draft" in says
    assert "prepared an attestation and asked for approval. Open the draft Note signed in March" in says
    assert "Purchases" not in says
    done(case.approve, act(channel.pia), draft)
    page = provider.open(address).text
    assert "Pia Berg attested that Maria Ek agreed on 31 January 2026." in read(page)
    assert "signed.pdf" in page
    assert "signed.pdf" in reseller.open(address).text


def test_another_reseller_of_the_customer_reads_no_names_of_the_first(app: Flask, channel: Channel) -> None:
    case, other = channel.customer(), company("Adatum", PartnerType.RESELLER, channel.provider)
    done(case.approve, act(channel.pia), done(case.submit, act(channel.rita), ask()))
    own = case.relationship
    about = customers.Profile("Contoso", "SE", "en", own.contact, own.domain)
    done(customers.add_customer, acts.console(), channel.provider, about, other)
    page = Member(app, hire(other, name="Olle Berg")).open(f"/customers/{case.machine.customer_id}").text
    assert "Rita" not in page
    assert "Wingtip" not in page
    assert "Adatum" in page


def test_the_agreements_of_a_customer_are_tabs(ana: Member, cast: Cast) -> None:
    story = cast.customer()
    assert "Microsoft Cloud Agreement" not in ana.open(where(story)).text
    whose = (cast.fabrikam.id, story.machine.customer_id, AgreementType.CLOUD, None)
    done(create_machine, acts.console(), *whose)
    page = ana.open(f"{where(story)}?agreementType=MicrosoftCloudAgreement").text
    assert ' aria-current="page">Microsoft Cloud Agreement</a>' in page
    assert "The operator added the customer" in read(page)


def unknown(story: Story) -> str:
    return f"/customers/{uuid4()}"


def no_such_kind(story: Story) -> str:
    return f"{where(story)}?agreementType=other"


def no_machine(story: Story) -> str:
    return f"{where(story)}?agreementType=MicrosoftCloudAgreement"


@pytest.mark.parametrize("address", [unknown, no_such_kind, no_machine])
def test_what_is_not_there_is_not_found(ana: Member, cast: Cast, address: Callable[[Story], str]) -> None:
    assert ana.get(address(cast.customer())).status_code == 404


def test_somebody_elses_customer_is_as_little_there(app: Flask, cast: Cast, channel: Channel) -> None:
    story = cast.customer()
    assert Member(app, channel.pia).get(where(story)).status_code == 404
    helpdesk = Member(app, hire(cast.fabrikam, Role.HELPDESK_AGENT))
    assert helpdesk.get(where(story)).status_code == 403


def test_a_page_that_never_was_is_refused(ana: Member, cast: Cast) -> None:
    address = where(cast.customer())
    assert [ana.get(f"{address}?before={text}").status_code for text in ("x", "-1", "1" * 10)] == [400] * 3
