"""The pages of automatic dispatch (智能派单): what holds for each category, how it does, replaying and deciding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __
from django.views.decorators.http import require_GET, require_POST

from open12345.directory.web import needs
from open12345.dispatch.automatic import lamps, modes, runs, standing
from open12345.dispatch.automatic.careful import WHY
from open12345.dispatch.automatic.modes import DECIDERS, Rulings
from open12345.dispatch.automatic.replay import Asked
from open12345.dispatch.models import CategoryMode, Mode, Replay
from open12345.orders import web
from open12345.orders.errors import DomainError, Refused
from open12345.orders.sight import Sight
from open12345.orders.widgets import OneOf
from open12345.policy import Pack

READERS: Final = ("dispatcher", *DECIDERS)
#: How all categories together are written in an address.
ALL: Final = "-"
#: Rows of a replay that stand on the page.
_ROWS: Final = 30
_DECISIONS: Final = 20
MODEL: Final[Mapping[str, str | Promise]] = {
    "in_force": __("在用的模型，没有学过这段时间的工单"),
    "taught": __("只用这段时间之前的工单另行训练的模型（在用的模型学过这些工单）"),
    "default": __("尚未训练，用默认权重"),
    "none": __("没有在用的模型"),
}


class ReplayForm(forms.Form):
    """Which past is replayed, and for what accuracy."""

    months = forms.TypedChoiceField(
        label=__("期间"), coerce=int, choices=[(n, __("最近 %(n)s 个月") % {"n": n}) for n in (1, 3, 6, 12)], initial=3
    )
    wanted = forms.TypedChoiceField(
        label=__("要求一次派准"), coerce=float, choices=[(w, f"{w:.0%}") for w in (0.8, 0.85, 0.9, 0.95, 0.98)]
    )


class ModeForm(forms.Form):
    """What may be done with a category, and why."""

    mode = forms.ChoiceField(label=__("派单方式"), widget=OneOf, choices=Mode.choices)
    threshold = forms.TypedChoiceField(label=__("门槛"), coerce=float, required=False, empty_value=None)
    reason = forms.CharField(label=__("理由"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, offers: list[runs.Offer], *args: Any, own: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field, mode = self.fields["threshold"], self.fields["mode"]
        assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 - for the type checker
        assert isinstance(mode, forms.ChoiceField)  # noqa: S101 - the same
        field.choices = [(one.threshold, _offered(one)) for one in offers]
        lacking = {*([] if offers else [Mode.AUTOMATIC]), *([] if own else [Mode.FOLLOW])}
        mode.choices = [choice for choice in Mode.choices if choice[0] not in lacking]
        if not offers:
            del self.fields["threshold"]


def _offered(one: runs.Offer) -> str:
    share, accuracy = (_percent(one.figures.get(name)) for name in ("share", "accuracy"))
    told = _("%(p)s：占 %(share)s，派准 %(accuracy)s") % {
        "p": f"{100 * one.threshold:.1f}%", "share": share, "accuracy": accuracy,
    }  # fmt: skip
    return f"{told}{_('（建议）') if one.figures['told'] == 'held_out' else ''}"


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{100 * value:.0f}%"


# --- the list -----------------------------------------------------------------------------------------


@needs(*READERS)
@require_GET
def page(request: HttpRequest) -> HttpResponseBase:
    """Draw the tree of categories with what holds and how it does."""
    sight = web.look(request)
    words, mode = request.GET.get("q", "").strip()[:40], request.GET.get("mode", "")
    modes_of = [choice for choice in Mode.choices if choice[0] != Mode.FOLLOW]
    mode = mode if mode in dict(modes_of) else ""
    rulings, figures = Rulings(sight.pack), standing.by_category(sight.pack, sight.at)
    all_of_it = standing.Line("", _("全部分类"), 0, rulings.of(""), figures.get("", standing.Both()))
    weeks = standing.weeks(sight.at)
    context = {
        "sight": sight,
        "lamp": lamps.lamp(sight.pack),
        "q": words,
        "mode": mode,
        "modes": modes_of,
        "all": all_of_it,
        "lines": standing.tree(sight.pack, rulings, figures, words, mode),
        "weeks": weeks,
        "sent_lately": any(week.both.sent for week in weeks),
        "rulings": rulings,
        "may": sight.person.has(*DECIDERS),
    }
    return web.private(render(request, "dispatch/automatic.html", context))


# --- one category -------------------------------------------------------------------------------------


@needs(*READERS)
@require_GET
def category(request: HttpRequest, code: str) -> HttpResponseBase:
    """Draw one category: what holds, its last replay, its decisions, and the forms for who decides."""
    sight = web.look(request)
    return _drawn(request, sight, _code(sight, code))


@needs(*READERS)
@require_GET
def progress(request: HttpRequest, code: str) -> HttpResponseBase:
    """Draw how far the replay is; the page is asked to come anew when it has ended."""
    sight = web.look(request)
    row = runs.last(sight.pack, _code(sight, code))
    if row is None or row.state not in runs.AT_WORK:
        return web.private(HttpResponse(status=204, headers={"HX-Refresh": "true"}))
    context = {"run": row, "address": code}
    return web.private(render(request, "dispatch/parts/replay_progress.html", context))


@needs(*DECIDERS)
@require_POST
def replay(request: HttpRequest, code: str) -> HttpResponseBase:
    """Let a worker replay the category."""
    sight = web.look(request)
    own = _code(sight, code)
    form = ReplayForm(request.POST)
    if not form.is_valid():
        return _drawn(request, sight, own, replay_form=form, status=422)
    asked = Asked(form.cleaned_data["months"], form.cleaned_data["wanted"], own)
    runs.ask(sight.pack, asked, by=sight.person, at=sight.at)
    return redirect("dispatch:automatic_of", code)


@needs(*DECIDERS)
@require_POST
def mode(request: HttpRequest, code: str) -> HttpResponseBase:
    """Decide what may be done with the category; back to the page, with what is wrong at its field."""
    sight = web.look(request)
    own = _code(sight, code)
    found = _usable(sight, own)
    form = ModeForm(runs.offers(found), request.POST, own=_has_own(sight, own))
    if form.is_valid():
        asked = runs.choice(
            found, Mode(form.cleaned_data["mode"]), form.cleaned_data["reason"], form.cleaned_data.get("threshold")
        )
        try:
            made = modes.decide(sight.pack, own, asked, by=sight.person, at=sight.at)
        except Refused as refusal:
            for problem in refusal.problems:
                form.add_error(problem.field if problem.field in form.fields else None, problem.message)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已改为“%(mode)s”") % {"mode": made.get_mode_display()})
            return redirect("dispatch:automatic_of", code)
    return _drawn(request, sight, own, mode_form=form, status=422)


def _code(sight: Sight, address: str) -> str:
    if address != ALL and address not in sight.pack.category_tree:
        raise Http404
    return "" if address == ALL else address


def _has_own(sight: Sight, code: str) -> bool:
    return Rulings(sight.pack).own(code) is not None


def _usable(sight: Sight, code: str) -> Replay | None:
    row = runs.last(sight.pack, code)
    return row if runs.usable(row, sight.at) else None


def _drawn(
    request: HttpRequest, sight: Sight, code: str, *, replay_form: ReplayForm | None = None,
    mode_form: ModeForm | None = None, status: int = 200,
) -> HttpResponseBase:  # fmt: skip
    pack, row = sight.pack, runs.last(sight.pack, code)
    ruling = modes.ruling(pack, code)
    may = sight.person.has(*DECIDERS)
    first = {"mode": ruling.mode, "months": 3, "wanted": pack.dispatching.wanted}
    decisions = CategoryMode.objects.filter(pack=pack.id, category=code).select_related("by").order_by("-pk")
    context = {
        "sight": sight,
        "code": code,
        "address": code or ALL,
        "title": pack.category_tree[code].title if code else _("全部分类"),
        "above": list(reversed(pack.category_tree.lineage(code)))[:-1] if code else [],
        "ruling": ruling,
        "ruling_of": pack.category_path(ruling.of) if ruling.of else _("全部分类"),
        "both": standing.by_category(pack, sight.at).get(code, standing.Both()),
        "run": row,
        "at_work": row is not None and row.state in runs.AT_WORK,
        "old": row is not None and bool(row.result) and not runs.usable(row, sight.at),
        "result": _result(pack, row),
        "decisions": [(made, _told(made)) for made in decisions[:_DECISIONS]],
        "may": may,
        "replay_form": (replay_form or ReplayForm(initial=first)) if may else None,
        "mode_form": (
            mode_form or ModeForm(runs.offers(_usable(sight, code)), initial=first, own=_has_own(sight, code))
        )
        if may
        else None,
    }
    return web.private(render(request, "dispatch/automatic_of.html", context, status=status))


def _result(pack: Pack, row: Replay | None) -> dict[str, Any] | None:
    """Return what a replay told, in words and whole per cents."""
    if row is None or not row.result:
        return None
    told = row.result
    used = told["used"]
    return {
        "since": told["since"][:10],
        "until": told["until"][:10],
        "orders": told["orders"],
        "sought_on": told["sought_on"],
        "measured_on": told["measured_on"],
        "wanted": _percent(told["wanted"]),
        "own": _shown(told["own"]),
        "above": told["own"].get("sought_above"),
        "right": told["own"].get("sought_right"),
        "sought_in": _sought_in(pack, row),
        "rows": [_shown(one) for one in told["rows"][:_ROWS]],
        "more": max(0, len(told["rows"]) - _ROWS),
        "recommender": MODEL[used["recommender"]],
        "number": used["recommender_number"],
        "classifier": MODEL[used["classifier"]] if told["guessed"] else "",
        "guessed": told["guessed"],
        "left": sorted(((WHY[why], count) for why, count in told["left"].items()), key=lambda pair: -pair[1]),
        "cut": told["cut"],
    }


def _sought_in(pack: Pack, row: Replay) -> str:
    """Return among whose orders the threshold was sought where those of the category were too few, "" else."""
    own = row.result["own"]
    of = own["of"]
    if of == row.category or own["threshold"] is None:
        return ""
    return pack.category_tree[of].title if of in pack.category_tree else _("全部分类")


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("share", "accuracy", "people", "people_there", "bound")
    shown = {name: None if row.get(name) is None else _percent(row[name]) for name in names}
    threshold = row.get("threshold")
    return {**row, **shown, "threshold": None if threshold is None else f"{round(100 * threshold, 1):g}%"}


def _told(made: CategoryMode) -> str:
    """Return the figures behind a decision in one line."""
    if made.mode != Mode.AUTOMATIC or made.threshold is None:
        return ""
    figures = made.figures
    return _("门槛 %(p)s；回放 %(n)s 件：占 %(share)s，派准 %(accuracy)s，人派准 %(people)s") % {
        "p": f"{100 * made.threshold:.1f}%", "n": figures.get("orders", "—"),
        **{name: _percent(figures.get(name)) for name in ("share", "accuracy")},
        "people": _percent(figures.get("people")),
    }  # fmt: skip
