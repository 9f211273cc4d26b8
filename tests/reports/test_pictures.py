"""Charts as pictures: whatever stands in a label is text."""

import pytest

from open12345.reports import pictures


@pytest.mark.function("REP-10")
@pytest.mark.parametrize("shape", ["bar", "line"])
def test_a_label_with_signs_of_money_is_not_read_as_mathematics(shape: str) -> None:
    labels = ["$x_{1", "cost $5 and $6", "$$"]
    block = {"shape": shape, "labels": labels, "series": [{"name": "$\\frac{", "values": [3, 2, 1]}]}
    assert pictures.png(block).startswith(b"\x89PNG")
