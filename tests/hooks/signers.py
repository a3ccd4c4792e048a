"""Whoever signs webhooks in tests: certificates as the vendor has them, and as it does not."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
VENDOR = "Microsoft Corporation"


@cache
def rsa_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """Made once: it takes longer than all that is done with it."""
    return rsa.generate_private_key(65537, bits)


@cache
def ec_key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def name(common: str, *organizations: str) -> x509.Name:
    parts = [(NameOID.COMMON_NAME, common), *((NameOID.ORGANIZATION_NAME, one) for one in organizations)]
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in parts])


def certificate(
    subject: x509.Name,
    key: Key,
    issuer: x509.Name,
    issuer_key: Key,
    *extensions: x509.ExtensionType,
    begins: timedelta = -timedelta(days=1),
    ends: timedelta = timedelta(days=90),
    ca: bool = False,
) -> x509.Certificate:
    now = datetime.now(UTC)
    usage = {"key_cert_sign": True, "crl_sign": True} if ca else {"digital_signature": True}
    found = (
        x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now + begins)
        .not_valid_after(now + ends)
        .add_extension(x509.BasicConstraints(ca, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if not any(isinstance(one, x509.KeyUsage) for one in extensions):
        extensions = (*extensions, _usage(**usage))
    for one in extensions:
        found = found.add_extension(one, critical=isinstance(one, x509.KeyUsage))
    return found.sign(issuer_key, hashes.SHA256())


def _usage(**given: bool) -> x509.KeyUsage:
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    names += ("key_cert_sign", "crl_sign", "encipher_only", "decipher_only")  # type: ignore[assignment]
    return x509.KeyUsage(**{name: given.get(name, False) for name in names})


ENCIPHERMENT = _usage(key_encipherment=True)


@cache
def root(common: str = "Root") -> x509.Certificate:
    return certificate(name(common), ec_key(common), name(common), ec_key(common), ca=True, ends=timedelta(days=3650))


@cache
def issuing(common: str = "Issuing", above: str = "Root") -> x509.Certificate:
    root(above)
    return certificate(name(common), ec_key(common), name(above), ec_key(above), ca=True, ends=timedelta(days=900))


def leaf(*organizations: str, key: Key | None = None, by: str = "Root", **more: Any) -> x509.Certificate:
    """What signs, as the vendor has it unless something else is said."""
    extensions = more.pop("extensions", ())
    about = name("webhooks", *(organizations or (VENDOR,)))
    return certificate(about, key or rsa_key("vendor"), name(by), ec_key(by), *extensions, **more)


def der(found: x509.Certificate) -> bytes:
    return found.public_bytes(Encoding.DER)


def pem(*found: x509.Certificate) -> bytes:
    return b"".join(one.public_bytes(Encoding.PEM) for one in found)


def signature(
    body: bytes, key: rsa.RSAPrivateKey | None = None, algorithm: hashes.HashAlgorithm | None = None
) -> bytes:
    return (key or rsa_key("vendor")).sign(body, padding.PKCS1v15(), algorithm or hashes.SHA256())
