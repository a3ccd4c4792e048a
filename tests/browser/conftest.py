"""A real Chromium in front of a running Assent; whatever a page complains about fails the test."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, expect, sync_playwright

from app import create_app
from app.config import load
from app.db import db
from tests.browser.service import Service
from tests.servers import Assent, missing

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
# Chromium reports every refused step; that a refusal has such a status is meant.
MEANT = "Failed to load resource: the server responded with a status of 4"
# Milliseconds: a machine that is busy with other tests answers late, and that alone is no failure.
PATIENCE = 15_000
expect.set_options(timeout=PATIENCE)

Browse = Callable[..., Page]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if not path:
        missing("Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Assent, running, with an application beside it on the same database to tell stories with."""
    assent = Assent(tmp_path_factory.mktemp("up") / "instance")
    address = assent.up()
    app = create_app(load({"ASSENT_INSTANCE": str(assent.instance)}))
    yield Service(assent, address, app)
    with app.app_context():
        db.engine.dispose()
    assent.stop()


@pytest.fixture
def app(service: Service) -> Iterator[Flask]:
    with service.app.app_context():
        yield service.app


@pytest.fixture
def browse(chromium: Browser) -> Iterator[Browse]:
    """Opens browsers that share nothing; each with options such as `java_script_enabled`."""
    contexts, troubles = [], list[str]()

    def watch(page: Page) -> None:
        def heard(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning") and not message.text.startswith(MEANT):
                troubles.append(f"{message.type} on {page.url}: {message.text}")

        def asked(dialog: Dialog) -> None:
            troubles.append(f"dialog on {page.url}: {dialog.message}")
            dialog.dismiss()

        def failed(request: Request) -> None:
            # Shown when a test fails: a click too many drops a request, and that alone is no trouble.
            print(f"{request.method} {request.url}: {request.failure}")

        page.on("console", heard)
        page.on("requestfailed", failed)
        page.on("pageerror", lambda error: troubles.append(f"error on {page.url}: {error}"))
        page.on("dialog", asked)

    def opened(**options: Any) -> Page:
        context = chromium.new_context(**options)
        context.set_default_timeout(PATIENCE)
        context.on("page", watch)
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        for page in context.pages:
            # Shown when the test fails: what a person would have had before them.
            print(f"\n{page.url}\n{page.evaluate('document.body ? document.body.innerText : null')}")
        context.close()
    assert troubles == []
