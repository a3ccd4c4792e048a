"""Attacks on wordings: every one is refused by part, line and reason, without being run, in less than 50 ms."""

import time
from collections.abc import Callable

import pytest

from app.core.mails import Own
from app.core.names import GRAMMARS, Kind
from app.core.pieces import Wrong
from app.core.wording import LONGEST, Fault, Part, check
from app.mail import wording
from tests.mail.wording_attacks import HEADERS, MARKUP, TEMPLATES

GRAMMAR = GRAMMARS[Kind.NEW_CUSTOMER]
SUBJECT, TEXT = "For {{ company }}", "Hello {{ contact }},\n\n{{ link }}\n"
HTML = '<p>Hello {{ contact }},</p>\n<p><a href="{{ link }}">Review</a></p>\n'
LIMIT = 0.050
# Where only our own reading looks: at what is not part of a syntax tree, and at how much there is of it.
AMOUNTS = {Wrong.TOO_LONG, Wrong.TOO_DEEP, Wrong.UNSEEN_CHARACTER}
SPELLINGS = {
    *(
        "a comment",
        "white space control",
        "white space control of a branch",
        "white space kept",
        "closed without begin",
    ),
    *("raw", "raw around a block"),
}
SYNTAX = [name for name, (_, reason) in TEMPLATES.items() if reason not in AMOUNTS and name not in SPELLINGS]


def quickest(work: Callable[[], list[Fault]]) -> tuple[float, list[Fault]]:
    """The best of three times, and what came of it."""
    best, found = LIMIT * 1000, []
    for _ in range(3):
        begun = time.perf_counter()
        found = work()
        best = min(best, time.perf_counter() - begun)
    return best, found


def assert_refused(own: Own, part: Part, line: int, reason: Wrong) -> None:
    seconds, found = quickest(lambda: wording.check(own, GRAMMAR))
    assert (part, line, reason) in [(fault.part, fault.line, fault.reason) for fault in found]
    assert {fault.part for fault in found} == {part}
    assert all(len(fault.detail) <= 60 and fault.detail.isprintable() for fault in found)
    assert seconds < LIMIT


def test_there_are_sixty_attacks_at_least_of_every_sort() -> None:
    assert len(TEMPLATES) >= 60
    assert len(MARKUP) >= 60


@pytest.mark.parametrize("name", TEMPLATES)
def test_an_attack_in_the_text_is_refused(name: str) -> None:
    attack, reason = TEMPLATES[name]
    line = 1 if reason is Wrong.TOO_LONG else 4
    assert_refused(Own(SUBJECT, f"{TEXT}{attack}\n", HTML), Part.TEXT, line, reason)


@pytest.mark.parametrize("name", [name for name, (attack, _) in TEMPLATES.items() if len(attack) < 150])
def test_an_attack_in_the_subject_is_refused(name: str) -> None:
    attack, reason = TEMPLATES[name]
    assert_refused(Own(f"x {attack}", TEXT, None), Part.SUBJECT, 1, reason)


@pytest.mark.parametrize("name", HEADERS)
def test_a_forged_header_is_refused(name: str) -> None:
    attack, reason = HEADERS[name]
    assert_refused(Own(attack, TEXT, HTML), Part.SUBJECT, 1, reason)


@pytest.mark.parametrize("name", MARKUP)
def test_an_attack_in_the_html_is_refused(name: str) -> None:
    attack, reason = MARKUP[name]
    assert_refused(Own(SUBJECT, TEXT, f"{HTML}{attack}\n"), Part.HTML, 3, reason)


@pytest.mark.parametrize("name", SYNTAX)
def test_the_tree_of_the_template_engine_alone_would_refuse_it_too(name: str) -> None:
    assert wording.stray(TEMPLATES[name][0], GRAMMAR.names) is not None


@pytest.mark.parametrize("own", [Own("{{ 7*7 }}", TEXT), Own("x", "{% raw %}"), Own("x", TEXT, "<script>x</script>")])
def test_of_words_that_were_never_checked_nothing_is_made(own: Own) -> None:
    with pytest.raises(ValueError, match="not a checked wording"):
        wording.sources(own, "agreement")


def test_all_faults_are_told_part_by_part_and_line_by_line() -> None:
    own = Own("{{ nobody }}", "{{ link }}\n{{ 7*7 }}\n{{ nobody }}", HTML + "<b>\n<u>")
    found = [(fault.part, fault.line, fault.reason, fault.detail) for fault in wording.check(own, GRAMMAR)]
    assert found == [
        ("subject", 1, "unknown-name", "nobody"),
        ("text", 2, "not-allowed", "{{ 7*7 }}"),
        ("html", 3, "html-unmatched", "<b>"),
        ("html", 4, "html-unmatched", "<u>"),
    ]


def test_a_fault_at_the_end_of_as_much_as_is_allowed_is_found_in_time() -> None:
    most = TEXT + "{{ company }} " * ((LONGEST - 200) // 14)
    assert wording.check(Own(SUBJECT, most), GRAMMAR) == []
    assert_refused(Own(SUBJECT, f"{most}{{{{ nobody }}}}"), Part.TEXT, 4, Wrong.UNKNOWN_NAME)


def test_the_limit_is_of_bytes_and_of_all_parts_together() -> None:
    half = "å" * (LONGEST // 4)
    assert check(Own("x", TEXT + half, HTML), GRAMMAR) == []
    (fault,) = check(Own("x", TEXT + half, HTML + half), GRAMMAR)
    assert fault.reason is Wrong.TOO_LONG
