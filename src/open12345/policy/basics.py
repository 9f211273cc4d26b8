"""What every desk of a centre asks for.

Channels, kinds, numbers, hours, days, words, emergency lines.
"""

import string
from datetime import date, time
from typing import Annotated

from pydantic import Field

from .fields import ClockTime, Code, Entry, Ordered, SpanText, Text, Title, Titled
from .names import AlertLevel, DayKind, KindBase, Origin, StageCode, UnitKind, UrgencyCode

AREA_DIGITS, DATE_DIGITS, CHANNEL_DIGITS = 6, 8, 1
PLACEHOLDERS = ("area", "date", "channel", "sequence")


class Channel(Titled):
    """A way in (受理渠道); `char` is its base-36 character in order numbers."""

    char: Annotated[str, Field(pattern=r"^[0-9A-Z]$")]
    origin: Origin = "own"
    machine: bool = False


class Kind(Titled):
    """A kind of request as this centre calls it (诉求类型); figures go by its `base`."""

    base: KindBase
    findings_required: bool = True
    answer_directly: bool = False
    source: Text = ""


class Urgency(Entry):
    """One of the three urgencies; `words` in a complaint make the desk suggest it."""

    title: Title
    words: tuple[str, ...] = ()


class NumberPattern(Entry):
    """How order numbers look; `width` is the documented length, checked against the pattern."""

    pattern: str = "{area}{date}{channel}{sequence}"
    sequence_width: int = Field(default=6, ge=4, le=12)
    width: int = Field(default=21, ge=10, le=40)

    def parts(self) -> tuple[tuple[str, str | None], ...]:
        """Split the pattern into (literal, placeholder) pairs.

        Raises ValueError on unbalanced braces.
        """
        return tuple((literal, name) for literal, name, _, _ in string.Formatter().parse(self.pattern))

    def computed_width(self) -> int:
        """Return the length that the pattern gives.

        Raises ValueError where the pattern cannot be read.
        """
        widths = dict(
            zip(
                PLACEHOLDERS,
                (AREA_DIGITS, DATE_DIGITS, CHANNEL_DIGITS, self.sequence_width),
                strict=True,
            )
        )
        return sum(len(literal) + (widths[name] if name is not None else 0) for literal, name in self.parts())

    def format(self, *, area: str, day: date, channel: str, sequence: int) -> str:
        """Write the number of the `sequence`-th order.

        A sequence that has outgrown its width makes the number longer rather than repeat one.
        """
        return self.pattern.format(
            area=area,
            date=f"{day:%Y%m%d}",
            channel=channel,
            sequence=f"{sequence:0{self.sequence_width}d}",
        )


class WorkHours(Entry):
    """Working spans of a full day and the close of business at which `wd` limits fall due."""

    hours: tuple[SpanText, ...] = Field(min_length=1)
    close: ClockTime = time(17, 30)
    source: Text = ""


class DayRule(Entry):
    """A day that differs from the official calendar: rest, work, or half (own spans, own close).

    `local` marks one that was set on a screen and is not in the pack's folder.
    """

    date: date
    kind: DayKind
    name: Title
    hours: tuple[SpanText, ...] = ()
    close: ClockTime | None = None
    local: bool = False


class WordGroup(Entry):
    """Words that ring at once (敏感词), with the level of the warning they raise."""

    code: Code
    title: Title
    level: AlertLevel = "yellow"
    words: tuple[Annotated[str, Field(min_length=2, max_length=40)], ...] = Field(min_length=1)


class Words(Entry):
    """Word lists that desks and warnings use."""

    sensitive: tuple[WordGroup, ...] = ()
    source: Text = ""

    def found_in(self, text: str) -> tuple[tuple[WordGroup, str], ...]:
        """Return each sensitive word that `text` holds, with its group."""
        return tuple((group, word) for group in self.sensitive for word in group.words if word in text)


class EmergencyLine(Entry):
    """A line for danger to life (110, 119, 120): when to hand over and what to tell the caller."""

    number: Annotated[str, Field(pattern=r"^[0-9]{3,12}$")]
    title: Title
    when: Text
    tell: Text
    words: tuple[str, ...] = ()


class LineGroup(Entry):
    """Merged lines of one sort (热线归并): so many national sub-centres, expert seats, green lanes."""

    code: Code
    title: Title
    count: int = Field(ge=1)
    source: Text = ""


class LineRegister(Entry):
    """How many lines were merged into this one, in which groups, and the seats and agents that answer."""

    merged: int = Field(default=0, ge=0)
    seats: int = Field(default=0, ge=0)
    agents: int = Field(default=0, ge=0)
    groups: tuple[LineGroup, ...] = ()
    source: Text = ""


class Frontline(Entry):
    """Orders that go straight to people on the spot (一线通达).

    `accounts` opened in all, those of units.csv together; `kinds` of unit to which an order may go directly, the
    levels between in copy.
    """

    title: Title
    accounts: int = Field(default=0, ge=0)
    kinds: tuple[UnitKind, ...] = Field(min_length=1)
    source: Text = ""


class StageArticle(Entry):
    """Which clause of the centre's own rules an order's stage comes from, and what it says."""

    stage: StageCode
    clause: Title
    text: Text


Channels = Ordered[Channel]
Kinds = Ordered[Kind]
Urgencies = dict[UrgencyCode, Urgency]
