"""A reseller's customer, from the command line to the mail: the link carries what the vendor's would."""

import email
import email.policy
import re
from urllib.parse import parse_qs, urlsplit

from tests.cli.terminal import Terminal
from tests.servers import Assent, wait_for


def mailed_link(assent: Assent) -> str:
    """The link of the one invitation that was mailed."""
    found = list((assent.instance / "mail").glob("*.eml"))
    assert len(found) == 1
    message = email.message_from_bytes(found[0].read_bytes(), policy=email.policy.default)
    body = message.get_body(("plain",))
    assert body
    [link] = re.findall(r"http://\S+/AdminPortal/\S+", body.get_content())
    return str(link)


def test_the_link_of_a_resellers_customer_names_reseller_and_provider(assent: Assent) -> None:
    terminal = Terminal(assent.instance, f"sqlite:///{assent.instance / 'assent.db'}")
    provider = terminal.partner("indirect-provider")
    reseller = terminal.partner("indirect-reseller", "--provider", provider, "--mpn-id", "4711")
    by, customer = terminal.staff(reseller, "sales-agent"), terminal.customer(provider, "--reseller", reseller)
    terminal.json("invite", customer, "--kind", "relationshipAndAgreement", "--dap", "--as", by)
    terminal.engine.dispose()
    worker = assent.start("worker")
    wait_for(lambda: list((assent.instance / "mail").glob("*.eml")), "the mail")
    worker.terminate()
    assert worker.wait(10) == 0
    link = urlsplit(mailed_link(assent))
    assert parse_qs(link.query) == {
        "invType": ["IndirectResellerRelationship"],
        "partnerId": [reseller],
        "msppId": ["4711"],
        "indirectCSPId": [provider],
        "DAP": ["true"],
    }
    assert link.fragment == "/BillingAccounts/partner-invitation"
