"""Assent: create_app() reads as a table of contents."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.config import Config


def create_app(config: Config | None = None, *, web: bool = True) -> Flask:
    """With `web=False` for whoever answers no requests: the command line and the worker are there sooner."""
    # Imported here, so that `assent --help` need not wait for a web framework and a database layer.
    from dataclasses import replace

    from app import config as settings
    from app import db, errors, keys
    from app.installation import TEMPLATES, Installation, load_rules

    config = config or settings.load()
    app = errors.Application("app", template_folder=str(TEMPLATES))
    rules = replace(load_rules(config.instance), reminding=config.reminding)
    app.extensions["assent"] = Installation(config, keys.load(config.keys_dir), rules)
    db.init_app(app, config.database_url)
    if web:
        _serve(app, config)
    return app


def _serve(app: Flask, config: Config) -> None:
    from jinja2 import StrictUndefined

    from app import errors
    from app.web import assets, dashboard, health, hooks, language, metrics, pages, portal, security, v1

    app.jinja_env.undefined = StrictUndefined
    security.init_app(app, config, app.extensions["assent"].keys.session)
    errors.init_app(app)
    assets.init_app(app)
    pages.init_app(app)
    app.register_blueprint(dashboard.bp)
    app.register_blueprint(language.bp)
    app.register_blueprint(health.bp)
    app.register_blueprint(metrics.bp)
    app.register_blueprint(portal.bp)
    app.register_blueprint(hooks.bp)
    v1.init_app(app, config)
    if config.demo:
        from app.web import demo

        demo.init_app(app)
