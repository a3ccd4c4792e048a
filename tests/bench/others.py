"""What others make of the same mails: django-post-office in an environment of its own, and postfix's smtp-source."""

import json
import re
import subprocess
import time
from pathlib import Path

import pytest

from app.mail.smtp import CONNECTIONS
from tests.bench.mailing import MAILS, program
from tests.mail.facts import ABOUT, MARIA, body, composed, facts, parsed
from tests.servers import ROOT

PYTHON = ROOT / ".venv" / "peers" / "bin" / "python"
SCRIPT = ROOT / "tests" / "bench" / "peers" / "django_post_office.py"
THREADS, BATCH = 5, 500
LINK = re.compile(r'https://[^\s"<]*/AdminPortal/[^\s"<]*')


def post_office(folder: Path, port: int) -> dict[str, float]:
    """Mails a second of django-post-office, queued to settled, by when it renders its templates."""
    if not PYTHON.exists():
        pytest.fail("django-post-office is not installed in .venv/peers; `make bench` installs it there")
    folder.mkdir()
    order = {"folder": str(folder), "port": port, "mails": MAILS, "threads": THREADS, "batch": BATCH}
    order["contents"] = _contents()
    done = subprocess.run([PYTHON, SCRIPT], input=json.dumps(order), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    rates: dict[str, float] = json.loads(done.stdout)
    return rates


def _contents() -> dict[str, str]:
    """Our own invitation as a template of Django's: the same text and HTML with what is personal left open."""
    mail = parsed(composed(facts()).data)
    texts = {"subject": str(mail["subject"]), "content": body(mail, "plain"), "html_content": body(mail, "html")}
    return {name: _opened(text) for name, text in texts.items()}


def _opened(text: str) -> str:
    opened = LINK.sub("{{ link }}", text).replace(ABOUT["company"], "{{ company }}")
    assert opened != text
    return opened.replace(MARIA.name, "{{ contact }}")


def smtp_source(port: int) -> float:
    """Mails a second of postfix's own sender, which makes nothing and keeps nothing: more than this nobody sends."""
    size = len(composed(facts()).data)
    load = ["-d", "-s", str(CONNECTIONS), "-l", str(size), "-m", str(MAILS)]
    began = time.perf_counter()
    subprocess.run([program("smtp-source"), *load, f"127.0.0.1:{port}"], check=True)
    return MAILS / (time.perf_counter() - began)
