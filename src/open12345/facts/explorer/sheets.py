"""An answer as the columns of a file: headings that say what is in them, numbers rounded as they are printed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _

from open12345.facts import saying
from open12345.facts.dimensions import dimension, key_text
from open12345.facts.document import change
from open12345.facts.explorer.table import of_orders
from open12345.facts.metrics import Metric
from open12345.facts.periods import Period
from open12345.facts.queries import Answer, Line
from open12345.facts.words import filled, rest_word, span, titled

#: Decimals of a change: of volumes in per cent, of all else in its own unit (as `saying.step` prints them).
_OF_VOLUMES, _OF_OTHERS = 1, 2
_EXACT: Final = 10


class Head(NamedTuple):
    """The heading of a column, and the decimals of its numbers."""

    title: str
    decimals: int = 0


def heads(answer: Answer) -> list[Head]:
    """Return the columns: codes and names of the dimensions, the figure with its unit, its parts, the earlier ones."""
    names, metric = [titled(dimension(name)) for name in answer.cut.by], answer.metric
    found = [Head(_("%(what)s代码") % {"what": name}) for name in names] + [Head(name) for name in names]
    found.append(Head(_with_unit(titled(metric), saying.unit(metric)), metric.precision))
    if metric.denominator is not None:
        found += [Head(_("分子")), *([Head(rest_word(metric.falling))] if of_orders(metric) else []), Head(_("分母"))]
    step = Head(saying.unit_of_change(metric), _OF_VOLUMES if metric.unit == "count" else _OF_OTHERS)
    for then, said, changed in _others(answer):
        found.append(Head(_with_unit(f"{said} {span(then)}", saying.unit(metric)), metric.precision))
        found.append(Head(_with_unit(changed, step.title), step.decimals))
    return found


def _others(answer: Answer) -> Iterator[tuple[Period, str, str]]:
    if answer.before:
        yield answer.before, _("上期"), _("较上期")
    if answer.year_before:
        yield answer.year_before, _("去年同期"), _("较去年同期")


def _with_unit(title: str, unit: str) -> str:
    return _("%(what)s（%(unit)s）") % {"what": title, "unit": unit} if unit else title


def cells(answer: Answer, line: Line) -> list[Any]:
    """Return a row; the whole has no key."""
    metric, by, whole = answer.metric, answer.cut.by, not line.key
    found: list[Any] = [*([""] * len(by) if whole else map(key_text, line.key))]
    found += [_("合计"), *[""] * (len(by) - 1)][: len(by)] if whole else map(filled, line.words)
    found.append(_rounded(line.figure.value, metric.precision))
    if metric.denominator is not None:
        above, below = line.figure.numerator, line.figure.denominator or 0
        found += [_plain(metric, above), *([below - above] if of_orders(metric) else []), below]
    step = _OF_VOLUMES if metric.unit == "count" else _OF_OTHERS
    for other, then in ((answer.before, line.before), (answer.year_before, line.year_before)):
        if other:
            found.append(_rounded(then.value, metric.precision) if then else None)
            found.append(_rounded(change(metric, line.figure, then), step))
    return found


def _rounded(value: float | None, decimals: int) -> Decimal | int | None:
    if value is None:
        return None
    return Decimal(f"{value:.{decimals}f}") if decimals else int(value)


def _plain(metric: Metric, above: int) -> Decimal | int:
    """Return a numerator: whole but for sums of weights."""
    return above if metric.scale == 1 else Decimal(f"{above / metric.scale:.{_EXACT}g}")
