"""What a spam filter thinks of our mails, as they arrive after two relays: SpamAssassin, by the rules it comes with."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from app.mail.compose import Message
from tests.mail.facts import composed
from tests.mail.kinds import mails
from tests.servers import missing
from tests.sizes import FULL

WORST = 2.0  # most installations take mail for spam from 5.0 on
STATUS = re.compile(r"^X-Spam-Status: (?:Yes|No), score=(-?[\d.]+) .*?tests=(.*?)\sautolearn", re.MULTILINE | re.DOTALL)
# Addresses made for examples would be held against the mail; this one belongs to IANA's example domains.
WAY = """Return-Path: <{0.sender}>
Delivered-To: {0.recipients[0]}
Received: from relay.assent.example (relay.assent.example [192.0.43.8])
\tby mx.contoso.example (Postfix) with ESMTPS id 4F1A2B3C4D
\tfor <{0.recipients[0]}>; Sat, 21 Nov 2026 09:00:02 +0000 (UTC)
Received: from assent.assent.example (assent.assent.example [10.0.0.7])
\tby relay.assent.example (Postfix) with ESMTPS id 1A2B3C4D5E;
\tSat, 21 Nov 2026 09:00:01 +0000 (UTC)
"""


def arrived(message: Message) -> bytes:
    """One entry of an mbox."""
    data = (WAY.format(message).encode() + message.data).replace(b"\r\n", b"\n")
    return b"From assent@assent.example Sat Nov 21 09:00:02 2026\n" + data.replace(b"\nFrom ", b"\n>From ") + b"\n"


def judged(messages: list[Message], home: Path) -> list[tuple[float, str]]:
    """Score and reasons of each. Nothing is asked of anybody, nothing learnt, and no newer rules are taken."""
    program = shutil.which("spamassassin")
    if program is None:
        missing("SpamAssassin")
        raise AssertionError
    prefs = home / "prefs"
    prefs.write_text("use_bayes 0\n")
    words = [program, "--local", "--configpath=/usr/share/spamassassin", "--siteconfigpath=/etc/spamassassin"]
    done = subprocess.run(
        [*words, f"--prefspath={prefs}", "--mbox"],
        input=b"".join(map(arrived, messages)),
        env={"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        timeout=300,
        check=True,
    )
    assert done.stderr == b""
    return [
        (float(score), " ".join(why.split())) for score, why in STATUS.findall(done.stdout.decode(errors="replace"))
    ]


@pytest.mark.soak
def test_no_mail_looks_like_spam(tmp_path: Path) -> None:
    """All of them; usually one in twenty, of every language some."""
    given = mails() if FULL else mails()[::21]
    scores = judged([composed(mail) for _, mail in given], tmp_path)
    assert len(scores) == len(given)
    suspected = [(name, score, why) for (name, _), (score, why) in zip(given, scores, strict=True) if score >= WORST]
    assert suspected == []
