"""What a relay says of a mail is kept without what the mail's links, codes and passwords are."""

import pytest

from app.mail.hush import hushed, secrets_of, unshaped

TOKEN = "AZqzM-yod4yP7vY3gkQ1x8dB0sLhUoTnRw_9eJcKi5G"
LINK = f"https://assent.example/AdminPortal/Home/{TOKEN}?ref=/BillingAccounts/agreement"
PASSWORD = "abcd-efgh-jkmn-pqrs"
SECRETS = (TOKEN, "123456", PASSWORD)


def test_of_links_their_ends_are_secret_and_the_vendors_have_none() -> None:
    values = {"link": LINK, "reveal": "", "code": "123456", "password": PASSWORD, "company": "Contoso", "minutes": 10}
    assert secrets_of(values) == SECRETS
    assert secrets_of({"link": "https://admin.microsoft.com/AdminPortal/Home?ref=/BillingAccounts/agreement"}) == ()


@pytest.mark.parametrize(
    "answer",
    [
        f"554 5.6.0 Message content rejected: {LINK}",
        f"554 line too long: {LINK.replace(TOKEN, TOKEN[:17] + '= ' + TOKEN[17:])}",
        f"554 {TOKEN.upper()} {TOKEN.lower()}",
        f"451 subject '123456 is your code', body {PASSWORD!r}",
        f"İ 554 {TOKEN} 123456",
    ],
)
def test_they_are_struck_out_whole_or_in_pieces(answer: str) -> None:
    found = hushed(answer, SECRETS)
    assert len(found) == len(answer)
    for secret in SECRETS:
        pieces = {secret[at : at + 6].lower() for at in range(len(secret) - 5)}
        assert [piece for piece in pieces if piece in found.lower()] == []


def test_everything_else_stays_as_it_was_said() -> None:
    for said in ("250 2.0.0 queued as 4", "550 5.1.1 <maria@contoso.example>: no such user", "421 12345", "İ 421"):
        assert hushed(said, SECRETS) == said


def test_a_report_is_kept_without_what_looks_like_a_secret() -> None:
    told = f"554 5.6.0 rejected: {LINK} and {PASSWORD}, code 123456."
    assert [secret for secret in SECRETS if secret in unshaped(told)] == []
    for said in (
        "smtp; 550 5.1.1 <maria.123456@contoso.example>: no such user",
        "452 4.2.2 quota 5000000 (10.0.123.4)",
    ):
        assert unshaped(said) == said
