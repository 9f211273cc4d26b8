"""What the rows are read by: the pack's words, the trees, the working days; handed to the database with each query.

Codes live longer than packs: what the pack in force no longer knows is read by the last version that did.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import Any, Final

from open12345.directory import packs
from open12345.directory.models import Area, PackVersion, Unit
from open12345.facts import columns, lending
from open12345.facts.template import TEMPLATE
from open12345.policy import Pack
from open12345.policy.names import AREA_LEVELS
from open12345.worktime import Calendar, known_until

#: Working days are numbered from here, as far as the official calendar reaches back.
_FIRST: Final = date(2004, 1, 1)
_AHEAD: Final = 500
_LEVELS: Final = 5
_AREAS: Final = tuple(level for level in AREA_LEVELS if level not in {"province", "city"})


@dataclass(frozen=True, slots=True)
class Reference:
    """Parameters of `rows.sql`, and a digest: rows made under another one must be made anew."""

    parameters: dict[str, Any]
    digest: str
    pack: Pack


def reference(at: datetime) -> Reference:
    """Return what rules at `at`; raises `NoPack`."""
    _version, pack = packs.pack_at(at)
    told = _words(tuple(PackVersion.objects.filter(effective_from__lte=at).order_by("effective_from", "id")
                        .values_list("id", "digest")))  # fmt: skip
    tops: dict[str, str] = {group_kind: group.code for group in pack.appraisal.groups for group_kind in group.kinds}
    calendar = pack.calendar()
    parameters = {
        **told,
        "units": _json(_units(tops)),
        "areas": _json(_areas()),
        "first_day": _FIRST.isoformat(),
        "days": _numbered(calendar, at.year, known_until()),
        "zone": calendar.zone.key,
        "for_all": sorted(row.code for row in pack.appraisal.exclusions if not row.indicators),
    }
    told_days = f"{calendar.hours}{calendar.close}{dict(calendar.overrides)}{known_until()}"  # not how far they reach
    told_rest = (f"{name}{value}" for name, value in sorted(parameters.items()) if name != "days")
    parts = [TEMPLATE, columns.select_list(), lending.exclusions(), told_days, *told_rest]
    return Reference(parameters, hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16], pack)


@lru_cache(maxsize=4)
def _words(versions: tuple[tuple[int, str], ...]) -> dict[str, str]:
    """Words of all versions that were ever in force, the newest meaning of each."""
    kinds: dict[str, Any] = {}
    categories: dict[str, Any] = {}
    scale: dict[str, Any] = {}
    answers: dict[str, Any] = {}
    applications: dict[str, Any] = {}
    ids = [version for version, _digest in versions]
    rows = {row.pk: row for row in PackVersion.objects.filter(pk__in=ids).iterator(chunk_size=8)}
    for version in ids:
        content = rows[version].content
        kinds |= {code: {"code": code, "base": kind["base"]} for code, kind in content["kinds"].items()}
        categories |= _lineages({row["code"]: row["parent"] for row in content["categories"]})
        callback = content["callback"]
        scale |= {
            row["code"]: {"code": row["code"], "weight": float(row["weight"]), "content": row["satisfied"]}
            for row in callback["scale"]
        }
        answers |= {
            row["code"]: {"code": row["code"], "counts": row["counts_as_solved"]} for row in callback["solved_options"]
        }
        applications |= {
            code: {"code": code, "effect": rule["effect"]} for code, rule in content["applications"].items()
        }
    found = {"kinds": kinds, "categories": categories, "scale": scale, "answers": answers,
             "applications": applications}  # fmt: skip
    return {name: _json(list(told.values())) for name, told in found.items()}


def _lineages(parents: dict[str, str | None]) -> dict[str, dict[str, str]]:
    """Return each category with the codes of its levels, the widest first."""
    found = {}
    for code, above in parents.items():
        line, at = [code], above
        while at is not None and at in parents and at not in line:
            line.append(at)
            at = parents[at]
        levels = line[::-1][:_LEVELS]
        found[code] = {"code": code} | {f"c{n}": level for n, level in enumerate(levels, 1)}
    return found


def _units(groups: dict[str, str]) -> list[dict[str, Any]]:
    rows = {row.pk: row for row in Unit.objects.order_by("id")}
    found = []
    for row in rows.values():
        top = row
        while top.parent_id is not None and rows[top.parent_id].kind != "centre":
            top = rows[top.parent_id]
        above = rows[row.parent_id].code if row.parent_id is not None else ""
        found.append({"id": row.pk, "code": row.code, "kind": row.kind, "path": row.path, "above": above,
                      "top": top.code, "top_kind": top.kind, "grp": groups.get(row.kind, "")})  # fmt: skip
    return found


def _areas() -> list[dict[str, Any]]:
    rows = {row.pk: row for row in Area.objects.order_by("id")}
    found = []
    for row in rows.values():
        line: dict[str, Any] = {"id": row.pk, "code": row.code}
        at: Area | None = row
        while at is not None:
            if at.level in _AREAS:
                line.setdefault(at.level, at.code)
            at = rows.get(at.parent_id) if at.parent_id is not None else None
        found.append(line)
    return found


@lru_cache(maxsize=4)
def _numbered(calendar: Calendar, year: int, _known: date) -> list[int]:
    """Number the working days: two days lie as many apart as their numbers (`worktime.measure`, unit wd)."""
    last = date(year, 12, 31) + timedelta(days=_AHEAD)
    days = (_FIRST + timedelta(days=n) for n in range((last - _FIRST).days + 1))
    return list(accumulate(int(calendar.day(day).works) for day in days))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
