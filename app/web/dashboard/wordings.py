"""What mails say: a partner's own words by kind and language, tried out before they are saved."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.commands import wordings as commands
from app.core import languages
from app.core import wording as rules
from app.core.languages import Language
from app.core.mails import Own
from app.core.names import GRAMMARS, NAMES, Kind
from app.core.permissions import Action
from app.core.refusals import Reason, Refused
from app.core.vocabulary import PartnerType
from app.db import transaction
from app.errors.wordings import explained
from app.installation import installation
from app.mail import specimens, wording
from app.mail.compose import Words
from app.models import MailTemplate
from app.post import composer
from app.queries import wordings as queries
from app.tongue import N_, gettext
from app.web.dashboard import page, previews, shell
from app.web.dashboard.mail import tabs
from app.web.pages import mail_words
from app.web.pages.forms import current
from app.web.pages.routes import act

ONE = "/mail/wordings/<kind>/<language>"
# What is far too long comes back to be shortened, instead of being lost.
ROOM = 256 * 1024
# The parts of a mail as people call them.
PARTS = {"subject": N_("Subject"), "text": N_("Text"), "html": N_("HTML")}


@page.get("/mail/wordings", needs=Action.MANAGE_MAIL)
def wordings() -> ResponseReturnValue:
    held = queries.in_force(act(), shell.own().id)
    rows = [(kind, mail_words.kind(kind), [(one, held.get((kind, one))) for one in Language]) for kind in Kind]
    resells = shell.own().type is PartnerType.RESELLER
    return render_template("dashboard/mail/wordings.html", tabs=tabs("wordings"), rows=rows, resells=resells)


@page.get(ONE, needs=Action.MANAGE_MAIL)
def wording_of(kind: str, language: str) -> ResponseReturnValue:
    """The words that hold, or those of an earlier version to begin with."""
    which, spoken = _of(kind, language)
    held = queries.versions(act(), shell.own().id, which, spoken)
    number = request.args.get("version", "")
    chosen = [row for row in held if str(row.version) == number] if number else held[:1]
    if number and not chosen:
        raise Refused(Reason.NOT_FOUND, what="version")
    return render_template(
        "dashboard/mail/wording.html",
        tabs=tabs("wordings"),
        kind=which,
        spoken=spoken,
        word=mail_words.kind(which),
        said=_said(chosen, which, spoken),
        is_own=bool(held) and held[0].text is not None,
        held=held,
        older=chosen[0].version if number else None,
        names=_names(which),
        faults=faults(current().problem),
        resells=shell.own().type is PartnerType.RESELLER,
    )


@page.post(ONE, needs=Action.MANAGE_MAIL, again=wording_of, room=ROOM)
def save_wording(kind: str, language: str) -> ResponseReturnValue:
    which, spoken = _of(kind, language)
    own = _typed()
    rules.refuse(wording.check(own, GRAMMARS[which]))
    with transaction():
        row = commands.save(act(), shell.own(), which, spoken, own)
        number = row.version
    shell.told(gettext("Saved as version %(number)s. Mails say this from now on.", number=number))
    return redirect(url_for("dashboard.wording_of", kind=which.value, language=spoken.value), 303)


@page.post(f"{ONE}/reset", needs=Action.MANAGE_MAIL, again=wording_of)
def reset_wording(kind: str, language: str) -> ResponseReturnValue:
    which, spoken = _of(kind, language)
    with transaction():
        commands.reset(act(), shell.own(), which, spoken)
    shell.told(gettext("Mails of this kind say the standard words again. Yours are kept as versions."))
    return redirect(url_for("dashboard.wording_of", kind=which.value, language=spoken.value), 303)


@page.get(f"{ONE}/preview", needs=Action.MANAGE_MAIL)
def preview_held(kind: str, language: str) -> ResponseReturnValue:
    """The mail with made-up facts, in the words that hold."""
    which, spoken = _of(kind, language)
    held = queries.versions(act(), shell.own().id, which, spoken)
    own = queries.said(held[0]) if held else None
    return previews.framed(_shown(which, spoken, own).html, queries.brand(shell.own().id).logo)


@page.post(f"{ONE}/preview", needs=Action.MANAGE_MAIL, room=ROOM)
def preview_wording(kind: str, language: str) -> ResponseReturnValue:
    """The same in the words that were typed; nothing is kept."""
    which, spoken = _of(kind, language)
    own = _typed()
    try:
        rules.refuse(wording.check(own, GRAMMARS[which]))
    except Refused as problem:
        return previews.framed_faults(faults(problem))
    shown = _shown(which, spoken, own)
    if request.form.get("as") == "text":
        return previews.framed_text(shown.subject, shown.text)
    return previews.framed(shown.html, queries.brand(shell.own().id).logo)


def _of(kind: str, language: str) -> tuple[Kind, Language]:
    found = Kind.read(kind), languages.read(language)
    if found[0] is None or found[1] is None:
        raise Refused(Reason.NOT_FOUND, what="mail kind" if found[0] is None else "language")
    return found[0], found[1]


def _typed() -> Own:
    """Browsers end lines as mail does; wordings are kept as they are written elsewhere."""
    given = {name: request.form.get(name, "").replace("\r\n", "\n") for name in PARTS}
    return Own(given["subject"].strip(), given["text"], given["html"] if given["html"].strip() else None)


def _said(chosen: list[MailTemplate], kind: Kind, language: Language) -> Own:
    own = queries.said(chosen[0]) if chosen else None
    return own or specimens.ours(composer(installation()), kind, language)


def _shown(kind: Kind, language: Language, own: Own | None) -> Words:
    partner = shell.own()
    known = specimens.facts(kind, language, partner.name, queries.brand(partner.id), own, act().at)
    return composer(installation()).words(known, live=False)


def _names(kind: Kind) -> list[tuple[str, str, str, bool, bool]]:
    """Name, meaning, sample, whether the mail needs it, whether it may stand in the subject."""
    grammar = GRAMMARS[kind]
    known = [(name, sample) for name, sample in NAMES.items() if name in grammar.names]
    return [
        (name, gettext(mail_words.MEANINGS[name]), sample, name in grammar.needed, name not in grammar.secret)
        for name, sample in sorted(known, key=lambda pair: pair[0] not in grammar.needed)
    ]


def faults(problem: Refused | None) -> list[dict[str, Any]]:
    """Each with the part and line it stands on, in the reader's language."""
    found = explained(problem, gettext) if problem else []
    where = gettext("%(part)s, line %(line)s:")
    return [row | {"where": where % {"part": gettext(PARTS[str(row["part"])]), "line": row["line"]}} for row in found]
