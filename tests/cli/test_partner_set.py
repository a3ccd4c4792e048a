"""`assent partner set`: what is changed of a partner is shown, and nothing else."""

from tests.cli.terminal import Terminal


def test_the_day_of_the_vendors_agreement_is_noted(desk: Terminal) -> None:
    partner = desk.partner()
    assert desk.json("partner", "set", partner, "--vendor-agreement-on", "2026-01-31") == {
        "id": partner,
        "name": "Fabrikam",
        "fourEyes": False,
        "vendorAgreementOn": "2026-01-31",
    }
    both = desk.json("partner", "set", partner, "--four-eyes", "--vendor-agreement-on", "2026-02-01")
    assert (both["fourEyes"], both["vendorAgreementOn"]) == (True, "2026-02-01")
    assert desk.json("partner", "set", partner, "--two-eyes")["vendorAgreementOn"] == "2026-02-01"


def test_a_day_that_lies_ahead_is_refused(desk: Terminal) -> None:
    partner = desk.partner()
    assert desk.refused("partner", "set", partner, "--vendor-agreement-on", "2999-01-01") == "invalid-value"


def test_somebody_who_changes_nothing_is_told_what_there_is(desk: Terminal) -> None:
    assert "--vendor-agreement-on" in desk.misused("partner", "set", desk.partner())
