"""The vault: keys of its own, made once, rotated by a new first line; nothing opens with another's key."""

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from flask import Flask

from app import create_app, keys, vault
from app.config import SetUpError, load

SECRET = "abcd-efgh-jkmn-pqrs"


def at(folder: Path) -> Flask:
    return create_app(load({"ASSENT_INSTANCE": str(folder)}))


def test_what_was_sealed_opens_after_a_restart(tmp_path: Path) -> None:
    with at(tmp_path).app_context():
        sealed = vault.seal(SECRET)
    assert SECRET.encode() not in sealed
    with at(tmp_path).app_context():
        assert vault.open_(sealed) == SECRET
        assert vault.seal(SECRET) != sealed


def test_the_keys_are_the_owners_alone_and_show_nowhere(tmp_path: Path) -> None:
    shown = repr(keys.load(tmp_path))
    assert stat.S_IMODE((tmp_path / "vault.keys").stat().st_mode) == 0o600
    assert shown == "Keys()"


def test_after_a_rotation_the_new_key_seals_and_the_former_one_opens(tmp_path: Path) -> None:
    with at(tmp_path).app_context():
        sealed = vault.seal(SECRET)
    path, new = tmp_path / "keys" / "vault.keys", Fernet.generate_key()
    path.write_bytes(new + b"\n" + path.read_bytes())
    with at(tmp_path).app_context():
        assert vault.open_(sealed) == SECRET
        assert Fernet(new).decrypt(vault.seal(SECRET)) == SECRET.encode()


def test_what_another_key_sealed_says_so(tmp_path: Path) -> None:
    with at(tmp_path / "one").app_context():
        sealed = vault.seal(SECRET)
    with (
        at(tmp_path / "other").app_context(),
        pytest.raises(SetUpError, match=r"not in .*vault\.keys; add the former key"),
    ):
        vault.open_(sealed)


@pytest.mark.parametrize("content", [b"", b"\n", b"short\n", b"!" * 44, b"A" * 44, b"AAAA\n" * 11])
def test_a_file_without_keys_stops_the_start(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "vault.keys").write_bytes(content)
    with pytest.raises(
        SetUpError, match=r"vault\.keys does not hold one key of 32 bytes .* restore it from your backup"
    ):
        keys.load(tmp_path)
