"""What the pack's own forms, lists and limits are filled with in simulated lives."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any

from open12345 import worktime
from open12345.intake.forms import OrderInput
from open12345.orders import clocks, writing
from open12345.orders.chain import canonical
from open12345.policy import Pack
from open12345.policy.applications import ApplicationRule, EvidenceField, Reason
from open12345.simulate.chance import key_of, mix
from open12345.simulate.lives import sayings, wording
from open12345.simulate.shapes import Fate, Life
from open12345.simulate.speech.people import brand, person
from open12345.simulate.speech.places import invented_estate, spoken
from open12345.text import normalise
from open12345.worktime.limits import WHOLE_DAYS

Fixed = tuple[tuple[str, Any], ...]
Report = tuple[Fixed, dict[str, Any]]
#: In how many ways an extra form is filled in, and how far its numbers and days reach.
_WAYS = 60
_MANY = 90
#: Numbers that may be as large are sums of money, in thousands.
_MONEY = 1_000_000
#: The pack's effect of what a life asks for.
_EFFECTS = {"return": "return", "extension": "extend"}
#: The line of a form that tells how far a matter has come, and how many of its options settle it.
_PROGRESS, _SETTLING = "stage", 2
_FILLABLE = frozenset({"text", "number", "rows", "choice"})


class Given:
    """A nested value of a form, that may stand in a key; `told`: as canonical JSON."""

    __slots__ = ("_text", "told", "value")

    def __init__(self, value: Any) -> None:
        self.value, self._text = value, json.dumps(value, sort_keys=True)
        self.told = canonical(value).decode()

    def __repr__(self) -> str:
        return self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Given) and other._text == self._text


@dataclass(frozen=True)
class Asking:
    """An application as it is asked, and who decides on it: (role, of which unit)."""

    fixed: Fixed
    steps: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Form:
    """What a closing report of one category holds."""

    on_site: bool
    of_fact: bool
    address: bool
    solved: Report
    explained: Report
    seen: bool
    """Whether a solved one tells of a view on the spot; one that only explains does where `on_site` says so."""
    extra: str = ""
    """The extra form of the category, if it has one."""
    sort: str = "street"
    """What its words are about (`wording.sort_of`)."""

    def findings(self, fate: Fate) -> Report:
        """Return the report: what shapes it, and its codes."""
        return self.explained if fate is Fate.EXPLAINED else self.solved

    def on_site_for(self, fate: Fate) -> bool:
        """Say whether the report tells of a view on the spot."""
        return self.on_site if fate is Fate.EXPLAINED else self.seen


class Filled:
    """Answers made once per pack."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._forms: dict[tuple[str, str], Form] = {}
        self._asked: dict[tuple[str, str], Asking] = {}
        self._nights: dict[date, datetime] = {}
        self._extras: dict[tuple[str, int, date, bool], Given] = {}
        self.takes_position = "longitude" in OrderInput.model_fields
        self.mask = writing.Mask((), writing.service_numbers(pack))
        self.spot = lru_cache(maxsize=100_000)(self._spot)
        self.around = lru_cache(maxsize=10_000)(self._around)
        self.in_charge = lru_cache(maxsize=10_000)(self._in_charge)
        self.answers = lru_cache(maxsize=512)(self._answers)
        self.heard = lru_cache(maxsize=1024)(self._heard)
        self.unhappy = lru_cache(maxsize=1024)(self._unhappy)
        self.unhappy_check = lru_cache(maxsize=1024)(self._unhappy_check)
        self.bad_answers = lru_cache(maxsize=2)(self._bad_answers)

    # -- lists of the pack -----------------------------------------------------------------------------------------

    def _spot(self, place: str) -> str:
        """Return how clerks call a place: as it is written, unless the platform would mask or change that."""
        text = f"到{place}核实"
        plain = place and normalise(text) == text and self.mask(text) == text and not set(place) & set('"\\\n\t')
        return place if plain else ""

    def _around(self, area: str) -> str:
        """Return how clerks call the place of a request that names none, or that must not be quoted."""
        lineage = self.pack.area_tree.lineage(area) if area else ()
        return (self.spot(spoken(lineage)) if lineage else "") or sayings.HERE

    @cached_property
    def reached(self) -> str:
        """The outcome of a first contact that reached the citizen."""
        return next(o.code for o in self.pack.closing.contact_outcomes if o.reached)

    @cached_property
    def method(self) -> str:
        """How citizens are answered."""
        return self.pack.closing.answer_methods[0].code

    @cached_property
    def refusal(self) -> str:
        """Why a request is not accepted."""
        first = self.pack.refusals[0]
        return first.sub[0].code if first.sub else first.code

    @cached_property
    def late_reason(self) -> str:
        """Why a limit was missed."""
        return self.pack.closing.late_reasons[-1].code

    # -- the closing report ----------------------------------------------------------------------------------------

    def form_of(self, kind: str, category: str) -> Form:
        """Return what a report on a request of this kind and category holds."""
        found = self._forms.get((kind, category))
        if found is None:
            found = self._forms[kind, category] = self._form(kind, category)
        return found

    def _form(self, kind: str, category: str) -> Form:
        rules = self.pack.closing
        on_site = self.pack.on_site_required(category)
        fair = [o.code for o in rules.demand_options if not o.negative]
        facts = [o.code for o in rules.fact_options]

        def report(outcome: str, which: int, *, on_spot: bool) -> Report:
            codes = {"fact": facts[min(which, len(facts) - 1)], "demand": fair[min(which, len(fair) - 1)]}
            return (("on_site", on_spot),), {"outcome": outcome, **codes}

        address = "address" in self.pack.required_fields(category)
        of_fact = self.pack.kinds[kind].findings_required
        seen = on_site or of_fact
        solved, explained = report("solved", 0, on_spot=seen), report("explained", 1, on_spot=on_site)
        lineage = self.pack.category_tree.lineage(category)
        sort = wording.sort_of(str(self.pack.kinds[kind].base), lineage[-1].title if lineage else "")
        return Form(on_site, of_fact, address, solved, explained, seen, self.pack.extra_form(category) or "", sort)

    def extra_form(self, form: str, luck: int, day: date, *, settled: bool) -> Given:
        """Return an extra form as somebody filled it in on that day, of a matter that is `settled` or explained."""
        luck %= _WAYS
        found = self._extras.get((form, luck, day, settled))
        if found is None:
            fields = [field for field in self.pack.closing.extra_forms[form] if field.required]
            found = Given({f.code: _drawn(f, mix(luck, n), day, settled=settled) for n, f in enumerate(fields)})
            self._extras[form, luck, day, settled] = found
        return found

    def _in_charge(self, unit: str) -> str:
        """Return who answers for a unit's reports: always the same invented person."""
        name, luck = self.pack.unit_tree[unit].name.removesuffix("（示意）"), mix(key_of(unit), 5)
        ranks = next(ranks for end, ranks in sayings.RANKS.items() if name.endswith(end))
        return f"{person(luck)}（{ranks[(luck >> 40) % len(ranks)]}）"

    # -- the citizen's word ----------------------------------------------------------------------------------------

    def _answers(self, solved: str, satisfied: str, cause: str) -> Fixed:
        rules = self.pack.callback
        solved = solved or next(o.code for o in rules.solved_options if o.counts_as_solved)
        good = [level.code for level in rules.scale if level.satisfied]
        satisfied = satisfied or good[min(1, len(good) - 1)]
        level = rules.level(satisfied)
        if level is not None and not level.satisfied and not cause:
            cause = next((c.code for c in rules.causes if not c.subjective), rules.causes[0].code)
        return _answered(solved, satisfied, cause)

    def _bad_answers(self, solved: bool) -> Fixed:  # noqa: FBT001 - cached by place
        rules = self.pack.callback
        bad = next(level.code for level in rules.scale if not level.satisfied)
        option = next(o.code for o in rules.solved_options if o.counts_as_solved is solved)
        cause = next((c.code for c in rules.causes if c.subjective), rules.causes[0].code)
        return _answered(option, bad, cause)

    def _heard(self, answers: Fixed, truthful: str) -> Fixed:
        said = {"contacted": "yes", "truthful": truthful, **dict(answers)}
        said["process_satisfied"] = said["satisfied"]
        allowed = {q.code: {o.code for o in q.options} for q in self.pack.callback.script if q.answers == "options"}
        for name, codes in allowed.items():
            if name in said and said[name] not in codes:
                said[name] = min(codes)
        asked = {q.code for q in self.pack.callback.script} | {"solved", "satisfied", "cause"}
        return tuple((name, value) for name, value in said.items() if name in asked)

    def _unhappy(self, answers: Fixed) -> str:
        """Return why the rules forbid to close with these answers before the last round, "" where they do not."""
        rules, said = self.pack.callback, dict(answers)
        solved, level = rules.solved_option(said["solved"]), rules.level(said["satisfied"])
        cause = rules.cause(said.get("cause", ""))
        if solved is not None and not solved.counts_as_solved:
            return "not_solved"
        bad = level is not None and not level.satisfied and cause is not None and cause.subjective
        return "subjective" if bad else ""

    def _unhappy_check(self, answers: Fixed) -> str:
        """Return "unhappy" where a check of a direct answer suggests to open the order again."""
        rules, said = self.pack.callback, dict(answers)
        solved, level = rules.solved_option(said["solved"]), rules.level(said["satisfied"])
        bad = (solved is not None and not solved.counts_as_solved) or (level is not None and not level.satisfied)
        return "unhappy" if bad else ""

    # -- applications ----------------------------------------------------------------------------------------------

    def application(self, effect_name: str, at: datetime, life: Life | None = None) -> Asking:
        """Return how the application `effect_name` ("return", "extension") is asked under this pack."""
        limit = self._more_time(life) if life is not None else ""
        if (effect_name, limit) not in self._asked:
            self._asked[effect_name, limit] = self._asking(effect_name, at, limit)
        return self._asked[effect_name, limit]

    def _asking(self, effect_name: str, at: datetime, limit: str) -> Asking:
        kind, rule = self._rule(effect_name)
        reason, fields = _provable(rule)
        evidence = Given({f.code: _fill(f, at) for f in fields if f.required})
        fixed: Fixed = (("kind", kind), ("reason", reason.code), ("evidence", evidence))
        if limit:
            fixed = (*fixed, ("limit", limit))
        return Asking(fixed, tuple((_decider(step.roles, step.of), step.of) for step in rule.steps))

    def _rule(self, effect_name: str) -> tuple[str, ApplicationRule]:
        wanted = _EFFECTS[effect_name]
        return next((kind, rule) for kind, rule in self.pack.applications.items() if rule.effect == wanted)

    def _more_time(self, life: Life) -> str:
        """Return the longest extension: the original limit, at most what the pack allows."""
        original = self._limits(life, "reply")[0]
        most = self._rule("extension")[1].extend_at_most
        within = most is not None and most.unit == original.unit and most.number < original.number
        return str(most if within else original)

    # -- time ------------------------------------------------------------------------------------------------------

    def _limits(self, life: Life, kind: str) -> tuple[worktime.Limit, ...]:
        request = life.request
        return self.pack.clock_parts(
            kind, urgency=request.urgency, order_kind=request.kind, category=request.category or None
        )

    def asked_until(self, effect_name: str, life: Life, at: datetime) -> datetime:
        """Return until when a unit that gets the order at `at` may ask for this: the clocks that it must not miss."""
        _kind, rule = self._rule(effect_name)
        kinds = {rule.window_clock, "reply" if rule.effect == "extend" else None} - {None}
        limits = [found for kind in kinds if (found := self._limits(life, str(kind)))]
        return min((clocks.due_of(self.pack, found, at)[0] for found in limits), default=at + timedelta(hours=4))

    def put_away(self, closed: datetime) -> datetime:
        """Return the night in which an order closed at `closed` is put away: the first once its time is over."""
        if self.pack.archive_after.unit not in WHOLE_DAYS:
            return self._night_after(closed)
        day = closed.date()  # which tells where a limit of whole days ends
        found = self._nights.get(day)
        if found is None:
            found = self._nights[day] = self._night_after(closed)
        return found

    def _night_after(self, closed: datetime) -> datetime:
        rested = worktime.add(self.pack.calendar(), closed, self.pack.archive_after)
        night = rested.replace(hour=1, minute=30, second=0, microsecond=0)
        return night if night >= rested else night + timedelta(days=1)


