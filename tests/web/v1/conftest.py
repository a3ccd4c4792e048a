"""Fixtures of the API: partners of each type with somebody who works there, and the programs these people run."""

from dataclasses import dataclass

import pytest
from flask import Flask

from app.core.vocabulary import PartnerType, Role
from app.models import Partner, Staff
from tests.channel import Case, Channel, company, customer, hire
from tests.engines import on_sqlite  # noqa: F401
from tests.web.v1.programs import Program, confirmation, of, program


@dataclass(frozen=True)
class Desk:
    """Fabrikam confirms for its own customers; Ana, an admin agent, works there with a program of hers."""

    app: Flask
    fabrikam: Partner
    ana: Staff
    program: Program

    def customer(self) -> Case:
        return customer(self.fabrikam)

    def confirmed(self) -> Case:
        """A customer that may order, by Ana's word."""
        case = self.customer()
        self.program.made(of(case, "agreements"), confirmation())
        return case

    def colleague(self, *roles: Role) -> Program:
        return program(self.app, hire(self.fabrikam, *roles, name="Eva Lund"))


@dataclass(frozen=True)
class Chain:
    """Pia's program at the provider, Rita's at its reseller, and a customer of both."""

    channel: Channel
    pia: Program
    rita: Program
    case: Case


def open_desk(app: Flask) -> Desk:
    fabrikam = company("Fabrikam", PartnerType.DIRECT_BILL)
    ana = hire(fabrikam)
    return Desk(app, fabrikam, ana, program(app, ana))


@pytest.fixture
def desk(app: Flask) -> Desk:
    return open_desk(app)


@pytest.fixture
def chain(app: Flask, channel: Channel) -> Chain:
    return Chain(channel, program(app, channel.pia), program(app, channel.rita), channel.customer())
