"""The screens on which appraisal is kept: scheme and what-if, points given, months, talks, exclusions, goals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from open12345.appraisal import goals, queries, services, words
from open12345.appraisal.asking import last_month, may, month_asked, not_begun, told
from open12345.appraisal.forms import AdjustmentForm, TalkForm, WeightsForm, refused, typed
from open12345.appraisal.measuring import Ranked, measured, ranked_units
from open12345.appraisal.models import Adjustment, Change, Edition, Exclusion, State, Talk
from open12345.appraisal.months import Month, month_named, month_of
from open12345.appraisal.scheme import Item, Scheme, build, presets
from open12345.appraisal.scoring import Score, table
from open12345.directory.web import needs
from open12345.facts import store
from open12345.facts.wrong import explained
from open12345.orders import web
from open12345.orders.errors import DomainError
from open12345.orders.models import Application
from open12345.orders.sight import Sight
from open12345.orders.stages import ApplicationState

_CENTRE: Final = sorted(queries.CENTRE)
_SHOWN: Final = 200


def _month(text: str) -> Month:
    try:
        return month_named(text)
    except ValueError as error:
        raise Http404 from error


def _say(request: HttpRequest, work: Callable[[], Any], done: str) -> bool:
    """Do it and say so, or say why not."""
    try:
        work()
    except (DomainError, store.NoFacts) as error:
        messages.error(request, str(error))
        return False
    messages.success(request, done)
    return True


# -- the scheme and the what-if ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tried:
    """One unit as it stands, and as it would stand."""

    unit: Ranked
    now: Score
    then: Score

    @property
    def moved(self) -> int | None:
        """Places up (above 0) or down."""
        return None if self.now.rank is None or self.then.rank is None else self.now.rank - self.then.rank


@needs(*_CENTRE)
@require_http_methods(["GET", "POST"])
def scheme(request: HttpRequest) -> HttpResponseBase:
    """What holds, what held, what is proposed; and other weights beside it, tried on the last month."""
    sight = web.look(request)
    today = queries.today(sight.pack, sight.at)
    holds = queries.scheme_on(sight.pack, today)
    preset = request.POST.get("preset", request.GET.get("preset", holds.preset if holds else ""))
    form = WeightsForm(sight.pack, holds, request.POST or None, preset=preset)
    if request.method == "POST":
        if not may(sight)["prepares"]:
            raise Http404
        if form.is_valid() and _changed(sight, form) is not None:
            messages.success(request, _("已保存。"))
            return redirect("appraisal:scheme")
    month = last_month(sight)
    context = {
        "sight": sight, "tab": "scheme", **may(sight), "form": form, "holds": holds, "rules": _rules(sight, holds),
        "stubs": _stubs(sight, preset, holds), "months": month, "preset": presets(sight.pack).get(preset),
        "presets": presets(sight.pack).values(), "changes": [
            (row, words.weights_told(sight.pack, row.weights))
            for row in Change.objects.order_by("-effective_from", "-pk")[:_SHOWN]
        ],
        "sets": [
            (one, words.weights_told(sight.pack, one.weights))
            for one in sorted(sight.pack.appraisal.weights, key=lambda one: one.effective_from, reverse=True)
        ],
        "proposed": State.PROPOSED, **_tried(sight, typed(form) if form.is_bound else None, preset, month),
    }  # fmt: skip
    return web.private(render(request, "appraisal/scheme.html", context, status=422 if form.errors else 200))


def _changed(sight: Sight, form: WeightsForm) -> Change | None:
    made: Change | None = refused(form, lambda: services.change(
        sight.pack, form.weights(), since=form.since_day, reason=form.cleaned_data["reason"], by=sight.person,
        at=sight.at, preset=form.cleaned_data["preset"],
    ))  # fmt: skip
    return made


def _rules(sight: Sight, holds: Scheme | None) -> list[tuple[Item, str, str, str]]:
    return [
        (item, words.spoken(sight.pack, item.code, item.title), words.plain(item.points), words.rule_of(item))
        for item in (holds.items if holds else ())
    ]


def _stubs(sight: Sight, preset: str, holds: Scheme | None) -> list[tuple[str, str]]:
    overlay = presets(sight.pack).get(preset)
    if overlay is not None:
        return [(row.title or row.indicator, row.stub) for row in overlay.scoring if row.stub]
    return [(item.title, item.note) for item in holds.items if item.why == "stub"] if holds else []


@needs(*_CENTRE)
@require_GET
@told
def tried(request: HttpRequest) -> HttpResponseBase:
    """The ranking under other weights beside the present one; nothing is stored."""
    sight = web.look(request)
    preset = request.GET.get("preset", "")
    form = WeightsForm(sight.pack, None, request.GET, preset=preset)
    month = month_asked(request, sight)
    context = {"sight": sight, "months": month, **_tried(sight, typed(form), preset, month)}
    return web.private(render(request, "appraisal/parts/tried.html", context))


def _tried(sight: Sight, weights: Any, preset: str, month: Month) -> dict[str, Any]:
    if ahead := not_begun(sight, month):
        return {"why": ahead.title}
    holds = queries.scheme_on(sight.pack, month.first) or queries.scheme_on(sight.pack, month.last)
    if holds is None:
        return {"why": _("这个月没有生效的考核办法")}
    overlay = presets(sight.pack).get(preset)
    if weights is None:
        weights = overlay.weights if overlay and overlay.weights else holds.weights
    other = build(sight.pack, weights, name="", since=month.first, preset=overlay)
    edition = queries.edition_of(month)
    as_of = edition.facts_day if edition and edition.facts_day in store.published() else None
    try:
        now, then = (_table(sight, one, month, as_of) for one in (holds, other))
    except store.NoFacts as error:
        return {"why": str(error)}
    total = sum(weights.values(), Decimal(0))
    rows = sorted(
        (
            Tried(one, now[one.unit.code], then[one.unit.code])
            for one in ranked_units(sight.pack)
            if then[one.unit.code].rank is not None
        ),
        key=lambda row: (row.then.rank or 0, row.unit.unit.code),
    )
    titles = [(group.code, group.title) for group in sight.pack.appraisal.groups]
    parts = [(title, [row for row in rows if row.unit.group == code]) for code, title in titles]
    maximum = overlay.maximum if overlay and overlay.weights else Decimal(100)
    return {
        "tried": [part for part in parts if part[1]], "total": words.plain(total), "maximum": words.plain(maximum),
        "sums": total == maximum,
    }  # fmt: skip


def _table(sight: Sight, one: Scheme, month: Month, as_of: date | None) -> dict[str, Score]:
    units = ranked_units(sight.pack)
    return table(one, measured(units, one, month.period, at=sight.at, adjudicated=True, as_of=as_of))


@needs(*sorted(services.DECIDE))
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Adopt a proposal, or drop it."""
    sight, row = web.look(request), get_object_or_404(Change, pk=pk)
    adopt = "adopt" in request.POST
    done = _("已采用。") if adopt else _("未采用，已存档。")
    _say(request, lambda: services.decide(row.pk, adopt=adopt, by=sight.person, at=sight.at), done)
    return redirect("appraisal:scheme")


