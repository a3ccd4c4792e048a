"""Make the demo's data: partners, what they set up, and five hundred customers' lives, all in the order of time."""

import struct
import zlib
from dataclasses import replace
from datetime import datetime, timedelta

from flask import Flask

from app import vault
from app.auth import acts, passwords
from app.commands import branding, catalogue, policies, suppressions, tasks, wordings
from app.commands import staff as hiring
from app.commands.branding import Looks
from app.commands.catalogue import Publication
from app.commands.credentials import First
from app.commands.files import File
from app.core.languages import Language
from app.core.mails import Own
from app.core.names import Kind
from app.core.vocabulary import AgreementType, Role, TaskKind
from app.db import transaction
from app.demo import wires
from app.demo.houses import ADMIN, House, open_houses
from app.demo.names import Register
from app.demo.plot import ALL, PLOT
from app.demo.stage import Life, Stage
from app.demo.teller import Teller
from app.installation import installation
from app.models import Task
from app.queries import rulebooks

PAST = timedelta(days=548)
RENEWED = timedelta(days=390)
# What nothing else settles.
SEEN_TO = (TaskKind.CUSTOMER_DECLINED, TaskKind.CANCEL_SUBSCRIPTIONS, TaskKind.MAIL_FAILED, TaskKind.HANDED_OVER)
TEXT = b"""A made-up text for the demo of Assent.

The vendor's agreement would stand here. The operator of a real installation publishes its bytes with
`assent catalogue`, so that it can be shown years later what somebody has read.
"""
ROWS = """# Who accepted long ago is asked again before anything new is sold.
[[rule]]
id = "reconfirm-{since:%Y-%m}"
topic = "enforcement"
from = {start}
any-of = ["MicrosoftCustomerAgreement"]
accepted-since = {since}
operation = ["new-purchase"]
text = "Whoever accepted before {since} accepts again before new purchases."
"""
OWN = Own(
    "{{ asker }}: please accept the customer agreement",
    "Hello {{ contact }},\n\n{{ company }} buys its licences through us. Before we may order for you, somebody who may "
    "bind {{ company }} has to accept the agreement with the vendor:\n\n{{ link }}\n\n"
    "The link works until {{ expires }}.\n\nThank you,\n{{ asker }}\n",
    None,
)


def make(app: Flask, base_url: str, many: int, names: Register | None = None) -> None:
    """Everything, into an empty database; `base_url` is where the demo will be served."""
    stage = Stage(acts.now())
    began = stage.end - PAST
    with app.test_request_context():
        stage.now = began
        with transaction():
            names = names or Register()
            houses = open_houses(stage, names)
        tell = Teller(stage, names, houses, stage.end - RENEWED + timedelta(days=20), _password())
        stage.enter(stage.end - RENEWED, _publish(tell))
        stage.enter(stage.end - timedelta(days=30), _own_rows(tell))
        stage.enter(stage.end - timedelta(days=200), _own_words(tell))
        stage.enter(stage.end - timedelta(days=12), _endpoints(tell, base_url))
        stage.enter(stage.end - timedelta(days=60), _leaver(tell))
        stage.enter(stage.end - timedelta(days=540), _tidying(tell))
        for life, share, oldest, newest in PLOT:
            for _ in range(max(1, round(share * many / ALL))):
                days = newest + (oldest - newest) * tell.names.chance.random() ** 1.3
                stage.enter(_office(stage.end - timedelta(days=days)), life(tell))
        stage.play()
        wires.tell(stage)


def _password() -> First:
    first = passwords.make()
    return First(passwords.hashed(first), vault.seal(first))


def _office(at: datetime) -> datetime:
    while at.weekday() > 4:
        at -= timedelta(days=1)
    return at


