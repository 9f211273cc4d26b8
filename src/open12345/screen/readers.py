"""Who may look: those who look at the whole centre; who may arrange what the display shows."""

from typing import Final

from open12345.insight.subjects import READERS

__all__ = ["ARRANGERS", "READERS"]

ARRANGERS: Final = frozenset({"supervisor", "analyst"})
