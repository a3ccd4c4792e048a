"""A partner that is told of what happens: an endpoint of its own, its registration, and what is to be sent to each."""

from dataclasses import dataclass

from sqlalchemy import select

from app import vault
from app.auth import acts
from app.commands import webhooks
from app.commands.webhooks import Wanted
from app.core.act import Act
from app.core.webhooks import TEST_CREATED
from app.db import db, new_id
from app.hooks import signing
from app.models import Partner, WebhookDelivery
from tests.channel import done

# Public, spelled out so that no name is looked up, and never called: where this is used no worker runs.
URL = "https://1.1.1.1/hooks"


@dataclass(frozen=True)
class Told:
    endpoint: str
    delivery: str
    correlation: str


def told(partner: Partner) -> Told:
    """Another endpoint each time; the one registration there can be, with the one test that was asked for."""
    return done(_told, acts.console(partner.id))


def _told(act: Act) -> Told:
    end = webhooks.add(act, Wanted(URL, ["*"]), vault.seal(signing.new_secret()))
    sent = webhooks.test(act, end, "{}", new_id())
    registered = webhooks.registration(act) or webhooks.register(act, URL, [TEST_CREATED], own_header=False)
    tests = select(WebhookDelivery.id).where(WebhookDelivery.endpoint_id == registered.id)
    correlation = db.session.scalar(tests) or webhooks.test(act, registered, "{}", new_id()).id
    return Told(str(end.id), str(sent.id), str(correlation))
