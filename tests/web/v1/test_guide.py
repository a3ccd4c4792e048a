"""The page on webhooks: every event there is, samples as they are sent, true figures, and commands that run."""

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app import certificate, messenger, outbox
from app.auth import acts
from app.commands.reports import COMMANDS
from app.commands.webhooks import MOST, TESTS
from app.core import webhooks as rules
from app.core.evidence import stamp
from app.core.hooks import SigningScheme
from app.core.refusals import Refused
from app.core.vocabulary import NewsType, Role
from app.hooks import answers, bodies, inbound, signing
from app.installation import installation
from app.web.v1 import samples
from app.web.v1.guide import span
from app.web.v1.happenings import TAKEN
from tests import channel as channels
from tests.arriving import source_of
from tests.channel import Channel, act, hire
from tests.hooks.stories import endpoint, everything
from tests.receiver import Receiver
from tests.telling import deliveries, telling
from tests.test_changes import ask_customer
from tests.web.v1.guided import Guide, read
from tests.web.v1.programs import program, token
from tests.web.v1.registered import URL, told
from tests.web.v1.served import Served, served
from tests.web.v1.test_docs import Page, typed


@pytest.fixture
def guide(app: Flask) -> Guide:
    return read(app)


def test_every_event_has_its_place_its_vendors_name_and_a_sample(guide: Guide) -> None:
    assert {type.value.replace(".", "-") for type in NewsType} <= set(guide.ids)
    assert set(guide.codes) > {type.value for type in NewsType}
    assert all(name in guide.words for name in rules.VENDOR_EVENTS)
    for type in NewsType:
        assert json.loads(guide.codes[type.value])["type"] == type


def test_its_links_lead_somewhere_and_it_needs_nothing_from_elsewhere(app: Flask, guide: Guide) -> None:
    assert len(guide.ids) == len(set(guide.ids))
    assert {link[1:] for link in guide.links if link.startswith("#")} - set(guide.ids) == set()
    others = {link for link in guide.links if not link.startswith("#")}
    docs = Page(app.test_client().get("/docs").text)
    anchors = {link.removeprefix("/docs#") for link in others if link.startswith("/docs#")}
    assert anchors - set(docs.ids) == set()
    assert {link.partition("?v=")[0] for link in others if not link.startswith("/docs")} == {
        "/static/assent.css",
        "/static/assent.svg",
        "/static/docs.css",
        "https://www.standardwebhooks.com",
    }
    assert {tag for tag, _ in guide.elements} & {"script", "style", "iframe", "img", "form"} == set()
    assert not [name for _, given in guide.elements for name in given if name == "style" or name.startswith("on")]


def test_the_figures_are_those_that_hold(guide: Guide) -> None:
    words = " ".join(guide.words.split())
    assert f"After {messenger.TIMEOUT:g} seconds without an answer" in words
    assert f"the first {answers.CHARACTERS} characters of your answer" in words
    kept = (answers.PATIENCE, rules.LARGEST, TESTS)
    assert kept == (86_400, 20_000, (2, timedelta(minutes=1)))
    assert f"A partner may have {MOST} of them" in words
    assert "tried 10 times over about 75 hours 35 minutes, each wait up to 10 % shorter or longer" in words
    waits = "at once 5 seconds later 5 minutes later 30 minutes later 2 hours later 5 hours later 10 hours later"
    assert f"{waits} 14 hours later 20 hours later 24 hours later" in words
    assert "wait for its first 4 tries, about 35 minutes" in words
    assert "has failed for 5 days" in words
    assert "for 24 hours every message carries two signatures" in words
    assert "kept for 30 days" in words
    assert span(timedelta(hours=1, seconds=1)) == "1 hour 1 second"


# Samples


