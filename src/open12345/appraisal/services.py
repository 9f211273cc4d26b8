"""What can be done: change the scheme, give points, lock, publish and correct a month, hold talks.

Analysts and supervisors prepare (propose a change, give points, lock); a supervisor puts into force and publishes.
Every act is one transaction and a line of the access record. What a locked month holds is never touched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from open12345.appraisal import queries, talks
from open12345.appraisal.measuring import ranked_units, scores
from open12345.appraisal.models import Adjustment, Change, Edition, Exclusion, Result, State, Talk
from open12345.appraisal.months import Month, month_of
from open12345.appraisal.results import differences, rows_of, scores_of
from open12345.appraisal.scheme import Scheme, presets, read, stored
from open12345.directory import access
from open12345.directory.person import Person
from open12345.facts import services as mirror
from open12345.facts import store
from open12345.facts.metrics import BY_CODE
from open12345.orders import clocks
from open12345.orders.errors import NotAllowed, Problem, Refused, refuse
from open12345.policy import Pack
from open12345.policy.names import VOLUMES

PREPARE: Final = frozenset({"analyst", "supervisor"})
DECIDE: Final = frozenset({"supervisor"})
_MOST_POINTS: Final = Decimal(100)
_LOCK: Final = 0x12345_0A99  # any number that no other lock has


def _alone() -> None:
    """Let no other act change scheme, points or months until this transaction ends: each reads what another writes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _may(by: Person, roles: frozenset[str]) -> None:
    if by.kind != "system" and not by.has(*roles):
        raise NotAllowed(_("您的岗位不能这样做"))


# -- the scheme -------------------------------------------------------------------------------------------------------


def problems_of(pack: Pack, weights: Mapping[str, Decimal], preset: str = "") -> Iterator[Problem]:
    """Yield what is wrong with weights: unknown or uncounted codes, negative ones, a wrong sum."""
    known = {row.code for row in pack.appraisal.indicators} | set(VOLUMES)
    overlay = presets(pack).get(preset)
    maximum = overlay.maximum if overlay and overlay.weights else Decimal(100)
    for code, points in weights.items():
        if code not in known:
            yield Problem(f"w_{code}", "unknown", _("没有这个指标"))
        elif code not in BY_CODE and points:
            yield Problem(f"w_{code}", "uncounted", _("这个指标还不能计算，不能有权重"))
        if points < 0:
            yield Problem(f"w_{code}", "negative", _("权重不能小于 0"))
    total = sum(weights.values(), Decimal(0))
    if total != maximum:
        yield Problem("weights", "sum", _("权重合计 %(sum)s，应为 %(max)s") % {"sum": total, "max": maximum})


@transaction.atomic
def change(
    pack: Pack, weights: Mapping[str, Decimal], *, since: date, reason: str, by: Person, at: datetime, preset: str = ""
) -> Change:
    """Keep other weights from a day on: in force at once where a supervisor says so, else as a proposal.

    Raises `Refused`: weights, a day that is not the first of a month or lies in or before a locked month, no reason.
    """
    _may(by, PREPARE)
    _alone()
    kept = {code: points for code, points in weights.items() if points}
    wrong = [*problems_of(pack, kept, preset), *_day_problems(since), *_preset_problems(pack, preset)]
    if not reason.strip():
        wrong.append(Problem("reason", "missing", _("请写明理由")))
    if wrong:
        raise Refused(wrong)
    decided = by.kind == "system" or by.has(*DECIDE)
    row = Change.objects.create(
        effective_from=since, weights={code: str(points) for code, points in kept.items()}, preset=preset,
        reason=reason.strip(), state=State.IN_FORCE if decided else State.PROPOSED, made_at=at, made_by=by.ref,
        made_by_name=by.name, decided_at=at if decided else None, decided_by_name=by.name if decided else "",
    )  # fmt: skip
    told = " ".join(f"{code}={points}" for code, points in kept.items())
    access.record("appraisal.change", by=by, at=at, on=f"scheme:{row.pk}", reason=f"{since} {told} {reason}")
    return row


def _day_problems(since: date) -> Iterator[Problem]:
    if since.day != 1:
        yield Problem("since", "day", _("从每月 1 日起生效"))
    last = Edition.objects.order_by("-month").values_list("month", flat=True).first()
    if last is not None and since <= last:
        text = _("%(month)s 已锁定，生效日期应在其后")
        yield Problem("since", "locked", text % {"month": f"{last:%Y-%m}"})


def _preset_problems(pack: Pack, preset: str) -> Iterator[Problem]:
    if preset and preset not in presets(pack):
        yield Problem("preset", "unknown", _("没有这个办法"))


