"""Figures as people read them: the value with its unit, and how far it is from an earlier one."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from open12345.facts.document import change
from open12345.facts.metrics import Metric
from open12345.facts.queries import Figure

NOTHING: Final = "–"
_UNITS: Final[dict[str, str | Promise]] = {"%": "%", "count": "", "WD": _(" 工作日"), "min": _(" 分钟")}
#: Volumes change in per cent, rates in percentage points, all else in its own unit.
_STEPS: Final[dict[str, str | Promise]] = {"count": "%", "%": _(" 个百分点"), "WD": _(" 工作日"), "min": _(" 分钟")}


def unit(asked: Metric) -> str:
    """Return the unit of a figure in a word; "" for what is counted."""
    return str(_UNITS[asked.unit]).strip()


def unit_of_change(asked: Metric) -> str:
    """Return the unit in which a figure changes."""
    return str(_STEPS[asked.unit]).strip()


def printed(asked: Metric, figure: Figure | None) -> str:
    """Return a figure with its unit; a dash where nothing counts."""
    if figure is None or figure.value is None:
        return NOTHING
    return f"{figure.value:,.{asked.precision}f}{_UNITS[asked.unit]}"


def changed(asked: Metric, now: Figure, then: Figure | None) -> str:
    """Return how far a figure is from an earlier one; a dash where one of them is missing or nought."""
    return step(asked, change(asked, now, then))


def step(asked: Metric, found: float | None) -> str:
    """Return a change with its sign and unit; a dash for none."""
    if found is None:
        return NOTHING
    text = f"{abs(found):,.{1 if asked.unit == 'count' else 2}f}"
    sign = "" if not float(text.replace(",", "")) else "+" if found > 0 else "−"
    return f"{sign}{text}{_STEPS[asked.unit]}"
