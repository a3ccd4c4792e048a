"""`assent partner`, `staff`, `token`: who acts."""

import hashlib
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal, attestation, run

UNKNOWN = str(uuid.uuid4())


def test_a_partner_is_added_with_all_it_is(terminal: Terminal) -> None:
    own = str(uuid.uuid4())
    options = ["--type", "direct-bill", "--country", "se", "--mpn-id", "4711", "--authority", "mirror", "--id", own]
    found = terminal.json("partner", "add", "--name", "Å & Co", *options)
    assert found == {"id": own, "name": "Å & Co", "type": "direct-bill", "country": "SE"}
    row = terminal.row("partner", id=uuid.UUID(own))
    kept = (row.name, row.type, row.country, row.mpn_id, row.authority)
    assert kept == ("Å & Co", "direct-bill", "SE", "4711", "mirror")


def test_a_reseller_is_tied_to_each_of_its_providers(terminal: Terminal) -> None:
    first, second = terminal.partner("indirect-provider"), terminal.partner("indirect-provider")
    reseller = terminal.partner("indirect-reseller", "--provider", first, "--provider", second)
    ties = {str(tie.provider_id) for tie in terminal.rows("reselling") if str(tie.reseller_id) == reseller}
    assert ties == {first, second}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": " "}, "missing-field"),
        ({"name": "a\nb"}, "invalid-text"),
        ({"name": "a\0b"}, "invalid-text"),
        ({"name": "a\udcffb"}, "invalid-text"),
        ({"name": "x" * 201}, "invalid-text"),
        ({"country": "XX"}, "invalid-value"),
        ({"country": ""}, "invalid-value"),
        ({"mpn-id": "1" * 41}, "invalid-text"),
        ({"type": "indirect-reseller"}, "missing-field"),
        ({"type": "indirect-reseller", "provider": UNKNOWN}, "not-found"),
    ],
)
def test_a_partner_that_cannot_be_is_refused(desk: Terminal, changes: dict[str, str], reason: str) -> None:
    given = {"name": "Fabrikam", "type": "direct-bill", "country": "SE"} | changes
    assert desk.refused("partner", "add", *(f"--{name}={value}" for name, value in given.items())) == reason


def test_only_a_reseller_works_through_a_provider_and_only_through_a_provider(terminal: Terminal) -> None:
    provider, seller = terminal.partner("indirect-provider"), terminal.partner()
    new = ["partner", "add", "--name", "Wingtip", "--country", "SE", "--type"]
    assert terminal.refused(*new, "direct-bill", "--provider", provider) == "wrong-partner-type"
    assert terminal.refused(*new, "indirect-reseller", "--provider", seller) == "wrong-partner-type"


def test_a_partner_id_is_taken_once(terminal: Terminal) -> None:
    taken = terminal.partner()
    new = ["partner", "add", "--name", "Wingtip", "--country", "SE", "--type", "direct-bill", "--id", taken]
    assert terminal.refused(*new) == "already-exists"


def test_a_type_or_an_id_that_is_none_is_misuse(desk: Terminal) -> None:
    new = ["partner", "add", "--name", "Wingtip", "--country", "SE", "--type"]
    assert "'wholesale'" in desk.misused(*new, "wholesale")
    assert "'4711' is not an id" in desk.misused(*new, "direct-bill", "--id", "4711")
    assert "'--name'" in desk.misused("partner", "add", "--country", "SE", "--type", "direct-bill")


def test_staff_are_added_with_their_roles(terminal: Terminal) -> None:
    partner = terminal.partner()
    person = ["--email", "Bo.Ek@Fåbrikam.example", "--name", "Bo Ek", "--role", "sales-agent", "--role", "admin-agent"]
    found = terminal.json("staff", "add", "--partner", partner, *person)
    assert found["email"] == "Bo.Ek@xn--fbrikam-exa.example"
    assert found["roles"] == ["admin-agent", "sales-agent"]
    assert str(terminal.row("staff", email=found["email"]).partner_id) == partner
    customer = terminal.tenant(partner)
    for spelling in ("bo.ek@fåbrikam.example", " BO.EK@xn--fbrikam-exa.example "):
        assert terminal.json("invite", customer, "--as", spelling)["status"] == "open"