def _answered(solved: str, satisfied: str, cause: str) -> Fixed:
    """Return the answers; a cause that nobody asks for is left out."""
    known: Fixed = (("solved", solved), ("satisfied", satisfied))
    return (*known, ("cause", cause)) if cause else known


def _provable(rule: ApplicationRule) -> tuple[Reason, tuple[EvidenceField, ...]]:
    """Return the first reason whose evidence can be written without files or other orders."""
    for reason in rule.all_reasons:
        fields = rule.evidence_for(reason.code)
        if not reason.sub and all(f.type in _FILLABLE for f in fields if f.required):
            return reason, fields
    raise LookupError(rule.title)


def _decider(roles: tuple[Any, ...], of: str) -> str:
    return next((str(r) for r in roles if of != "own_unit" and str(r) == "dispatcher"), str(roles[0]))


def _drawn(field: EvidenceField, luck: int, day: date, *, settled: bool = True) -> Any:
    """Return one answer of many to a line of an extra form, within its bounds."""
    if field.type == "number":
        least = int(field.min or 0)
        high = int(field.max) if field.max is not None else least + _MANY
        step = 1000 if high >= _MONEY else 1
        low = min(max(least, step), high)
        return low + step * (luck % (min(high - low, _MANY * step) // step + 1))
    if field.type == "choice":
        options = _fitting(field, settled=settled)
        return options[luck % len(options)].code
    if field.type == "date":
        return f"{day - timedelta(days=1 + luck % _MANY)}"
    if field.type == "text":
        return _bounded(field, _noted(field.code, luck, settled=settled))
    return _fill(field, datetime(day.year, day.month, day.day, 9, tzinfo=worktime.SHANGHAI))


def _fitting(field: EvidenceField, *, settled: bool) -> tuple[Any, ...]:
    """Return the options that fit the report: of how far a matter has come, the first settle it, the next do not."""
    options = tuple(field.options)
    if field.code != _PROGRESS or len(options) <= _SETTLING:
        return options
    return options[:_SETTLING] if settled else options[_SETTLING : 2 * _SETTLING]


def _noted(code: str, luck: int, *, settled: bool) -> str:
    """Return what stands in a line of text, by its code."""
    if code == "site":
        return f"{brand(luck)}{('二期工地', '装饰工程有限公司', '餐饮店', '物流站点')[(luck >> 20) % 4]}"
    if code == "estate":
        return invented_estate(luck)
    if code == "building":
        return f"{luck % 40 + 1}号楼"
    noted = sayings.FIELDS.get(code, sayings.NOTED)
    if code == "measures":
        noted = sayings.MEASURES if settled else sayings.MEASURES_PLANNED
    return noted[luck % len(noted)]


def _bounded(field: EvidenceField, text: str) -> str:
    return (text * (1 + int(field.min or 1) // len(text)))[: int(field.max or 200)]


def _fill(field: EvidenceField, at: datetime) -> Any:
    if field.type == "number":
        return int(max(field.min or 0, 6))
    if field.type == "choice":
        return field.options[0].code
    if field.type == "date":
        return f"{at:%Y-%m-%d}"
    if field.type == "rows":
        return [{f.code: _fill(f, at) for f in field.fields if f.required}]
    if field.type == "site_visit":
        people, found = sayings.VISITORS["street"][0], sayings.FOUND_EXPLAINED[0]
        return {"at": f"{at:%Y-%m-%d %H:%M}", "people": people, "found": found}
    return _bounded(field, _noted(field.code, 0, settled=True))
