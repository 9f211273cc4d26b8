"""The metrics, as data: what is summed, divided by what, which rows count, by which date, and where the rule is from.

A figure is Σ numerator / Σ denominator over rows whose date of `basis` lies in the period; without a denominator it is
Σ numerator alone. Numerator and denominator are Ibis expressions over the columns of one row (`columns`), so that the
same definition runs on every engine that Ibis speaks to. Codes are those that packs give their indicators
(`appraisal.yaml`): a pack's exclusions name them.

Sources: † read in a system or regulation in use; (00n) a seed; ours: our choice, to be confirmed by the centre.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from ibis import _

Unit = Literal["%", "count", "WD", "min"]
Basis = Literal["accepted", "dispatched", "due", "submitted", "closed"]

#: Which rows a metric looks at: one per order, one per unit that was given the order as lead, or every unit's.
Rows = Literal["main", "given", "all"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One indicator. `falling`: the lower the better; `precision`: decimals when printed.

    Numerators are whole numbers, so that every engine sums them alike; `scale`: how many of them are one. `running`:
    the volume of what counts neither above nor below, because its limit still runs and nothing is decided.
    """

    code: str
    title: str
    english: str
    numerator: Any
    denominator: Any = None
    rows: Rows = "main"
    basis: Basis = "accepted"
    unit: Unit = "%"
    falling: bool | None = False
    precision: int = 2
    scale: int = 1
    source: str = "†"
    note: str = ""
    running: str = ""

    @property
    def factor(self) -> int:
        """By what the quotient is multiplied: 100 for per cent."""
        return 100 if self.unit == "%" else 1

    def value(self, numerator: float, denominator: float | None) -> float | None:
        """Return the figure; None where nothing counts."""
        if self.denominator is None:
            return numerator
        return None if not denominator else self.factor * numerator / (self.scale * denominator)


def _volume(code: str, title: str, english: str, numerator: Any, **more: Any) -> Metric:
    return Metric(code, title, english, numerator, **{"unit": "count", "falling": None, "precision": 0, **more})


