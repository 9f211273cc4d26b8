"""What the domain says when it says no. Every face turns these into its own answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: at which field, which rule (`code`), and what would be right."""

    field: str
    code: str
    message: str
    facts: dict[str, object] = dataclasses.field(default_factory=dict)


class DomainError(Exception):
    """The act was not done; nothing was changed. `code` is stable, `message` is for people."""

    status = 400
    code = "domain_error"

    def __init__(self, message: str, *, code: str = "", facts: dict[str, object] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.facts = facts or {}


class Refused(DomainError):
    """What was filled in breaks a rule; `problems` names each field and remedy."""

    status = 422
    code = "refused"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("；".join(str(p.message) for p in self.problems))


class NotFound(DomainError):
    """It does not exist for this person (what one may not see does not exist)."""

    status = 404
    code = "not_found"


class NotAllowed(DomainError):
    """The person sees the order but may not do this."""

    status = 403
    code = "not_allowed"


class Conflict(DomainError):
    """Somebody else was first, or the order is not where the act needs it; says what happened."""

    status = 409
    code = "conflict"


def refuse(field_name: str, code: str, message: str, **facts: object) -> Refused:
    """Return the refusal of a single field, to be raised by the caller."""
    return Refused([Problem(field_name, code, message, dict(facts))])
