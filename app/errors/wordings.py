"""What is wrong with a wording, in sentences that say what to do: one table."""

from collections.abc import Callable, Iterable

from app.core.pieces import DEEPEST, MOST_TERMS, Wrong
from app.core.refusals import Refused
from app.core.wording import LONGEST, LONGEST_SUBJECT, Fault
from app.tongue import N_

# What stands in wordings and in no language: sentences have names in their place.
GIVEN = {
    "bytes": str(LONGEST),
    "characters": str(LONGEST_SUBJECT),
    "deepest": str(DEEPEST),
    "terms": str(MOST_TERMS),
    "insert": "{{ name }}",
    "test": "{% if name %}",
    "tag": "{% … %}",
    "if": "{% if … %}",
    "else": "{% else %}",
    "end": "{% endif %}",
    "and": "&",
    "written": "&amp;",
    "link": '<a href="{{ link }}">',
    "elements": "p, br, strong, em, b, i, u, ul, ol, li, h1, h2, h3, blockquote, table, tr, td, span, div, a",
}
SAYS: dict[Wrong, str] = {
    Wrong.EMPTY: N_("Write something here."),
    Wrong.TOO_LONG: N_(
        "All parts together have at most %(bytes)s bytes, a subject has %(characters)s characters: shorten it."
    ),
    Wrong.NOT_ONE_LINE: N_("Keep the subject on one line."),
    Wrong.UNSEEN_CHARACTER: N_("Take this character out: nobody sees it."),
    Wrong.NOT_ALLOWED: N_("Only %(insert)s and %(test)s with not, and, or, elif, else and endif can stand here."),
    Wrong.STRAY_BRACES: N_("These braces belong to no tag; a tag is %(insert)s or %(tag)s on one line."),
    Wrong.UNKNOWN_NAME: N_("This mail knows no such name. Take one from the list of its names."),
    Wrong.NOT_IN_SUBJECT: N_("This opens something, and everybody on the way can read subjects: take it out."),
    Wrong.UNMATCHED_IF: N_("Every %(if)s needs its own %(end)s, with one %(else)s at most, at its end."),
    Wrong.IF_OVER_LINES: N_("Either end the %(if)s on its line, or give each of its tags a line of its own."),
    Wrong.TOO_DEEP: N_(
        "Put at most %(deepest)s of them inside one another, and ask for at most %(terms)s names at once."
    ),
    Wrong.NAME_MISSING: N_("The mail cannot do without this; it has to stand outside of every %(if)s."),
    Wrong.HTML_TAG: N_("Only these can be used: %(elements)s."),
    Wrong.HTML_ATTRIBUTE: N_("Only links say more than their name: %(link)s, or reveal or stop in its place."),
    Wrong.HTML_COMMENT: N_("Take comments and declarations out."),
    Wrong.HTML_ENTITY: N_("Write the character itself; %(and)s is written %(written)s."),
    Wrong.HTML_MISPLACED: N_("This cannot stand directly in what is around it."),
    Wrong.HTML_UNMATCHED: N_("Close every tag, the last one first, also where an %(if)s leaves some out."),
    Wrong.INSIDE_TAG: N_("No name and no %(if)s inside of a tag."),
}


def explained(refused: Refused, said: Callable[[str], str] = str) -> list[dict[str, str | int]]:
    """Every fault of a refused wording: where, the stable word, what stands there, and what to do."""
    faults = refused.data.get("faults")
    return list(rows(faults, said)) if isinstance(faults, list) else []


def rows(faults: Iterable[Fault], said: Callable[[str], str] = str) -> Iterable[dict[str, str | int]]:
    """What to do is `said` in the reader's language; programs read English."""
    for at in faults:
        where: dict[str, str | int] = {"part": at.part.value, "line": at.line}
        yield where | {"reason": at.reason.value, "detail": at.detail, "says": said(SAYS[at.reason]) % GIVEN}
