"""Notices that the vendor did not sign, or not so: each is refused, and for its own reason."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from tests.hooks.publisher import HOST, Publisher
from tests.hooks.signers import ENCIPHERMENT, certificate, der, ec_key, issuing, leaf, name, pem, rsa_key, signature
from tests.servers import free_port
from tests.web.hooking import Receiver, Sent, certified, notice, signed
from tests.web.v1.programs import Refusal, refusal

BODY = notice()


@dataclass(frozen=True)
class Desk:
    """A receiver, and the publisher of the certificates it trusts."""

    receiver: Receiver
    publisher: Publisher

    def says(self, sent: Sent) -> Refusal | int:
        found = self.receiver.post(sent)
        return found.status_code if found.status_code < 300 else refusal(found)

    def by(self, file: bytes, *, body: bytes = BODY, key: str = "vendor", path: str = "/odd.cer") -> Sent:
        """Signed with a key whose certificate is published in this way."""
        return certified(self.publisher.publish(path, file), body, signature(body, rsa_key(key)))


Spoil = Callable[[Desk, Sent], Sent]


def signs(form: str) -> Spoil:
    return lambda _, sent: sent.but(Authorization=form.format(sent.headers["Authorization"].split()[1]))


def says_its_algorithm_is(word: str) -> Spoil:
    return lambda _, sent: sent.but(X_MS_Signature_Algorithm=word)


def signed_by(by: bytes) -> Spoil:
    return lambda _, sent: sent.but(Authorization=f"Signature {base64.b64encode(by).decode()}")


def has_its_certificate_at(url: str) -> Spoil:
    return lambda desk, sent: sent.but(X_MS_Certificate_Url=url.format(host=desk.publisher.host, free=free_port()))


def has_the_certificate(make: Callable[[], Any], **more: Any) -> Spoil:
    return lambda desk, _: desk.by(der(make()), **more)


def is_given(file: bytes, status: int = 200, **headers: str) -> Spoil:
    def spoil(desk: Desk, sent: Sent) -> Sent:
        return certified(desk.publisher.publish("/odd.cer", file, status, **headers), BODY)

    return spoil


A_DAY = timedelta(days=1)
PSS = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
# By what is said to be wrong.
FORGERIES: dict[str, dict[str, Spoil]] = {
    "signature": {
        "another body": lambda _, sent: sent.but(BODY.replace(b"blue", b"grey")),
        "truncated": lambda _, sent: sent.but(BODY[:-1]),
        "empty": lambda _, sent: sent.but(b""),
        "a byte more": lambda _, sent: sent.but(BODY + b"\n"),
        "re-encoded": lambda _, sent: sent.but(json.dumps(json.loads(BODY), separators=(",", ":")).encode()),
        "no signature": lambda _, sent: sent.but(Authorization=None),
        "an empty signature": signs("Signature "),
        "only the word": signs("Signature"),
        "without the word": signs("{}"),
        "as a bearer token": signs("Bearer {}"),
        "half the signature": signs("Signature {:.100}"),
        "two signatures": signs("Signature {0}, Signature {0}"),
        "no base64": signs("Signature %%%%"),
        "wrong base64": signs("Signature AAAAA"),
        "base64 of nothing": signs("Signature ===="),
        "a NUL": signs("Signature {}\0"),
        "another script": signs("Signature \xe9\xe9\xe9\xe9"),
        "a long signature": signs("Signature " + "A" * 4000),
        "zeros": signed_by(bytes(256)),
        "signed by another key": signed_by(signature(BODY, rsa_key("other"))),
        "signed over SHA-1": signed_by(signature(BODY, algorithm=hashes.SHA1())),
        "signed over SHA-512": signed_by(signature(BODY, algorithm=hashes.SHA512())),
        "signed by PSS": signed_by(rsa_key("vendor").sign(BODY, PSS, hashes.SHA256())),
        "as Standard Webhooks sign": lambda _, sent: signed("whsec_AAAA", BODY),
        "another key": has_the_certificate(lambda: leaf(key=rsa_key("other"))),
    },
    "algorithm": {
        "rsa-sha1": says_its_algorithm_is("rsa-sha1"),
        "rsa-sha512": says_its_algorithm_is("rsa-sha512"),
        "hmac-sha256": says_its_algorithm_is("hmac-sha256"),
        "none": says_its_algorithm_is("none"),
        "in capitals": says_its_algorithm_is("RSA-SHA256"),
        "two algorithms": says_its_algorithm_is("rsa-sha256, none"),
    },
    "certificate's address": {
        "another host": has_its_certificate_at("https://evil.example/vendor.cer"),
        "another port": has_its_certificate_at(f"https://{HOST}:{{free}}/vendor.cer"),
        "the usual port": has_its_certificate_at(f"https://{HOST}/vendor.cer"),
        "http": has_its_certificate_at("http://{host}/vendor.cer"),
        "a file": has_its_certificate_at("file:///etc/hostname"),
        "no address": has_its_certificate_at("vendor.cer"),
        "a host below": has_its_certificate_at("https://{host}.evil.example/vendor.cer"),
        "the host as a user": has_its_certificate_at("https://{host}@evil.example/vendor.cer"),
        "a user at the host": has_its_certificate_at("https://user@{host}/vendor.cer"),
        "a backslash": has_its_certificate_at("https://evil.example\\@{host}/vendor.cer"),
        "a mark": has_its_certificate_at("https://{host}/vendor.cer#odd"),
        "a NUL in the address": has_its_certificate_at("https://{host}/vendor.cer\0"),
        "a space in the address": has_its_certificate_at("https://{host}/vendor.cer HTTP/1.1"),
        "a tab in the host": has_its_certificate_at("https://evil\t.example/vendor.cer"),
        "a port of another script": has_its_certificate_at(f"https://{HOST}:\xb2/vendor.cer"),
        "no path": has_its_certificate_at("https://{host}"),
        "a long address": has_its_certificate_at("https://{host}/" + "x" * 4000),
    },
    "certificate": {
        "nothing there": has_its_certificate_at("https://{host}/nothing"),
        "elsewhere": is_given(b"", 302, Location="/vendor.cer"),
        "elsewhere for good": is_given(der(leaf()), 308, Location="https://evil.example/"),
        "a page": is_given(b"<!doctype html><title>Not found</title>"),
        "an empty file": is_given(b""),
        "half a certificate": is_given(der(leaf())[:300]),
        "a huge file": is_given(der(leaf()) + bytes(64 * 1024)),
        "a certificate and more": is_given(der(leaf()) + b"\0"),
        "no certificate in PEM": is_given(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        "the authority first": lambda desk, _: desk.by(pem(issuing(), leaf(by="Issuing"))),
        "without the authority between": lambda desk, _: desk.by(pem(leaf(by="Issuing"))),
        "expired": has_the_certificate(lambda: leaf(begins=-9 * A_DAY, ends=-A_DAY)),
        "not yet valid": has_the_certificate(lambda: leaf(begins=A_DAY, ends=9 * A_DAY)),
        "its own authority": has_the_certificate(
            lambda: certificate(
                name("webhooks", "Microsoft Corporation"),
                rsa_key("vendor"),
                name("webhooks", "Microsoft Corporation"),
                rsa_key("vendor"),
            )
        ),
        "another root": has_the_certificate(lambda: leaf(by="Elsewhere")),
        "another root of the same name": has_the_certificate(
            lambda: certificate(
                name("webhooks", "Microsoft Corporation"), rsa_key("vendor"), name("Root"), ec_key("Elsewhere")
            )
        ),
        "an authority as a signer": has_the_certificate(lambda: leaf(ca=True)),
        "a key for other uses": has_the_certificate(lambda: leaf(extensions=(ENCIPHERMENT,))),
        "a signer as an authority": lambda desk, _: desk.by(
            pem(
                certificate(
                    name("more", "Microsoft Corporation"),
                    rsa_key("other"),
                    name("webhooks", "Microsoft Corporation"),
                    rsa_key("vendor"),
                ),
                leaf(),
            ),
            key="other",
        ),
        "a key of 1024 bits": lambda desk, _: certified(
            desk.publisher.publish("/odd.cer", der(leaf(key=rsa_key("short", 1024)))),
            BODY,
            signature(BODY, rsa_key("short", 1024)),
        ),
        "a key of another kind": has_the_certificate(lambda: leaf(key=ec_key("signer"))),
    },
    "certificate's organization": {
        "another organization": has_the_certificate(lambda: leaf("Evil Corporation")),
        "the organization in small letters": has_the_certificate(lambda: leaf("microsoft corporation")),
        "two organizations": has_the_certificate(lambda: leaf("Microsoft Corporation", "Evil Corporation")),
    },
}