def alike(one: Any, other: Any) -> bool:
    """The same members, in the same order; where one has an object the other may have null."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return isinstance(one, type(other)) or None in (one, other)
    return list(one) == list(other) and all(alike(one[name], other[name]) for name in one)


def test_samples_have_the_members_that_are_sent(app: Flask, channel: Channel) -> None:
    receiver = Receiver()
    with telling(app) as worker:
        end = endpoint(channel.provider, receiver.url)
        everything(channel)
        admin = program(app, hire(channel.provider, Role.GLOBAL_ADMIN))
        admin.made(f"/v1/webhooks/endpoints/{end.id}/test", {}, 202)
        worker.at = acts.now()
        worker.round()
    receiver.down()
    sent = [json.loads(one.body) for one in deliveries(end.id)]
    assert {event["type"] for event in sent} == set(NewsType)
    shown = {type: json.loads(samples.body(type, installation().rules)) for type in NewsType}
    assert [event for event in sent if not alike(event, shown[event["type"]])] == []


def test_a_sample_is_what_would_be_sent_but_for_its_line_breaks(app: Flask, guide: Guide) -> None:
    book = installation().rules
    for type in NewsType:
        event = samples.event(type, book)
        assert json.loads(guide.codes[type.value]) == json.loads(bodies.body(SigningScheme.STANDARD, type, event))
    accepted = samples.event(NewsType.ACCEPTED, book)
    name = rules.VENDORS[NewsType.ACCEPTED]
    vendors = json.loads(bodies.body(SigningScheme.VENDOR, name, accepted))
    assert json.loads(guide.codes["notification"]) == vendors


# What is taken


def test_whatever_is_taken_is_told_of(guide: Guide) -> None:
    assert set(TAKEN) == set(COMMANDS)
    assert {f"taken-{event.replace('.', '-')}" for _, event in TAKEN} <= set(guide.ids)


def facts_about(channel: Channel, event: tuple[SigningScheme, str]) -> dict[str, Any]:
    """Those of the page, but about a fresh customer with an invitation in the mail."""
    case = channel.customer()
    invitation = channels.done(ask_customer, act(channel.pia), case)
    mails = outbox.claim("me", 500, timedelta(minutes=1), 0, "assent.example")
    about = {
        "customerId": str(case.machine.customer_id),
        "ResourceUri": f"/v1/customers/{case.machine.customer_id}",
        "messageId": next(mail.message_id for mail in mails if mail.id == invitation.mail_id),
        "invitationId": str(invitation.id),
        "dateAgreed": stamp(acts.now()),
        "ResourceChangeUtcDate": acts.now().isoformat(),
    }
    return {fact.name: about.get(fact.name, fact.sample) for fact in TAKEN[event].facts}


def outcome(channel: Channel, event: tuple[SigningScheme, str], told: dict[str, Any]) -> str:
    scheme, name = event
    body = told | {"EventName": name} if scheme is SigningScheme.VENDOR else {"type": name, "data": told}
    try:
        message = inbound.message(scheme, "key", body)
    except Refused as refused:
        return f"refused {refused.reason}"
    row = source_of(channel.provider, scheme).tell(message.event, message.told)
    return f"{row.outcome} {row.reason or ''}".strip()


@pytest.mark.parametrize("event", TAKEN, ids=lambda event: event[1])
def test_the_facts_of_the_page_are_taken_and_those_that_are_required_are_missed(
    app: Flask, event: tuple[SigningScheme, str]
) -> None:
    channel = channels.introduce()
    assert outcome(channel, event, facts_about(channel, event)) == "done"
    required = [fact.name for fact in TAKEN[event].facts if fact.required]
    # Another partner: a complaint has its consequences.
    channel = channels.introduce()
    alone = {name: value for name, value in facts_about(channel, event).items() if name in required}
    assert outcome(channel, event, alone) == "done"
    missing = {outcome(channel, event, alone | {name: None}) for name in required}
    assert missing <= {"refused missing-field"}


# Commands


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, sqlite_mould: Path) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("guide"), sqlite_mould) as found:
        yield found


@pytest.fixture(scope="module")
def provider(server: Served) -> Channel:
    return channels.introduce()


@pytest.fixture(scope="module")
def variables(server: Served, provider: Channel) -> dict[str, str]:
    """What the shell knows; nobody is called, for no worker runs."""
    there = told(provider.provider)
    admin = token(hire(provider.provider, Role.GLOBAL_ADMIN))
    named = {"ASSENT": server.address, "TOKEN": admin, "RECEIVER": URL}
    return named | {"ENDPOINT": there.endpoint, "DELIVERY": there.delivery}


def test_every_command_runs_as_it_stands(server: Served, variables: dict[str, str], tmp_path: Path) -> None:
    page = read(server.app)
    assert len(page.commands) == 9
    wrong = {}
    for name, command in page.commands.items():
        found = typed(command, variables, tmp_path)
        if found.stdout.splitlines()[-1:] != [str(page.statuses[name])]:
            wrong[name] = (found.stdout + found.stderr)[-500:]
    assert wrong == {}


def test_what_the_page_signs_is_taken(
    server: Served, provider: Channel, variables: dict[str, str], tmp_path: Path
) -> None:
    page = read(server.app)
    made = json.loads(typed(page.commands["source"].replace("Shop", "Bazaar"), variables, tmp_path).stdout[:-4])
    customer = str(provider.customer().machine.customer_id)
    given = {"HOOK": made["url"], "SECRET": made["secret"], "CUSTOMER": customer}
    done = typed(page.codes["sign"].rstrip(), given, tmp_path)
    assert (done.stdout.split(), done.stderr) == (['{"outcome":"done"}', "200"], "")
    forged = typed(page.codes["sign"].rstrip(), given | {"SECRET": signing.new_secret()}, tmp_path)
    assert forged.stdout.splitlines()[-1] == "401"


def test_the_vendors_signature_is_verified_with_openssl(server: Served, tmp_path: Path) -> None:
    config, body = installation().config, samples.body(NewsType.TEST, installation().rules, SigningScheme.VENDOR)
    headers = certificate.signer(config.keys_dir, config.base_url).headers("1", acts.now(), body.encode(), False)
    (tmp_path / "body").write_text(body, encoding="utf-8")
    word, signature = headers["Authorization"].split()
    given = {"ASSENT": server.address, "SIGNATURE": signature, "CERTIFICATE_URL": headers["X-MS-Certificate-Url"]}
    script = read(server.app).codes["vendor"]

    def says(**changed: str) -> tuple[int, str]:
        environ = {"PATH": os.environ["PATH"]} | given | changed
        words = ["sh", "-eu", "-c", script]
        done = subprocess.run(words, env=environ, cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False)
        return done.returncode, done.stdout

    assert word == "Signature"
    assert says() == (0, "Verified OK\n")
    assert says(CERTIFICATE_URL="https://elsewhere.example/cert") == (1, "")
    (tmp_path / "body").write_text(f"{body} ", encoding="utf-8")
    assert says()[1] == "Verification failure\n"
