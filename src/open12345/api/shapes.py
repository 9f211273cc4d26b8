"""What the API answers with: the shapes of its JSON. Codes are stable, titles are for people."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from open12345.orders.acts import Input

_YEARS = range(2000, 2101)


def sane(moment: datetime) -> datetime:
    """Return `moment`; raises ValueError for a year in which computing with it could overflow."""
    if moment.year not in _YEARS:
        raise ValueError(_("年份应在 2000 至 2100 之间"))
    return moment


#: A moment that a client names: with its time zone, in a year that computing with it cannot overflow.
Moment = Annotated[AwareDatetime, AfterValidator(sane)]
#: An id that a client names.
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]


class Shape(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True)


class Named(Shape):
    """A code of the pack with its title."""

    code: str
    title: str


class Done(Shape):
    """What an action led to. The same for every retry with the same idempotency key."""

    number: str = Field(description="Number of the order.")
    action: str
    stage: str = Field(description="Stage of the order after the action.")
    seq: int = Field(description="Place of the action in the order's history; `expected_seq` of the next action.")
    at: datetime = Field(description="When it was done, by the database's clock.")
    more: dict[str, Any] = Field(description="Ids and facts of the action: assignments, application, parts …")


class Asked(Input):
    """An action to be done."""

    data: dict[str, Any] = Field(default_factory=dict, description="The action's input; see `input` of the offer.")
    assignment: Id | None = Field(default=None, description="At which share of the order, where there are several.")
    application: Id | None = Field(default=None, description="Which application is decided.")
    expected_seq: Id | None = Field(
        default=None, description="The `seq` that the sender has seen; where the order has moved on: 409."
    )
    client_at: Moment | None = Field(default=None, description="The client's own time, kept beside the server's.")


class AskedToUnmask(Input):
    """What is to be seen in plain, and why; both go on record."""

    what: Literal["requester", "text", "records"] = "requester"
    reason: str = Field(min_length=1, max_length=200)


class Revealed(Shape):
    """What was masked, in plain."""

    number: str
    what: str
    values: dict[str, str]


class Offer(Shape):
    """An action as it stands before the caller."""

    action: str
    title: str
    allowed: bool
    why_not: str
    assignment: int | None
    application: int | None
    input: dict[str, Any] = Field(description="JSON schema of `data`.")


class Offers(Shape):
    """The actions of the order's present stage that are the caller's."""

    number: str
    seq: int
    stage: str
    actions: list[Offer]


class ClockShape(Shape):
    """One limit of the order."""

    kind: str
    title: str
    round: int
    assignment: int | None
    limit: str
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    paused_at: datetime | None
    late: bool
    colour: Literal["green", "amber", "red", "grey"]
    provisional: bool = Field(description="Due in a year whose holidays are not yet published.")
    explanation: str


class UnitShape(Shape):
    """A unit."""

    code: str
    name: str


class AssignmentShape(Shape):
    """One unit's share of the order."""

    id: int
    round: int
    role: str
    state: str
    unit: UnitShape
    parent: int | None
    no_return: bool
    assigned_at: datetime
    due_at: datetime | None
    signed_at: datetime | None
    contacted_at: datetime | None
    answered_at: datetime | None
    reported_at: datetime | None
    ended_at: datetime | None


class ApplicationShape(Shape):
    """Something a unit asked for."""

    id: int
    kind: str
    reason: str
    state: str
    step: int
    assignment: int | None
    asked_at: datetime
    decided_at: datetime | None


class RequesterShape(Shape):
    """Who asked, masked."""

    name: str
    phone: str
    id_number: str
    address: str
    anonymous: bool
    enterprise: bool


class LinkShape(Shape):
    """Another order that belongs to this one."""

    kind: str
    number: str
    direction: Literal["to", "from"]


class ForeignShape(Shape):
    """The number of the same order on another platform."""

    system: str
    number: str


class OrderRow(Shape):
    """An order in a list."""

    number: str
    origin: str
    channel: str
    kind: str
    order_type: str
    category: str
    urgency: str
    area: str
    title: str
    stage: str
    round: int
    lead_unit: UnitShape | None
    confidential: bool
    accepted_at: datetime | None
    closed_at: datetime | None
    due_at: datetime | None
    late: bool
    changed_at: datetime
    seq: int


