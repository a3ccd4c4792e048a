"""Endpoints and sources of webhooks: set up, changed, tried out, given new secrets, ended; and their logs."""

import re
from uuid import UUID

import pytest
from flask import Flask

from app import vault
from app.auth import acts
from app.commands import arrivals, sources
from app.core.hooks import Arrival, Calling
from app.db import db, new_id, transaction
from app.hooks import signing
from app.installation import installation
from app.models import HookSource, ReceivedHook, WebhookDelivery, WebhookEndpoint
from tests.cast import Cast
from tests.channel import done
from tests.web.dashboard.member import Member

LIST, NEW, SOURCES, RECEIVED = "/webhooks", "/webhooks/new", "/webhooks/sources", "/webhooks/received"
URL = "https://8.8.8.8/hook"
SECRET = re.compile(r'id="secret">(whsec_[^<]+)<')


def add(member: Member, *events: str) -> UUID:
    member.open(NEW)
    form = member.forms[NEW].fields | {"url": URL, "description": "the CRM", "events": list(events) or ["*"]}
    member.page = member.post(NEW, form)  # type: ignore[arg-type]
    assert member.page.status_code == 200
    db.session.rollback()
    return db.session.query(WebhookEndpoint).order_by(WebhookEndpoint.id.desc()).limit(1).one().id


def row(id: UUID) -> WebhookEndpoint:
    db.session.rollback()
    return db.session.get_one(WebhookEndpoint, id)


def failed(cast: Cast, end: UUID) -> UUID:
    """A delivery that was given up after one try."""
    tried = {"at": "2026-11-20T10:00:00Z", "ms": 31, "status": 500, "error": None, "answer": "<b>out of order</b>"}
    about = {"endpoint_id": end, "partner_id": cast.fabrikam.id, "event_id": f"evt_{new_id().hex}", "seq": 7}
    about |= {"name": "agreement.blocked", "body": '{"a":"<i>"}', "status": Calling.FAILED, "attempts": 10}
    with transaction() as session:
        sent = WebhookDelivery(id=new_id(), **about, tries=[tried], created_at=acts.now())
        session.add(sent)
    return sent.id


def test_an_endpoint_is_added_and_its_secret_shown_once(gina: Member) -> None:
    assert "Nobody is told yet" in gina.open(LIST).text
    id = add(gina, "agreement.*", "agreement.blocked", "draft.returned")
    secret = SECRET.search(gina.page.text)
    assert secret
    assert vault.open_(row(id).secret or b"") == secret[1]
    assert row(id).events == ["agreement.*", "draft.returned"]
    for where in (LIST, f"{LIST}/{id}"):
        page = gina.open(where).text
        assert secret[1] not in page
        assert URL in page
        assert "Agreements, draft.returned" in page


@pytest.mark.parametrize(
    ("url", "field", "events"),
    [
        ("http://8.8.8.8/hook", "url", ["*"]),
        ("", "url", ["*"]),
        ("https://10.0.0.1/", "url", ["*"]),
        (URL, "events", []),
    ],
)
def test_a_bad_endpoint_is_refused_beside_its_field_and_kept(
    gina: Member, url: str, field: str, events: list[str]
) -> None:
    gina.open(NEW)
    form = gina.forms[NEW].fields | {"url": url, "description": "the CRM", "events": events}
    page = gina.post(NEW, form)  # type: ignore[arg-type]
    assert page.status_code == 400
    assert f'id="{field}-error"' in page.text
    assert 'value="the CRM"' in page.text


def test_an_endpoint_is_changed_disabled_enabled_and_deleted(gina: Member) -> None:
    id = add(gina)
    where = f"{LIST}/{id}"
    gina.open(where)
    gina.submit(where, url="https://8.8.4.4/new", description="")
    assert (row(id).url, row(id).description, row(id).events) == ("https://8.8.4.4/new", None, ["*"])
    gina.submit(f"{where}/disable")
    assert "Somebody of yours disabled it" in gina.page.text
    assert f"{where}/test" not in gina.forms
    gina.submit(f"{where}/enable")
    assert row(id).disabled_at is None
    gina.submit(f"{where}/remove")
    assert "The endpoint is gone" in gina.page.text
    assert gina.get(where).status_code == 404


def test_a_new_secret_is_shown_once_and_the_former_one_signs_for_a_day(gina: Member) -> None:
    id = add(gina)
    former = row(id).secret
    gina.open(f"{LIST}/{id}")
    gina.submit(f"{LIST}/{id}/rotate")
    assert SECRET.search(gina.page.text)
    assert "two signatures" in gina.page.text
    assert (row(id).former_secret, row(id).secret) == (former, row(id).secret)
    assert "the former secret signs as well until" in gina.open(f"{LIST}/{id}").text


