"""Drafts that make no sense, and the files that come with them: refused by their fault, or kept whole."""

import pytest
from flask import Flask

from app.commands.files import LARGEST
from tests.channel import Channel, customer
from tests.web.v1.conftest import Chain
from tests.web.v1.drafting import Files, form, returned, step, submitted, upload
from tests.web.v1.programs import (
    Refusal,
    confirmation,
    of,
    program,
    refusal,
    untouched,
)


@pytest.mark.parametrize("reason", [None, "", "  ", "a\0b", "a\nb", "x" * 1001, 7, ["no"]])
def test_a_draft_is_returned_with_a_reason_of_one_line(chain: Chain, reason: object) -> None:
    found = chain.pia.refused(step(submitted(chain), "return"), {"reason": reason})
    words = {str: "invalid-text" if str(reason).strip() else "missing-field", type(None): "missing-field"}
    assert found == (400, 3000, words.get(type(reason), "invalid-value"))


A_FILE = (b"x", "a.txt", "text/plain")
FORMS: list[tuple[object, Files, Refusal]] = [
    (None, [A_FILE], (400, 2000, "unparsable-body")),
    ("", [A_FILE], (400, 2000, "unparsable-body")),
    ("{", [A_FILE], (400, 2000, "unparsable-body")),
    ("[]", [], (400, 2000, "unparsable-body")),
    ('{"note": "\0"}', [], (400, 2000, "unparsable-body")),
    ({}, [A_FILE], (400, 3000, "missing-field")),
    (confirmation(note="x" * 1001), [A_FILE], (400, 3000, "invalid-text")),
    (confirmation(note="a\0b"), [A_FILE], (400, 3000, "invalid-text")),
    (confirmation(note=7), [], (400, 3000, "invalid-value")),
    (confirmation(), [A_FILE] * 11, (400, 3000, "invalid-value")),
    (confirmation(), [(b"", "empty.pdf", "application/pdf")], (400, 3000, "invalid-value")),
    (confirmation(), [(b"x" * (LARGEST + 1), "large.pdf", "application/pdf")], (400, 3000, "invalid-value")),
    (confirmation(), [(b"x", "folder/", "text/plain")], (400, 3000, "missing-field")),
    (confirmation(), [(b"x", "..", "text/plain")], (400, 3000, "missing-field")),
    (confirmation(), [(b"x", "fdp.\u202edengis", "text/plain")], (400, 3000, "invalid-text")),
    (confirmation(), [(b"x", "x" * 300, "text/plain")], (400, 3000, "invalid-text")),
    (confirmation(), [(b"x", "a.txt", "text/" + "x" * 200)], (400, 3000, "invalid-text")),
    ("x" * 1_000_000, [], (413, 2000, "body-too-large")),
]


@pytest.mark.parametrize("again", [False, True])
def test_a_form_that_makes_no_draft_is_refused_and_leaves_no_file(chain: Chain, again: bool) -> None:
    where = step(returned(chain), "resubmit") if again else of(chain.case, "attestationdrafts")
    with untouched():
        for number, (draft, files, expected) in enumerate(FORMS):
            assert (number, refusal(upload(chain.rita, where, draft, *files))) == (number, expected)
        for kind in ("multipart/form-data", "multipart/form-data; boundary=x", "multipart/form-data; boundary=\xff"):
            found = chain.rita.post(where, None, data=b"--x\r\nbroken", content_type=kind)
            assert refusal(found) == (400, 2000, "unparsable-body")
        beyond = {"environ_overrides": {"CONTENT_LENGTH": str(60 * 1024 * 1024)}}
        assert refusal(chain.rita.post(where, None, **form(confirmation(), [A_FILE]), **beyond))[0] == 413


def test_ten_files_of_the_largest_size_there_may_be_are_kept(chain: Chain) -> None:
    files = [
        (b"x" * LARGEST, "large.pdf", "application/pdf"),
        *[(b"%d" % n, f"{n}.txt", "text/plain") for n in range(9)],
    ]
    found = upload(chain.rita, of(chain.case, "attestationdrafts"), confirmation(), *files)
    assert (found.status_code, len((found.json or {})["attachments"])) == (201, 10)


def test_a_customer_of_another_partner_type_than_the_callers_needs_nobodys_draft(app: Flask, channel: Channel) -> None:
    """A provider may prepare for itself, too; its own people then decide."""
    case = customer(channel.provider)
    pia = program(app, channel.pia)
    draft = pia.made(of(case, "attestationdrafts"), confirmation())
    assert pia.made(step(draft["id"], "approve"), {}, 200)["status"] == "approved"