def _publish(tell: Teller) -> Life:
    """A newer version of the agreement, asked for after three weeks; and a lesser one later on."""
    kind, stage = AgreementType.MCA, tell.stage
    day, asked = stage.now.date(), tell.renewed.date()
    _version(tell, Publication(kind, True, day, asked, asked + timedelta(days=60)))
    yield timedelta(days=250)
    _version(tell, Publication(kind, False, stage.now.date(), stage.now.date()))


def _version(tell: Teller, what: Publication) -> None:
    act = tell.stage.operator()
    known = rulebooks.of(installation().rules, None).catalogue
    version = catalogue.publish(act, what, known)
    known = rulebooks.of(installation().rules, None).catalogue
    for language in ("en-US", "sv-SE"):
        file = File(tell.names.say(f"agreement-{version.rank}-{language}.txt"), "text/plain", TEXT + language.encode())
        catalogue.add_document(act, what.type, version.rank, "*", language, file, known)


def _own_rows(tell: Teller) -> Life:
    house, end = tell.houses["fabrikam"], tell.stage.end
    rows = ROWS.format(start=(end + timedelta(days=40)).date(), since=(end - timedelta(days=365)).date())
    act = tell.stage.staff(house.one(Role.GLOBAL_ADMIN))
    policies.set_rows(act, house.partner, rows, installation().rules.policy)
    yield timedelta(days=9999)


def _own_words(tell: Teller) -> Life:
    for key in ("fabrikam", "northwind"):
        house = tell.houses[key]
        act = tell.stage.staff(house.one(Role.GLOBAL_ADMIN))
        own = replace(OWN, subject=tell.names.say(OWN.subject))
        wordings.save(act, house.partner, Kind.AGREEMENT, Language.ENGLISH, own)
        looks = Looks("#7a3b69" if key == "fabrikam" else "#0f6b5c", _logo(), house.partner.name)
        branding.brand(act, house.partner.id, looks)
        why = tell.names.say("left the company")
        suppressions.add(act, house.partner, f"former.admin@{key}-customer.example", why)
    yield timedelta(days=9999)


def _logo() -> bytes:
    """Three bars: a picture without any picture's name."""
    wide, high = 96, 32
    line = bytes(0 if x // 12 % 2 else 1 for x in range(wide))
    pixels = zlib.compress(b"".join(b"\0" + line for _ in range(high)))
    parts = (b"IHDR", struct.pack(">IIBBBBB", wide, high, 8, 3, 0, 0, 0)), (b"PLTE", b"\xff\xff\xff\x7a\x3b\x69")
    found = b"\x89PNG\r\n\x1a\n"
    for name, content in (*parts, (b"IDAT", pixels), (b"IEND", b"")):
        found += struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
    return found


def _endpoints(tell: Teller, base_url: str) -> Life:
    wires.set_up(tell.stage, tell.names, tell.houses, base_url)
    yield timedelta(days=7)
    wires.report(tell.stage, tell.names, tell.houses["fabrikam"])


def _tidying(tell: Teller) -> Life:
    """People see to their tasks, a week and a half behind."""
    while True:
        yield timedelta(days=9)
        for house in tell.houses.values():
            old = (Task.partner_id == house.partner.id, Task.created_at < tell.stage.now - timedelta(days=8))
            tasks.finish_all(tell.stage.staff(house.agents[0]), *old, Task.kind.in_(SEEN_TO))


def _leaver(tell: Teller) -> Life:
    """Somebody who came and went, a service account, and a token that is about to end."""
    house: House = tell.houses["fabrikam"]
    act = tell.stage.staff(house.one(Role.GLOBAL_ADMIN))
    gone = hiring.add_staff(act, house.partner, "lena.strand@fabrikam.example", tell.names.say("Lena Strand"), [ADMIN])
    robot = hiring.open_service_account(act, house.partner, tell.names.say("Billing"), [ADMIN])
    hiring.create_token(act, house.partner, robot, 70)
    yield timedelta(days=20)
    hiring.disable_staff(tell.stage.staff(house.one(Role.GLOBAL_ADMIN)), gone)