def test_a_test_leads_to_what_became_of_it_and_the_third_has_to_wait(gina: Member) -> None:
    id = add(gina)
    for _ in range(2):
        gina.open(f"{LIST}/{id}")
        gina.submit(f"{LIST}/{id}/test")
        assert "Delivery of test" in gina.page.text
        assert "It has not been sent yet" in gina.page.text
    gina.open(f"{LIST}/{id}")
    gina.submit(f"{LIST}/{id}/test")
    assert gina.page.status_code == 429


def test_what_failed_is_shown_with_its_tries_and_sent_again(gina: Member, cast: Cast) -> None:
    id = add(gina)
    one, other = failed(cast, id), failed(cast, id)
    assert "Given up" in gina.open(LIST).text
    page = gina.open(f"{LIST}/deliveries/{one}").text
    for shown in ("500", "31 ms", "&lt;b&gt;out of order&lt;/b&gt;", "{&#34;a&#34;:&#34;&lt;i&gt;&#34;}"):
        assert shown in page
    gina.submit(f"{LIST}/deliveries/{one}/replay")
    assert "under the same id" in gina.page.text
    log = gina.open(f"{LIST}/{id}?status=failed").text
    assert str(other) in log
    assert str(one) not in log
    gina.submit(f"{LIST}/{id}/replay", since="never")
    assert gina.page.status_code == 400
    assert 'id="since-error"' in gina.page.text
    gina.submit(f"{LIST}/{id}/replay", since="2026-01-01")
    assert "is sent again now" in gina.page.text
    db.session.rollback()
    assert db.session.get_one(WebhookDelivery, other).status is Calling.WAITING


def test_a_source_is_added_renamed_given_a_new_secret_and_ended(gina: Member, cast: Cast) -> None:
    gina.open(SOURCES)
    gina.submit(SOURCES, name="The gateway")
    secret = SECRET.search(gina.page.text)
    assert secret
    source = db.session.query(HookSource).filter_by(partner_id=cast.fabrikam.id).one()
    where = f"{SOURCES}/{source.id}"
    page = gina.open(where).text
    assert f"/hooks/{source.id}" in page
    assert secret[1] not in page
    gina.submit(where, name="The new gateway")
    assert "<h1>The new gateway</h1>" in gina.page.text
    gina.submit(f"{where}/rotate")
    assert SECRET.search(gina.page.text)
    gina.open(where)
    gina.submit(f"{where}/disable")
    gina.submit(f"{where}/enable")
    assert "What it sends is taken again" in gina.page.text
    gina.submit(f"{where}/remove")
    assert gina.get(where).status_code == 404


def test_a_bad_source_is_refused_and_kept(gina: Member) -> None:
    gina.open(SOURCES)
    gina.submit(SOURCES, name="The vendor", scheme="vendor", certificate_hosts="a.example", roots="none")
    assert gina.page.status_code == 400
    assert 'id="roots-error"' in gina.page.text
    assert 'value="The vendor"' in gina.page.text


def test_what_was_refused_says_why_and_what_to_do(gina: Member, stranger: Member, cast: Cast) -> None:
    source = done(sources.add, acts.console(), cast.fabrikam, "The CRM", vault.seal(signing.new_secret()))
    told = {"customerId": str(new_id())}
    body, rules = vault.seal('{"customerId": "…"}'), installation().rules
    event = "agreement.blocked"
    done(arrivals.receive, acts.upstream(source), source, "msg_1", event, told, body, rules)
    row = db.session.query(ReceivedHook).filter_by(source_id=source.id).one()
    page = gina.open(f"{RECEIVED}?outcome={row.outcome}").text
    assert str(row.id) in page
    one = gina.open(f"{RECEIVED}/{row.id}").text
    assert "{&#34;customerId&#34;: &#34;…&#34;}" in one
    assert (row.outcome, "Why, and what to do" in one) == (Arrival.REFUSED, True)
    assert stranger.get(f"{RECEIVED}/{row.id}").status_code == 404


def test_agents_may_not_and_others_see_none_of_it(ana: Member, stranger: Member, gina: Member, app: Flask) -> None:
    id = add(gina)
    for where in (LIST, NEW, SOURCES, RECEIVED, f"{LIST}/{id}"):
        assert ana.get(where).status_code == 403
    assert stranger.get(f"{LIST}/{id}").status_code == 404
    stranger.open(LIST)
    stranger.open(NEW)
    for act in ("rotate", "test", "disable", "remove", "replay"):
        refused = stranger.post(f"{LIST}/{id}/{act}", {"csrf_token": stranger.csrf, "since": "2026-01-01"})
        assert refused.status_code == 404
    assert row(id).disabled_at is None
