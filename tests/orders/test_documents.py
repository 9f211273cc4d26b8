"""The documents tell what the life-cycle table says."""

from pathlib import Path

from open12345.orders import flowchart

DOCS = Path(__file__).parents[2] / "docs"


def test_the_flow_chart_is_printed_from_the_table() -> None:
    assert (DOCS / "lifecycle.md").read_text(encoding="utf-8") == flowchart.document(), (
        "run: open12345 flowchart --document > docs/lifecycle.md"
    )
