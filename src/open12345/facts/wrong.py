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
    "part": (__("没有“%(given)s”这一部分"), __("请从数据页的图表里重新点开。")),
    "by": (__("没有“%(given)s”这个维度"), __("维度也许改了名，请在数据页里重新选。")),
    "basis": (__("没有“%(given)s”这个日期口径"), __("请从数据页的图表里重新点开。")),
    "as_of": (__("“%(given)s”不是日期"), __("请写成 2022-06-30 的样子。")),
}


def explained(error: BadQuestion | NoFacts, request: HttpRequest) -> Wrong:
    """Return an error in words for the page."""
    if isinstance(error, BadQuestion):
        return _bad(error)
    if isinstance(error, NotPublished):
        return _not_published(error, request)
    if isinstance(error, TooManyCells):
        title = _("这样切分超过 %(n)s 格") % {"n": f"{error.most:,}"}
        return Wrong(title, _("请缩短时段，或换粗一些的维度。"))
    return Wrong(_("数据还没有生成"), _("后台任务运行后就会有，通常不到一分钟。"), status=200)


def _bad(error: BadQuestion) -> Wrong:
    if error.what in DIMENSIONS:
        what = {"what": titled(DIMENSIONS[error.what]), "given": error.given}
        return Wrong(_("“%(what)s”不能是“%(given)s”") % what, _("请去掉这项筛选，重新选。"))
    title, text = _BAD[error.what]
    return Wrong(str(title) % {"given": error.given}, str(text))


def _not_published(error: NotPublished, request: HttpRequest) -> Wrong:
    title = _("%(day)s 没有发布数据") % {"day": error.day}
    if error.nearest is None:
        return Wrong(title, _("还没有发布过数据：每天零点后发布前一天的。"), status=200)
    query = request.GET.copy()
    query["as_of"] = error.nearest.isoformat()
    text = _("离它最近的是 %(day)s 发布的。") % {"day": error.nearest}
    return Wrong(title, text, f"?{query.urlencode()}", _("看 %(day)s 发布的") % {"day": error.nearest}, 200)
