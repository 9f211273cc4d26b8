"""Closed lists: the words that a pack may use because code knows what they mean.

The same words stand in `orders.stages` and `directory.roles`; a test of the upper rooms compares
them. Everything that is not in these lists (channels, kinds, categories, reasons …) is free in each
pack.
"""

from typing import Final, Literal, get_args

Level = Literal["city", "district", "town"]
Origin = Literal["own", "upper", "lower"]
UrgencyCode = Literal["urgent", "semi_urgent", "ordinary"]
OrderTypeCode = Literal["ordinary", "state_council", "supervision", "recheck"]
KindBase = Literal["complaint", "help", "inquiry", "suggestion", "tip_off", "praise"]
UnitKind = Literal["centre", "district", "department", "town", "street", "firm", "committee", "community", "station"]
AreaLevel = Literal["province", "city", "district", "street", "community", "grid"]
StageCode = Literal[
    "draft",
    "accepted",
    "dispatched",
    "handling",
    "review",
    "reported_up",
    "callback",
    "closed",
    "archived",
    "cancelled",
]
RoleCode = Literal[
    "citizen",
    "agent",
    "floor_supervisor",
    "dispatcher",
    "clerk",
    "approver",
    "worker",
    "reviewer",
    "callback_agent",
    "supervisor",
    "inspector",
    "analyst",
    "leader",
    "watcher",
    "system_admin",
    "security_admin",
    "audit_admin",
]
ClockKind = Literal[
    "dispatch",
    "sign",
    "contact",
    "return",
    "feedback",
    "reply",
    "report",
    "review",
    "callback",
    "overall",
    "decision",
]
Effect = Literal["return", "extend", "withdraw", "return_up", "exclude"]
EvidenceType = Literal["text", "number", "rows", "orders", "site_visit", "attachment", "choice", "date"]
DayKind = Literal["rest", "work", "half"]
OutcomeCode = Literal["solved", "explained", "partly", "not_solved"]
FieldName = Literal["address", "area", "counterparty", "name", "occurred_at", "phone", "photo", "place"]
AlertLevel = Literal["yellow", "orange", "red"]
Period = Literal["day", "week", "two_weeks", "month", "two_months", "quarter", "half_year", "year"]
OrderMark = Literal[
    "late",
    "not_solved",
    "dissatisfied",
    "twice_unhappy",
    "repeated_unsolved",
    "mass_sent",
    "mass",
    "frequent",
    "state_council",
    "media",
    "difficult",
    "instructed",
    "conduct",
    "by_hand",
]
Mechanism = Literal[
    "point_to_point",
    "joint_assessment",
    "joint_supervision",
    "joint_meeting",
    "leader_takes_part",
    "whistle",
    "face_to_face",
    "talk",
    "study",
    "spot_check",
    "visits",
    "special_inspection",
    "campaign",
    "project",
    "topic",
    "ledger",
    "notice",
    "discipline",
    "delegates",
    "grid",
    "police",
    "quick_lane",
    "enterprise",
    "emergency_duty",
]
WarningKind = Literal["new", "surging", "mass", "repeated_unsolved", "mass_incident", "public_opinion"]
DateBasis = Literal["accepted", "dispatched", "due", "closed", "called_back"]

URGENCIES: Final[tuple[UrgencyCode, ...]] = get_args(UrgencyCode)
ORDER_TYPES: Final[tuple[OrderTypeCode, ...]] = get_args(OrderTypeCode)
OUTCOMES: Final[tuple[OutcomeCode, ...]] = get_args(OutcomeCode)
CLOCK_KINDS: Final[tuple[ClockKind, ...]] = get_args(ClockKind)
COMPULSORY_CLOCKS: Final[tuple[ClockKind, ...]] = (
    "dispatch",
    "sign",
    "contact",
    "return",
    "reply",
    "report",
    "callback",
    "overall",
    "decision",
)
"""Clocks that every pack must rule; `review` too where there is a review, `feedback` is free."""

VOLUMES: Final = ("orders", "dispatches", "closed", "due", "valid", "late_within", "late_outright", "reported",
                  "dissatisfied")  # fmt: skip
"""Volumes that scoring, talks and goals may name without an indicator of their own (`facts.metrics`)."""

AREA_LEVELS: Final[tuple[AreaLevel, ...]] = get_args(AreaLevel)
"""From the widest to the narrowest."""

TERRITORY: Final = "territory"
"""In a duty item: the unit that looks after the order's area (属地), instead of a fixed one."""
