"""What all pages share: how a route says who it is for, forms that keep what was typed, words and languages."""

from flask import Flask

from app import tongue
from app.web.pages import forms, routes


def init_app(app: Flask) -> None:
    tongue.init_app(app)
    forms.init_app(app)
    routes.init_app(app)
