"""Everything that may be told, brought about by the commands that bring it about, and endpoints to tell it to."""

from dataclasses import dataclass, replace
from uuid import UUID

from app import vault
from app.auth import acts
from app.commands import attestations, webhooks
from app.commands.webhooks import Wanted
from app.core.contact import Contact
from app.core.hooks import Disabling
from app.db import db
from app.hooks import signing
from app.models import Partner, WebhookEndpoint
from tests.cast import MARIA
from tests.channel import AGREED, Channel, act, done
from tests.telling import number
from tests.test_changes import Life, confirmed_and_doubted, drafted, mailed_and_blocked

# As long as names may get, in letters of every size.
LONG = Contact("\N{PILE OF POO}" * 200, "张伟ßé\u0301" * 40, "maria@contoso.example", "+46 8 123 456")
NAMES = (MARIA, LONG, replace(MARIA, first_name='"Zoë" \\ <b>', last_name="O'Łukaš"))
FAR = "https://127.0.0.1/" + "x" * 1900


@dataclass(frozen=True)
class Endpoint:
    """With its secrets in the clear, the newest last."""

    id: UUID
    secrets: tuple[str, ...]

    def rotate(self) -> "Endpoint":
        secret = signing.new_secret()
        end = db.session.get_one(WebhookEndpoint, self.id)
        done(webhooks.rotate, acts.console(end.partner_id), end, vault.seal(secret))
        return replace(self, secrets=(*self.secrets, secret))


def endpoint(partner: Partner, url: str, *events: str) -> Endpoint:
    secret = signing.new_secret()
    wanted = Wanted(url, events or ("*",))
    end = done(webhooks.add, acts.console(partner.id), wanted, vault.seal(secret))
    return Endpoint(end.id, (secret,))


def everything(channel: Channel, contact: Contact = MARIA) -> None:
    """Each event of the feed at least once, about one customer, and an endpoint that is given up."""
    case, pia = channel.customer(), act(channel.pia)
    life = Life(channel, case)
    for part in (mailed_and_blocked, confirmed_and_doubted, drafted):
        part(life)
    life.step(attestations.attest, pia, case.machine, case.relationship, contact, AGREED, case.rules)
    lost = db.session.get_one(WebhookEndpoint, endpoint(channel.provider, FAR).id)
    done(webhooks.disable, acts.clock(), lost, Disabling.FAILING)
    number()
