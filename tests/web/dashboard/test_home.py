"""Home: what needs the reader now with one button each, and figures of the reader's partner."""

import re
from datetime import timedelta

from flask import Flask

from app import sequencer
from app.auth import acts
from app.commands import acceptances, policies
from app.core.vocabulary import PartnerType, Role, TaskKind
from app.db import db
from app.installation import installation
from app.models import Partner, Task
from tests.cast import Cast
from tests.channel import act, company, customer, done, hire
from tests.web.dashboard.member import Member

ROWS = """
[[rule]]
id = "anew"
topic = "enforcement"
from = 2999-02-01
any-of = ["MicrosoftCustomerAgreement"]
accepted-since = 2998-01-01
"""


def test_with_nothing_to_do_it_says_so(ana: Member) -> None:
    page = ana.open("/").text
    assert "Nothing waits for you" in page
    assert "No customer has accepted an invitation in the last twelve months" in page


def test_a_task_stands_there_with_the_button_that_leads_to_where_it_is_done(ana: Member, cast: Cast) -> None:
    story = cast.customer(company="Northwind")
    done(acceptances.report_refusal, cast.act(), story.machine, 1)
    page = ana.open("/").text
    assert "Confirm for a customer that cannot accept by itself" in page
    assert f'href="/customers/{story.machine.customer_id}/attest">Attest</a>' in page
    assert "Northwind" in page
    late = Task(partner_id=cast.fabrikam.id, kind=TaskKind.HOOK_REFUSED, created_at=acts.now() - timedelta(days=9))
    done(db.session.add, late)
    assert "Overdue" in ana.open("/").text


def test_states_are_counted_and_lead_to_the_list(ana: Member, cast: Cast) -> None:
    done(customer(cast.fabrikam).attest, cast.act())
    customer(cast.fabrikam)
    while sequencer.stamp():
        pass
    page = ana.open("/").text
    numbers = dict(re.findall(r'href="/customers\?state=([a-z-]+)">.*?<strong>([\d,]+)</strong>', page, re.DOTALL))
    assert numbers["partner-attested"] == "1"
    assert numbers["unconfirmed"] == "1"
    assert numbers["invited"] == "0"


def test_every_figure_is_described_and_has_a_table_beside_it(ana: Member, cast: Cast) -> None:
    page = ana.open("/").text
    assert page.count('<svg class="chart"') == page.count('role="img"') == 1
    assert page.count("The same as a table") == 1
    assert "<desc" in page
    assert "style=" not in page


def test_who_could_not_order_after_the_next_change_is_asked_for_apart(ana: Member, cast: Cast) -> None:
    customer(cast.fabrikam)
    assert "/rules/next" not in ana.open("/").text
    boss = hire(cast.fabrikam, Role.GLOBAL_ADMIN)
    below = installation().rules.policy
    done(policies.set_rows, act(boss), db.session.get_one(Partner, cast.fabrikam.id), ROWS, below)
    page = ana.open("/").text
    assert 'hx-get="/rules/next"' in page
    assert 'href="/rules/what-if?date=2999-02-01"' in page
    fragment = ana.get("/rules/next", headers={"HX-Request": "true"}).text
    assert "<html" not in fragment
    assert "From 1 February 2999 on 1 customer could not order" in fragment
    assert "What if?" in ana.open("/rules/next").text


def test_a_reseller_sees_its_customers_counted_and_is_told_who_has_the_rest(app: Flask, cast: Cast) -> None:
    provider = company("Tailspin", PartnerType.PROVIDER)
    reseller = company("Wingtip", PartnerType.RESELLER, provider)
    customer(provider, reseller)
    customer(provider)
    page = Member(app, hire(reseller)).open("/").text
    assert "1 customer agreement in all" in page
    assert "ask your provider for these figures" in page
    assert '<svg class="chart"' not in page


def test_whoever_may_not_look_at_customers_sees_no_figures(app: Flask, cast: Cast) -> None:
    page = Member(app, hire(cast.fabrikam, Role.GLOBAL_ADMIN)).open("/").text
    assert "Nothing waits for you" in page
    assert "Where agreements stand" not in page