@transaction.atomic
def decide(pk: int, *, adopt: bool, by: Person, at: datetime) -> Change:
    """Put a proposal in force, or drop it; raises `Refused` where its day has been locked meanwhile."""
    _may(by, DECIDE)
    _alone()
    row = Change.objects.select_for_update().get(pk=pk)
    if row.state != State.PROPOSED:
        raise refuse("", "decided", _("已经处理过"))
    if adopt and (wrong := list(_day_problems(row.effective_from))):
        raise Refused(wrong)
    row.state = State.IN_FORCE if adopt else State.DROPPED
    row.decided_at, row.decided_by_name = at, by.name
    row.save(update_fields=["state", "decided_at", "decided_by_name"])
    access.record("appraisal.adopt" if adopt else "appraisal.drop", by=by, at=at, on=f"scheme:{row.pk}")
    return row


# -- points that people give ------------------------------------------------------------------------------------------


@transaction.atomic
def adjust(  # noqa: PLR0913 - a row of a form
    pack: Pack, unit: str, month: Month, points: Decimal, *, reason: str, evidence: str, by: Person, at: datetime
) -> Adjustment:
    """Give a unit points in a month, or take them; raises `Refused` with each wrong field."""
    _may(by, PREPARE)
    _alone()
    row = {one.unit.code: one.unit for one in ranked_units(pack)}.get(unit)
    wrong = [*_month_problems(month, at)]
    if row is None:
        wrong.append(Problem("unit", "unknown", _("没有这个单位")))
    if not points or abs(points) > _MOST_POINTS:
        wrong.append(Problem("points", "range", _("请写加或扣的分，不为 0，不超过 100")))
    wrong += [Problem(name, "missing", _("必填")) for name, text in (("reason", reason), ("evidence", evidence))
              if not text.strip()]  # fmt: skip
    if wrong or row is None:
        raise Refused(wrong)
    made = Adjustment.objects.create(
        unit=row, month=month.first, points=points, reason=reason.strip(), evidence=evidence.strip(), made_at=at,
        made_by_name=by.name,
    )  # fmt: skip
    told = f"{month} {points:+} {reason}"
    access.record("appraisal.adjust", by=by, at=at, on=f"unit:{unit}", reason=told)
    return made


def _month_problems(month: Month, at: datetime) -> Iterator[Problem]:
    if Edition.objects.filter(month=month.first).exists():
        yield Problem("month", "locked", _("这个月已锁定"))


@transaction.atomic
def unadjust(pk: int, *, reason: str, by: Person, at: datetime) -> Adjustment:
    """Take such points back, with a reason; not in a locked month."""
    _may(by, PREPARE)
    _alone()
    row = Adjustment.objects.select_for_update().get(pk=pk)
    wrong = list(_month_problems(month_of(row.month), at))
    if row.revoked_at is not None:
        wrong.append(Problem("", "done", _("已经撤销")))
    if not reason.strip():
        wrong.append(Problem("why", "missing", _("请写明理由")))
    if wrong:
        raise Refused(wrong)
    row.revoked_at, row.revoked_by_name, row.revoked_why = at, by.name, reason.strip()
    row.save(update_fields=["revoked_at", "revoked_by_name", "revoked_why"])
    access.record("appraisal.unadjust", by=by, at=at, on=f"unit:{row.unit.code}", reason=f"{row.points:+} {reason}")
    return row


# -- months -----------------------------------------------------------------------------------------------------------


def lock(pack: Pack, month: Month, *, by: Person, at: datetime) -> Edition:
    """Freeze the results of a month that is over, by the facts of the latest published day.

    1. The scheme is the one that holds on the first day of the month.
    2. Where no day at or after the month's end was published, yesterday's facts are published now.
    3. Both views are counted as of that day and stored; afterwards nothing moves them.
    """
    _may(by, PREPARE)
    _lockable(pack, month, at)
    day = _facts_day(pack, month.last, at)
    with transaction.atomic():
        _alone()
        scheme = _lockable(pack, month, at)
        return _freeze(pack, Edition(month=month.first, number=1, scheme=stored(scheme), facts_day=day), by=by, at=at)


def _lockable(pack: Pack, month: Month, at: datetime) -> Scheme:
    """Return the scheme by which a month is to be locked; raises `Refused`."""
    scheme = queries.scheme_on(pack, month.first)
    wrong = [*_over_problems(pack, month, at), *_month_problems(month, at)]
    if scheme is None:
        wrong.append(Problem("month", "scheme", _("这个月没有生效的考核办法")))
    if wrong or scheme is None:
        raise Refused(wrong)
    return scheme


def _over_problems(pack: Pack, month: Month, at: datetime) -> Iterator[Problem]:
    if queries.today(pack, at) <= month.last:
        yield Problem("month", "running", _("这个月还没有结束"))
    if not pack.appraisal.groups:
        yield Problem("month", "groups", _("规则包没有考核分组"))


