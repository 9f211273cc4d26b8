"""Why a page of figures has nothing to show, in words, and what one can do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from open12345.facts.dimensions import DIMENSIONS
from open12345.facts.links import BadQuestion
from open12345.facts.store import NoFacts, NotPublished, TooManyCells
from open12345.facts.words import titled


@dataclass(frozen=True)
class Wrong:
    """What is wrong, and the one thing to do."""

    title: str
    text: str
    url: str = ""
    label: str = ""
    status: int = 400


_BAD: Final[dict[str, tuple[str | Promise, str | Promise]]] = {
    "metric": (__("没有“%(given)s”这个指标"), __("指标也许改了名，请在数据页里重新选。")),
    "period": (
        __("看不懂时段“%(given)s”"),
        __("可以写 2022、2022-H1、2022-Q2、2022-04、2022-W15、2022-04-12 或 2022-01-01..2022-06-30。"),
    ),
    "calendar_month": (__("看不懂月份“%(given)s”"), __("请写成 2026-10 这样的月份。")),
    "with": (__("没有“%(given)s”可以对照"), __("请在页面上“与之对照”里重新选。")),
    "ends": (__("时段“%(given)s”的结束早于开始"), __("请把两个日期对调，或重新选时段。")),
    "future": (__("“%(given)s”还没有开始"), __("请选今天或更早开始的时段。")),
    "sort": (__("没有“%(given)s”这种排序"), __("请在数据页里重新选。")),
    "top": (__("行数不能是“%(given)s”"), __("请写 1 到 1000 的整数。")),
    "least": (__("至少几件不能是“%(given)s”"), __("请写不小于 0 的整数。")),
    "part": (__("没有“%(given)s”这一部分"), __("请从数据页的图表里重新点开。")),
    "by": (__("没有“%(given)s”这个维度"), __("维度也许改了名，请在数据页里重新选。")),
    "basis": (__("没有“%(given)s”这个日期口径"), __("请从数据页的图表里重新点开。")),
    "as_of": (__("“%(given)s”不是日期"), __("请写成 2022-06-30 的样子。")),
}


def explained(error: BadQuestion | NoFacts, request: HttpRequest) -> Wrong:
    """Return an error in words for the page."""
    if isinstance(error, BadQuestion):
        return _bad(error, request)
    if isinstance(error, NotPublished):
        return _not_published(error, request)
    if isinstance(error, TooManyCells):
        title = _("这样切分超过 %(n)s 格") % {"n": f"{error.most:,}"}
        return Wrong(title, _("请缩短时段，或换粗一些的维度。"))
    return Wrong(_("数据还没有生成"), _("后台任务运行后就会有，通常不到一分钟。"), status=200)


def _bad(error: BadQuestion, request: HttpRequest) -> Wrong:
    if error.what in DIMENSIONS:
        what = {"what": titled(DIMENSIONS[error.what]), "given": error.given}
        query = request.GET.copy()
        query.pop(error.what, None)
        title = _("“%(what)s”不能是“%(given)s”") % what
        return Wrong(title, _("可能写错了，或早已不用。"), f"?{query.urlencode()}", _("去掉这项筛选"))
    said, todo = _BAD[error.what]
    return Wrong(str(said) % {"given": error.given}, str(todo))


def _not_published(error: NotPublished, request: HttpRequest) -> Wrong:
    title = _("%(day)s 没有发布数据") % {"day": error.day}
    if error.nearest is None:
        return Wrong(title, _("还没有发布过数据：每天零点后发布前一天的。"), status=200)
    query = request.GET.copy()
    query["as_of"] = error.nearest.isoformat()
    text = _("离它最近的是 %(day)s 发布的。") % {"day": error.nearest}
    return Wrong(title, text, f"?{query.urlencode()}", _("看 %(day)s 发布的") % {"day": error.nearest}, 200)
