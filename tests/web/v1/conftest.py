"""Fixtures of the API: a direct-bill partner with somebody who works there, and its programs."""

from dataclasses import dataclass

import pytest
from flask import Flask

from app.core.vocabulary import PartnerType
from app.models import Partner, Staff
from tests.channel import Case, company, customer, hire
from tests.web.v1.programs import Program, program


@dataclass(frozen=True)
class Desk:
    """Fabrikam confirms for its own customers; Ana, an admin agent, works there with a program of hers."""

    app: Flask
    fabrikam: Partner
    ana: Staff
    program: Program

    def customer(self) -> Case:
        return customer(self.fabrikam)


@pytest.fixture
def desk(app: Flask) -> Desk:
    fabrikam = company("Fabrikam", PartnerType.DIRECT_BILL)
    ana = hire(fabrikam)
    return Desk(app, fabrikam, ana, program(app, ana))
