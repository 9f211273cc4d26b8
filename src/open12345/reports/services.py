"""What can be done with papers: make a draft, edit it, refresh its figures, hand it on, issue it, keep the register.

Every act is one transaction and a line of the access record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from open12345.directory import access
from open12345.directory.person import Person
from open12345.orders import news
from open12345.orders.errors import Conflict, NotAllowed, NotFound, Problem, Refused, refuse
from open12345.policy import Pack
from open12345.policy.reports import ReportKind
from open12345.reports import composing, merging, queries, spans
from open12345.reports.composing import Matter
from open12345.reports.models import Paper, State, Version
from open12345.reports.writing import Content

_VERSION_AFTER_SECONDS: Final = 600
NO_MATTER: Final = Matter()
_EACH: Final = {
    "day": __("一天"), "week": __("一周"), "two_weeks": __("两周"), "month": __("一个月"), "two_months": __("两个月"),
    "quarter": __("一个季度"), "half_year": __("半年"), "year": __("一年"),
}  # fmt: skip
_NUMBERING: Final = 0x12345_0A9E  # any number that no other lock has


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which paper is wanted: the kind, the period by name, and what a special brief is about."""

    kind: str
    period: str
    matter: Matter = NO_MATTER


def draft(wanted: Wanted, pack: Pack, *, by: Person, at: datetime) -> Paper:
    """Write a paper and keep it as a draft.

    Raises Refused for a period or kind that there is not, a period that has not begun, one that the kind is not about.
    """
    order = _order(wanted, pack)
    _begun_and_fitting(order, pack, at)
    content = composing.compose(order, pack, person=by, at=at)
    with transaction.atomic():
        paper = Paper.objects.create(
            kind=wanted.kind, title=content["title"][:200], period=order.over.name, first=order.over.first,
            last=order.over.last, matter=wanted.matter.as_json() if wanted.matter != NO_MATTER else {}, content=content,
            by=by.ref, by_name=by.name, made_at=at, changed_at=at, receivers=content["receivers"],
        )  # fmt: skip
        _keep(paper, "made", by, at)
        access.record("report.make", by=by, at=at, on=f"report:{paper.pk}", reason=f"{wanted.kind} {order.over.name}")
    return paper


def _order(wanted: Wanted, pack: Pack) -> composing.Order:
    kind = pack.reports.kind(wanted.kind)
    if kind is None:
        raise Refused([Problem("kind", "unknown", _("规则包里没有这种报告"))])
    try:
        over = spans.read(wanted.period)
    except ValueError as error:
        how = _("期间的写法：2022、2022-H1、2022-04、2022-W15、2022-04-12")
        raise Refused([Problem("period", "period", how)]) from error
    return composing.Order(kind, over, wanted.matter, issued=queries.issued_count)


def _begun_and_fitting(order: composing.Order, pack: Pack, at: datetime) -> None:
    today, kind = composing.today(pack, at), order.kind
    if kind.period and not composing.fits(kind, order.over):
        said = {"kind": kind.title, "each": _EACH[kind.period],
                "example": spans.ended_before(kind.period, today).name}  # fmt: skip
        raise refuse("period", "kind", _("“%(kind)s”写的是%(each)s，时段如 %(example)s。别的时段请选别的种类。") % said)
    if order.over.first > today:
        said = {"period": order.over.name, "first": order.over.first.isoformat()}
        raise refuse("period", "not_begun", _("这一期还没有开始：%(period)s 从 %(first)s 起。") % said)


def others(wanted: Wanted, pack: Pack) -> list[Paper]:
    """Return the papers of the same kind, days and matter that there are already, the issued ones first."""
    matter = wanted.matter.as_json() if wanted.matter != NO_MATTER else {}
    over = _order(wanted, pack).over
    return list(queries.alike(wanted.kind, over.first, over.last, matter))


