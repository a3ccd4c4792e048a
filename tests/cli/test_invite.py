"""`assent invite`: a customer, or somebody who is not one yet."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from app.core.vocabulary import Cloud
from app.models import Suppression
from tests.cli.terminal import Terminal, attestation

UNKNOWN = str(uuid.uuid4())


def newcomer(by: str, **changes: str) -> list[str]:
    """The words that invite somebody who is not a customer yet."""
    given = {"kind": "relationshipAndAgreement", "as": by, "company": "Wingtip", "country": "SE"}
    given |= {"email": "bo@wingtip.example", "first_name": "Bo", "last_name": "Ek"} | changes
    return ["invite", *(f"--{name.replace('_', '-')}={value}" for name, value in given.items() if value)]


def test_an_invitation_goes_to_the_primary_contact_for_thirty_days(terminal: Terminal) -> None:
    by, customer = terminal.ana, terminal.tenant()
    found = terminal.json("invite", customer, "--as", by)
    assert found["customerId"] == customer
    assert (found["kind"], found["status"], found["delivery"]) == ("agreement", "open", "queued")
    contact = terminal.row("relationship", customer_id=uuid.UUID(customer))
    assert found["contact"]["email"] == contact.email
    assert (found["language"], found["warnings"]) == ("en", [])
    left = datetime.fromisoformat(found["expiresAt"]) - datetime.now(UTC)
    assert timedelta(days=29, hours=23) < left <= timedelta(days=30)
    state = terminal.json("status", customer)
    assert (state["state"], state["invitation"]["id"]) == ("invited", found["id"])


def test_an_invitation_may_name_somebody_else_in_another_language(terminal: Terminal) -> None:
    by, customer = terminal.ana, terminal.tenant()
    person = ["--email", "li@contoso.example", "--first-name", "Li", "--last-name", "Wei", "--language", "zh-Hans"]
    options = ["--kind", "relationshipAndAgreement", "--dap", "--expires-in-days", "7"]
    found = terminal.json("invite", customer, "--as", by, *person, *options)
    assert found["contact"] == {"firstName": "Li", "lastName": "Wei", "email": "li@contoso.example"}
    assert (found["kind"], found["language"]) == ("relationshipAndAgreement", "zh-Hans")
    kept = terminal.row("invitation", id=uuid.UUID(found["id"]))
    assert (kept.dap, kept.expires_at - kept.created_at) == (True, timedelta(days=7))


def test_a_new_invitation_revokes_the_former(terminal: Terminal) -> None:
    by, customer = terminal.ana, terminal.tenant()
    former = terminal.json("invite", customer, "--as", by)["id"]
    newest = terminal.json("invite", customer, "--as", by)["id"]
    assert terminal.row("invitation", id=uuid.UUID(former)).status == "revoked"
    assert terminal.row("invitation", id=uuid.UUID(newest)).status == "open"


def test_force_sends_what_purchases_advise_against_and_warns(terminal: Terminal) -> None:
    by, customer = terminal.ana, terminal.tenant()
    terminal.json("purchase", customer, "--kind", "offer", "--date", "2025-03-01")
    assert terminal.refused("invite", customer, "--as", by) == "direct-acceptance-unavailable"
    found = terminal.json("invite", customer, "--as", by, "--force")
    assert found["warnings"] == ["direct-acceptance-unavailable"]
    assert "warnings: direct-acceptance-unavailable" in terminal("invite", customer, "--as", by, "--force").out


def test_force_without_purchases_warns_of_nothing(terminal: Terminal) -> None:
    assert terminal.json("invite", terminal.tenant(), "--as", terminal.ana, "--force")["warnings"] == []


def test_who_has_accepted_is_not_asked_again_without_need(terminal: Terminal) -> None:
    by, customer = terminal.ana, terminal.tenant()
    terminal.json(*attestation(customer, by))
    assert terminal.refused("invite", customer, "--as", by) == "nothing-to-reconfirm"


def test_a_suppressed_mailbox_is_not_written_to(terminal: Terminal) -> None:
    by, customer = terminal.ana, terminal.tenant()
    email = terminal.row("relationship", customer_id=uuid.UUID(customer)).email
    row = {"id": uuid.uuid4(), "partner_id": uuid.UUID(terminal.fabrikam), "mailbox": email, "reason": "complained"}
    with terminal.engine.begin() as connection:
        connection.execute(insert(Suppression).values(**row, created_at=datetime.now(UTC)))
    assert terminal.refused("invite", customer, "--as", by) == "contact-suppressed"


@pytest.mark.parametrize("email", ["ana@fabrikam.example", "SOMEBODY@FABRIKAM.EXAMPLE"])
def test_the_partner_does_not_invite_itself(terminal: Terminal, email: str) -> None:
    by, customer = terminal.ana, terminal.tenant()
    person = ["--email", email, "--first-name", "Ana", "--last-name", "Lind"]
    assert terminal.refused("invite", customer, "--as", by, *person) == "contact-is-partner"


@pytest.mark.parametrize("cloud", [cloud for cloud in Cloud if cloud is not Cloud.PUBLIC])
def test_acceptance_does_not_exist_in_a_national_cloud(desk: Terminal, cloud: Cloud) -> None:
    partner = desk.partner()
    by, customer = desk.staff(partner), desk.tenant(partner, cloud=cloud)
    assert desk.refused("invite", customer, "--as", by) == "national-cloud-unsupported"
    assert desk.refused(*attestation(customer, by)) == "national-cloud-unsupported"


@pytest.mark.parametrize("role", ["helpdesk-agent", "global-admin"])
def test_inviting_needs_a_role_that_may(terminal: Terminal, role: str) -> None:
    by, customer = terminal.staff(terminal.fabrikam, role), terminal.tenant()
    assert terminal.refused("invite", customer, "--as", by) == "role-not-allowed"


def test_an_unknown_customer_and_a_foreign_one_are_the_same_line(terminal: Terminal) -> None:
    by, foreign = terminal.ana, terminal.tenant(terminal.partner())
    assert {terminal.refused("invite", id, "--as", by) for id in (foreign, UNKNOWN)} == {"not-found"}
    assert len({terminal("invite", id, "--as", by).err for id in (foreign, UNKNOWN)}) == 1


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--language", "svenska!"], "invalid-value"),
        (["--email", "bo", "--first-name", "Bo", "--last-name", "Ek"], "invalid-email"),
        (["--email", "bo@contoso.example", "--first-name", "B\no", "--last-name", "Ek"], "invalid-text"),
        (["--email", "bo@contoso.example", "--first-name", " ", "--last-name", "Ek"], "missing-field"),
    ],
)
def test_an_invitation_that_cannot_be_is_refused(desk: Terminal, options: list[str], reason: str) -> None:
    by, customer = desk.ana, desk.tenant()
    assert desk.refused("invite", customer, "--as", by, *options) == reason
    assert desk.refused("invite", customer, "--as", "nobody@fabrikam.example") == "not-found"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--email", "bo@contoso.example"], "all three or none"),
        (["--first-name", "Bo"], "all three or none"),
        (["--company", "Wingtip"], "leave out CUSTOMER_ID"),
        (["--expires-in-days", "366"], "'--expires-in-days'"),
        (["--kind", "gift"], "'gift'"),
    ],
)
def test_options_that_do_not_go_together_are_misuse(desk: Terminal, options: list[str], says: str) -> None:
    assert says in desk.misused("invite", UNKNOWN, "--as", "ana@fabrikam.example", *options)


def test_somebody_who_is_no_customer_yet_becomes_one_with_the_invitation(terminal: Terminal) -> None:
    partner = terminal.partner()
    found = terminal.json(*newcomer(terminal.staff(partner), domain="wingtip1.example"))
    assert (found["kind"], found["status"]) == ("relationshipAndAgreement", "open")
    customer = uuid.UUID(found["customerId"])
    row = terminal.row("relationship", customer_id=customer)
    assert (str(row.partner_id), row.state, row.company, row.email) == (
        partner,
        "requested",
        "Wingtip",
        "bo@wingtip.example",
    )
    assert terminal.json("status", str(customer))["state"] == "invited"
    assert not [user for user in terminal.rows("customer_user") if user.customer_id == customer]


def test_a_newcomer_of_one_partner_may_be_the_customer_of_another(terminal: Terminal) -> None:
    first, second = terminal.partner(), terminal.partner()
    known = terminal.json(*newcomer(terminal.staff(first), domain="wingtip2.example"))["customerId"]
    assert terminal.json(*newcomer(terminal.staff(second), domain="wingtip2.example"))["customerId"] == known
    assert terminal.refused(*newcomer(terminal.staff(first), domain="wingtip2.example")) == "already-exists"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"company": "Wing\ntip"}, "invalid-text"),
        ({"country": "ZZ"}, "invalid-value"),
        ({"domain": "wingtip"}, "invalid-value"),
        ({"email": "bo"}, "invalid-email"),
        ({"email": "bo@fabrikam.example"}, "contact-is-partner"),
    ],
)
def test_a_refused_newcomer_leaves_no_customer(desk: Terminal, changes: dict[str, str], reason: str) -> None:
    assert desk.refused(*newcomer(desk.ana, **changes)) == reason


def test_newcomers_need_a_role_that_may_and_a_partner_whose_word_counts_here(terminal: Terminal) -> None:
    mirror = terminal.partner("direct-bill", "--authority", "mirror")
    assert terminal.refused(*newcomer(terminal.staff(mirror))) == "not-forwarded"
    assert terminal.refused(*newcomer(terminal.staff(terminal.fabrikam, "helpdesk-agent"))) == "role-not-allowed"


def test_a_resellers_newcomer_is_its_providers_customer(terminal: Terminal) -> None:
    provider, another = terminal.partner("indirect-provider"), terminal.partner("indirect-provider")
    reseller = terminal.partner("indirect-reseller", "--provider", provider)
    by = terminal.staff(reseller)
    customer = terminal.json(*newcomer(by))["customerId"]
    row = terminal.row("relationship", customer_id=uuid.UUID(customer))
    assert (str(row.partner_id), str(row.reseller_id), row.state) == (provider, reseller, "requested")
    assert terminal.json("status", customer, "--partner", reseller)["partnerId"] == provider
    assert terminal.refused(*newcomer(by, provider=another)) == "not-found"
    assert terminal.refused(*newcomer(terminal.ana, provider=provider)) == "wrong-partner-type"


def test_a_reseller_of_several_providers_says_through_whom(terminal: Terminal) -> None:
    first, second = terminal.partner("indirect-provider"), terminal.partner("indirect-provider")
    by = terminal.staff(terminal.partner("indirect-reseller", "--provider", first, "--provider", second))
    assert terminal.refused(*newcomer(by)) == "missing-field"
    customer = terminal.json(*newcomer(by, provider=second))["customerId"]
    assert terminal.json("status", customer)["partnerId"] == second


@pytest.mark.parametrize("missing", ["company", "country", "email", "first_name"])
def test_a_newcomer_half_described_is_misuse(desk: Terminal, missing: str) -> None:
    assert "give CUSTOMER_ID" in desk.misused(*newcomer("ana@fabrikam.example", **{missing: ""}))
    assert "give CUSTOMER_ID" in desk.misused(*newcomer("ana@fabrikam.example", kind="agreement"))


def test_a_resellers_staff_invite_for_the_provider_but_never_vouch(terminal: Terminal) -> None:
    provider = terminal.partner("indirect-provider")
    reseller = terminal.partner("indirect-reseller", "--provider", provider)
    by, customer = terminal.staff(reseller), terminal.tenant(provider, reseller)
    terminal.json("invite", customer, "--as", by)
    assert terminal.json("status", customer)["partnerId"] == provider
    assert terminal.refused(*attestation(customer, by)) == "reseller-cannot-attest"
    terminal.json(*attestation(customer, terminal.staff(provider)))
    assert terminal.refused("withdraw", customer, "--reason", "-", "--as", by) == "wrong-partner-type"
