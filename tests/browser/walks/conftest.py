"""Who walks: staff with a session in the browser, and customers, who come by a link or a password."""

from collections.abc import Callable
from typing import Any

import pytest

from app.core.languages import Language
from app.models import Staff
from tests.browser.conftest import Browse
from tests.browser.service import Service
from tests.browser.walks.person import Person
from tests.browser.walks.ways import Means
from tests.browser.world import session_of

Desk = Callable[[Staff], Person]
Customer = Callable[..., Person]


@pytest.fixture
def means() -> Means:
    """See ways.py."""
    return Means.MOUSE


@pytest.fixture
def desk(browse: Browse, service: Service, means: Means) -> Desk:
    """Somebody of a partner's staff, signed in."""

    def signed_in(person: Staff) -> Person:
        page = browse(java_script_enabled=means is not Means.NO_SCRIPT)
        signer = service.app.session_interface.get_signing_serializer(service.app)  # type: ignore[attr-defined]
        value = signer.dumps({"_permanent": True, "staff": session_of(person)})
        page.context.add_cookies([{"name": "assent", "value": value, "url": service.address}])
        return Person(page, service, means)

    return signed_in


@pytest.fixture
def customer(browse: Browse, service: Service, means: Means) -> Customer:
    """Somebody of a customer's, with a browser that speaks English whatever its reader speaks."""

    def arrived(language: Language = Language.ENGLISH, **options: Any) -> Person:
        page = browse(java_script_enabled=means is not Means.NO_SCRIPT, **options)
        return Person(page, service, means, language)

    return arrived