def save(pk: int, edition: int, typed: Mapping[str, str], *, by: Person, at: datetime) -> Paper:
    """Keep what was typed into a draft: sentences by key, `title`, and the parts of the head (`head.to`).

    Raises Conflict where somebody else changed it since; nothing is lost: their text and ours are both kept.
    """
    with transaction.atomic():
        paper = _draft(pk, by)
        if paper.edition != edition:
            raise Conflict(_("别人刚改过这份草稿，请重新打开后再改"))
        content = _headed(merging.edited(paper.content, typed), typed)
        if content == paper.content:
            return paper
        last = paper.versions.first()
        if last is None or last.by != by.ref or (at - last.at).total_seconds() > _VERSION_AFTER_SECONDS:
            _keep(paper, "edited", by, at)
        paper.title = str(content.get("title_text") or content["title"])[:200]
        _change(paper, content, at)
    return paper


def _headed(content: Content, typed: Mapping[str, str]) -> Content:
    """Put a typed title and parts of the head in."""
    typed = {name: merging.printable(text) for name, text in typed.items()}
    heads = {name.removeprefix("head."): text.strip()[:200] for name, text in typed.items() if name.startswith("head.")}
    if heads:
        typed_before = content.get("head_text", {})
        content = {**content, "head": {**content["head"], **heads}, "head_text": {**typed_before, **heads}}
    title = typed.get("title", "").strip()[:200]
    if title and title != content.get("title_text", content["title"]):
        content = {**content, "title_text": title, "title": title}
    return content


def refresh(pk: int, pack: Pack, *, by: Person, at: datetime) -> Paper:
    """Ask all figures anew; edits stay, and what changed under them is shown beside them."""
    with transaction.atomic():
        paper = _draft(pk, by)
        wanted = Wanted(paper.kind, paper.period, Matter.of(paper.matter) if paper.matter else NO_MATTER)
        new = composing.compose(_order(wanted, pack), pack, person=by, at=at)
        _keep(paper, "refreshed", by, at)
        content = merging.refreshed(paper.content, new)
        if "title_text" in content:
            content = {**content, "title": content["title_text"]}
        _change(paper, content, at)
        access.record("report.refresh", by=by, at=at, on=f"report:{pk}")
    return paper


def take(pk: int, key: str, *, whole: bool, by: Person, at: datetime) -> Paper:
    """Take the new figures (or, `whole`, the new wording) into one edited sentence."""
    with transaction.atomic():
        paper = _draft(pk, by)
        _change(paper, merging.taken(paper.content, key, whole=whole), at)
    return paper


def submit(pk: int, *, by: Person, at: datetime) -> Paper:
    """Hand a draft on to whoever issues it. Raises Refused while news beside edited sentences wait for an answer."""
    with transaction.atomic():
        paper = _draft(pk, by)
        if merging.news_of(paper.content):
            raise Refused([Problem("__all__", "news", _("有改过的句子数字已变，请先采用新数或恢复原句"))])
        paper.state, paper.returned = State.SUBMITTED, ""
        paper.submitted_by, paper.submitted_name, paper.submitted_at = by.ref, by.name, at
        _keep(paper, "submitted", by, at)
        paper.changed_at = at
        paper.save()
        access.record("report.submit", by=by, at=at, on=f"report:{pk}")
    return paper


def give_back(pk: int, reason: str, *, by: Person, at: datetime) -> Paper:
    """Give a submitted paper back to its writers, saying why."""
    with transaction.atomic():
        paper = _locked(pk, by, queries.ISSUERS + queries.WRITERS, State.SUBMITTED)
        if not reason.strip():
            raise Refused([Problem("reason", "required", _("请写明退回原因"))])
        paper.state, paper.returned, paper.changed_at = State.DRAFT, reason.strip()[:400], at
        paper.save()
        access.record("report.return", by=by, at=at, on=f"report:{pk}", reason=reason)
    return paper


