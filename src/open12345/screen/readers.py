"""Who may look: those who look at the whole centre; who may arrange what the display shows."""

from typing import Final

READERS: Final = frozenset({"leader", "supervisor", "analyst", "floor_supervisor"})
ARRANGERS: Final = frozenset({"supervisor", "analyst"})
