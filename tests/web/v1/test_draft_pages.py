"""`GET /v1/attestationdrafts` page by page: those that wait longest first, each once."""

import pytest

from tests.web.v1.conftest import Chain
from tests.web.v1.programs import confirmation, of, refusal
from tests.web.v1.test_records import pages

HERE = "/v1/attestationdrafts"


def test_drafts_are_leafed_through_in_the_order_in_which_they_wait(chain: Chain) -> None:
    cases = [chain.case, chain.channel.customer(), chain.channel.customer()]
    made = [chain.rita.made(of(case, "attestationdrafts"), confirmation())["id"] for case in cases]
    for side in (chain.rita, chain.pia):
        for size in (1, 2, 3):
            assert [item["id"] for item in pages(side, f"{HERE}?status=submitted&size={size}")] == made
    assert "next" not in chain.pia.get(f"{HERE}?size=3")["links"]


# What they hold: nothing; a day and no id; words; no JSON.
@pytest.mark.parametrize("token", ["W10=", "WyIyMDI2LTAxLTAxIl0=", "WyJub3ciLCAieCJd", "bm8ganNvbg=="])
def test_a_continuation_that_leads_nowhere_is_refused(chain: Chain, token: str) -> None:
    found = chain.pia.send("GET", HERE, {"MS-ContinuationToken": token})
    assert refusal(found) == (400, 3000, "invalid-value")
