"""To what the room listens: orders that arrive, are corrected or merged, and persons that are erased.

The index is written by a job, not by whoever registers: registering is the busiest door of the house.
"""

from __future__ import annotations

from open12345.orders import acts, privacy
from open12345.repeats import services

#: A split makes its parts by `register`; what was answered or refused at once has arrived all the same.
WATCHED = ("register", "submit", "amend", "merge")


def listen() -> None:
    """Ask for a job after each of them; called once when the room starts."""
    for action in WATCHED:
        acts.afterwards(action, "repeats.index_order")
    privacy.on_erasing(services.forget)
