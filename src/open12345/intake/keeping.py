"""A form that is being filled in is its author's draft: saved while they type, once, wherever the answer got lost.

The first save makes the draft (an event). What is typed after it goes to `Typed`, committed with every save, and
becomes the draft with one further event when the author parks or registers it: history tells what was done, not how
often somebody paused. Erasing a person takes what was typed of them too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from open12345.directory import packs
from open12345.directory.person import Person
from open12345.intake import taking
from open12345.intake.forms import DraftInput, NothingInput
from open12345.intake.models import Typed
from open12345.orders import privacy, queries, requesters, services, writing
from open12345.orders.acts import rule, subscribe
from open12345.orders.change import Change
from open12345.orders.errors import Conflict, Problem, Refused
from open12345.orders.models import IdempotencyKey, Requester, WorkOrder
from open12345.orders.requesters import Box
from open12345.orders.services import Aim, Outcome
from open12345.orders.stages import Stage

#: What is wrong only together is left out together.
_PAIRS: Final = {"foreign_number": ("foreign_number", "foreign_system")}
_TITLE, _PAGE = 200, 32  # characters


class Mark(NamedTuple):
    """What a page knows of its draft: the seq of its history, and the save after it; written "12.3"."""

    seq: int
    version: int = 0

    def __str__(self) -> str:
        return f"{self.seq}.{self.version}"


def mark_in(text: str) -> Mark | None:
    """Return the mark that a page sent, None for anything else."""
    seq, _dot, version = text.partition(".")
    known = [part for part in (seq, version or "0") if part.isdecimal() and part.isascii() and len(part) < 10]  # noqa: PLR2004 - what an integer holds
    return Mark(*map(int, known)) if len(known) == 2 else None  # noqa: PLR2004 - both parts


def mark_of(draft: WorkOrder) -> Mark:
    """Return the mark of a draft as it stands."""
    return _standing(draft)[0]


def _standing(draft: WorkOrder) -> tuple[Mark, Page]:
    """Return the mark of a draft, and the page that saved it last."""
    found = Typed.objects.filter(draft=draft).values_list("version", "page", "turn").first()
    version, page, turn = found or (0, "", 0)
    return Mark(draft.head_seq, version), Page(page, turn)


class Page(NamedTuple):
    """One page in one browser, from its loading to its end, and the how manieth time it sends its form."""

    id: str = ""
    turn: int = 0


NO_PAGE: Final = Page()


def page_in(form: Mapping[str, Any]) -> Page:
    """Return the page that a form came from; none for anything that no page says."""
    name, turn = str(form.get("page") or ""), str(form.get("turn") or "")
    known = name.isascii() and name.isalnum() and len(name) <= _PAGE and turn.isdecimal() and turn.isascii()
    return Page(name, int(turn)) if known and len(turn) < 10 else Page()  # noqa: PLR2004 - what an integer holds


@dataclass(frozen=True)
class Kept:
    """A saved draft, and the titles of fields that stay in the form alone until they are whole (half a phone)."""

    number: str
    mark: Mark
    left_out: tuple[str, ...] = ()


def drafted(by: Person, key: str) -> str:
    """Return the number of the draft that was made of the form with this key, "" where none was."""
    return _number_of(by, f"{key}.draft") if key else ""


def submitted(by: Person, key: str) -> str:
    """Return the number of the order that the form with this key became, "" where it has not yet."""
    return (_number_of(by, f"{key}.submit") or _number_of(by, key)) if key else ""


def _number_of(by: Person, key: str) -> str:
    row = IdempotencyKey.objects.filter(owner=f"{by.kind}:{by.id or 0}", key=key).first()
    return str(row.outcome.get("number", "")) if row else ""


def keep(
    said: Mapping[str, Any], *, by: Person, at: datetime, key: str, number: str = "", seen: Mark | None = None,
    page: Page = NO_PAGE,
) -> Kept:  # fmt: skip
    """Save what has been typed, all of it, whatever is still wrong with it.

    The first time a draft is made of what can stand in one. A page whose last save arrived, but not the answer to it,
    goes on from there; one that arrives after a later one of its own page changes nothing. Raises `Conflict` where the
    draft was changed elsewhere since `seen`, and what `services` raises.
    """
    if number := number or drafted(by, key):
        return _hold(said, by=by, at=at, number=number, seen=seen, page=page)
    try:
        outcome, left_out = _begin(said, by=by, at=at, key=key)
    except Refused:
        if number := drafted(by, key):  # the first save was still under way when this one came
            return _hold(said, by=by, at=at, number=number, seen=seen, page=page)
        raise
    if not left_out:
        return Kept(outcome.number, Mark(outcome.seq))
    kept = _hold(said, by=by, at=at, number=outcome.number, seen=None, page=page)
    return Kept(kept.number, kept.mark, left_out)


def _begin(said: Mapping[str, Any], *, by: Person, at: datetime, key: str) -> tuple[Outcome, tuple[str, ...]]:
    """Make the draft; fields that are wrong in themselves are left out of it rather than all the rest lost."""
    once = f"{key}.draft" if key else ""
    try:
        return services.create("save_draft", said, by=by, at=at, key=once), ()
    except Refused as error:
        wrong = {name for p in error.problems for name in _PAIRS.get(p.field, (p.field,))}
        rest = {name: value for name, value in said.items() if name not in wrong}
        if len(rest) == len(said):
            raise
    left = tuple(_(str(DraftInput.model_fields[name].title)) for name in said if name in wrong)
    return services.create("save_draft", rest, by=by, at=at, key=once), left


@transaction.atomic
def _hold(said: Mapping[str, Any], *, by: Person, at: datetime, number: str, seen: Mark | None, page: Page) -> Kept:
    """Keep the form beside its draft, under the draft's lock."""
    order = queries.get_for(by, number, lock=True)
    if order.stage != Stage.DRAFT:
        raise Conflict(_("这张草稿已经登记或作废"), code="wrong_stage")
    now, last = _standing(order)
    own = last.id != "" and last.id == page.id
    if own and page.turn <= last.turn:
        return Kept(number, now)  # came late: what was typed after it is there already
    if seen is not None and seen != now and not (own and seen.seq == now.seq):
        raise _overtaken(now)
    box = requesters.box_of(Requester.objects.get(pk=order.requester_id))  # as it is now that the lock is ours
    if box is None:
        raise Conflict(_("来电人的信息已被抹去，这张草稿不能再写；请作废后另行登记"), code="erased")
    row = _row(order, box, said, at) | {"version": now.version + 1, "page": page.id, "turn": page.turn}
    Typed.objects.update_or_create(draft=order, defaults=row)
    return Kept(number, Mark(now.seq, now.version + 1))


