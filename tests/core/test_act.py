"""Who acted, as a record spells it."""

from datetime import UTC, datetime

from app.core.act import Act
from app.core.vocabulary import ActorKind, Method, Role

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def test_roles_are_written_in_one_order_whatever_order_they_came_in() -> None:
    ana = Act(ActorKind.STAFF, Method.PASSWORD, NOW, id="ana", roles=frozenset(reversed(Role)))
    assert ana.role == "admin-agent,sales-agent,helpdesk-agent,global-admin"


def test_an_actor_has_the_four_members_of_the_record_format() -> None:
    ana = Act(ActorKind.STAFF, Method.API_TOKEN, NOW, id="ana", name="Ana Lind", roles=frozenset({Role.SALES_AGENT}))
    assert ana.actor() == {"kind": "staff", "id": "ana", "role": "sales-agent", "method": "api-token"}


def test_a_customer_has_the_role_of_a_customer() -> None:
    assert Act(ActorKind.CUSTOMER, Method.EMAIL_CODE, NOW).role == "customer"


def test_the_clock_has_no_role_and_no_name() -> None:
    clock = Act(ActorKind.SYSTEM, Method.CLOCK, NOW)
    assert clock.actor() == {"kind": "system", "id": None, "role": None, "method": "clock"}
