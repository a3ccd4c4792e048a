"""How a partner's mail went lately, what it lets be written to again, and what its endpoints heard last: storage."""

from dataclasses import replace
from datetime import timedelta

from app import vault
from app.auth import acts
from app.commands import suppressions as commands
from app.commands import webhooks
from app.commands.webhooks import Wanted
from app.core.carrying import Lane, Outcome
from app.core.hooks import Calling
from app.core.vocabulary import Owed, Role
from app.db import new_id, transaction
from app.hooks import signing
from app.models import Outbox, OutboxArchive, WebhookDelivery
from app.queries import posted, suppressions
from app.queries import webhooks as queries
from tests.cast import Cast
from tests.channel import act, done, hire


def test_only_mails_of_today_count_and_the_first_next_try_is_named(cast: Cast) -> None:
    now = acts.now().replace(hour=12)
    about = {"partner_id": cast.fabrikam.id, "payload": {}, "created_at": now}
    gone = about | {"attempts": 1, "outcome": Outcome.DONE}
    row = about | {"lane": Lane.BULK, "kind": Owed.REMINDER, "attempts": 2}
    with transaction() as session:
        for kind, at in ((Owed.REMINDER, now), (Owed.REMINDER, now - timedelta(days=1)), (Owed.REVEAL_EXPIRY, now)):
            session.add(OutboxArchive(id=new_id(), **gone, kind=kind, done_at=at))
        for name, due in (("later", now + timedelta(hours=2)), ("sooner", now + timedelta(hours=1))):
            session.add(Outbox(**row, dedupe=f"{name}{cast.ana.id}", due_at=due, last_error=f"451 {name}"))
        dead = row | {"dedupe": f"dead{cast.ana.id}", "due_at": now, "dead_at": now}
        session.add(Outbox(**dead, last_error="550 5.1.1 nobody"))
    found = posted.lately(replace(cast.act(), at=now))
    assert (found.sent, found.trying, found.next_try) == (1, 2, now + timedelta(hours=1))
    assert found.answer == "451 sooner"
    assert [(one.kind, one.answer) for one in found.given_up] == [(Owed.REMINDER, "550 5.1.1 nobody")]


def test_who_let_a_mailbox_be_written_to_again_is_kept(cast: Cast) -> None:
    boss = act(hire(cast.fabrikam, Role.GLOBAL_ADMIN))
    for name in ("eva", "olle"):
        row = done(commands.add, boss, cast.fabrikam, f"{name}@contoso.example", "asked by phone")
        done(commands.remove, boss, row, f"{name} called again")
    (newest,) = suppressions.lifted(boss, 1)
    assert (newest.mailbox, newest.was, newest.why) == ("olle@contoso.example", "asked by phone", "olle called again")
    assert newest.by == boss.signature


def test_of_each_endpoint_the_last_delivery_is_found(cast: Cast) -> None:
    boss = act(hire(cast.fabrikam, Role.GLOBAL_ADMIN))
    wanted = Wanted("https://8.8.8.8/hook", ["*"])
    busy, idle = (done(webhooks.add, boss, wanted, vault.seal(signing.new_secret())) for _ in range(2))
    about = {"partner_id": cast.fabrikam.id, "endpoint_id": busy.id, "name": "test", "body": "{}", "attempts": 1}
    ids = [new_id() for _ in range(3)]
    with transaction() as session:
        for id in ids:
            sent = about | {"event_id": f"evt_{id.hex}", "status": Calling.DELIVERED, "tries": []}
            session.add(WebhookDelivery(id=id, **sent, created_at=boss.at))
    found = queries.newest(boss, [busy, idle])
    assert {end: last.id for end, last in found.items()} == {busy.id: ids[-1]}
