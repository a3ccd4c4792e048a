"""What is signed as the schemes say is known by its key; of everything else there is one thing to be said."""

import random
import time
from datetime import UTC, datetime

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.hooks import SigningScheme
from app.core.refusals import Reason, Refused
from app.hooks import certificates, inbound
from app.hooks.certificates import Trust
from tests.hooks.signers import VENDOR, der, issuing, leaf, pem, root

# The example that the standard itself gives.
SECRET = "whsec_plJ3nmyCDGBKInavdOK15jsl"
EXAMPLE = b'{"event_type":"ping","data":{"success":true}}'
AT = 1731705121
HEADERS = {
    "webhook-id": "msg_loFOjxBNrRLzqYUf",
    "webhook-timestamp": str(AT),
    "webhook-signature": "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
}
TRUST = Trust(VENDOR, pem(root()).decode())
MUTATIONS = 300
ANYTHING = st.text(max_size=200) | st.sampled_from(["v1,", "v1,AAAA v1,BBBB", str(AT), "Signature AAAA", "rsa-sha256"])


def test_the_example_of_the_standard_is_known_by_its_id() -> None:
    with time_machine.travel(AT, tick=False):
        assert inbound.standard([SECRET], HEADERS, EXAMPLE) == "msg_loFOjxBNrRLzqYUf"
        assert inbound.standard(["whsec_AAAA", SECRET], HEADERS, EXAMPLE) == "msg_loFOjxBNrRLzqYUf"
        for secrets in ([], ["whsec_AAAA"]):
            with pytest.raises(Refused, match=Reason.BAD_SIGNATURE):
                inbound.standard(secrets, HEADERS, EXAMPLE)


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(list(HEADERS)), ANYTHING), st.binary(max_size=200))
def test_whatever_is_sent_is_forged_and_never_a_failure(changes: dict[str, str], body: bytes) -> None:
    with time_machine.travel(AT, tick=False), pytest.raises(Refused, match=Reason.BAD_SIGNATURE):
        inbound.standard([SECRET], HEADERS | changes, body)


@settings(max_examples=150)
@given(*[ANYTHING] * 3)
def test_whatever_the_vendors_headers_say_is_read_or_refused(signature: str, url: str, algorithm: str) -> None:
    headers = {"authorization": signature, "x-ms-certificate-url": url, "x-ms-signature-algorithm": algorithm}
    with pytest.raises(Refused, match=f"{Reason.BAD_SIGNATURE}|{Reason.MISSING_FIELD}"):
        certificates.address(inbound.claim(headers).certificate, ["a.example"])


ADDRESSES = {
    "https://a.example/x.cer": ("a.example", 443, "/x.cer"),
    "https://A.EXAMPLE/x.cer?y=z": ("a.example", 443, "/x.cer?y=z"),
    "https://a.example:443/": ("a.example", 443, "/"),
    "https://b.example:8443/x": ("b.example", 8443, "/x"),
}


def test_certificates_come_from_the_hosts_that_are_listed_at_their_ports() -> None:
    for url, expected in ADDRESSES.items():
        found = certificates.address(url, ["A.example", "b.example:8443"])
        assert (found.host, found.port, found.path) == expected
    for url in ("https://a.example:8443/x", "https://b.example/x", "https://b.example:443/x", "https://a.example./x"):
        with pytest.raises(Refused, match=Reason.BAD_SIGNATURE):
            certificates.address(url, ["A.example", "b.example:8443"])


@pytest.mark.parametrize("file", [der(leaf()), pem(leaf(by="Issuing"), issuing())], ids=["DER", "PEM"])
def test_a_certificate_with_a_byte_changed_is_refused_and_never_a_failure(file: bytes) -> None:
    now, chance = datetime.now(UTC), random.Random(1)
    assert certificates.key(file, TRUST, now).key_size == 2048
    for _ in range(MUTATIONS):
        spoilt = bytearray(file)
        spoilt[chance.randrange(len(file))] ^= chance.randrange(1, 256)
        assert not _trusted(bytes(spoilt), now) or certificates.read(bytes(spoilt)) == certificates.read(file)


def _trusted(file: bytes, at: datetime) -> bool:
    try:
        return bool(certificates.key(file, TRUST, at))
    except Refused:
        return False


def test_a_certificate_holds_from_its_first_to_its_last_moment() -> None:
    file = der(leaf())
    with time_machine.travel(time.time()):
        for days, holds in ((-2, False), (-0.9, True), (89.9, True), (90.1, False)):
            at = datetime.fromtimestamp(time.time() + days * 86400, UTC)
            if holds:
                assert certificates.key(file, TRUST, at)
            else:
                with pytest.raises(Refused, match=Reason.BAD_SIGNATURE):
                    certificates.key(file, TRUST, at)


def test_what_a_message_tells_is_its_data_or_else_all_of_it() -> None:
    standard, vendor = SigningScheme.STANDARD, SigningScheme.VENDOR
    whole = {"type": "a", "data": [1]}
    assert inbound.message(standard, "k", whole).told == whole
    assert inbound.message(standard, "k", whole | {"data": {"b": 1}}).told == {"b": 1}
    notice = {"EventName": "b", "ResourceChangeUtcDate": "2026-01-01T02:00:00.1234567+02:00", "data": {}}
    found = inbound.message(vendor, "k", notice)
    assert (found.event, found.told, found.at) == ("b", notice, datetime(2026, 1, 1, 0, 0, 0, 123456, UTC))