# -- months -----------------------------------------------------------------------------------------------------------


@needs(*sorted(services.PREPARE))
@require_POST
def month_do(request: HttpRequest, month: str, act: str) -> HttpResponseBase:
    """Lock, publish or correct a month."""
    sight, which = web.look(request), _month(month)
    who: dict[str, Any] = {"by": sight.person, "at": sight.at}
    acts: dict[str, tuple[Callable[[], Any], str]] = {
        "lock": (lambda: services.lock(sight.pack, which, **who), _("已锁定：结果不再变动，公布后各单位可见。")),
        "publish": (lambda: services.publish(sight.pack, which, **who), _("已公布。")),
        "reissue": (
            lambda: services.reissue(sight.pack, which, reason=request.POST.get("reason", ""), **who),
            _("更正版已锁定，公布后生效。"),
        ),
    }
    if act not in acts:
        raise Http404
    work, done = acts[act]
    _say(request, work, done)
    return redirect(f"{reverse('appraisal:table')}?month={which}")


# -- points given -----------------------------------------------------------------------------------------------------


@needs(*_CENTRE)
@require_http_methods(["GET", "POST"])
def adjustments(request: HttpRequest) -> HttpResponseBase:
    """Bonuses and deductions, and a new one."""
    sight = web.look(request)
    first = {"unit": request.GET.get("unit", ""), "month": str(month_of(queries.today(sight.pack, sight.at)))}
    form = AdjustmentForm(sight.pack, request.POST or None, initial=first)
    if request.method == "POST":
        if not may(sight)["prepares"]:
            raise Http404
        if form.is_valid() and _adjusted(sight, form) is not None:
            messages.success(request, _("已登记。"))
            return redirect("appraisal:adjustments")
    rows = Adjustment.objects.select_related("unit").order_by("-month", "-pk")[:_SHOWN]
    locked = set(Edition.objects.values_list("month", flat=True))
    context = {
        "sight": sight, "tab": "adjustments", **may(sight), "form": form,
        "rows": [(row, f"{row.points:+.2f}", row.month in locked) for row in rows],
    }  # fmt: skip
    return web.private(render(request, "appraisal/adjustments.html", context, status=422 if form.errors else 200))


def _adjusted(sight: Sight, form: AdjustmentForm) -> Adjustment | None:
    said = form.cleaned_data
    made: Adjustment | None = refused(form, lambda: services.adjust(
        sight.pack, said["unit"], said["month"], said["points"], reason=said["reason"], evidence=said["evidence"],
        by=sight.person, at=sight.at,
    ))  # fmt: skip
    return made