METRICS: Final[tuple[Metric, ...]] = (
    # volumes
    _volume("orders", "受理量", "orders accepted", _.main, source="(000, 004)"),
    _volume("dispatches", "派单量", "orders dispatched to a unit as lead (D)", _.given, rows="given",
            basis="dispatched"),
    _volume("shares", "参与件", "orders in which a unit had any share", _.order_id.notnull().cast("int32"), rows="all",
            basis="dispatched",
            source="ours"),
    _volume("closed", "结案量", "orders closed", _.over, basis="closed"),
    _volume("direct", "直接答复量", "orders answered at once", _.direct),
    _volume("point_to_point", "点对点派单量", "orders sent point to point", _.point_to_point,
            source="(000)"),
    _volume("due", "到期量", "replies that fell due (R)", _.reply_due, rows="given", basis="due"),
    _volume("valid", "有效回访量", "valid callbacks (V)", _.valid, basis="closed", source="(003)"),
    _volume("reported", "解决或解释量", "reported as solved or explained",
            1 - (1 - _.reported_solved) * (1 - _.reported_explained), basis="closed"),
    _volume("dissatisfied", "不满意量", "rated and not satisfied", _.rated * (1 - _.content), basis="closed",
            falling=True, source="(003)", note="levels that the pack does not call satisfied"),
    _volume("late_within", "超时量", "late, yet within an extension", _.late_within, rows="given", basis="due",
            falling=True, source="ours"),
    _volume("late_outright", "超期量", "late outright", _.late_outright, rows="given", basis="due", falling=True,
            source="ours"),
    _volume("sign_running", "签收时限未到", "not signed, limit still runs", _.sign_running, rows="given",
            basis="dispatched", source="ours"),
    _volume("contact_running", "先行联系时限未到", "not contacted, limit still runs", _.contact_running, rows="given",
            basis="dispatched", source="ours"),
    _volume("feedback_running", "首次反馈时限未到", "no feedback, limit still runs", _.feedback_running, rows="given",
            basis="dispatched", source="ours"),
    # dispatch
    Metric("dispatched_in_time", "派单及时率", "dispatched in time", _.dispatched_in_time, _.dispatched,
           basis="dispatched"),
    Metric("signed_in_time", "签收及时率", "signed in time", _.signed_in_time, _.given - _.sign_running,
           rows="given", basis="dispatched", running="sign_running",
           note="once signed, or the limit is over; what still runs: `sign_running`"),
    Metric("first_right", "首次派单准确率", "first dispatch right", _.first_right, _.dispatched, basis="dispatched",
           source="ours", note="never returned, taken back or given to another lead"),
    Metric("returns", "退单率", "requests to return", _.returns_asked, _.given, rows="given", basis="dispatched",
           falling=True, note="requests, not orders: may pass 100 %"),
    Metric("returns_refused", "无效退单率", "returns refused", _.returns_refused, _.returns_asked, rows="given",
           basis="dispatched", falling=True),
    Metric("returns_second", "二次退单率", "second requests to return", _.returns_second, _.returns_asked,
           rows="given", basis="dispatched", falling=True),
    # contact and reply
    Metric("contacted_in_time", "先行联系率", "contacted in time", _.contacted_in_time, _.contact_due, rows="given",
           basis="dispatched", running="contact_running",
           note="once contacted, or the limit is over; what still runs: `contact_running`"),
    Metric("contacted_today", "当日先联率", "contacted on the day", _.contacted_today, _.contact_due, rows="given",
           basis="dispatched", source="(003)", running="contact_running",
           note="once contacted, or the limit is over; what still runs: `contact_running`"),
    Metric("contact_confirmed", "先行联系率（市民确认）", "contacted, as citizens say", _.contact_confirmed,
           _.contact_asked, basis="closed", note="of valid callbacks in which it was asked"),
    Metric("feedback_in_time", "首次反馈及时率", "first feedback in time", _.feedback_in_time, _.feedback_due,
           rows="given", basis="dispatched", source="ours", running="feedback_running",
           note="once told, or the limit is over; what still runs: `feedback_running`"),
    Metric("done_in_time", "按时办结率", "done in time", _.done_in_time, _.reply_due, rows="given", basis="due"),
    Metric("late_within_rate", "超时率", "late within an extension", _.late_within, _.reply_due, rows="given",
           basis="due", falling=True, source="ours"),
    Metric("late_outright_rate", "超期率", "late outright", _.late_outright, _.reply_due, rows="given", basis="due",
           falling=True, source="ours"),
    Metric("done", "办结率", "done", _.done, _.reply_due, rows="given", basis="due"),
    Metric("handling_days", "平均办结时长", "mean time to report", _.done * _.handling_days.fill_null(0), _.done,
           rows="given", basis="submitted", unit="WD", falling=True, note="working days, dispatched to reported"),
    Metric("total_days", "平均结案时长", "mean time to close", _.over * _.total_days.fill_null(0), _.over,
           basis="closed", unit="WD", falling=True, source="ours", note="working days, accepted to closed"),
    Metric("extended", "延期率", "extended", _.extended, _.given, rows="given", basis="dispatched", falling=True,
           source="(004)"),
    Metric("redone", "重办率", "handled again", _.redone, _.over, basis="closed", falling=True, source="(004)"),
    Metric("urged", "催办率", "urged", _.urged, _.dispatched, basis="dispatched", falling=True, source="(004)"),
    # what citizens say
    Metric("solved", "诉求解决率", "solved, as citizens say", _.solved, _.answered, basis="closed", source="(004)"),
    Metric("solved_1st", "首次解决率", "solved at the first round", _.solved_1st, _.answered, basis="closed",
           source="ours"),
    Metric("really_solved", "实际解决率", "solved by report", _.reported_solved,
           _.reported_solved + _.reported_explained, basis="closed"),
    Metric("explained", "解释说明率", "explained by report", _.reported_explained,
           _.reported_solved + _.reported_explained, basis="closed", falling=None),
    Metric("satisfied", "市民满意率", "satisfied, by weight", _.satisfied_weight, _.rated, basis="closed", scale=1000,
           note="Σ weight of the level (pack) / rated"),
    Metric("content", "满意率（按级别）", "satisfied, by level", _.content, _.rated, basis="closed", source="(004)",
           note="levels that the pack calls satisfied / rated"),
    Metric("rated", "参评率", "rated", _.rated, _.asked, basis="closed", source="(003)"),
    Metric("called_back", "回访率", "called back", _.over * _.called, _.over - _.over * _.direct, basis="closed",
           source="(003)", note="of those closed, without direct answers"),
    Metric("valid_rate", "有效回访率", "valid callbacks", _.valid, _.over * _.called, basis="closed",
           source="(003)"),
    Metric("called_in_time", "回访及时率", "first call in time", _.called_in_time, _.call_due, basis="submitted",
           source="(003)"),
    # repeats
    Metric("repeats", "重复来电率", "repeats", _.repeat, _.main, falling=True),
    Metric("repeats_unsolved", "重复未解决率", "repeats of what was not solved", _.repeat_unsolved, _.repeat,
           falling=True),
)  # fmt: skip

BY_CODE: Final = {metric.code: metric for metric in METRICS}


def metric(code: str) -> Metric:
    """Return a metric; raises KeyError with those there are."""
    try:
        return BY_CODE[code]
    except KeyError:
        raise KeyError(f"no metric {code}; there are: {', '.join(sorted(BY_CODE))}") from None
