"""Whom an order should go to, and why: one ranked list with reasons that a person can check (DIS-04, DIS-08).

The door of the room: `recommend` for one order, `recommend_all` for a page of them, and `lend_source` for whoever
knows something more about who looks after a matter.
"""

from open12345.dispatch.advice.recommending import decided_with, kept, recommend, recommend_all
from open12345.dispatch.advice.shapes import Reason, Recommendation, Tip
from open12345.dispatch.advice.sources import lend_source

__all__ = ["Reason", "Recommendation", "Tip", "decided_with", "kept", "lend_source", "recommend", "recommend_all"]
