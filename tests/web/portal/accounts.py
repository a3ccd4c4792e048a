"""Accounts that were made with a tenant, beside an open invitation of the same customer."""

from dataclasses import dataclass

from app.models import CustomerUser, Invitation
from tests.cast import Story

FIRST = "abcd-efgh-jkmn-pqrs"


@dataclass
class Account:
    story: Story
    invitation: Invitation
    user: CustomerUser

    @property
    def name(self) -> str:
        return self.user.user_name