def discard(pk: int, *, by: Person, at: datetime) -> None:
    """Throw a draft away; it stays on record and is shown nowhere."""
    with transaction.atomic():
        paper = _draft(pk, by)
        paper.state, paper.changed_at = State.DISCARDED, at
        paper.save()
        access.record("report.discard", by=by, at=at, on=f"report:{pk}")


def issue(pk: int, pack: Pack, *, by: Person, at: datetime, expected: str | None = None) -> Paper:
    """Issue a submitted paper: it gets its number and day, is registered, and its subscribers are told.

    Two pairs of eyes: who submitted it does not issue it. The platform itself issues what its schedule says.
    `expected`: the number that the signer was shown; raises Conflict where it would be another one by now.
    """
    with transaction.atomic():
        paper = _locked(pk, by, queries.ISSUERS, State.SUBMITTED)
        if by.kind == "staff" and paper.submitted_by == by.ref:
            raise NotAllowed(_("自己提交的报告由别人签发"))
        _number(paper, pack, at)
        if expected is not None and paper.number != expected:
            raise Conflict(_("编号现在是%(number)s，请看过再签发") % {"number": paper.number})
        paper.state, paper.issued_name, paper.issued_at, paper.changed_at = State.ISSUED, by.name, at, at
        paper.edition += 1
        paper.save()
        _keep(paper, "issued", by, at)
        access.record("report.issue", by=by, at=at, on=f"report:{pk}", reason=f"{paper.number} {paper.title}")
        _tell(paper, pack, by, at)
    return paper


def next_number(paper: Paper, pack: Pack, at: datetime) -> str:
    """Return the number that the paper would get now."""
    return _numbered(paper, _today(pack, at))[1]


def _today(pack: Pack, at: datetime) -> date:
    return at.astimezone(pack.calendar().zone).date()


def _numbered(paper: Paper, day: date) -> tuple[int, str]:
    """Return the next serial of a paper's kind in the year of a day, and the number with it."""
    said = str(paper.content.get("head", {}).get("number") or "{year}年第{serial}期")
    pattern = said.replace("{year}", str(day.year))
    serial = _last_serial(paper.kind, day.year, pattern) + 1
    return serial, pattern.replace("{serial}", str(serial))[:80]


def _number(paper: Paper, pack: Pack, at: datetime) -> None:
    """Give the next serial of its kind in this year, and put number and day on the paper."""
    day = _today(pack, at)
    _one_at_a_time()
    paper.issued_on, paper.year = day, day.year
    paper.serial, paper.number = _numbered(paper, day)
    head = {**paper.content.get("head", {}), "number_said": paper.number, "dated": spans.day_said(day, year=True)}
    paper.content = {**paper.content, "head": head}


def _one_at_a_time() -> None:
    """Let nobody else give a number until this transaction ends: a year's first paper has no row to lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_NUMBERING])


def _last_serial(kind: str, year: int, pattern: str) -> int:
    """Return the highest serial of a kind in a year, of papers registered from elsewhere too."""
    written = re.compile(re.escape(pattern).replace(re.escape("{serial}"), "([0-9]{1,6})", 1))
    rows = Paper.objects.filter(kind=kind, year=year, state=State.ISSUED).values_list("serial", "number")
    read = ((serial, written.fullmatch(number)) for serial, number in rows)
    return max((serial or (int(found[1]) if found and found.groups() else 0) for serial, found in read), default=0)


def _tell(paper: Paper, pack: Pack, by: Person, at: datetime) -> None:
    kind = pack.reports.kind(paper.kind)
    page = reverse("reports:paper", args=[paper.pk])
    for subscription in queries.readers_of(paper.kind):
        facts = {"report": kind.title if kind else paper.kind, "title": paper.title}
        news.tell(news.News("report_issued", None, subscription.staff_id, str(paper.pk), by.ref, at, 1, page, facts))


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper that was issued before or beside the platform, as it goes into the register."""

    kind: str
    title: str
    issued_on: date
    number: str = ""
    receivers: tuple[str, ...] = ()
    instruction: str = ""
    effect: str = ""


