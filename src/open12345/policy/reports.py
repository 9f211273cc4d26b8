"""Which papers a centre issues: data of `reports.yaml`. Read, checked and shown now; written by a later room."""

from pydantic import Field

from .fields import ClockTime, Code, Entry, Text, Title
from .names import Period


class ReportKind(Entry):
    """A kind of paper (日报、周报、月报、专报、预警函 …): how often, to whom, at what hour, with which sections.

    `period` is nothing where one is issued when needed.
    """

    code: Code
    title: Title
    period: Period | None = None
    receivers: tuple[Title, ...] = Field(min_length=1)
    at: ClockTime | None = None
    sections: tuple[Title, ...] = ()
    source: Text = ""


class Reports(Entry):
    """All kinds; empty where a pack has no `reports.yaml`."""

    kinds: tuple[ReportKind, ...] = ()
    source: Text = ""

    def kind(self, code: str) -> ReportKind | None:
        """Return a kind of report by its code."""
        return next((found for found in self.kinds if found.code == code), None)