class OrderShape(OrderRow):
    """An order as the caller may see it."""

    stage_title: str
    category_path: str
    area_path: str
    place: str
    longitude: float | None = Field(description="Of the matter; null for handlers of a confidential order.")
    latitude: float | None
    body: str
    requester: RequesterShape | None = Field(description="Null for handlers of a confidential order.")
    dispatched_at: datetime | None
    contacted_at: datetime | None
    answered_at: datetime | None
    submitted_at: datetime | None
    upper_due_at: datetime | None
    outcome: str
    solved: str
    satisfied: str
    locked_by: int | None = Field(description="The application that locks the order.")
    clocks: list[ClockShape]
    assignments: list[AssignmentShape]
    applications: list[ApplicationShape]
    links: list[LinkShape]
    foreign_numbers: list[ForeignShape]


class OrderPage(Shape):
    """A page of a list; `next` is the `cursor` of the following page, null on the last one."""

    orders: list[OrderRow]
    next: str | None


class EventShape(Shape):
    """One line of the order's history."""

    seq: int
    at: datetime
    action: str
    title: str
    stage_from: str
    stage_to: str
    round: int
    assignment: int | None
    actor_kind: str
    actor: str
    facts: dict[str, Any]
    hash: str = Field(description="Hex; covers the line before and this line's content.")


class History(Shape):
    """The order's history, oldest first."""

    number: str
    events: list[EventShape]


class RecordShape(Shape):
    """What somebody wrote while working on the order, masked."""

    id: int
    kind: str
    title: str
    round: int
    assignment: int | None
    at: datetime
    by: str
    content: dict[str, Any]


class Records(Shape):
    """What was written on the order, oldest first."""

    number: str
    records: list[RecordShape]


class AttachmentShape(Shape):
    """A file of the order."""

    id: int = Field(description="What evidence of an application names.")
    token: UUID
    url: str
    purpose: str
    filename: str
    content_type: str
    size: int
    sha256: str
    at: datetime
    by: str


class Uploaded(AttachmentShape):
    """A file as it was taken in."""

    seq: int = Field(description="Place in the order's history.")
    virus_checked: bool = Field(description="False where no virus scanner is set up.")


class Attachments(Shape):
    """The files of the order that the caller may see."""

    number: str
    attachments: list[AttachmentShape]


class Mistake(Shape):
    """One field that is wrong."""

    model_config = ConfigDict(extra="allow", frozen=True)

    field: str
    code: str
    message: str


class ProblemShape(Shape):
    """Every "no" (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str = Field(description="Stable, for programs.")
    detail: str = Field(description="For people, in the language of Accept-Language.")
    errors: list[Mistake]
    facts: dict[str, Any] = Field(default_factory=dict)


class CategoryShape(Named):
    """A category; only a leaf may stand on an order."""

    parent: str | None
    leaf: bool


class UnitRowShape(UnitShape):
    """A unit in its tree."""

    parent: str | None
    kind: str


class AreaRowShape(Shape):
    """An area in its tree."""

    code: str
    name: str
    parent: str | None
    level: str


class AttachmentLimits(Shape):
    """What files are taken."""

    bytes_at_most: int
    files_at_most: int
    extensions: list[str]
    virus_check: bool = Field(description="Whether a virus scanner is set up.")


class PackShape(Shape):
    """What a client needs of the policy pack in force."""

    id: str
    version: int
    digest: str
    title: str
    title_en: str
    channels: list[Named]
    kinds: list[Named]
    urgencies: list[Named]
    order_types: list[Named]
    categories: list[CategoryShape]
    units: list[UnitRowShape]
    areas: list[AreaRowShape]
    refusals: list[Named]
    attachment_classes: list[Named]
    attachments: AttachmentLimits
    applications: dict[str, dict[str, Any]] = Field(description="Kinds of applications: reasons, evidence, steps.")
    closing: dict[str, Any] = Field(description="Options of contact, answer and closing report.")
    callback: dict[str, Any] = Field(description="Script and scale of the callback.")