def register(entries: Sequence[Entry], pack: Pack, *, by: Person, at: datetime) -> list[Paper]:
    """Put papers into the register that were not written here; all or none. Raises Refused for an unknown kind."""
    if not by.has(*queries.WRITERS) and by.kind != "system":
        raise NotFound(_("没有这个登记簿"))
    for entry in entries:
        if pack.reports.kind(entry.kind) is None:
            raise Refused([Problem("kind", "unknown", _("规则包里没有这种报告"))])
    with transaction.atomic():
        made = Paper.objects.bulk_create(_entered(entry, pack, by, at) for entry in entries)
        access.record("report.register", by=by, at=at, on="reports", reason=f"{len(made)}")
    return made


def _entered(entry: Entry, pack: Pack, by: Person, at: datetime) -> Paper:
    kind: ReportKind | None = pack.reports.kind(entry.kind)
    return Paper(
        kind=entry.kind, title=entry.title[:200], period=entry.issued_on.isoformat(), first=entry.issued_on,
        last=entry.issued_on, state=State.ISSUED, by=by.ref, by_name=by.name, made_at=at, changed_at=at,
        issued_on=entry.issued_on, year=entry.issued_on.year, number=entry.number[:80],
        receivers=list(entry.receivers or (kind.receivers if kind else ())), instruction=entry.instruction[:1000],
        effect=entry.effect[:1000],
    )  # fmt: skip


def note(pk: int, said: Mapping[str, Any], *, by: Person, at: datetime) -> Paper:
    """Write what came back of an issued paper: a leader's instruction (批示), its effect, its receivers."""
    with transaction.atomic():
        paper = _locked(pk, by, queries.WRITERS + queries.LEADERS, State.ISSUED)
        before = {"instruction": paper.instruction, "effect": paper.effect, "receivers": "、".join(paper.receivers)}
        instruction = str(said.get("instruction", paper.instruction)).strip()[:1000]
        if instruction != paper.instruction:
            paper.instruction, paper.instructed_by, paper.instructed_at = instruction, by.name, at
        paper.effect = str(said.get("effect", paper.effect)).strip()[:1000]
        if said.get("receivers"):
            paper.receivers = [one.strip()[:120] for one in str(said["receivers"]).split("、") if one.strip()]
        paper.save()
        after = {"instruction": paper.instruction, "effect": paper.effect, "receivers": "、".join(paper.receivers)}
        access.record("report.note", by=by, at=at, on=f"report:{pk}", reason=access.before_after(before, after))
    return paper


# -- one paper ------------------------------------------------------------------------------------------------------


def _draft(pk: int, by: Person) -> Paper:
    return _locked(pk, by, queries.WRITERS, State.DRAFT)


def _locked(pk: int, by: Person, roles: Sequence[str], state: State) -> Paper:
    """Return a paper under lock in the state that the act needs; the platform itself may all of it."""
    if by.kind != "system" and not by.has(*roles):
        raise NotFound(_("没有这份报告"))
    paper = Paper.objects.select_for_update().filter(pk=pk).first()
    if paper is None or paper.state == State.DISCARDED:
        raise NotFound(_("没有这份报告"))
    if paper.state != state:
        raise Conflict(_("这份报告现在是“%(state)s”，不能这样做") % {"state": State(paper.state).label})
    return paper


def _change(paper: Paper, content: Content, at: datetime) -> None:
    paper.content, paper.edition, paper.changed_at = content, paper.edition + 1, at
    paper.save(update_fields=["content", "edition", "changed_at", "title"])


def _keep(paper: Paper, why: str, by: Person, at: datetime) -> None:
    Version.objects.create(paper=paper, edition=paper.edition, content=paper.content, why=why, by=by.ref,
                           by_name=by.name, at=at)  # fmt: skip
