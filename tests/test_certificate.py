"""The certificate for the vendor's way of signing: made when needed, kept for good, or the operator's own."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from app import certificate, create_app
from app.config import SetUpError, load

HOST = "assent.example.com"
NONE = serialization.NoEncryption()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The content of a file as Assent makes it."""
    folder = tmp_path_factory.mktemp("keys")
    certificate.load(folder, HOST)
    assert stat.S_IMODE((folder / "webhook.pem").stat().st_mode) == 0o600
    return (folder / "webhook.pem").read_bytes()


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, sealed: serialization.KeySerializationEncryption) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, sealed)


def parts(content: bytes) -> tuple[bytes, bytes]:
    key, begin, rest = content.partition(b"-----BEGIN CERTIFICATE-----")
    return key, begin + rest


def issued(key: rsa.RSAPrivateKey, name: str) -> bytes:
    """A certificate for the key, from an authority of the operator's."""
    authority, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Authority")])
    made = x509.CertificateBuilder(issuer, subject, key.public_key(), 1, now, now + timedelta(days=1))
    return made.sign(authority, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def test_it_is_made_for_the_host_and_lasts_ten_years(made: bytes) -> None:
    (found,) = x509.load_pem_x509_certificates(made)
    assert found.subject.rfc4514_string() == found.issuer.rfc4514_string() == f"O=Assent,CN={HOST}"
    assert timedelta(days=3650) < found.not_valid_after_utc - datetime.now(UTC) < timedelta(days=3654)
    found.verify_directly_issued_by(found)
    key = found.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    assert key.key_size == 2048


def test_it_is_made_once_even_by_several_at_a_time(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda _: certificate.load.__wrapped__(tmp_path, HOST), range(4)))
    assert len(found) == 1
    assert found == {certificate.load(tmp_path, "another.example.com")}
    assert [path.name for path in tmp_path.iterdir()] == ["webhook.pem"]


def test_it_is_not_made_at_the_start(tmp_path: Path) -> None:
    create_app(load({"ASSENT_INSTANCE": str(tmp_path)}))
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == ["root.key", "vault.keys"]


def test_it_shows_no_key(made: bytes, tmp_path: Path) -> None:
    (tmp_path / "webhook.pem").write_bytes(made)
    assert "PRIVATE" not in repr(certificate.load(tmp_path, HOST))


def test_the_operators_own_is_taken_with_its_chain(made: bytes, tmp_path: Path) -> None:
    key = serialization.load_pem_private_key(made, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    own, above = issued(key, "hooks.fabrikam.example"), issued(key, "Authority")
    (tmp_path / "webhook.pem").write_bytes(own + b"\n# ours\n" + above + pem(key, NONE))
    assert certificate.load(tmp_path, HOST) == certificate.Pair(pem(key, NONE), own + above)


def test_a_file_that_does_not_fit_is_refused_with_the_remedy(made: bytes, tmp_path: Path) -> None:
    key, chain = parts(made)
    loaded = serialization.load_pem_private_key(made, None)
    assert isinstance(loaded, rsa.RSAPrivateKey)
    another = issued(rsa.generate_private_key(65537, 2048), HOST)
    short, curve = rsa.generate_private_key(65537, 1024), ec.generate_private_key(ec.SECP256R1())
    wrong = {
        "empty": b"",
        "text": b"nothing of the kind",
        "key alone": key,
        "certificate alone": chain,
        "cut off": made[:-40],
        "anothers": key + another,
        "chain in the wrong order": key + another + chain,
        "short": pem(short, NONE) + issued(short, HOST),
        "curve": pem(curve, NONE) + chain,
        "sealed": pem(loaded, serialization.BestAvailableEncryption(b"word")) + chain,
    }
    for name, content in wrong.items():
        folder = tmp_path / name
        folder.mkdir()
        (folder / "webhook.pem").write_bytes(content)
        with pytest.raises(SetUpError, match=r"webhook\.pem must hold an RSA key .* correct it, or move") as said:
            certificate.load(folder, HOST)
        assert "\n" not in str(said.value)
