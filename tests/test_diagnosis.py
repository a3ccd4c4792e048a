"""What the doctor says of endpoints: nothing where there are none, and which way to look where something is wrong."""

import pytest

from app.diagnosis import _webhooks


@pytest.mark.parametrize(
    ("endpoints", "said"),
    [
        ({"disabled": 0, "failing": 0, "well": 0}, []),
        ({"disabled": 0, "failing": 0, "well": 3}, [("ok", "endpoints: 3 well")]),
        ({"disabled": 1, "failing": 2, "well": 0}, [("warning", "endpoints: 1 disabled, 2 failing; GET /v1/webhooks")]),
    ],
)
def test_endpoints_that_are_not_told_are_a_warning(endpoints: dict[str, int], said: list[tuple[str, str]]) -> None:
    assert [
        (check.verdict, check.says[: len(says)]) for check, (_, says) in zip(_webhooks(endpoints), said, strict=True)
    ] == said
