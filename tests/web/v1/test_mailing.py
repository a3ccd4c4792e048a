"""`/v1/mail`: how a partner's mail stands, held back and let go."""

from app.auth import acts
from app.commands import pauses
from app.core.carrying import Pausing
from app.core.vocabulary import Role
from app.db import transaction
from tests.channel import hire
from tests.web.v1.conftest import Chain, Desk
from tests.web.v1.programs import MARIA, of, program

MAIL = "/v1/mail"
GOES = {"paused": False, "pausedForAll": False, "pausedWhy": None, "pausedNote": None, "pausedAt": None}


def test_a_partner_holds_its_mail_back_and_lets_it_go(desk: Desk) -> None:
    boss = desk.colleague(Role.GLOBAL_ADMIN)
    before = desk.program.get(MAIL)
    assert before.items() >= (GOES | {"rates": {"all": None, "domain": None}}).items()
    desk.program.made(of(desk.customer(), "invitations"), {"kind": "agreement", "contact": MARIA})
    held = boss.made(f"{MAIL}/pause", {"note": "a wrong list"}, 200)
    assert held.items() >= {"paused": True, "pausedWhy": "by-hand", "pausedNote": "a wrong list"}.items()
    assert (held["codesToo"], held["queued"]) == (False, before["queued"] + 1)
    assert held["pausedBy"].startswith("Eva Lund <")
    again = boss.made(f"{MAIL}/pause", {"codesToo": True}, 200)
    assert (again["codesToo"], again["pausedNote"], again["pausedAt"]) == (True, None, held["pausedAt"])
    assert desk.program.get(MAIL) == again
    for _ in range(2):
        assert boss.made(f"{MAIL}/resume", {}, 200).items() >= GOES.items()


def test_who_may_not_and_whose_it_is_not(desk: Desk, chain: Chain) -> None:
    for where in (f"{MAIL}/pause", f"{MAIL}/resume"):
        assert desk.program.refused(where, {})[2] == "role-not-allowed"
    boss = program(chain.pia.client.application, hire(chain.channel.provider, Role.GLOBAL_ADMIN))
    boss.made(f"{MAIL}/pause", {}, 200)
    assert not desk.program.get(MAIL)["paused"]
    boss.made(f"{MAIL}/resume", {}, 200)


def test_a_pause_of_everybodys_mail_is_seen_and_not_lifted(desk: Desk) -> None:
    boss = desk.colleague(Role.GLOBAL_ADMIN)
    with desk.app.app_context(), transaction():
        pauses.pause(acts.console(), None, Pausing.BY_HAND, "moving house")
    told = boss.made(f"{MAIL}/resume", {}, 200)
    assert told.items() >= {"paused": True, "pausedForAll": True, "pausedNote": "moving house"}.items()
    with desk.app.app_context(), transaction():
        assert pauses.resume(acts.console(), None)


def test_a_reseller_holds_none_back_for_its_provider_sends_it(chain: Chain) -> None:
    boss = program(chain.pia.client.application, hire(chain.channel.reseller, Role.GLOBAL_ADMIN))
    assert boss.refused(f"{MAIL}/pause", {})[2] == "wrong-partner-type"
