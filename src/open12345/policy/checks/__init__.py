"""What the records of a pack say about each other: references, completeness, contradictions."""

from . import applications, clocks, desks, dispatching, duty, later, outlines, scoring, speech, trees
from .registry import Draft, Mistake, run_checks

__all__ = [
    "Draft",
    "Mistake",
    "applications",
    "clocks",
    "desks",
    "dispatching",
    "duty",
    "later",
    "outlines",
    "run_checks",
    "scoring",
    "speech",
    "trees",
]
