"""How to verify, as the page says it in four languages: each is run as it stands, on what is good and what is not."""

import base64
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from app.core.vocabulary import NewsType
from app.hooks import signing
from app.installation import installation
from app.web.v1 import samples
from tests.engines import on_sqlite  # noqa: F401
from tests.hooks.programs import run
from tests.web.v1.guided import Guide, read

# What each is followed by: it reads secret, id, time, signatures and body, and says whether that is good.
DRIVERS = {
    "python": """
import base64, sys
for line in sys.stdin.read().splitlines():
    secret, id, at, signature, body = line.split("\\t")
    headers = {"Webhook-Id": id, "Webhook-Timestamp": at, "Webhook-Signature": signature}
    print("bad" if verify(secret, headers, base64.b64decode(body)) is None else "good")
""",
    "node": """
for (const line of require("fs").readFileSync(0, "utf8").split("\\n").filter(Boolean)) {
  const [secret, id, at, signature, body] = line.split("\\t");
  const headers = { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": signature };
  console.log(verify(secret, headers, Buffer.from(body, "base64")) === null ? "bad" : "good");
}
""",
    "php": """
while (($line = fgets(STDIN)) !== false) {
    [$secret, $id, $at, $signature, $body] = explode("\\t", rtrim($line, "\\n"));
    $headers = ['webhook-id' => $id, 'webhook-timestamp' => $at, 'webhook-signature' => $signature];
    echo verify($secret, $headers, base64_decode($body)) === null ? 'bad' : 'good', "\\n";
}
""",
    "csharp": """
public static class Driver
{
    public static void Main()
    {
        string line;
        while ((line = Console.ReadLine()) != null)
        {
            string[] given = line.Split('\\t');
            byte[] body = Convert.FromBase64String(given[4]);
            Console.WriteLine(Webhook.Verify(given[0], given[1], given[2], given[3], body) ? "good" : "bad");
        }
    }
}
""",
}
FILES = {"python": "verify.py", "node": "verify.js", "php": "verify.php", "csharp": "Verify.cs"}


@dataclass(frozen=True)
class Given:
    secret: str
    id: str
    at: str
    signature: str
    body: bytes

    @property
    def line(self) -> str:
        return "\t".join((self.secret, self.id, self.at, self.signature, base64.b64encode(self.body).decode()))


def given(body: bytes, *secrets: str, by: str = "", off: float = 0) -> Given:
    at = datetime.now(UTC) + timedelta(seconds=off)
    headers = signing.headers("evt_1", at, body, secrets)
    id, time, signature = (headers[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
    return Given(by or secrets[0], id, time, signature, body)


@pytest.fixture
def guide(app: Flask) -> Guide:
    return read(app)


@pytest.fixture
def cases(app: Flask) -> list[tuple[Given, str]]:
    """Two that are good, and each thing that can be wrong with them."""
    own, former, other = (signing.new_secret() for _ in range(3))
    bodies = [samples.body(type, installation().rules).encode() for type in NewsType]
    good = [given(body, own, former, by=by) for body in bodies for by in (own, former)]
    fine = given('{"name": "Zoë 张伟 👩🏽"}'.encode(), own)
    late, early = (given(b"{}", own, off=off) for off in (-310, 400))
    bad = [late, early, given(b"{}", own, by=other)]
    spoilt = [("id", "evt_2"), ("id", ""), ("body", fine.body + b" "), ("body", fine.body[:-1]), ("body", b"\xff\xfe")]
    spoilt += [("at", word) for word in ("", "abc", f"-{fine.at}", "9" * 30, "1e9")]
    cut, scheme = fine.signature[:-4], fine.signature.removeprefix("v1,")
    forged = "v1," + base64.b64encode(bytes(32)).decode()
    signatures = ("", " ", "v1", "v1,", "v1,a,b", cut, scheme, f"v2,{scheme}", f"v1a,{scheme}", forged, f"{forged} v1")
    spoilt += [("signature", word) for word in signatures]
    bad += [Given(**(vars(fine) | {name: value})) for name, value in spoilt]
    return [(one, "good") for one in (*good, fine)] + [(one, "bad") for one in bad]


def executed(language: str, text: str, lines: str, folder: Path) -> str:
    file = folder / FILES[language]
    file.write_text(text + DRIVERS[language], encoding="utf-8")
    if language == "csharp":
        run(["mcs", "-warnaserror", file], "", folder)
        return run(["mono", file.with_suffix(".exe")], lines)
    return run([sys.executable if language == "python" else language, file], lines)


@pytest.mark.parametrize("language", FILES)
def test_each_language_tells_good_from_bad(
    guide: Guide, cases: list[tuple[Given, str]], tmp_path: Path, language: str
) -> None:
    said = executed(language, guide.codes[language], "\n".join(one.line for one, _ in cases) + "\n", tmp_path)
    wrong = [one for (one, want), got in zip(cases, said.splitlines(), strict=True) if want != got]
    assert wrong == []
