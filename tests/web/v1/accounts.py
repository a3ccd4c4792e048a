"""The account that is made with a tenant, beside a customer that came without one."""

from app import vault
from app.auth import acts, passwords
from app.commands import customers
from app.db import db
from app.models import Customer, CustomerUser, Relationship
from tests.channel import done

FIRST = "abcd-efgh-jkmn-pqrs"


def account(relationship: Relationship) -> CustomerUser:
    tenant = db.session.get_one(Customer, relationship.customer_id)
    made = (f"admin@{tenant.domain}", passwords.hashed(FIRST), vault.seal(FIRST))
    return done(customers.add_user, acts.console(), tenant, *made)
