"""How a partner's mails look: its colour and its logo, seen before they are sent."""

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.commands import branding as commands
from app.commands.branding import Looks
from app.core import colours, pictures
from app.core.names import Kind
from app.core.permissions import Action
from app.core.refusals import Reason, Refused, refuse_if
from app.core.vocabulary import PartnerType
from app.db import transaction
from app.installation import installation
from app.mail import specimens
from app.post import composer
from app.queries import wordings
from app.tongue import gettext, language
from app.web.dashboard import page, shell
from app.web.dashboard.mail import tabs
from app.web.dashboard.previews import framed
from app.web.pages.forms import current, line
from app.web.pages.routes import act

# A form with a logo, and one that is too large, so that this page can say so.
ROOM = 4_000_000


@page.get("/mail/look", needs=Action.MANAGE_MAIL)
def branding() -> ResponseReturnValue:
    brand = wordings.brand(shell.own().id)
    colour = _sound(current().value("colour", brand.colour or colours.ACCENT))
    text = colours.readable_on(colour)
    return render_template(
        "dashboard/mail/look.html",
        tabs=tabs("branding"),
        brand=brand,
        colour=colour,
        text=text,
        contrast=f"{colours.contrast(text, colour):.1f}",
        limits={"kilobytes": pictures.LARGEST // 1000, "wide": pictures.WIDEST, "high": pictures.HIGHEST},
        type=shell.own().type,
        types=PartnerType,
    )


def _sound(colour: str) -> str:
    """What was typed, or ours where that is no colour: the sample button needs one."""
    try:
        return colours.colour(colour)
    except Refused:
        return colours.ACCENT


@page.post("/mail/look", needs=Action.MANAGE_MAIL, again=branding, room=ROOM)
def change_branding() -> ResponseReturnValue:
    """A logo stays until another one comes or it is taken away."""
    held, file = wordings.brand(shell.own().id).logo, request.files.get("logo")
    brought = file.read(pictures.LARGEST + 1) if file and file.filename else None
    refuse_if(brought == b"", Reason.MISSING_FIELD, field="logo")
    kept = held.content if held and request.form.get("without_logo") != "yes" else None
    looks = Looks(line("colour") or None, brought or kept, line("logo_alt") or None)
    with transaction():
        commands.brand(act(), shell.own().id, looks)
    shell.told(gettext("Mails look like this from now on."))
    return redirect(url_for("dashboard.branding"), 303)


@page.post("/mail/look/reset", needs=Action.MANAGE_MAIL, again=branding)
def reset_branding() -> ResponseReturnValue:
    with transaction():
        commands.brand(act(), shell.own().id, Looks())
    shell.told(gettext("Mails look as they did at first."))
    return redirect(url_for("dashboard.branding"), 303)


@page.get("/mail/look/logo", needs=Action.MANAGE_MAIL)
def logo() -> ResponseReturnValue:
    """The picture that is in use."""
    held = wordings.brand(shell.own().id).logo
    if held is None:
        raise Refused(Reason.NOT_FOUND, what="logo")
    return Response(held.content, mimetype=held.type)


@page.get("/mail/look/preview", needs=Action.MANAGE_MAIL)
def preview_branding() -> ResponseReturnValue:
    """A mail with made-up facts as it looks now."""
    own, brand = shell.own(), wordings.brand(shell.own().id)
    known = specimens.facts(Kind.AGREEMENT, language(), own.name, brand, None, act().at)
    return framed(composer(installation()).words(known, live=False).html, brand.logo)
