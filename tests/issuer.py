"""A little OIDC issuer on this machine: its keys, its two documents, and tokens signed as nobody should sign them."""

import base64
import json
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

CLIENT = "api://assent"
ABOUT, KEYS, TOKEN = "/tenant/.well-known/openid-configuration", "/tenant/keys", "/tenant/token"
Key = RSAKey | ECKey


@cache
def rsa_key(kid: str) -> RSAKey:
    """Made once: it takes longer than all that is done with it."""
    return RSAKey.import_key(rsa.generate_private_key(65537, 2048), {"kid": kid})


@cache
def ec_key(kid: str, curve: type[ec.EllipticCurve] = ec.SECP256R1) -> ECKey:
    return ECKey.import_key(ec.generate_private_key(curve()), {"kid": kid})


class Issuer:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.exchanged: list[dict[str, str]] = []
        self.code = ""
        self.pages: dict[str, tuple[int, bytes, dict[str, str]]] = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}/tenant"
        Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        self.reset()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def reset(self) -> None:
        """As it was in the beginning."""
        self.asked.clear()
        self.exchanged.clear()
        self.pages.clear()
        self.says(ABOUT, {"issuer": self.url, "jwks_uri": f"{self.url}/keys"})
        self.publish(rsa_key("one"), ec_key("curve"))

    def says(self, path: str, content: object, status: int = 200, **headers: str) -> None:
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.pages[path] = (status, raw, headers)

    def publish(self, *keys: Key, **changes: Any) -> None:
        """These public keys; `changes` of the first one."""
        first, *others = [key.as_dict(private=False) for key in keys]
        self.says(KEYS, {"keys": [first | changes, *others]})

    def token(self, key: Key, claims: dict[str, Any], alg: str = "RS256", **header: Any) -> str:
        given = {"alg": alg, "kid": key.kid, "typ": "at+jwt"} | header
        return jwt.encode(given, claims, key, [alg])

    def sign_in(self, claims: dict[str, Any], code: str = "the-code", **more: Any) -> None:
        """People can sign in here: whoever brings this code gets an ID token with these claims."""
        token = self.token(rsa_key("one"), claims, typ="JWT")
        here = {"authorization_endpoint": f"{self.url}/authorize", "token_endpoint": f"{self.url}/token"}
        self.says(ABOUT, {"issuer": self.url, "jwks_uri": f"{self.url}/keys"} | here)
        self.code = code
        self.says("/tenant/authorize", b"Who are you?", 200, **{"Content-Type": "text/plain"})
        self.says(TOKEN, {"access_token": "x", "token_type": "Bearer", "id_token": token} | more)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked.append(self.path)
                status, content, headers = issuer.pages.get(self.path.partition("?")[0], (404, b"", {}))
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(content))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def do_POST(self) -> None:
                """The token endpoint: the code, once, with what proves that the same browser had it sent."""
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                given = dict(parse_qsl(body)) | {"authorization": self.headers.get("Authorization", "")}
                issuer.exchanged.append(given)
                if self.path != TOKEN or given.get("code") != issuer.code:
                    self.path = "/nowhere"
                self.do_GET()

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        return Handler


def segment(part: object) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(header: object, payload: object, key: RSAKey) -> str:
    """By RS256 whatever the header says: what no library would sign."""
    text = f"{segment(header)}.{segment(payload)}"
    private = key.private_key
    assert private
    return f"{text}.{segment(private.sign(text.encode(), padding.PKCS1v15(), SHA256()))}"
