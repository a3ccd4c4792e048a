"""Style sheets and scripts are kept for ever and sent packed; pages are packed for whoever asked for them here."""

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient

from tests.engines import on_sqlite  # noqa: F401

FOREVER = "public, max-age=31536000, immutable"


def address(app: Flask, name: str) -> str:
    with app.test_request_context():
        return url_for("static", filename=name)


@pytest.mark.parametrize("name", ["assent.css", "assent.js", "vendor/htmx-4.0.1.min.js"])
def test_what_pages_link_to_is_kept_for_ever_and_sent_packed(built: Flask, client: FlaskClient, name: str) -> None:
    where = address(built, name)
    assert re.fullmatch(rf"/static/{re.escape(name)}\?v=[0-9a-f]{{12}}", where)
    answer = client.get(where, headers={"Accept-Encoding": "br, gzip"})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, FOREVER)
    assert (answer.headers["Content-Encoding"], answer.headers["Vary"]) == ("gzip", "Accept-Encoding")
    assert gzip.decompress(answer.data) == Path(built.static_folder or "", name).read_bytes()


@pytest.mark.parametrize("accepts", ["", "identity", "br", "gzip;q=0"])
def test_who_cannot_unpack_gets_it_as_it_is(built: Flask, client: FlaskClient, accepts: str) -> None:
    answer = client.get(address(built, "assent.css"), headers={"Accept-Encoding": accepts})
    assert answer.data == Path(built.static_folder or "", "assent.css").read_bytes()
    assert ("Content-Encoding" in answer.headers, answer.headers["Vary"]) == (False, "Accept-Encoding")


@pytest.mark.parametrize("version", ["", "?v=", "?v=0123456789ab"])
def test_an_address_of_another_version_is_not_kept_for_ever(client: FlaskClient, version: str) -> None:
    answer = client.get(f"/static/assent.css{version}")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "public, max-age=3600")


def test_the_address_changes_with_the_file(built: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(built, "static_folder", str(tmp_path))
    (tmp_path / "a.css").write_text("p { margin: 0 }")
    first = address(built, "a.css")
    (tmp_path / "a.css").write_text("p { margin: 1px }")
    assert address(built, "a.css") != first


def test_a_browser_that_has_it_is_not_sent_it_again(built: Flask, client: FlaskClient) -> None:
    where = address(built, "assent.css")
    first = client.get(where)
    again = client.get(where, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("where", ["/static/", "/static/vendor", "/static/%2e%2e/config.py", "/static/a\x00.css"])
def test_nothing_else_is_to_be_had_there(client: FlaskClient, where: str) -> None:
    answer = client.get(where)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_a_page_is_packed_for_who_asked_for_it_here(client: FlaskClient, site: str) -> None:
    plain = client.get("/sign-in")
    packed = client.get("/sign-in", headers={"Accept-Encoding": "gzip", "Sec-Fetch-Site": site})
    assert (packed.headers["Content-Encoding"], int(packed.headers["Content-Length"])) == ("gzip", len(packed.data))
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert b"<h1>" in gzip.decompress(packed.data)
    assert len(packed.data) < len(plain.data) / 2


@pytest.mark.parametrize("site", ["cross-site", "same-site", ""])
def test_what_another_site_has_had_asked_for_has_its_own_length(client: FlaskClient, site: str) -> None:
    """Packed, its length would tell what stands in it."""
    answer = client.get("/sign-in", headers={"Accept-Encoding": "gzip", "Sec-Fetch-Site": site})
    assert "Content-Encoding" not in answer.headers
    assert b"<h1>" in answer.data
