"""Certificates that sign webhooks: from which addresses they may come, and whose signature they make good."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, Policy, PolicyBuilder, Store, VerificationError

from app.core.refusals import Reason, Refused, refuse_if

# Nothing in it that one reader of addresses takes for another thing than the next one does.
ADDRESS = re.compile(r"https://([A-Za-z0-9.-]{1,253})(?::([0-9]{1,5}))?(/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]{0,1800})")
HTTPS = 443
SHORTEST = 2048
# A signer with the certificates between it and a root.
LONGEST_CHAIN = 5
MOST_ROOTS = 20
# What the library says of files that make no sense, or not enough; some of it is a warning only.
ODD = (
    *(ValueError, TypeError, Warning, UnsupportedAlgorithm, VerificationError),
    *(x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType),
)


@dataclass(frozen=True)
class Trust:
    """Whom a source names: the organization, and who may have vouched for it (PEM)."""

    organization: str
    roots: str


@dataclass(frozen=True)
class Address:
    host: str
    port: int
    path: str


def address(url: str, hosts: Sequence[str]) -> Address:
    """Where to fetch a certificate, if it is at one of the hosts, each `host` or `host:port`."""
    found = ADDRESS.fullmatch(url)
    host, port = (found[1].lower(), int(found[2] or HTTPS)) if found else ("", 0)
    known = {name.lower() if ":" in name else f"{name.lower()}:{HTTPS}" for name in hosts}
    if found is None or f"{host}:{port}" not in known:
        raise Refused(Reason.BAD_SIGNATURE, what="certificate's address")
    return Address(host, port, found[3])


def key(file: bytes, trust: Trust, at: datetime) -> RSAPublicKey:
    """The key of the first certificate in a file, if it is the organization's and a root vouches for it then."""
    try:
        chain = read(file)
        public = _verified(chain, x509.load_pem_x509_certificates(trust.roots.encode()), at)
        named = [name.value for name in chain[0].subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
    except ODD as error:
        raise Refused(Reason.BAD_SIGNATURE, what="certificate") from error
    refuse_if(named != [trust.organization], Reason.BAD_SIGNATURE, what="certificate's organization")
    return public


def read(file: bytes) -> list[x509.Certificate]:
    if file.lstrip().startswith(b"-----BEGIN"):
        return x509.load_pem_x509_certificates(file)[: LONGEST_CHAIN + 1]
    return [x509.load_der_x509_certificate(file)]


def _verified(chain: list[x509.Certificate], roots: list[x509.Certificate], at: datetime) -> RSAPublicKey:
    """No web server's certificate is asked for, so no name: the rules of the web hold for all but the signer's own."""
    own = ExtensionPolicy.permit_all()
    own = own.may_be_present(x509.BasicConstraints, Criticality.AGNOSTIC, _no_authority)
    own = own.may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _signs)
    builder = PolicyBuilder().store(Store(roots)).time(at).max_chain_depth(LONGEST_CHAIN)
    builder = builder.extension_policies(ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=own)
    builder.build_client_verifier().verify(chain[0], chain[1:])
    public = chain[0].public_key()
    if not isinstance(public, RSAPublicKey) or public.key_size < SHORTEST:
        raise ValueError("not an RSA key, or a short one")
    return public


def _no_authority(_: Policy, certificate: x509.Certificate, found: x509.BasicConstraints | None) -> None:
    if found and found.ca:
        raise ValueError("an authority does not sign webhooks")


def _signs(_: Policy, certificate: x509.Certificate, found: x509.KeyUsage | None) -> None:
    if found and not (found.digital_signature or found.content_commitment):
        raise ValueError("its key is for other uses")


def roots(pem: str) -> str:
    """The text of one or more certificates, as a source names them."""
    try:
        found = x509.load_pem_x509_certificates(pem.encode())
        Store(found)
    except ODD as error:
        raise Refused(Reason.INVALID_VALUE, field="roots", says="certificates in PEM") from error
    refuse_if(len(found) > MOST_ROOTS, Reason.INVALID_VALUE, field="roots", says=f"at most {MOST_ROOTS}")
    return pem