@needs(*sorted(services.PREPARE))
@require_POST
def unadjust(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take points back."""
    sight, row = web.look(request), get_object_or_404(Adjustment, pk=pk)
    why = request.POST.get("why", "")
    _say(request, lambda: services.unadjust(row.pk, reason=why, by=sight.person, at=sight.at), _("已撤销。"))
    return redirect("appraisal:adjustments")


# -- talks, exclusions, goals -----------------------------------------------------------------------------------------


@needs(*_CENTRE)
@require_GET
def talk_list(request: HttpRequest) -> HttpResponseBase:
    """Who is called to a talk, by month."""
    sight = web.look(request)
    rows = Talk.objects.select_related("unit", "edition").order_by("-edition__month", "unit__code")[:_SHOWN]
    context = {
        "sight": sight, "tab": "talks", **may(sight), "rules": sight.pack.appraisal.talks,
        "rows": [(row, [words.talk_reason(reason) for reason in row.reasons]) for row in rows],
    }  # fmt: skip
    return web.private(render(request, "appraisal/talks.html", context))


@needs(*sorted(services.PREPARE | {"leader"}))
@require_http_methods(["GET", "POST"])
def talk(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One talk: why, when, what came of it."""
    sight = web.look(request)
    row = get_object_or_404(Talk.objects.select_related("unit", "edition"), pk=pk)
    first = {"held_on": row.held_on, "notes": row.notes, "outcome": row.outcome}
    form = TalkForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        done = refused(form, lambda: services.write_talk(
            row.pk, held_on=said["held_on"], notes=said["notes"], outcome=said["outcome"], by=sight.person,
            at=sight.at,
        ))  # fmt: skip
        if done is not None:
            messages.success(request, _("已保存。"))
            return redirect("appraisal:talks")
    reasons = [words.talk_reason(reason) for reason in row.reasons]
    context = {"sight": sight, "tab": "talks", **may(sight), "row": row, "reasons": reasons, "form": form}
    return web.private(render(request, "appraisal/talk.html", context, status=422 if form.errors else 200))


@needs(*_CENTRE)
@require_GET
def exclusions(request: HttpRequest) -> HttpResponseBase:
    """Appeals that wait, and what was excluded."""
    sight = web.look(request)
    kinds = [code for code, rule in sight.pack.applications.items() if rule.effect == "exclude"]
    waiting = Application.objects.filter(kind__in=kinds, state=ApplicationState.PENDING)
    titles = {row.code: row.title for row in sight.pack.appraisal.exclusions}
    rows = Exclusion.objects.select_related("order", "unit").order_by("-pk")[:_SHOWN]
    context = {
        "sight": sight, "tab": "exclusions", **may(sight), "reasons": sight.pack.appraisal.exclusions,
        "waiting": [
            (one, titles.get(one.reason, one.reason), _step(sight, one))
            for one in waiting.select_related("order", "asked_unit").order_by("asked_at")[:_SHOWN]
        ],
        "rows": [(row, titles.get(row.code, row.code)) for row in rows],
    }  # fmt: skip
    return web.private(render(request, "appraisal/exclusions.html", context))


def _step(sight: Sight, one: Application) -> str:
    rule = sight.pack.applications.get(one.kind)
    return rule.steps[min(one.step, len(rule.steps) - 1)].title if rule else ""


@needs(*sorted(services.DECIDE))
@require_POST
def include(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Let an excluded order count again."""
    sight, row = web.look(request), get_object_or_404(Exclusion, pk=pk)
    why = request.POST.get("why", "")
    _say(request, lambda: services.revoke_exclusion(row.pk, reason=why, by=sight.person, at=sight.at), _("已撤销。"))
    return redirect("appraisal:exclusions")


@needs(*_CENTRE)
@require_GET
@told
def goal_board(request: HttpRequest) -> HttpResponseBase:
    """The centre's own targets."""
    sight = web.look(request)
    month = month_asked(request, sight)
    wrong, rows = not_begun(sight, month), []
    try:
        rows = [] if wrong else goals.board(sight.pack, month, person=sight.person, at=sight.at)
    except store.NoFacts as error:
        wrong = explained(error, request)
    this_month = month_of(queries.today(sight.pack, sight.at))
    last = goals.span_of(sight.pack, month, sight.at).last if rows else month.last
    context = {
        "sight": sight, "tab": "goals", **may(sight), "rows": rows, "wrong": wrong, "months": month,
        "before": month.back(), "after": month.next() if month < this_month else None,
        "until": last if last < month.last else None,
    }  # fmt: skip
    return web.private(render(request, "appraisal/goals.html", context))
