"""What is wrong with a wording, in sentences that say what to do: one table."""

from collections.abc import Iterable

from app.core.pieces import DEEPEST, Wrong
from app.core.refusals import Refused
from app.core.wording import LONGEST, LONGEST_SUBJECT, Fault

SAYS: dict[Wrong, str] = {
    Wrong.EMPTY: "Write something here.",
    Wrong.TOO_LONG: f"All parts together have at most {LONGEST} bytes, a subject has {LONGEST_SUBJECT} characters.",
    Wrong.NOT_ONE_LINE: "Keep the subject on one line.",
    Wrong.UNSEEN_CHARACTER: "Take this character out: nobody sees it.",
    Wrong.NOT_ALLOWED: "Only {{ name }} and {% if name %} with not, and, or, elif, else and endif can stand here.",
    Wrong.STRAY_BRACES: "These braces belong to no tag; a tag is {{ name }} or {% … %} on one line.",
    Wrong.UNKNOWN_NAME: "This mail knows no such name. `names` of GET /v1/mailtemplates/{mailKind}/{language} has all.",
    Wrong.NOT_IN_SUBJECT: "This opens something, and everybody on the way can read subjects: take it out.",
    Wrong.UNMATCHED_IF: "Every {% if … %} needs its own {% endif %}, with one {% else %} at most, at its end.",
    Wrong.IF_OVER_LINES: "Either end the {% if … %} on its line, or give each of its tags a line of its own.",
    Wrong.TOO_DEEP: f"Put at most {DEEPEST} of them inside one another, and ask for at most 8 names at once.",
    Wrong.NAME_MISSING: "The mail cannot do without this; it has to stand outside of every {% if … %}.",
    Wrong.HTML_TAG: "Only these: p, br, strong, em, b, i, u, ul, ol, li, h1, h2, h3, blockquote, table, tr, td, span, "
    "div, a.",
    Wrong.HTML_ATTRIBUTE: 'Only links say more than their name: <a href="{{ link }}">, or reveal or stop in its place.',
    Wrong.HTML_COMMENT: "Take comments and declarations out.",
    Wrong.HTML_ENTITY: "Write the character itself; & is written &amp;.",
    Wrong.HTML_MISPLACED: "This cannot stand directly in what is around it.",
    Wrong.HTML_UNMATCHED: "Close every tag, the last one first, also where an {% if … %} leaves some out.",
    Wrong.INSIDE_TAG: "No name and no {% if … %} inside of a tag.",
}


def explained(refused: Refused) -> list[dict[str, str | int]]:
    """Every fault of a refused wording: where, the stable word, what stands there, and what to do."""
    faults = refused.data.get("faults")
    return list(rows(faults)) if isinstance(faults, list) else []


def rows(faults: Iterable[Fault]) -> Iterable[dict[str, str | int]]:
    for at in faults:
        where: dict[str, str | int] = {"part": at.part.value, "line": at.line}
        yield where | {"reason": at.reason.value, "detail": at.detail, "says": SAYS[at.reason]}
