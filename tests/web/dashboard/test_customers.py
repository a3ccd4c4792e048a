"""The list of customers: found, filtered, leafed through, chosen from and saved, each side seeing its own."""

import csv
import io
from collections.abc import Iterator
from html import escape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, update

from app.auth import acts
from app.commands import attestations, deliveries
from app.core.lifecycle import State
from app.core.vocabulary import Role
from app.db import db, transaction
from app.models import Machine, Relationship, StateCount
from app.web.dashboard import customers as pages
from tests.cast import MARIA, Cast, Story
from tests.channel import AGREED, Channel, done, hire
from tests.web.dashboard.member import Member


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short pages, so that few customers make several."""
    monkeypatch.setattr(pages, "A_PAGE", 2)


def shown(page: str, *names: str) -> list[str]:
    """Which of these companies stand in the table."""
    return [name for name in names if f"<strong>{escape(name)}</strong>" in page]


def attested(cast: Cast, story: Story) -> Story:
    done(attestations.attest, cast.act(), story.machine, story.relationship, MARIA, AGREED, cast.rules)
    return story


def test_a_customer_stands_with_its_state_and_what_comes_next(ana: Member, cast: Cast) -> None:
    fresh, asked = cast.customer(company="Adatum & Söhne"), cast.customer(company="Blue <Yonder>")
    asked.invite()
    page = ana.open("/customers").text
    assert shown(page, "Adatum & Söhne", "Blue <Yonder>") == ["Adatum & Söhne", "Blue <Yonder>"]
    assert f'href="/customers/{fresh.machine.customer_id}/invite">Invite the customer</a>' in page
    assert "Wait for the customer&#39;s answer" in page
    assert page.count("Your move") == 1
    assert page.count("The customer&#39;s move") == 1


def test_mail_that_came_back_asks_for_another_contact(ana: Member, cast: Cast) -> None:
    story = cast.customer()
    done(deliveries.bounce, acts.clock(), story.invite(), story.machine, "5.1.1")
    page = ana.open("/customers?health=bounced").text
    assert f'href="/customers/{story.machine.customer_id}/invite">Invite a contact whom mail reaches</a>' in page
    assert "Bounced" in page
    assert shown(ana.open("/customers?health=complained").text, "Contoso") == []


def test_every_filter_can_be_kept_as_an_address(ana: Member, cast: Cast) -> None:
    names = ("Contoso", "Étoile", "Adatum")
    asked, confirmed, other = (cast.customer(company=name) for name in names)
    asked.invite(expires_in_days=5)
    attested(cast, confirmed)
    with transaction() as session:
        session.execute(update(Relationship).where(Relationship.id == other.relationship.id).values(country="NO"))
        session.execute(update(Machine).where(Machine.id == confirmed.machine.id).values(accepted_version=-1))
    for query, found in {
        "q=étoile": ["Étoile"],
        "q=ADA": ["Adatum"],
        "q=contoso": ["Contoso", "Étoile", "Adatum"],
        "state=invited": ["Contoso"],
        "state=partner-attested": ["Étoile"],
        "expiring=7": ["Contoso"],
        "expiring=3": [],
        "country=no": ["Adatum"],
        "q=a&state=unconfirmed": ["Adatum"],
        "stale=yes": [],
        "q=": ["Contoso", "Étoile", "Adatum"],
    }.items():
        assert shown(ana.open(f"/customers?{query}").text, *names) == found, query


def test_what_no_filter_knows_is_refused(ana: Member) -> None:
    for query in ("state=x", "stale=x", "expiring=0", "expiring=x", "health=ok", "reseller=1", "country=SWE", "q=%00"):
        assert ana.get(f"/customers?{query}").status_code == 400, query
    assert ana.get("/customers.csv?state=x").status_code == 400


def test_a_key_that_no_page_gave_out_is_refused(ana: Member) -> None:
    assert ana.get("/customers?after=id&after=x").status_code == 400


@pytest.mark.usefixtures("few")
def test_pages_follow_each_other_and_lead_back(ana: Member, cast: Cast) -> None:
    names = [f"Contoso {number}" for number in range(5)]
    for name in names:
        cast.customer(company=name)
    found, where = [], "/customers?q=contoso"
    while where:
        page = ana.open(where).text
        found += shown(page, *names)
        link = page.partition('rel="next" href="')[2].partition('"')[0]
        where = link.replace("&amp;", "&")
    assert found == names
    assert 'href="/customers?q=contoso">To the first page' in page


def test_while_one_types_only_the_rows_are_sent(ana: Member, cast: Cast) -> None:
    cast.customer(company="Adatum")
    cast.customer(company="Contoso")
    part = ana.get("/customers?q=ada", headers={"HX-Request": "true"}).text
    assert shown(part, "Adatum", "Contoso") == ["Adatum"]
    assert "<html" not in part
    assert '<p id="found" hx-swap-oob="innerHTML">1 customer on this page' in part
    whole = ana.open("/customers?q=ada").text
    assert part[part.index("<nav") :].split("csrf_token")[0] in whole


def test_states_are_counted_where_nothing_else_is_asked_for(ana: Member, cast: Cast) -> None:
    with transaction() as session:
        whose = {"partner_id": cast.fabrikam.id, "agreement_type": pages.KIND}
        session.add(StateCount(**whose, state=State.INVITED, number=12345))
    assert '>Invited <span class="quiet">12,345</span>' in ana.open("/customers").text
    assert "12,345" not in ana.open("/customers?q=a").text


def test_nobody_to_list_is_a_beginning_and_nobody_found_a_way_back(ana: Member, cast: Cast) -> None:
    page = ana.open("/customers").text
    assert "There are no customers yet" in page
    assert 'href="/customers/new"' in page
    cast.customer()
    page = ana.open("/customers?q=zz").text
    assert "No customer matches" in page
    assert '<a class="button second" href="/customers">Clear the filters</a>' in page


def test_a_role_that_does_not_see_customers_is_told_so(app: Flask, cast: Cast) -> None:
    other = Member(app, hire(cast.fabrikam, Role.HELPDESK_AGENT))
    assert other.get("/customers").status_code == 403
    assert other.get("/customers.csv").status_code == 403


def test_each_side_lists_its_own_and_a_provider_by_reseller(app: Flask, cast: Cast, channel: Channel) -> None:
    case = channel.customer()
    cast.customer(company="Elsewhere")
    provider, reseller = Member(app, channel.pia), Member(app, channel.rita)
    page = provider.open(f"/customers?reseller={channel.reseller.id}").text
    assert shown(page, "Contoso", "Elsewhere") == ["Contoso"]
    assert '<td data-label="Reseller">Wingtip</td>' in page
    page = reseller.open("/customers").text
    assert shown(page, "Contoso", "Elsewhere") == ["Contoso"]
    assert 'name="reseller"' not in page
    assert str(case.machine.customer_id) in page


def test_the_file_has_what_the_list_has(ana: Member, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.web.dashboard.customers_file.A_BATCH", 2)
    for name in ("=cmd()", "Adatum", "Contoso"):
        cast.customer(company=name)
    attested(cast, cast.customer(company="Étoile"))
    answer = ana.get("/customers.csv", buffered=True)  # streamed: read where it was asked for
    assert answer.content_type == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert [row["Company"] for row in rows] == ["'=cmd()", "Adatum", "Contoso", "Étoile"]
    assert [row["State"] for row in rows] == ["Not confirmed"] * 3 + ["Attested"]
    assert [row["Next"] for row in rows] == ["Invite the customer"] * 3 + [""]
    only = ana.get("/customers.csv?state=partner-attested", buffered=True).get_data(as_text=True)
    assert "Étoile" in only
    assert "Adatum" not in only


@pytest.fixture
def asked(app: Flask) -> Iterator[list[str]]:
    """The statements that were sent."""
    found: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield found
    event.remove(db.engine, "before_cursor_execute", note)


def test_a_long_page_asks_no_more_often_than_a_short_one(ana: Member, cast: Cast, asked: list[str]) -> None:
    numbers = []
    for _ in range(2):
        for _ in range(3):
            cast.customer().invite()
        ana.open("/customers")
        asked.clear()
        ana.open("/customers")
        numbers.append(len(asked))
    assert numbers[0] == numbers[1]


def test_the_bar_of_every_page_finds_customers(ana: Member, cast: Cast) -> None:
    cast.customer(company="Adatum")
    assert '<form role="search" method="get" action="/customers"' in ana.open("/").text
