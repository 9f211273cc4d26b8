"""The columns of the wide row: name, type, what it says in two languages, and the SQL that makes it.

The SQL is an expression over the last step of `rows.sql`: v (order × unit), c (category), a (area), u (unit), o (clocks
of the order), q (applications of the unit), g (repeat), d1 to d4 (working days). Texts are never NULL: "" says nothing.
Moments are local time without a zone (the pack's). A flag is 0 or 1, a count 0 or more; neither is ever NULL, so that
every figure is a sum. Flags of the unit's own deeds stand on each unit's row, flags of the order as a whole on the one
row with `main` = 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

Type = Literal["flag", "count", "code", "day", "moment", "hour", "id", "minutes", "days", "number"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    name: str
    type: Type
    sql: str
    title: str
    english: str


def _local(moment: str) -> str:
    return f"({moment} AT TIME ZONE %(zone)s)"


def _code(name: str, sql: str, title: str, english: str) -> Column:
    return Column(name, "code", f"coalesce({sql}, '')", title, english)


def _flag(name: str, sql: str, title: str, english: str) -> Column:
    return Column(name, "flag", f"coalesce({sql}, false)::int::smallint", title, english)


def _main(name: str, sql: str, title: str, english: str) -> Column:
    return _flag(name, f"v.main AND {sql}", title, english)


def _count(name: str, sql: str, title: str, english: str) -> Column:
    return Column(name, "count", f"coalesce({sql}, 0)::smallint", title, english)


def _moments(name: str, moment: str, title: str, english: str) -> Iterator[Column]:
    """The moment, its day, the first of its month, its weekday and its hour."""
    yield Column(f"{name}_at", "moment", _local(moment), f"{title}时间", f"moment {english}")
    yield Column(f"{name}_day", "day", f"{_local(moment)}::date", f"{title}日期", f"day {english}")
    month = f"date_trunc('month', {_local(moment)})::date"
    yield Column(f"{name}_month", "day", month, f"{title}月份", f"first day of the month {english}")
    weekday = f"(extract(isodow FROM {_local(moment)}) - 1)::smallint"
    yield Column(f"{name}_weekday", "hour", weekday, f"{title}星期", f"weekday {english} (0 is Monday)")
    yield Column(
        f"{name}_hour", "hour", f"extract(hour FROM {_local(moment)})::smallint", f"{title}小时", f"hour {english}"
    )


def _minutes(name: str, begin: str, end: str, title: str, english: str) -> Column:
    sql = f"greatest(0, extract(epoch FROM {end} - {begin}) / 60)::int"
    return Column(name, "minutes", sql, title, english)


_GIVEN = "v.first_given_at"
#: Closed by a call, ours or the upper platform's, that reached somebody.
_ASKED = "v.over AND (v.closed_above OR v.closed_by_call AND v.ended = 'connected')"
#: The reply was due and that is decided: reported and passed, or late.
_DUE = "v.unit_due_at IS NOT NULL AND (coalesce(v.late, false) OR coalesce(v.passed, false))"
_IN_TIME = "v.passed AND NOT v.late"
#: A reason not to count for any indicator.
_FOR_ALL: Final = """EXISTS (SELECT FROM unnest(%(for_all)s::text[]) r
    WHERE strpos(v.excluded || ' ', ' ' || r || ' ') > 0)"""

COLUMNS: Final[tuple[Column, ...]] = (
    # which order and unit
    Column("order_id", "id", "v.id", "工单", "order"),
    Column("number", "code", "v.number", "工单编号", "number of the order"),
    _flag("main", "v.main", "主行", "the one row that stands for the order: its lead's, or the one without a unit"),
    # of the order
    _code("origin", "v.origin", "来源", "origin"),
    _code("channel", "v.channel", "渠道", "channel"),
    _code("kind", "v.kind", "诉求类型", "kind"),
    _code("kind_base", "v.kind_base", "基本类型", "kind as all packs know it"),
    _code("order_type", "v.order_type", "工单类型", "order type"),
    _code("category", "v.category", "分类", "category"),
    *(_code(f"category_{n}", f"c.c{n}", f"{n} 级分类", f"category, level {n}") for n in range(1, 6)),
    _code("urgency", "v.urgency", "紧急程度", "urgency"),
    _code("area", "a.code", "区域", "area"),
    _code("area_district", "a.district", "区", "district"),
    _code("area_street", "a.street", "街镇", "street or town"),
    _code("area_community", "a.community", "村居", "community"),
    _code("area_grid", "a.grid", "网格", "grid"),
    Column("longitude", "number", "v.longitude::float8", "经度", "longitude"),
    Column("latitude", "number", "v.latitude::float8", "纬度", "latitude"),
    _flag("anonymous", "v.anonymous", "匿名", "anonymous"),
    _flag("enterprise", "v.enterprise", "企业", "enterprise"),
    _flag("confidential", "v.confidential", "保密", "confidential"),
    _code("stage", "v.stage", "阶段", "stage"),
    _code("outcome", "CASE WHEN v.main THEN v.outcome END", "办结结果", "outcome by report"),
    _code("said_solved", "CASE WHEN v.valid THEN v.solved END", "解决情况", "solved, as the citizen says"),
    _code("said_satisfied", "CASE WHEN v.valid THEN v.satisfied END", "满意度", "satisfaction"),
    # of the unit
    _code("unit", "u.code", "承办单位", "unit"),
    _code("unit_kind", "u.kind", "单位类别", "kind of unit"),
    _code("unit_group", "u.grp", "考核分组", "ranking group"),
    _code("unit_above", "u.above", "上级单位", "unit above"),
    _code("unit_top", "u.top", "一级单位", "unit directly below the centre"),
    _code("unit_top_kind", "u.top_kind", "一级单位类别", "kind of the unit directly below the centre"),
    _code("unit_path", "u.path", "单位路径", "path in the tree of units"),
    _code("role", "v.unit_role", "承办角色", "strongest role of the unit on the order"),
    _flag("given", "v.given", "派单件", "dispatched to this unit as lead (D)"),
    # when
    *_moments("accepted", "v.accepted_at", "受理", "accepted"),
    *_moments("dispatched", _GIVEN, "派单", "dispatched, first to this unit"),
    *_moments("due", "v.unit_due_at", "到期", "due, with extensions, of the last round"),
    *_moments("submitted", "v.reported_at", "办结", "reported, of the last round"),
    *_moments("closed", "v.closed_at", "结案", "closed"),
    # how long
    _minutes("dispatch_minutes", "v.accepted_at", _GIVEN, "受理到派单（分钟）", "accepted to dispatched"),
    _minutes("sign_minutes", _GIVEN, "v.signed_at", "派单到签收（分钟）", "dispatched to signed"),
    _minutes("contact_minutes", _GIVEN, "v.unit_contacted_at", "派单到先行联系（分钟）", "dispatched to contacted"),
    _minutes("answer_minutes", _GIVEN, "v.unit_answered_at", "派单到答复（分钟）", "dispatched to answered"),
    _minutes("handling_minutes", _GIVEN, "v.reported_at", "派单到办结（分钟）", "dispatched to reported"),
    Column("handling_days", "days", "greatest(0, d2.n - d1.n)", "派单到办结（工作日）", "working days, to report"),
    _minutes("total_minutes", "v.accepted_at", "v.closed_at", "受理到结案（分钟）", "accepted to closed"),
    Column("total_days", "days", "greatest(0, d4.n - d3.n)", "受理到结案（工作日）", "working days, to close"),
    # dispatch
    _main("dispatched", f"{_GIVEN} IS NOT NULL", "已派单", "was dispatched"),
    _main("dispatched_in_time", f"{_GIVEN} IS NOT NULL AND NOT coalesce(o.dispatch_late, false)", "派单及时",
          "each time dispatched within the limit"),
    _main("first_right", "v.leads = 1 AND v.returns_granted = 0 AND coalesce(v.taken_back, 0) = 0",
          "首派准确", "never returned, taken back or given to another lead"),
    _main("direct", "v.direct", "直接答复", "answered at once"),
    _main("point_to_point", "v.to_the_point", "点对点派单", "sent point to point"),
    _main("cancelled", "v.stage = 'cancelled'", "已撤单", "cancelled"),
    _main("over", "v.over", "已结案", "closed"),
    # the unit's own deeds
    _flag("sign_due", "v.sign", "应签收", "had to sign"),
    _flag("signed_in_time", "v.sign AND v.signed AND NOT v.sign_late", "签收及时", "each time signed within the limit"),
    _flag("sign_running", "v.given AND v.sign_runs", "签收时限未到", "not signed yet, and the limit still runs"),
    _flag("contact_due", "v.contact AND NOT v.contact_runs", "应先行联系",
          "had to contact the citizen: has, or the limit is over"),
    _flag("contact_running", "v.contact AND v.contact_runs", "联系时限未到",
          "not contacted yet, and the limit still runs"),
    _flag("contacted_in_time", "v.contact AND v.contacted AND NOT v.contact_late", "联系及时",
          "each time contacted within the limit"),
    _flag("contacted_today", "v.contact AND NOT v.contact_runs AND v.same_day", "当日联系",
          "each time contacted on the day of dispatch"),
    _flag("feedback_due", "v.feedback AND NOT v.feedback_runs", "应首次反馈",
          "had to give first feedback: has, or the limit is over"),
    _flag("feedback_running", "v.feedback AND v.feedback_runs", "首次反馈时限未到",
          "no feedback yet, and the limit still runs"),
    _flag("feedback_in_time", "v.feedback AND NOT v.feedback_runs AND NOT v.feedback_late", "首次反馈及时",
          "first feedback within the limit"),
    _flag("reply_due", _DUE, "已到期", "the reply fell due (R): reported and passed, or late"),
    _flag("done", f"{_DUE} AND v.passed", "已办结", "the report passed"),
    _flag("done_in_time", f"{_DUE} AND {_IN_TIME}", "按时办结", "reported within the limit and passed, every round"),
    _flag("late_within", f"{_DUE} AND v.late AND NOT v.outright", "超时", "late, yet within an extension"),
    _flag("late_outright", f"{_DUE} AND v.outright", "超期", "late outright"),
    _flag("returned", "v.returned", "被退回", "given back by this unit"),
    _count("returns_asked", "q.returns", "退单申请数", "requests to return"),
    _count("returns_granted", "q.returns_granted", "退单同意数", "returns granted"),
    _count("returns_refused", "q.returns_refused", "退单未同意数", "returns refused"),
    _count("returns_second", "greatest(0, q.returns - 1)", "二次退单数", "requests after the first"),
    _flag("extended", "q.extensions > 0", "已延期", "extension granted"),
    _count("extensions", "q.extensions", "延期次数", "extensions granted"),
    # of the order as a whole
    _main("overall_late", "o.overall_late", "总时限超时", "over its whole limit"),
    _main("redone", "v.redone > 0", "重办", "handled again after a callback"),
    Column("rounds_again", "count", "CASE WHEN v.main THEN coalesce(v.redone, 0) ELSE 0 END::smallint", "重办次数",
           "further rounds"),
    Column("sent_back", "count", "CASE WHEN v.main THEN coalesce(v.sent_back, 0) ELSE 0 END::smallint", "审核退回次数",
           "reports sent back by review"),
    _main("urged", "v.urges > 0", "被催办", "urged"),
    Column("urges", "count", "CASE WHEN v.main THEN v.urges ELSE 0 END::smallint", "催办次数", "times urged"),
    _main("reported_solved", "v.over AND v.outcome = 'solved'", "报告已解决", "solved by report"),
    _main("reported_explained", "v.over AND v.outcome = 'explained'", "报告解释说明", "explained by report"),
    _main("call_due", "o.call_due", "应回访", "the callback fell due"),
    _main("called", "v.called", "已回访", "was called back"),
    _main("called_in_time", "o.call_due AND NOT o.call_late", "回访及时", "first attempt within the limit"),
    _main("asked", _ASKED, "已邀请评价", "reached by the closing call, and asked"),
    _flag("valid", "v.valid", "有效回访", "valid callback (V): closed, reached and answered"),
    _flag("rated", "v.rated", "已评价", "rated"),
    _flag("content", "v.rated AND v.content", "满意", "a satisfied level"),
    Column("satisfied_weight", "count", "CASE WHEN v.rated THEN round(1000 * v.weight) ELSE 0 END::smallint",
           "满意度权重（千分）", "weight of the level, in thousandths"),
    _flag("answered", "v.answered", "已答解决情况", "said whether it is solved"),
    _flag("solved", "v.answered AND v.counts", "已解决", "solved, as the citizen says"),
    _flag("solved_1st", "v.answered AND v.counts AND coalesce(v.redone, 0) = 0", "首次解决", "solved at the 1st round"),
    _flag("solved_2nd", "v.answered AND v.counts AND v.redone = 1", "二次解决", "solved at the 2nd round"),
    _flag("solved_3rd", "v.answered AND v.counts AND v.redone > 1", "三次以上解决", "solved at the 3rd or later"),
    _flag("contact_confirmed", "v.valid AND v.confirmed = 'yes'", "市民确认已联系", "the citizen says: was contacted"),
    _flag("contact_asked", "v.valid AND v.confirmed IS NOT NULL", "已问联系情况", "asked whether contacted"),
    Column("repeats_order", "id", "CASE WHEN v.main THEN g.repeats END", "重复于", "the earlier order it repeats"),
    _main("repeat", "g.repeats IS NOT NULL", "重复来电", "repeats an earlier order"),
    _main("repeat_unsolved", "g.unsolved", "重复未解决", "repeats an order that was not solved"),
    # appraised or not, and why
    Column("excluded", "code", "CASE WHEN v.excluded = '' THEN '' ELSE v.excluded || ' ' END", "剔除理由",
           "reasons not to count, each between blanks"),
    _flag("appraised", f"v.given AND v.over AND NOT {_FOR_ALL}", "参加考核",
          "counts for appraisal, where no indicator has its own reason"),
)  # fmt: skip

BY_NAME: Final = {column.name: column for column in COLUMNS}

_ARROW: Final[dict[Type, str]] = {
    "flag": "int16", "count": "int16", "code": "string", "day": "date32", "moment": "timestamp", "hour": "int16",
    "id": "int64", "minutes": "int32", "days": "int32", "number": "float64",
}  # fmt: skip
_IBIS: Final[dict[str, str]] = {"date32": "date", "timestamp": "timestamp(6)"}


def arrow_type(column: Column) -> str:
    """Return the name of the column's type in Arrow."""
    return _ARROW[column.type]


def ibis_schema() -> dict[str, str]:
    """Return the schema of the facts, as Ibis names types."""
    return {column.name: _IBIS.get(_ARROW[column.type], _ARROW[column.type]) for column in COLUMNS}


def select_list() -> str:
    """Return what the last step of `rows.sql` selects."""
    return ",\n".join(f"    {column.sql} AS {column.name}" for column in COLUMNS)
