"""Pictures for mails: a PNG or JPEG of a modest size, by what it is and not by what it is called."""

import pytest

from app.core.pictures import LARGEST, logo
from app.core.refusals import Refused
from tests.pictures import drawn, photo


def test_a_png_or_a_jpeg_that_fits_is_taken() -> None:
    assert logo(drawn(600, 200)).type == "image/png"
    assert logo(photo(600, 200)).type == "image/jpeg"


WRONG = {
    "nothing": (b"", "at most 50 kB"),
    "too much": (drawn() + b"\x00" * LARGEST, "at most 50 kB"),
    "a text": (b"hello", "a PNG or JPEG"),
    "a GIF": (b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "a PNG or JPEG"),
    "an SVG": (b"<svg onload='alert(1)'/>", "a PNG or JPEG"),
    "half a PNG": (drawn()[:20], "a PNG or JPEG"),
    "half a JPEG": (photo()[:24], "a PNG or JPEG"),
    "a JPEG that leads nowhere": (b"\xff\xd8\xff" + b"\xff" * 200, "a PNG or JPEG"),
    "a JPEG of empty parts": (b"\xff\xd8" + b"\xff\xe0\x00\x00" * 200, "a PNG or JPEG"),
    "too wide": (drawn(601, 1), "not 601 x 1"),
    "too high": (photo(1, 201), "not 1 x 201"),
    "flat": (drawn(1, 0), "not 1 x 0"),
}


@pytest.mark.parametrize("name", WRONG)
def test_anything_else_is_refused(name: str) -> None:
    content, says = WRONG[name]
    with pytest.raises(Refused) as refused:
        logo(content)
    assert says in str(refused.value.data["field"])
