"""Messages that were not signed as Standard Webhooks say, or not by the one whose they should be."""

import base64
import json
from collections.abc import Callable

from app.hooks import signing
from tests.web.hooking import EVENT, Sent, raw, signed

BODY = raw(EVENT)
Spoil = Callable[[Sent, str], Sent]
ONCE_MORE = json.dumps(json.loads(BODY), separators=(",", ":")).encode()


def retimed(sent: Sent, seconds: int) -> Sent:
    return sent.but(webhook_timestamp=str(int(sent.headers["webhook-timestamp"]) + seconds))


def resigned(sent: Sent, form: str) -> Sent:
    return sent.but(webhook_signature=form.format(sent.headers["webhook-signature"].partition(",")[2]))


FORGERIES: dict[str, Spoil] = {
    "forged": lambda sent, _: resigned(sent, f"v1,{base64.b64encode(bytes(32)).decode()}"),
    "signed with another secret": lambda sent, _: signed(signing.new_secret(), BODY),
    "signed with another source's secret": lambda sent, other: signed(other, BODY),
    "old": lambda sent, _: retimed(sent, -301),
    "of the future": lambda sent, _: retimed(sent, 310),
    "replayed at a new time": lambda sent, _: retimed(sent, 60),
    "replayed under a new id": lambda sent, _: sent.but(webhook_id="msg_2"),
    "truncated": lambda sent, _: sent.but(BODY[:-1]),
    "empty": lambda sent, _: sent.but(b""),
    "a byte more": lambda sent, _: sent.but(BODY + b" "),
    "re-encoded": lambda sent, _: sent.but(ONCE_MORE),
    "another body": lambda sent, _: sent.but(BODY.replace(b"blue", b"grey")),
    "not UTF-8": lambda sent, _: sent.but(b'{"type": "\xff"}'),
    "UTF-16": lambda sent, _: sent.but(BODY.decode().encode("utf-16")),
    "a mark before it": lambda sent, _: sent.but(b"\xef\xbb\xbf" + BODY),
    "no id": lambda sent, _: sent.but(webhook_id=None),
    "no time": lambda sent, _: sent.but(webhook_timestamp=None),
    "no signature": lambda sent, _: sent.but(webhook_signature=None),
    "no headers": lambda sent, _: Sent(sent.body),
    "an empty id": lambda sent, _: sent.but(webhook_id=""),
    "a long id": lambda sent, _: sent.but(webhook_id="m" * 256),
    "an id that is no text": lambda sent, _: sent.but(webhook_id="m\0"),
    "an id with a space": lambda sent, _: sent.but(webhook_id="m 1"),
    "an id in another script": lambda sent, _: sent.but(webhook_id="m\xe9"),
    "no digits in its time": lambda sent, _: sent.but(webhook_timestamp="today"),
    "a time that is no number": lambda sent, _: sent.but(webhook_timestamp="nan"),
    "a time without end": lambda sent, _: sent.but(webhook_timestamp="inf"),
    "a time of many digits": lambda sent, _: sent.but(webhook_timestamp="9" * 400),
    "a time below nothing": lambda sent, _: sent.but(webhook_timestamp="-1"),
    "its time in milliseconds": lambda sent, _: sent.but(webhook_timestamp=sent.headers["webhook-timestamp"] + "000"),
    "only a version": lambda sent, _: resigned(sent, "v1"),
    "only a comma": lambda sent, _: resigned(sent, ","),
    "two commas": lambda sent, _: resigned(sent, "v1,a,b"),
    "no base64": lambda sent, _: resigned(sent, "v1,%%%"),
    "no alphabet": lambda sent, _: resigned(sent, "v1,\xe9"),
    "an empty signature": lambda sent, _: resigned(sent, "v1,"),
    "an empty header": lambda sent, _: resigned(sent, ""),
    "a NUL": lambda sent, _: resigned(sent, "v1,{}\0".replace("{}", "A===")),
    "without a version": lambda sent, _: resigned(sent, "{}"),
    "half a signature": lambda sent, _: resigned(sent, "v1,{:.20}"),
    "its key called asymmetric": lambda sent, _: resigned(sent, "v1a,{}"),
    "another version": lambda sent, _: resigned(sent, "v2,{}"),
    "its version in capitals": lambda sent, _: resigned(sent, "V1,{}"),
    "no algorithm": lambda sent, _: resigned(sent, "none,"),
    "as the vendor names algorithms": lambda sent, _: resigned(sent, "rsa-sha256,{}"),
    "garbage before it": lambda sent, _: resigned(sent, "garbage v1,{}"),
    "10,000 signatures": lambda sent, _: resigned(sent, " ".join(["v1,AAAA"] * 9999) + " v1,{}"),
    "with a bearer token": lambda sent, _: Sent(sent.body, {"Authorization": "Bearer asn_x"}),
    "as the vendor signs": lambda sent, _: Sent(sent.body, {"Authorization": "Signature AAAA"}),
}
