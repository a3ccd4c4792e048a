"""A follower of the feed, which keeps what it was told; it knows nothing of us but the API.

`python -m tests.faults.follower ADDRESS TOKEN FILE`: a line an event, added to the file a page at a time. The last
whole line is its cursor, so that a kill never comes between what it was told and how far it came.
"""

import json
import sys
import time
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Any

SOON, WAIT, SIZE = 0.05, 10, 100


def follow(address: str, token: str, kept: Path) -> None:
    with kept.open("ab+") as file:
        cursor = resume(file)
        while True:
            page = ask(f"{address}/v1/changes?after={cursor}&wait={WAIT}&size={SIZE}", token)
            if page is None:
                time.sleep(SOON)
                continue
            file.write(b"".join(json.dumps(item).encode() + b"\n" for item in page["items"]))
            file.flush()
            cursor = page["cursor"]


def resume(file: Any) -> str:
    """Where the last whole line ends; what a kill has cut off is thrown away and asked for again."""
    file.seek(0)
    lines = file.read().splitlines(keepends=True)
    whole = [line for line in lines if line.endswith(b"\n")]
    file.truncate(sum(map(len, whole)))
    return str(json.loads(whole[-1])["seq"]) if whole else ""


def ask(where: str, token: str) -> Any:
    """The answer; nothing while nobody serves."""
    request = urllib.request.Request(where, headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=WAIT + 5) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code != 503:
            raise
        return None
    except (OSError, ValueError, HTTPException):
        return None


if __name__ == "__main__":
    follow(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
