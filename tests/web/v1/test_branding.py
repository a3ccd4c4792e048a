"""`/v1/branding`: the colour and the logo of a partner's mails, and of a reseller's."""

import email
from base64 import b64encode
from email import policy
from typing import Any

import pytest

from app.core.vocabulary import PartnerType, Role
from tests.channel import hire
from tests.pictures import drawn, photo
from tests.web.v1.conftest import Chain, Desk
from tests.web.v1.programs import NO_ROLE, NOT_SIGNED_IN, Program, Refusal, of, program, refusal, untouched

PATH = "/v1/branding"
LOGO = b64encode(drawn()).decode()
LOOKS = {"colour": "#0b6e4f", "logo": LOGO, "logoAlt": "Fabrikam"}
NONE = {"colour": None, "logo": None, "logoAlt": None}
INVALID: Refusal = (400, 3000, "invalid-value")


@pytest.fixture
def admin(desk: Desk) -> Program:
    return desk.colleague(Role.GLOBAL_ADMIN)


def put(who: Program, **looks: Any) -> Any:
    found = who.send("PUT", PATH, json=looks)
    assert found.status_code == 200, found.text
    return {name: value for name, value in (found.json or {}).items() if name != "attributes"}


def shown(who: Program) -> dict[str, Any]:
    return {name: value for name, value in who.get(PATH).items() if name != "attributes"}


def mail(chain: Chain) -> Any:
    made = chain.pia.made(of(chain.case, "invitations"), {"kind": "agreement"})
    found = chain.pia.send("GET", f"/v1/invitations/{made['id']}/message", {"Accept": "message/rfc822"})
    return email.message_from_bytes(found.data, policy=policy.default)


def test_looks_are_set_as_a_whole_and_taken_back(admin: Program) -> None:
    assert shown(admin) == NONE
    assert put(admin, **LOOKS) == shown(admin) == LOOKS
    assert put(admin, colour="#ABCDEF") == NONE | {"colour": "#abcdef"}
    jpeg = b64encode(photo()).decode()
    assert put(admin, logo=f"{jpeg[:20]}\n{jpeg[20:]}") == NONE | {"logo": jpeg}
    assert admin.send("DELETE", PATH).status_code == 204
    assert shown(admin) == NONE


WRONG: list[dict[str, Any]] = [
    *({"colour": colour} for colour in ("green", "#fff", "0b6e4f", "#0b6e4f;x:y", "#0b6e4g", 7)),
    *({"logo": logo} for logo in ("!", "aGVsbG8=", LOGO[:40], LOGO + "x", b64encode(drawn(601, 10)).decode(), [LOGO])),
    {"logo": b64encode(drawn() + b"\x00" * 50_000).decode()},
    {"logo": "A" * 100_004},
]


def test_what_is_no_colour_and_no_picture_is_refused(admin: Program) -> None:
    with untouched():
        for looks in WRONG:
            assert (looks, refusal(admin.send("PUT", PATH, json=looks))) == (looks, INVALID)


def test_only_who_manages_mail_sees_and_sets_them(desk: Desk) -> None:
    with untouched():
        for method, body in (("GET", None), ("PUT", LOOKS), ("DELETE", None)):
            assert refusal(Program(desk.app).send(method, PATH, json=body)) == NOT_SIGNED_IN
            assert refusal(desk.program.send(method, PATH, json=body)) == NO_ROLE


def test_a_mail_looks_as_the_reseller_decided_or_else_its_provider(chain: Chain) -> None:
    provider, reseller = (
        program(chain.pia.client.application, hire(partner, Role.GLOBAL_ADMIN))
        for partner in (chain.channel.provider, chain.channel.reseller)
    )
    assert chain.channel.reseller.type is PartnerType.RESELLER
    put(provider, **LOOKS)
    sent = mail(chain)
    assert "#0b6e4f" in sent.get_body(("html",)).get_content()
    assert [part.get_content() for part in sent.walk() if part.get_content_maintype() == "image"] == [drawn()]
    put(reseller, colour="#abcdef")
    html = mail(chain).get_body(("html",)).get_content()
    assert "#abcdef" in html
    assert "#0b6e4f" not in html