def test_a_mailbox_belongs_to_one_person_of_the_installation(terminal: Terminal) -> None:
    email = terminal.staff(terminal.partner())
    new = ["staff", "add", "--partner", terminal.partner(), "--name", "Bo", "--role", "sales-agent", "--email"]
    assert terminal.refused(*new, email) == "already-exists"
    assert terminal.refused(*new, email.upper()) == "already-exists"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"partner": UNKNOWN}, "not-found"),
        ({"email": "bo"}, "invalid-email"),
        ({"email": "bo@fabrikam.example\0"}, "invalid-text"),
        ({"email": "Bo <bo@fabrikam.example>"}, "invalid-email"),
        ({"email": ""}, "missing-field"),
        ({"name": "a\rb"}, "invalid-text"),
        ({"name": ""}, "missing-field"),
        ({"role": None}, "missing-field"),
    ],
)
def test_staff_that_cannot_be_are_refused(desk: Terminal, changes: dict[str, str | None], reason: str) -> None:
    given = {"partner": desk.partner(), "email": "bo@other.example", "name": "Bo", "role": "admin-agent"} | changes
    words = [f"--{name}={value}" for name, value in given.items() if value is not None]
    assert desk.refused("staff", "add", *words) == reason


def test_disabling_ends_access_and_kills_tokens_at_once(terminal: Terminal) -> None:
    partner = terminal.partner()
    email, other = terminal.staff(partner), terminal.staff(partner)
    tokens = [terminal.json("token", "create", "--staff", email)["prefix"] for _ in range(2)]
    kept = terminal.json("token", "create", "--staff", other)["prefix"]
    customer = terminal.tenant(partner)
    assert terminal.json("staff", "disable", email)["disabled"] is True
    states = {row["prefix"]: row["status"] for row in terminal.json("token", "list")["items"]}
    assert [states[prefix] for prefix in (*tokens, kept)] == ["revoked", "revoked", "active"]
    assert terminal.refused("invite", customer, "--as", email) == "role-not-allowed"
    assert terminal.refused(*attestation(customer, email)) == "role-not-allowed"
    assert terminal.refused("withdraw", customer, "--reason", "-", "--as", email) == "role-not-allowed"
    assert terminal.refused("token", "create", "--staff", email) == "role-not-allowed"


def test_disabling_twice_is_no_harm_and_an_unknown_person_is_said_to_be_one(terminal: Terminal) -> None:
    email = terminal.staff(terminal.partner())
    terminal.json("staff", "disable", email)
    since = terminal.row("staff", email=email).disabled_at
    terminal.json("staff", "disable", email)
    assert terminal.row("staff", email=email).disabled_at == since
    assert terminal.refused("staff", "disable", "nobody@fabrikam.example") == "not-found"
    assert terminal.refused("staff", "disable", "nobody") == "invalid-email"
    assert terminal.refused("staff", "disable", "a\udcff@b.example") == "invalid-text"


def test_a_token_is_shown_once_and_only_its_digest_is_kept(terminal: Terminal) -> None:
    email = terminal.staff(terminal.partner())
    made = terminal.json("token", "create", "--staff", email)
    secret = made["token"]
    assert secret.startswith("asn_")
    assert len(secret) == 47
    assert (made["prefix"], made["kind"]) == (secret[:12], "app+user")
    assert terminal.row("token", prefix=secret[:12]).digest == hashlib.sha256(secret.encode()).hexdigest()
    assert not [rows for rows in terminal.stored().values() if secret in "".join(rows)]
    assert secret not in terminal("token", "list").out
    assert "not shown again" in terminal("token", "create", "--staff", email).out


