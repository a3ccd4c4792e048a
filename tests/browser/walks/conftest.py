"""Who walks: staff with a session in the browser, and customers, who come by a link or a password."""

from collections.abc import Callable
from typing import Any

import pytest

from app.core.languages import Language
from app.models import Staff
from tests.browser.conftest import Browse
from tests.browser.service import Service
from tests.browser.walks.person import Person
from tests.browser.world import session_of

Desk = Callable[..., Person]
Customer = Callable[..., Person]


@pytest.fixture
def desk(browse: Browse, service: Service) -> Desk:
    """Somebody of a partner's staff, signed in."""

    def signed_in(person: Staff, **options: Any) -> Person:
        page = browse(**options)
        signer = service.app.session_interface.get_signing_serializer(service.app)  # type: ignore[attr-defined]
        value = signer.dumps({"_permanent": True, "staff": session_of(person)})
        page.context.add_cookies([{"name": "assent", "value": value, "url": service.address}])
        return Person(page, service)

    return signed_in


@pytest.fixture
def customer(browse: Browse, service: Service) -> Customer:
    """Somebody of a customer's, with a browser that speaks English whatever its reader speaks."""

    def arrived(language: Language = Language.ENGLISH, **options: Any) -> Person:
        return Person(browse(**options), service, language)

    return arrived
