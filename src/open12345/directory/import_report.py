"""What an import reports, and its trial run."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from django.db import transaction

from .csvfile import Rejected


@dataclass(slots=True)
class Report:
    """What an import did; `passwords` are the one-time ones of new accounts, shown once."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    passwords: dict[str, str] = field(default_factory=dict)

    def summary(self) -> str:
        """The counts, for the access record."""
        created, updated, rejected = len(self.created), len(self.updated), len(self.rejected)
        return f"{created=} {updated=} unchanged={self.unchanged} {rejected=}"


T = TypeVar("T")


def trial(work: Callable[[], T], *, dry_run: bool) -> T:
    """Run `work` in a transaction that a dry run rolls back."""
    with transaction.atomic():
        result = work()
        transaction.set_rollback(dry_run)
    return result