def _row(order: WorkOrder, box: Box, said: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    words = {name: str(said.get(name) or "") for name in ("title", "body", "name", "address", "phone")}
    pack = packs.pack_at(at)[1]
    mask = writing.Mask(
        tuple(filter(None, [words["name"]])), writing.service_numbers(pack), tuple(filter(None, [words["address"]]))
    )
    title = str(mask(words["title"] or taking.first_line(words["body"])))[:_TITLE]
    sealed = box.seal(f"typed/{order.pk}", json.dumps(dict(said), ensure_ascii=False, default=str))
    return {"said": sealed, "title": title, "phone_index": requesters.phone_index(words["phone"]), "at": at}


def _overtaken(now: Mark) -> Conflict:
    text = _("您打开之后，这张草稿在另一个窗口改过；您填写的内容还在，请核对后再提交")
    return Conflict(text, code="overtaken", facts={"seq": str(now)})


def typed_in(draft: WorkOrder) -> dict[str, Any]:
    """Return the form of a draft as it was last typed, {} where the draft itself says it all."""
    row = Typed.objects.filter(draft=draft).first()
    box = requesters.box_of(draft.requester) if row is not None else None
    if row is None or box is None:
        return {}
    found: dict[str, Any] = json.loads(box.open(f"typed/{draft.pk}", bytes(row.said)))
    return found


@transaction.atomic
def write(
    number: str, said: Mapping[str, Any], *, by: Person, at: datetime, key: str = "", seen: Mark | None = None,
    page: Page = NO_PAGE,
) -> Outcome:  # fmt: skip
    """Write the draft anew with an event: parked or about to be registered by its author.

    Raises `Conflict` where it was saved elsewhere since `seen`, and what `services.perform` raises.
    """
    order = queries.get_for(by, number, lock=True)
    now, last = _standing(order)
    own = last.id != "" and last.id == page.id
    if seen is not None and seen.seq == now.seq and seen.version != now.version and not own:
        raise _overtaken(now)  # with another seq, `perform` finds out: it may be the same press come twice
    return services.perform(
        number, "edit_draft", said, by=by, at=at, key=key, aim=Aim(expected=seen.seq if seen else None)
    )


# What follows from what is done to a draft


def forget(change: Change) -> None:
    """Drop what was typed: the draft itself has it now, or is none any more."""
    if not change.new:
        Typed.objects.filter(draft=change.order.pk).delete()


@rule("submit")
def _all_written(change: Change, said: NothingInput) -> Iterator[Problem]:
    """Nothing that was typed may be left behind by a button outside the form."""
    if Typed.objects.filter(draft=change.order.pk).exists():
        yield Problem("__all__", "unwritten", _("表单里还有没写进草稿的内容，请打开“继续填写”，在那里登记"))


def erase(index: bytes, requester_ids: Sequence[int], at: datetime) -> int:
    """Drop what was typed of a person who is being erased: in their own drafts, or with their phone in another."""
    del at
    gone, _each = Typed.objects.filter(Q(phone_index=index) | Q(draft__requester__in=requester_ids)).delete()
    return gone


def listen() -> None:
    """Subscribe to what ends a draft, and to the erasing of people; called once when the room starts."""
    for action in ("edit_draft", "submit", "discard"):
        subscribe(action, forget)
    privacy.on_erasing(erase)
