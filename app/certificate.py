"""The key and the certificate that sign webhooks in the vendor's way: made when first needed, or the operator's own."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from app.config import SetUpError
from app.hooks.vendor import Signer, certificate_der, certificate_name
from app.keys import kept

FILE = "webhook.pem"
CERTIFICATES = "/webhooks/v1/certificates"
BITS = 2048
LIFE = timedelta(days=3653)


@dataclass(frozen=True)
class Pair:
    """A private key and the certificate (with its chain) that others verify its signatures by, as PEM."""

    key: bytes = field(repr=False)
    certificates: bytes


@cache
def load(folder: Path, host: str) -> Pair:
    """The host is that of BASE_URL, and who receives a webhook finds it in the certificate."""
    path = folder / FILE
    content = kept(path, lambda: _self_signed(host))
    try:
        return _pair(content)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        asked = "an RSA key of 2048 bits or more without a password, and below it its certificate and chain"
        raise SetUpError(f"{path} must hold {asked}; correct it, or move it away to have a new one made") from error


@cache
def signer(folder: Path, base_url: str) -> Signer:
    """What signs in the vendor's way, and says where its certificate is."""
    pair = load(folder, urlsplit(base_url).hostname or "localhost")
    name = certificate_name(certificate_der(pair.certificates))
    return Signer(pair.key, pair.certificates, f"{base_url}{CERTIFICATES}/{name}")


def _pair(content: bytes) -> Pair:
    key, chain = serialization.load_pem_private_key(content, None), x509.load_pem_x509_certificates(content)
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < BITS or chain[0].public_key() != key.public_key():
        raise ValueError("a key of another kind, too short a one, or another one's certificate")
    return Pair(_pem(key), b"".join(one.public_bytes(serialization.Encoding.PEM) for one in chain))


def _pem(key: rsa.RSAPrivateKey) -> bytes:
    form, sealed = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, sealed)


def _self_signed(host: str) -> bytes:
    key, now = rsa.generate_private_key(65537, BITS), datetime.now(UTC)
    words = ((NameOID.COMMON_NAME, host[:64]), (NameOID.ORGANIZATION_NAME, "Assent"))
    name = x509.Name([x509.NameAttribute(kind, word) for kind, word in words])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + LIFE)
    made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    return _pem(key) + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
