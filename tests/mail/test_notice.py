"""Mails to the partner's own people about what the installation could not do."""

import pytest

from app.core.mails import Mailbox, Notice
from app.core.vocabulary import Owed
from tests.mail.facts import AT, COMPOSER, ID, MESSAGE_ID, body, parsed

ANA = (Mailbox("Ana Lind", "ana@fabrikam.example"),)


def notice(url: str, why: str) -> Notice:
    return Notice(Owed.ENDPOINT_DISABLED, ANA, "Fabrikam", url, ID, why, AT)


@pytest.mark.parametrize(("why", "says"), [("gone", '"410 Gone"'), ("failing", "since 21 November 2026")])
def test_a_disabled_endpoint_is_named_with_the_reason_and_what_to_do(why: str, says: str) -> None:
    url = "https://billing.fabrikam.example/hooks?x=<b>&y=" + "x" * 1900
    message = parsed(COMPOSER.compose(notice(url, why), MESSAGE_ID, AT).data)
    text, page = body(message, "plain"), body(message, "html")
    assert message["From"].addresses[0].display_name == "Assent"
    assert len(message["Subject"]) < 120
    assert url in text.splitlines()
    assert str(ID) in text
    assert str(ID) in page
    assert says in " ".join(text.split())
    assert "https://assent.example/docs/webhooks#disabled" in text.splitlines()
    assert "<b>" not in page
    assert not {"None", "{{"} & {*text.split(), *page.split()}