def test_tokens_are_for_a_person_a_service_account_or_a_partner(terminal: Terminal) -> None:
    partner = terminal.partner()
    email = terminal.staff(partner)
    kinds = {
        "app+user": ["--staff", email],
        "service": ["--partner", partner, "--service", "Billing", "--role", "admin-agent"],
        "app-only": ["--partner", partner],
    }
    prefixes = {kind: terminal.json("token", "create", *words)["prefix"] for kind, words in kinds.items()}
    listed = {row["prefix"]: row for row in terminal.json("token", "list")["items"]}
    shown = {kind: (listed[prefix]["kind"], listed[prefix]["holder"]) for kind, prefix in prefixes.items()}
    holders = {"app+user": email, "service": "Billing", "app-only": "Fabrikam"}
    assert shown == {kind: (kind, holder) for kind, holder in holders.items()}


def test_a_service_account_is_made_once_and_may_gain_roles(terminal: Terminal) -> None:
    partner = terminal.partner()
    account = ["token", "create", "--partner", partner, "--service", "Billing"]
    assert terminal.refused(*account) == "missing-field"
    for role in ("admin-agent", "sales-agent", "admin-agent"):
        terminal.json(*account, "--role", role)
    terminal.json(*account)
    held = terminal.row("service_account", partner_id=uuid.UUID(partner))
    roles = sorted(grant.role for grant in terminal.rows("role") if grant.service_account_id == held.id)
    assert roles == ["admin-agent", "sales-agent"]


def test_a_token_may_end_by_itself(terminal: Terminal) -> None:
    email = terminal.staff(terminal.partner())
    made = terminal.json("token", "create", "--staff", email, "--expires-in-days", "90")
    [row] = [row for row in terminal.json("token", "list")["items"] if row["prefix"] == made["prefix"]]
    left = datetime.fromisoformat(row["expiresAt"]) - datetime.now(UTC)
    assert timedelta(days=89, hours=23) < left <= timedelta(days=90)
    assert "'--expires-in-days'" in terminal.misused("token", "create", "--staff", email, "--expires-in-days", "0")


def test_a_token_is_revoked_by_its_prefix(terminal: Terminal) -> None:
    email = terminal.staff(terminal.partner())
    prefix = terminal.json("token", "create", "--staff", email)["prefix"]
    assert f"{prefix}  active" in terminal("token", "list").out
    for _ in range(2):
        assert terminal.json("token", "revoke", prefix) == {"prefix": prefix, "revoked": True}
    assert f"{prefix}  revoked" in terminal("token", "list").out
    assert terminal.refused("token", "revoke", "asn_unknown1") == "not-found"
    assert terminal.refused("token", "revoke", "asn_\udcff") == "invalid-text"
    assert terminal.refused("token", "revoke", "asn_\0") == "invalid-text"


@pytest.mark.parametrize("words", [[], ["--service", "Billing"], ["--role", "admin-agent", "--partner", UNKNOWN]])
def test_a_token_without_a_holder_is_misuse(desk: Terminal, words: list[str]) -> None:
    assert "give --staff EMAIL" in desk.misused("token", "create", *words)


def test_a_token_for_nobody_known_is_refused(terminal: Terminal) -> None:
    assert terminal.refused("token", "create", "--staff", "nobody@fabrikam.example") == "not-found"
    assert terminal.refused("token", "create", "--partner", UNKNOWN) == "not-found"
    assert "give --staff EMAIL" in terminal.misused(
        "token", "create", "--staff", "ana@fabrikam.example", "--partner", terminal.partner()
    )


def test_a_list_without_tokens_says_how_to_make_one(tmp_path: Path) -> None:
    done = run("token", "list", INSTANCE=str(tmp_path))
    assert (done.code, done.err) == (0, "")
    assert "assent token create --help" in done.out
    assert run("token", "list", "--json", INSTANCE=str(tmp_path)).out == '{"items": [], "totalCount": 0}\n'