def _facts_day(pack: Pack, not_before: date, at: datetime) -> date:
    """Return the latest published day from `not_before` on; publishes yesterday where there is none."""
    found = [day for day in store.published() if day >= not_before]
    if found:
        return max(found)
    yesterday = queries.today(pack, at) - timedelta(days=1)
    if yesterday < not_before:
        raise refuse("month", "facts", _("还没有可用的公布日数据，请明天再试"))
    mirror.publish(yesterday, at)
    return yesterday


def _freeze(pack: Pack, edition: Edition, *, by: Person, at: datetime) -> Edition:
    month, scheme, units = month_of(edition.month), read(edition.scheme), ranked_units(pack)
    tables = {
        adjudicated: scores(pack, scheme, month.period, at=at, adjudicated=adjudicated, as_of=edition.facts_day)
        for adjudicated in (False, True)
    }
    edition.locked_at, edition.locked_by_name = at, by.name
    before = queries.edition_of(month, any_state=True)
    if before is not None:
        names = {one.unit.code: one.unit.name for one in units}
        edition.changes = differences(scores_of(before, adjudicated=True), tables[True], names)
    try:
        with transaction.atomic():
            edition.save()
            for adjudicated, found in tables.items():
                Result.objects.bulk_create(rows_of(edition, units, found, adjudicated=adjudicated))
            act = "appraisal.reissue" if edition.number > 1 else "appraisal.lock"
            access.record(act, by=by, at=at, on=f"month:{month}", reason=f"{edition.facts_day} {edition.reason}")
    except IntegrityError as error:
        raise refuse("month", "locked", _("这个月已锁定")) from error
    return edition


@transaction.atomic
def publish(pack: Pack, month: Month, *, by: Person, at: datetime) -> Edition:
    """Show a locked edition to the units; their window to appeal begins, and the talk list is drawn up."""
    _may(by, DECIDE)
    _alone()
    edition = queries.edition_of(month, any_state=True)
    if edition is None or edition.published_at is not None:
        raise refuse("month", "not_locked", _("没有待公布的结果"))
    edition.published_at, edition.published_by_name = at, by.name
    if pack.appraisal.appeal_within is not None:
        edition.appeal_until = clocks.due_of(pack, (pack.appraisal.appeal_within,), at)[0]
    edition.save(update_fields=["published_at", "published_by_name", "appeal_until"])
    Talk.objects.bulk_create(talks.called(pack, edition, at), ignore_conflicts=True)
    access.record("appraisal.publish", by=by, at=at, on=f"month:{month}", reason=f"edition {edition.number}")
    return edition


def reissue(pack: Pack, month: Month, *, reason: str, by: Person, at: datetime) -> Edition:
    """Make a later edition of a published month, by the facts of a later day; it names every unit that moved."""
    _may(by, DECIDE)
    before = queries.edition_of(month)
    if before is None or queries.edition_of(month, any_state=True) != before:
        raise refuse("month", "not_published", _("没有已公布的结果可以更正"))
    if not reason.strip():
        raise refuse("reason", "missing", _("请写明更正的理由"))
    day = _facts_day(pack, before.facts_day + timedelta(days=1), at)
    edition = Edition(
        month=month.first, number=before.number + 1, scheme=before.scheme, facts_day=day, reason=reason.strip()
    )
    with transaction.atomic():
        _alone()
        return _freeze(pack, edition, by=by, at=at)


# -- talks and exclusions ---------------------------------------------------------------------------------------------


@transaction.atomic
def write_talk(pk: int, *, held_on: date | None, notes: str, outcome: str, by: Person, at: datetime) -> Talk:
    """Keep when a talk was held, what was said and what came of it."""
    _may(by, PREPARE | {"leader"})
    row = Talk.objects.select_for_update().select_related("unit").get(pk=pk)
    if held_on is not None and held_on > at.date() + timedelta(days=1):
        raise refuse("held_on", "future", _("约谈日期不能晚于今天"))
    row.held_on, row.notes, row.outcome = held_on, notes.strip(), outcome.strip()
    row.written_at, row.written_by_name = at, by.name
    row.save()
    access.record("appraisal.talk", by=by, at=at, on=f"unit:{row.unit.code}", reason=f"{held_on or ''} {outcome}")
    return row


@transaction.atomic
def revoke_exclusion(pk: int, *, reason: str, by: Person, at: datetime) -> Exclusion:
    """Let an excluded order count again, with a reason; what was published stays."""
    _may(by, DECIDE)
    row = Exclusion.objects.select_for_update().select_related("order").get(pk=pk)
    if row.revoked_at is not None or not reason.strip():
        raise refuse("why", "missing", _("请写明理由"))
    row.revoked_at, row.revoked_by_name, row.revoked_why = at, by.name, reason.strip()
    row.save(update_fields=["revoked_at", "revoked_by_name", "revoked_why"])
    mirror.touch([row.order_id])
    access.record("appraisal.include", by=by, at=at, on=f"order:{row.order.number}", reason=reason)
    return row
