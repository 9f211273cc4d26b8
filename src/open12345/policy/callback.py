"""Rules of the callback: script, scale, attempts, rounds (order.md, "Callback")."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from .applications import Choice
from .fields import Code, Entry, Text, Title

QuestionCode = Literal["contacted", "truthful", "solved", "satisfied", "process_satisfied", "cause", "wish"]
Answers = Literal["options", "scale", "solved", "causes", "text"]
Weight = Annotated[Decimal, Field(ge=0, le=1)]


class Question(Entry):
    """A line of the script.

    `answers` says from which list the answer comes; `options` are for "options" alone.
    """

    code: QuestionCode
    title: Title
    answers: Answers = "options"
    options: tuple[Choice, ...] = ()


class ScaleLevel(Entry):
    """A step of the pack's scale, mapped to the five levels of 好差评 (`five`.

    5 is best) with its weight 0..1.
    """

    code: Code
    title: Title
    five: int = Field(ge=1, le=5)
    weight: Weight
    satisfied: bool


class SolvedOption(Entry):
    """An answer to "is it solved"."""

    code: Code
    title: Title
    counts_as_solved: bool


class Cause(Entry):
    """Why a citizen is dissatisfied.

    A `subjective` cause (the unit's conduct) sends a solved order back.
    """

    code: Code
    title: Title
    subjective: bool


class CallbackRules(Entry):
    """How the centre calls back.

    `attempts` tries on at least `days` different days, then closed as unreachable; after the
    `rounds`-th callback an order always closes. `direct_share` of the orders that were answered at once are checked
    by a call of their own.
    """

    greeting: Text = ""
    script: tuple[Question, ...] = Field(min_length=1)
    scale: tuple[ScaleLevel, ...] = Field(min_length=2)
    solved_options: tuple[SolvedOption, ...] = Field(min_length=2)
    causes: tuple[Cause, ...] = Field(min_length=2)
    attempts: int = Field(default=3, ge=1, le=10)
    days: int = Field(default=2, ge=1, le=10)
    rounds: int = Field(default=2, ge=1, le=5)
    direct_share: float = Field(default=0.1, ge=0, le=1)
    source: Text = ""

    def level(self, code: str) -> ScaleLevel | None:
        """Return a step of the scale by its code."""
        return next((level for level in self.scale if level.code == code), None)

    def solved_option(self, code: str) -> SolvedOption | None:
        """Return a solved option by its code."""
        return next((option for option in self.solved_options if option.code == code), None)

    def cause(self, code: str) -> Cause | None:
        """Return a cause by its code."""
        return next((cause for cause in self.causes if cause.code == code), None)
