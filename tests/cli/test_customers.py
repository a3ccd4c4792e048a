"""`assent customer`, `purchase`, `status`: the tenants, and where each stands."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from tests.cli.terminal import Terminal, attestation, new_customer

UNKNOWN = str(uuid.uuid4())


def test_a_customer_is_added_with_its_first_record_and_its_first_account(terminal: Terminal) -> None:
    partner = terminal.partner()
    words = new_customer(partner, "first.example", phone="+46 8 123 456", language="sv-SE", country="se")
    found = terminal.json(*words)
    assert found["state"] == "unconfirmed"
    assert found["userCredentials"]["userName"] == "admin@first.example"
    row = terminal.row("relationship", customer_id=uuid.UUID(found["id"]))
    about = (str(row.partner_id), row.state, row.company, row.country, row.language, row.email, row.phone)
    assert about == (partner, "active", "Contoso", "SE", "sv-SE", "maria@first.example", "+46 8 123 456")
    machine = terminal.row("machine", customer_id=row.customer_id)
    record = terminal.row("record", machine_id=machine.id)
    assert (record.number, record.event, record.hash) == (1, "created", machine.head)
    assert json.loads(record.body)["actor"] == {"kind": "system", "id": "console", "role": None, "method": "console"}


def test_the_password_is_shown_once_and_kept_only_as_a_hash(terminal: Terminal) -> None:
    made = terminal.json(*new_customer(terminal.partner()))["userCredentials"]
    kept = terminal.row("customer_user", user_name=made["userName"])
    assert PasswordHasher().verify(kept.password_hash, made["password"])
    assert kept.password_hash.startswith("$argon2id$")
    assert (kept.must_change, kept.is_admin) == (True, True)
    assert not [rows for rows in terminal.stored().values() if made["password"] in "".join(rows)]
    assert "The password is not shown again." in terminal(*new_customer(terminal.partner())).out.splitlines()


def test_a_tenant_keeps_the_id_it_has_at_the_vendor(terminal: Terminal) -> None:
    own = str(uuid.uuid4())
    assert terminal.customer(terminal.partner(), "--id", own, domain="own.example") == own
    again = new_customer(terminal.partner(), "own.example")
    assert terminal.json(*again, "--id", own)["id"] == own
    assert terminal.refused(*new_customer(terminal.partner(), "own.example"), "--id", UNKNOWN) == "invalid-value"
    assert terminal.refused(*new_customer(terminal.partner(), "other.example"), "--id", own) == "invalid-value"


def test_a_second_partner_gets_the_same_tenant_and_sees_nothing_of_the_first(terminal: Terminal) -> None:
    first, second = terminal.partner(), terminal.partner()
    by = terminal.staff(first)
    customer = terminal.customer(first, domain="shared.example")
    terminal.json(*attestation(customer, by))
    words = new_customer(second, "shared.example", company="Contoso AB", email="bo@shared.example")
    assert terminal.json(*words) == {"id": customer, "state": "unconfirmed"}
    assert "password" not in terminal("status", customer, "--partner", second).out
    mine = terminal.json("status", customer, "--partner", second)
    assert (mine["partnerId"], mine["state"], mine["sequence"]) == (second, "unconfirmed", 1)
    assert (mine["method"], mine["primaryContact"], mine["invitation"]) == (None, None, None)
    theirs = terminal.json("status", customer, "--partner", first)
    assert (theirs["partnerId"], theirs["state"], theirs["sequence"]) == (first, "partner-attested", 2)


def test_a_customer_of_several_partners_needs_the_partner_named(terminal: Terminal) -> None:
    first, second = terminal.partner(), terminal.partner()
    customer = terminal.customer(first, domain="several.example")
    terminal.customer(second, domain="several.example")
    assert terminal.refused("status", customer) == "missing-field"
    assert "several partners have this customer" in terminal("status", customer).err
    bought = ["purchase", customer, "--kind", "offer", "--date", "2025-03-01"]
    assert terminal.refused(*bought) == "missing-field"
    assert terminal.json(*bought, "--partner", second)["partnerId"] == second


def test_a_partner_has_a_domain_once(terminal: Terminal) -> None:
    partner = terminal.partner()
    terminal.customer(partner, domain="once.example")
    assert terminal.refused(*new_customer(partner, "once.example")) == "already-exists"
    assert terminal.refused(*new_customer(partner, "ONCE.example")) == "already-exists"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"partner": UNKNOWN}, "not-found"),
        ({"reseller": UNKNOWN}, "not-found"),
        ({"company": " "}, "missing-field"),
        ({"company": "Con\ntoso"}, "invalid-text"),
        ({"company": "Con\x00toso"}, "invalid-text"),
        ({"domain": "contoso"}, "invalid-value"),
        ({"domain": "con toso.example"}, "invalid-value"),
        ({"domain": "contoso.example\0"}, "invalid-text"),
        ({"country": "ZZ"}, "invalid-value"),
        ({"language": "svenska!"}, "invalid-value"),
        ({"language": ""}, "missing-field"),
        ({"first-name": ""}, "missing-field"),
        ({"last-name": "E\nk"}, "invalid-text"),
        ({"email": "maria"}, "invalid-email"),
        ({"email": "maria@contoso.example\nBcc: all@contoso.example"}, "invalid-text"),
        ({"phone": "call me"}, "invalid-phone"),
        ({"phone": "+46 8 123\x00456"}, "invalid-text"),
    ],
)
def test_a_customer_that_cannot_be_is_refused(desk: Terminal, changes: dict[str, str], reason: str) -> None:
    given = {key.replace("-", "_"): value for key, value in changes.items()}
    given = {"email": "maria@contoso.example"} | given
    partner = given.pop("partner", None) or desk.fabrikam
    assert desk.refused(*new_customer(partner, **given)) == reason


def test_what_the_mirror_of_a_portal_cannot_do_is_not_done_behind_its_back(desk: Terminal) -> None:
    assert desk.refused(*new_customer(desk.partner("direct-bill", "--authority", "mirror"))) == "not-forwarded"


def test_a_reseller_has_customers_only_through_a_provider_it_is_tied_to(desk: Terminal) -> None:
    provider, stranger = desk.partner("indirect-provider"), desk.partner("indirect-provider")
    reseller = desk.partner("indirect-reseller", "--provider", provider)
    assert desk.refused(*new_customer(reseller)) == "wrong-partner-type"
    assert desk.refused(*new_customer(stranger), "--reseller", reseller) == "no-relationship"
    assert desk.refused(*new_customer(desk.partner()), "--reseller", reseller) == "wrong-partner-type"
    customer = desk.customer(provider, "--reseller", reseller)
    for seen_by in (provider, reseller):
        assert desk.json("status", customer, "--partner", seen_by)["partnerId"] == provider


def test_an_unknown_customer_and_a_foreign_one_are_the_same_line(terminal: Terminal) -> None:
    foreign, mine = terminal.tenant(terminal.partner()), terminal.partner()
    assert terminal.refused("status", UNKNOWN) == "not-found"
    lines = {terminal("status", id, "--partner", mine).err for id in (foreign, UNKNOWN)}
    assert len(lines) == 1
    bought = ["--kind", "offer", "--date", "2025-03-01", "--partner", mine]
    assert {terminal.refused("purchase", id, *bought) for id in (foreign, UNKNOWN)} == {"not-found"}
    assert {terminal("purchase", id, *bought).err for id in (foreign, UNKNOWN)} == lines


def test_the_status_is_the_whole_resource(terminal: Terminal) -> None:
    customer = terminal.tenant()
    found = terminal.json("status", customer)
    assert (
        list(found)
        == (
            "customerId partnerId agreementType state since sequence confirmed method assurance dateAgreed "
            "primaryContact version invitation upstream attributes"
        ).split()
    )
    assert (found["customerId"], found["agreementType"]) == (customer, "MicrosoftCustomerAgreement")
    assert (found["state"], found["confirmed"], found["sequence"]) == ("unconfirmed", False, 1)
    assert datetime.now(UTC) - datetime.fromisoformat(found["since"]) < timedelta(minutes=5)
    words = terminal("status", customer).out.splitlines()
    assert "state: unconfirmed" in words
    assert "confirmed: false" in words


def test_a_purchase_is_history_that_bars_direct_acceptance(terminal: Terminal) -> None:
    by, customer = terminal.ana, terminal.tenant()
    terminal.json("purchase", customer, "--kind", "auto-renewal", "--date", "2025-03-01")
    terminal.json("invite", customer, "--as", by)
    found = terminal.json("purchase", customer, "--kind", "azure-plan", "--date", "2025-03-01")
    assert (found["state"], found["sequence"]) == ("invited", 2)
    bought = terminal.row("purchase", customer_id=uuid.UUID(customer), kind="azure-plan")
    assert bought.bought_on.isoformat() == "2025-03-01"
    assert terminal.refused("invite", customer, "--as", by) == "direct-acceptance-unavailable"


def test_a_purchase_lies_in_the_past_and_has_a_kind(terminal: Terminal) -> None:
    customer = terminal.tenant()
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    bought = ["purchase", customer, "--kind"]
    assert terminal.refused(*bought, "offer", "--date", tomorrow) == "date-in-future"
    assert "2026-11-20" in terminal.misused(*bought, "offer", "--date", "yesterday")
    assert "'gift'" in terminal.misused(*bought, "gift", "--date", "2025-03-01")
    terminal.json(*bought, "offer", "--date", datetime.now(UTC).date().isoformat())


def test_a_new_first_password_is_mailed_and_not_shown(terminal: Terminal) -> None:
    partner = terminal.partner()
    by = terminal.staff(partner)
    made = terminal.json(*new_customer(partner, "anew.example"))
    found = terminal.json("customer", "credentials", made["id"], "--as", by)
    assert found == {
        "userName": made["userCredentials"]["userName"],
        "expiresAt": found["expiresAt"],
        "sentTo": "maria@anew.example",
    }
    kept = terminal.row("customer_user", user_name=found["userName"])
    with pytest.raises(VerifyMismatchError):
        PasswordHasher().verify(kept.password_hash, made["userCredentials"]["password"])
    person = ("--email=bo@anew.example", "--first-name=Bo", "--last-name=Ek")
    assert terminal.json("customer", "credentials", made["id"], "--as", by, *person)["sentTo"] == "bo@anew.example"
    assert "give all three or none" in terminal.misused("customer", "credentials", made["id"], "--as", by, person[0])
