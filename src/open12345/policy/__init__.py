"""Policy packs: the data that makes the software one centre's.

Pure; knows no order and no Django.
"""

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
from .diff import diff_packs, diff_sections
from .duty import DutyClass, DutyItem, DutyList, Principle
from .english import in_language
from .find import find_pack, pack_heads, pack_names, packs_folder
from .loader import read_pack
from .names import TERRITORY
from .outlines import Outline, Outlines, within_bounds
from .problems import PackError, PackProblem
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
    "Outline",
    "Outlines",
    "Pack",
    "PackError",
    "PackProblem",
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
    "diff_packs",
    "diff_sections",
    "find_pack",
    "in_language",
    "pack_heads",
    "pack_names",
    "packs_folder",
    "read_pack",
    "within_bounds",
]
