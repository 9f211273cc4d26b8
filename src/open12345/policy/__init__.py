"""Policy packs: the data that makes the software one centre's. Pure; knows no order and no Django."""

from .applications import ApplicationRule, Choice, EvidenceField, Reason, Step
from .basics import (
    Channel,
    DayRule,
    EmergencyLine,
    Kind,
    NumberPattern,
    Urgency,
    WordGroup,
    Words,
    WorkHours,
)
from .callback import CallbackRules, Cause, Question, ScaleLevel, SolvedOption
from .clocks import ClockRule
from .closing import AttachmentClass, ClosingRules, ContactOutcome, Option, Outcome
from .duty import DutyClass, DutyItem, DutyList, Principle
from .names import TERRITORY
from .schema import Pack
from .trees import AreaRow, Category, Tree, UnitRow

__all__ = [
    "TERRITORY",
    "ApplicationRule",
    "AreaRow",
    "AttachmentClass",
    "CallbackRules",
    "Category",
    "Cause",
    "Channel",
    "Choice",
    "ClockRule",
    "ClosingRules",
    "ContactOutcome",
    "DayRule",
    "DutyClass",
    "DutyItem",
    "DutyList",
    "EmergencyLine",
    "EvidenceField",
    "Kind",
    "NumberPattern",
    "Option",
    "Outcome",
    "Pack",
    "Principle",
    "Question",
    "Reason",
    "ScaleLevel",
    "SolvedOption",
    "Step",
    "Tree",
    "UnitRow",
    "Urgency",
    "WordGroup",
    "Words",
    "WorkHours",
]
