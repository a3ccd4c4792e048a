"""How pages travel light: style sheets and scripts are kept by browsers and packed once, pages as they are sent."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.security import safe_join

FOREVER = "public, max-age=31536000, immutable"
# Asked for without its version, somebody has typed the address, or wrote it down elsewhere.
AN_HOUR = "public, max-age=3600"
PACKED = (".css", ".js", ".svg")


@dataclass(frozen=True)
class Asset:
    content: bytes
    packed: bytes | None
    version: str
    type: str


_kept: dict[tuple[str, int], Asset] = {}


def asset(folder: str | None, name: str) -> Asset | None:
    """A file as it is now; read and packed once, until it is changed."""
    path = safe_join(folder or "", name)
    if path is None or not Path(path).is_file():
        return None
    key = (path, Path(path).stat().st_mtime_ns)
    if key not in _kept:
        _kept[key] = _read(Path(path))
    return _kept[key]


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    packed = gzip.compress(content, 9, mtime=0) if path.suffix in PACKED else None
    kind = mimetypes.guess_type(path.name)[0] or "text/plain"
    return Asset(content, packed, hashlib.sha256(content).hexdigest()[:12], kind)


def serve(filename: str) -> ResponseReturnValue:
    found = asset(current_app.static_folder, filename) or abort(404)
    packs = found.packed is not None and request.accept_encodings["gzip"] > 0
    response = Response(found.packed if packs else found.content, mimetype=found.type)
    response.headers["Cache-Control"] = FOREVER if request.args.get("v") == found.version else AN_HOUR
    response.set_etag(f"{found.version}-gzip" if packs else found.version)
    if found.packed is not None:
        response.headers["Vary"] = "Accept-Encoding"
    if packs:
        response.headers["Content-Encoding"] = "gzip"
    return response.make_conditional(request)


def pack(response: Response) -> Response:
    """A page, packed, where nobody else can have had it asked for.

    The length of what is packed tells about its content. Who could make a reader's browser ask again and again, with
    words of their own in the address, could find out what else stands there; such requests come from other sites.
    """
    if response.mimetype != "text/html" or response.is_streamed or request.method != "GET":
        return response
    response.vary.add("Accept-Encoding")
    asked_here = request.headers.get("Sec-Fetch-Site") in ("same-origin", "none")
    if asked_here and request.accept_encodings["gzip"] > 0 and "Content-Encoding" not in response.headers:
        response.set_data(gzip.compress(response.get_data(), 5))
        response.headers["Content-Encoding"] = "gzip"
    return response


def init_app(app: Flask) -> None:
    app.after_request(pack)
    app.view_functions["static"] = serve

    @app.url_defaults
    def version(endpoint: str, values: dict[str, Any]) -> None:
        """What every template says, `url_for("static", …)`, names the version there is."""
        found = asset(app.static_folder, values["filename"]) if endpoint == "static" else None
        if found:
            values.setdefault("v", found.version)
