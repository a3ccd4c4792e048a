"""What mails say: a partner's own wordings by kind and language, with ours where it has none."""

from typing import Annotated, Any

from flask import Response

from app.commands import wordings as commands
from app.core import wording as rules
from app.core.languages import Language, read
from app.core.mails import Own
from app.core.names import GRAMMARS, NAMES, Kind
from app.core.permissions import Action, require
from app.core.refusals import Reason, Refused, refuse_if
from app.installation import installation
from app.mail import specimens, wording
from app.models import MailTemplate
from app.post import composer
from app.queries import wordings
from app.web.pages.mail_words import MEANINGS
from app.web.v1.callers import caller, partner
from app.web.v1.paging import Links, collection
from app.web.v1.routes import route
from app.web.v1.shape import Answer, Number, Shape
from app.web.v1.shapes_wording import Part, Wording
from app.web.v1.statuses import Attributes

ALL = "/mailtemplates"
ONE = "/mailtemplates/{mailKind}/{language}"


class Trial(Shape):
    """Without `subject` and `text` those that hold are shown."""

    subject: Part | None = None
    text: Part | None = None
    html: Part | None = None


class VersionAsked(Shape):
    version: Annotated[int, Number(1)] | None = None


class WordingVersion(Answer):
    own: bool
    version: int | None
    since: str | None
    by: str | None


class TemplateBrief(WordingVersion):
    kind: str
    language: str


class NameShown(Answer):
    name: str
    meaning: str
    sample: str
    needed: bool
    in_subject: bool


class TemplateShown(TemplateBrief):
    subject: str
    text: str
    html: str | None
    names: list[NameShown]
    versions: list[WordingVersion]
    attributes: Attributes


class Templates(Answer):
    total_count: int
    items: list[TemplateBrief]
    links: Links
    attributes: Attributes


class MailPreview(Answer):
    subject: str
    text: str
    html: str
    attributes: Attributes


@route.get(ALL, needs=Action.MANAGE_MAIL, gives=Templates)
def list_mail_templates() -> dict[str, Any]:
    """List the mails that can have words of your own, in every language.

    `own` says which have; `version`, `since` and `by` are of the newest change, also where that was a return to ours.
    """
    return collection(wordings.listed(caller(), partner().id))


@route.get(ONE, needs=Action.MANAGE_MAIL, asks=VersionAsked, gives=TemplateShown, one=True)
def show_mail_template(mail_kind: str, language: str, asked: VersionAsked) -> dict[str, Any]:
    """Read what a mail says: your own words, or else ours in the same language of placeholders.

    `names` are what it may insert as `{{ name }}` or ask for as `{% if name %}`, and nothing else. Head and foot of the
    mail stay ours: the foot says how to check that it is genuine. `version` shows an earlier one.
    """
    kind, tongue = _of(mail_kind, language)
    return _shown(kind, tongue, asked.version)


@route.put(ONE, needs=Action.MANAGE_MAIL, takes=Wording, gives=TemplateShown)
def save_mail_template(mail_kind: str, language: str, given: Wording) -> dict[str, Any]:
    """Let a mail say this from now on.

    Each save is a version; earlier ones are kept. What cannot be used is refused whole: `faults` holds part, line,
    reason and remedy of everything that is wrong.
    """
    require(caller(), Action.MANAGE_MAIL)
    kind, tongue = _of(mail_kind, language)
    rules.refuse(wording.check(given.own, GRAMMARS[kind]))
    commands.save(caller(), partner(), kind, tongue, given.own)
    return _shown(kind, tongue)


@route.delete(ONE, needs=Action.MANAGE_MAIL, status=204)
def reset_mail_template(mail_kind: str, language: str) -> Response:
    """Let a mail say again what ours says. Your own words are kept as versions."""
    require(caller(), Action.MANAGE_MAIL)
    commands.reset(caller(), partner(), *_of(mail_kind, language))
    return Response(status=204)


@route.post(f"{ONE}/preview", needs=Action.MANAGE_MAIL, takes=Trial, gives=MailPreview, optional=True, reads=True)
def preview_mail_template(mail_kind: str, language: str, given: Trial) -> dict[str, Any]:
    """Show a mail with made-up facts, as it is saved or as it would be with these words. Nothing is kept or sent."""
    kind, tongue = _of(mail_kind, language)
    held = wordings.versions(caller(), partner().id, kind, tongue)
    own = _tried(given, kind, tongue, held) if given.subject or given.text or given.html else _said(held)
    known = specimens.facts(kind, tongue, partner().name, wordings.brand(partner().id), own, caller().at)
    shown = composer(installation()).words(known, live=False)
    members = {"subject": shown.subject, "text": shown.text, "html": shown.html}
    return members | {"attributes": {"objectType": "MailPreview"}}


def _tried(given: Trial, kind: Kind, language: Language, held: list[MailTemplate]) -> Own:
    base = _said(held) or _ours(kind, language)
    html = given.html or (None if given.text else base.html)
    own = Own(given.subject or base.subject, given.text or base.text, html)
    rules.refuse(wording.check(own, GRAMMARS[kind]))
    return own


def _of(kind: str, language: str) -> tuple[Kind, Language]:
    """From a path, which is read in any case."""
    found = Kind.read(kind), read(language)
    if found[0] is None or found[1] is None:
        raise Refused(Reason.NOT_FOUND, what="mail kind" if found[0] is None else "language")
    return found[0], found[1]


def _said(held: list[MailTemplate]) -> Own | None:
    return wordings.said(held[0]) if held else None


def _ours(kind: Kind, language: Language) -> Own:
    return specimens.ours(composer(installation()), kind, language)


def _shown(kind: Kind, language: Language, number: int | None = None) -> dict[str, Any]:
    held = wordings.versions(caller(), partner().id, kind, language)
    asked = [row for row in held if number in (None, row.version)]
    refuse_if(number is not None and not asked, Reason.NOT_FOUND, what="version")
    own = _said(asked) or _ours(kind, language)
    words = {"subject": own.subject, "text": own.text, "html": own.html, "names": _names(kind)}
    versions = {"versions": [wordings.version(row) for row in held]}
    brief = wordings.brief(kind, language, asked[0] if asked else None)
    return brief | words | versions | {"attributes": {"objectType": "MailTemplate"}}


def _names(kind: Kind) -> list[dict[str, Any]]:
    grammar = GRAMMARS[kind]
    return [
        {
            "name": name,
            "meaning": MEANINGS[name],
            "sample": sample,
            "needed": name in grammar.needed,
            "inSubject": name not in grammar.secret,
        }
        for name, sample in NAMES.items()
        if name in grammar.names
    ]
