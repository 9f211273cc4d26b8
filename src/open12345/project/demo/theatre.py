"""The stage on which stories are played: people, their working time, and the order of all acts."""

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, TypeAlias

from open12345.directory.models import Post
from open12345.directory.person import SYSTEM, Person, person_of
from open12345.orders import services
from open12345.orders.errors import Refused
from open12345.orders.services import Aim, Outcome
from open12345.policy import Pack
from open12345.project.demo.texts import Matter, Texts, matter
from open12345.worktime import Limit, Unit, add

Story: TypeAlias = Iterator[datetime]
"""Yields the moment of its next act, and acts when it is resumed; what lies in the future is never done."""


class Theatre:
    """People and time of one pack, up to `now`."""

    def __init__(self, pack: Pack, texts: Texts, now: datetime, seed: int) -> None:
        self.pack = pack
        self.texts = texts
        self.zone = pack.calendar().zone
        self.now = now.astimezone(self.zone)
        self.began = self.now
        self.seed = seed
        self._due: list[tuple[datetime, int, Story]] = []
        self._told = 0
        self._people: dict[tuple[str, str], list[Person]] = {}
        self._staff = _staff_by_post()

    # --- people -----------------------------------------------------------------------------------

    def people(self, role: str, unit: str) -> list[Person]:
        """Return the demo accounts with `role` in `unit`."""
        key = (role, unit)
        if key not in self._people:
            self._people[key] = [person_of(post.staff) for post in self._staff[key]]
        return self._people[key]

    # --- time -------------------------------------------------------------------------------------

    def working(self, at: datetime, minutes: float) -> datetime:
        """Return `at` plus working minutes: units keep office hours."""
        hours = (Decimal(round(minutes * 60)) / 3600).quantize(Decimal("0.000001"))
        return add(self.pack.calendar(), at, Limit(hours, Unit.WH))

    # --- playing ----------------------------------------------------------------------------------

    def begin(self, at: datetime, story: Story) -> None:
        """Let `story` begin at `at`."""
        self._told += 1
        heapq.heappush(self._due, (at, self._told, story))

    def play(self, stories: Iterable[tuple[datetime, Story]], tell: Callable[[float], None]) -> None:
        """Play all stories together, act after act in the order of time, until now."""
        for at, story in stories:
            self.begin(at, story)
        self.began = min((at for at, _n, _story in self._due), default=self.now)
        while self._due and self._due[0][0] <= self.now:
            at, number, story = heapq.heappop(self._due)
            following = next(story, None)
            if following is not None:
                heapq.heappush(self._due, (max(following, at), number, story))
            tell((at - self.began) / max(self.now - self.began, timedelta(seconds=1)))


def _staff_by_post() -> dict[tuple[str, str], list[Post]]:
    found: dict[tuple[str, str], list[Post]] = defaultdict(list)
    for post in Post.objects.filter(staff__is_demo=True).select_related("staff", "unit").order_by("staff_id"):
        found[post.role, post.unit.code].append(post)
    return found


class Case:
    """One order of a story, and the moment it has come to."""

    def __init__(self, theatre: Theatre, number: int, category: str | None = None) -> None:
        self.theatre = theatre
        self.rng = Random(f"{theatre.seed}/{number}")  # noqa: S311 - a demo's dice
        self.matter = self._matter(category)
        self.at = theatre.now
        self.number = ""
        self.lead = ""
        self.co_handlers: list[str] = []
        self.hurried = self.matter.text.urgency in {"urgent", "semi_urgent"}
        self.anonymous = False
        self.confidential = False

    @property
    def kind(self) -> str:
        """The kind of request: as the text says, else as its category hints."""
        pack, text = self.theatre.pack, self.matter.text
        hints = (row.kind_hint for row in pack.category_tree.lineage(text.category) if row.kind_hint)
        return text.kind or next(hints, next(iter(pack.kinds)))

    def _matter(self, category: str | None) -> Matter:
        texts, tree = self.theatre.texts, self.theatre.pack.area_tree
        fitting = [t for t in texts.complaints if category is None or t.category.startswith(category)]
        text, place = self.rng.choice(fitting), self.rng.choice(texts.places)
        above = reversed(tree.lineage(place.area))
        return matter(text, place, self.rng, "".join(row.name for row in above if row.level in {"district", "street"}))

    # --- waiting ----------------------------------------------------------------------------------

    def office(self, low: float, high: float) -> datetime:
        """Go on after so many working minutes; an urgent matter waits for no office hours and goes faster."""
        minutes = self.rng.uniform(low, high)
        if self.hurried:
            return self.soon(low / 12, high / 12)
        self.at = self.theatre.working(self.at, minutes) + timedelta(seconds=self.rng.randrange(60))
        return self.at

    def soon(self, low: float, high: float) -> datetime:
        """Go on after so many minutes, whatever the hour."""
        self.at += timedelta(seconds=round(self.rng.uniform(low, high) * 60))
        return self.at

    def days(self, low: float, high: float) -> datetime:
        """Go on after so many days, in office hours."""
        self.soon(low * 1440, high * 1440)
        self.at = self.theatre.working(self.at, self.rng.uniform(5, 240))
        return self.at

    # --- units --------------------------------------------------------------------------------------

    @property
    def station(self) -> str | None:
        """A unit below the lead that can go there, where it has one."""
        below = self.theatre.pack.unit_tree.children(self.lead)
        return below[0].code if below else None

    @property
    def neighbour(self) -> str:
        """A department that may be asked about a fact: the police, or another one where they lead."""
        others = [unit.code for unit in self.theatre.pack.units if unit.kind == "department" and unit.code != self.lead]
        return next((code for code in ("police", "community_office") if code in others), others[0])

    # --- doing ------------------------------------------------------------------------------------

    def who(self, role: str, unit: str = "") -> Person:
        """Return somebody with `role`, in `unit` or the centre."""
        return self.rng.choice(self.theatre.people(role, unit or self.theatre.pack.centre.code))

    def create(self, by: Person, **said: Any) -> Outcome:
        """Register the order."""
        done = services.create("register", said, by=by, at=self.at)
        self.number = done.number
        return done

    def do(self, by: Person, action: str, *, assignment: int | None = None, **said: Any) -> Outcome:
        """Act now (on `assignment`, where told); a missed limit is given its reason, as units must."""
        aim = Aim(assignment=assignment)
        try:
            return services.perform(self.number, action, said, by=by, at=self.at, aim=aim)
        except Refused as error:
            if {problem.field for problem in error.problems} != {"late_reason"}:
                raise
        reasons = [reason.code for reason in self.theatre.pack.closing.late_reasons]
        said["late_reason"] = self.rng.choice(reasons)
        return services.perform(self.number, action, said, by=by, at=self.at, aim=aim)

    def system(self, action: str, **said: Any) -> Outcome:
        """Let the platform itself act."""
        return services.perform(self.number, action, said, by=SYSTEM, at=self.at)
