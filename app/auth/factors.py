"""The second factor: a seed in somebody's app, and the half minutes whose codes it shows."""

import hmac
from datetime import datetime

import pyotp
import segno

ISSUER = "Assent"
STEP = 30
# Clocks differ, and people type slowly: the half minute before and the one after count, too.
NEAR = (-1, 0, 1)
QUIET = 4


def fresh() -> str:
    """160 bits in base32, as apps take them."""
    return pyotp.random_base32()


def step(seed: str, code: str, at: datetime) -> int | None:
    """The number of the half minute whose code this is; None when it is none of them."""
    given = "".join(code.split())
    known, current = pyotp.TOTP(seed), int(at.timestamp()) // STEP
    shown = [(one, known.generate_otp(one)) for one in (current + near for near in NEAR)]
    right = [one for one, digits in shown if hmac.compare_digest(digits.encode(), given.encode())]
    return right[0] if right else None


def address(seed: str, email: str) -> str:
    """What an app reads from the picture."""
    return pyotp.TOTP(seed).provisioning_uri(name=email, issuer_name=ISSUER)


def groups(seed: str) -> str:
    """The seed for typing, in fours."""
    return " ".join(seed[at : at + 4] for at in range(0, len(seed), 4))


def picture(text: str) -> tuple[int, str]:
    """A QR code as the path of a drawing, and how wide it is with the quiet zone around it."""
    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix]
    drawn = [f"M{x + QUIET} {y + QUIET}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark]
    return len(rows) + 2 * QUIET, "".join(drawn)
