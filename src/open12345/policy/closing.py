"""Rules of the closing report and of what a citizen reads (order.md, "Doing the work")."""

from typing import Annotated, Literal

from pydantic import Field

from .applications import Choice, EvidenceField, Reason
from .fields import Code, Entry, Ordered, Text, Title, Titled
from .names import OutcomeCode

Digits = Annotated[str, Field(pattern=r"^[0-9-]{3,20}$")]


class Outcome(Entry):
    """An outcome of the unit's work (办理结果)."""

    code: OutcomeCode
    title: Title
    text: Text = ""


class Option(Entry):
    """An option of a finding with its template `text`.

    A `negative` one needs an explanation and a clause.
    """

    code: Code
    title: Title
    text: Text = ""
    negative: bool = False


class ContactOutcome(Entry):
    """How a first contact went; only a `reached` one stops asking for another try."""

    code: Code
    title: Title
    reached: bool


class AttachmentClass(Titled):
    """A class of attachments."""

    hint: Text = ""


class ClosingRules(Entry):
    """What a closing report must hold, and which words stop or warn."""

    contact_required: bool = True
    outcomes: tuple[Outcome, ...]
    fact_options: tuple[Option, ...] = Field(min_length=1)
    demand_options: tuple[Option, ...] = Field(min_length=1)
    contact_outcomes: tuple[ContactOutcome, ...] = Field(min_length=1)
    answer_methods: tuple[Choice, ...] = Field(min_length=1)
    late_reasons: tuple[Reason, ...] = Field(min_length=1)
    citizen_text_fields: tuple[Code, ...] = ("answer", "fact_explanation", "demand_explanation")
    identical_exempt: tuple[Literal["mass_group", "standard_answer"], ...] = (
        "mass_group",
        "standard_answer",
    )
    recordings_at_most: int = Field(default=3, ge=1)
    promise_words: tuple[str, ...] = ()
    tone_words: tuple[str, ...] = ()
    service_numbers: tuple[Digits, ...] = ()
    attachment_classes: Ordered[AttachmentClass]
    extra_forms: dict[Code, tuple[EvidenceField, ...]] = Field(default_factory=dict)
    extra_form_titles: dict[Code, Title] = Field(default_factory=dict)
    source: Text = ""

    def option(self, code: str) -> Option | None:
        """Return a fact or demand option by its code."""
        return next((found for found in self.fact_options + self.demand_options if found.code == code), None)
