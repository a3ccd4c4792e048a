"""Mails shown inside a page of ours: a document of its own in a frame, which runs nothing and reaches nothing."""

import base64

from flask import Response, render_template

from app.core.mails import Logo

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'; sandbox"
# How the html of a mail names the picture that travels with it.
CARRIED = 'src="cid:logo"'


def framed(html: str, logo: Logo | None = None, status: int = 200) -> Response:
    """The html of a mail as its reader sees it; links in it lead nowhere."""
    if logo:
        html = html.replace(CARRIED, f'src="data:{logo.type};base64,{base64.b64encode(logo.content).decode()}"')
    response = Response(html, status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def framed_text(subject: str, text: str) -> Response:
    """What readers see whose programs show no html."""
    return framed(render_template("dashboard/_framed.html", subject=subject, text=text, faults=()))


def framed_faults(faults: object) -> Response:
    """In the place of a mail: why it cannot be shown."""
    return framed(render_template("dashboard/_framed.html", subject="", text="", faults=faults), status=400)
