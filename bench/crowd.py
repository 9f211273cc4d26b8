"""Many orders in little time: the lived-in demo's orders, each copied often with words, place and caller of its own.

The demo's orders were really lived through (rows of every table, clocks, some ten events each). A copy keeps that
shape and gets another moment, text, search vector (by the same `bigrams`), requester (sealed, blind index) and number.
What copies lack: hashes of their own events and seals, so that `fsck` would refuse them; no page reads those.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import psycopg

from open12345.directory.demo import GIVEN, SURNAMES
from open12345.orders import requesters
from open12345.orders.models import WorkOrder
from open12345.orders.stages import ENDED, Stage
from open12345.policy import find_pack
from open12345.project.demo.texts import PREFIX, Text, Texts, matter, read_texts
from open12345.text import bigrams

#: Of a living centre's orders this share is open; not fewer than fill a few pages of a list.
OPEN_SHARE, OPEN_AT_LEAST = 0.03, 200
YEARS_BACK: Final = timedelta(days=730)
_ARCHIVED_AFTER: Final = timedelta(days=40)
#: More ids than any order of the demo has assignments, records or applications.
_PARTS = 64
DISTRICT: Final = "松江区九亭镇"
_SYLLABLES = (
    "亭涞泾寅沪松朱盛易蒲汇庄联龙嘉禾云润雅紫金江海湖溪泉林竹梅兰菊枫柏杨柳荷莲桂樱桃李杏梨枣橙柚春夏秋冬"
    "东南西北上中下左右前后内外高平安康乐福禄寿喜和顺祥瑞吉庆丰华荣昌盛兴隆达通远景明辉煌光耀星辰日月天地"
    "文武忠孝仁义礼智信德善美真诚勤俭恭谦宽厚书画琴棋诗词歌赋青红黄绿蓝白黑银铜铁玉石珠翠珍宝锦绣绫罗绸缎"
)
_MORE = (
    "物业说不归他们管，居委会也来看过。", "已经打过两次电话，一直没有人来。", "家里有老人和小孩，进出很不方便。",
    "希望尽快派人到现场看一看。", "邻居们都在群里议论这件事。", "晚上九点以后最明显，白天好一些。",
    "附近学校放学的时候尤其危险。", "我拍了照片，可以提供给工作人员。", "上个月也出过同样的问题。",
    "请不要公开我的信息。", "方便的话请在下午联系。", "去年维修过一次，没多久又坏了。",
)  # fmt: skip
#: Said in one order of two, of forty and of five thousand: what searches look for.
COMMON, SOME, RARE = "麻烦尽快处理", "地铁站出入口", "蜂巢树洞"


@dataclass(frozen=True)
class Copy:
    """One order to be: which order it copies, how much later, in which stage."""

    model: int
    shift: timedelta
    accepted: datetime
    stage: str


def fill(connection: psycopg.Connection[Any], many: int, *, seed: int = 12345) -> None:
    """Add orders until there are `many`; `connection` is a superuser's (rules and foreign keys stand aside)."""
    rng = random.Random(seed)  # noqa: S311 - the same crowd each time
    lacking = many - WorkOrder.objects.count()
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL synchronous_commit = off")
        cursor.execute("SELECT coalesce(max(id), 0) + 1000 FROM orders_workorder")
        (first,) = cursor.fetchone() or (0,)
        _plan(cursor, first, list(_copies(lacking, rng)), rng)
        for statement in _statements(cursor):
            cursor.execute(statement)
    connection.execute("VACUUM ANALYZE")


def _copies(lacking: int, rng: random.Random) -> Iterator[Copy]:
    """Return the orders to be, the oldest first: most over, a few thousand open."""
    known = list(WorkOrder.objects.exclude(stage=Stage.DRAFT).values_list("id", "stage", "accepted_at", "changed_at"))
    over = [row for row in known if row[1] in ENDED]
    alive = [row for row in known if row[1] not in ENDED]
    now = max(row[3] for row in known)
    wanted_open = min(lacking, max(OPEN_AT_LEAST, int(lacking * OPEN_SHARE)))
    copies = [_copy(rng.choice(alive), timedelta(hours=rng.uniform(0, 30)), now) for _ in range(wanted_open)]
    copies += [_copy(rng.choice(over), YEARS_BACK * rng.random(), now) for _ in range(lacking - wanted_open)]
    yield from sorted(copies, key=lambda copy: copy.accepted)


def _copy(row: tuple[Any, ...], back: timedelta, now: datetime) -> Copy:
    pk, stage, accepted, changed = row
    rested = now - (changed - back) > _ARCHIVED_AFTER
    return Copy(pk, -back, accepted - back, Stage.ARCHIVED if stage == Stage.CLOSED and rested else stage)


# The plan: one row per order to be, written by COPY


def _plan(cursor: psycopg.Cursor[Any], first: int, copies: list[Copy], rng: random.Random) -> None:
    cursor.execute(
        "CREATE TEMP TABLE plan (id bigint PRIMARY KEY, model bigint, shift interval, stage text, number text,"
        " title text, body text, place text, words text[]) ON COMMIT DROP"
    )
    texts = read_texts(find_pack("jiuting") / "demo")
    if texts is None:
        raise SystemExit("the pack has no demo texts")
    with cursor.copy("COPY plan FROM STDIN") as rows:
        for place, copy in enumerate(copies):
            title, body, where = _said(texts, rng, place)
            words = sorted(set(bigrams(f"{title} {where} {body}")))
            number = f"310117{copy.accepted:%Y%m%d}B{place:06d}"
            rows.write_row((first + place, copy.model, copy.shift, copy.stage, number, title, body, where, words))
    columns = "id, created_at, anonymous, enterprise, key, name, phone, address, phone_index"
    with cursor.copy(f"COPY orders_requester ({columns}) FROM STDIN") as rows:
        for place, copy in enumerate(copies):
            rows.write_row(_requester(first + place, phone(place), copy.accepted, rng))


def phone(place: int) -> str:
    """Return the phone of an order's caller; one caller in ten calls again."""
    return f"{PREFIX}{place - place % 10 if place % 10 == 9 else place:08d}"  # noqa: PLR2004


def _said(texts: Texts, rng: random.Random, place: int) -> tuple[str, str, str]:
    """Return title, body and place of a complaint: the demo's, elsewhere, with more said."""
    told = matter(rng.choice(texts.complaints), rng.choice(texts.places), rng, DISTRICT)
    text: Text = told.text
    estate = "".join(rng.choices(_SYLLABLES, k=2)) + rng.choice(("苑", "花园", "新村", "小区", "家园", "公寓"))
    more = rng.sample(_MORE, rng.randint(1, 4))
    if place % 2:
        more.append(COMMON + "。")
    if place % 40 == 0:
        more.append(f"就在{SOME}旁边。")
    if place % 5000 == 7:  # noqa: PLR2004
        more.append(f"旁边有{RARE}。")
    return text.title, f"{estate}，{text.body}{''.join(more)}", f"{told.place.road}{rng.randrange(1, 999)}弄{estate}"


def _requester(pk: int, number: str, at: datetime, rng: random.Random) -> tuple[Any, ...]:
    who = requesters.Who(name=rng.choice(SURNAMES) + rng.choice(GIVEN), phone=number, address="九亭镇涞亭南路18弄")
    row, _box = requesters.make(pk, who, anonymous=False, enterprise=False, at=at)
    return (pk, at, False, False, row.key, row.name, row.phone, row.address, row.phone_index)


# The rows of each table, copied with their moments moved and their ids renewed


def _statements(cursor: psycopg.Cursor[Any]) -> Iterator[str]:
    for table in ("assignment", "record", "application"):
        yield (
            f"CREATE TEMP TABLE n_{table} ON COMMIT DROP AS SELECT id, order_id,"
            f" row_number() OVER (PARTITION BY order_id ORDER BY id) AS n FROM orders_{table}"
        )
        yield f"CREATE UNIQUE INDEX ON n_{table} (id) INCLUDE (n)"
        yield f"ANALYZE n_{table}"
    yield "ANALYZE plan"
    yield _insert(cursor, "workorder", {
        "id": "plan.id", "requester_id": "plan.id", "number": "plan.number", "stage": "plan.stage",
        "title": "plan.title", "body": "plan.body", "place": "plan.place", "sealed": "NULL",
        "search": "array_to_tsvector(plan.words)",
    }, "id")  # fmt: skip
    given = _renewed("assignment", "assignment_id")
    yield _insert(
        cursor, "assignment", {"id": _renewed("assignment", "id"), "parent_id": _renewed("assignment", "parent_id")}
    )
    yield _insert(cursor, "record", {"id": _renewed("record", "id"), "assignment_id": given, "sealed": "NULL"})
    yield _insert(cursor, "application", {"id": _renewed("application", "id"), "assignment_id": given})
    asked = _renewed("application", "application")
    yield _insert(
        cursor, "clock", {"id": "nextval('orders_clock_id_seq')", "assignment_id": given, "application": asked}
    )
    yield _insert(cursor, "event", {"assignment": _renewed("assignment", "assignment"), "facts": _FACTS})
    for table in ("workorder", "assignment", "record", "application", "requester"):
        yield f"SELECT setval('orders_{table}_id_seq', (SELECT max(id) FROM orders_{table}))"


_FACTS = (
    "CASE WHEN t.facts ? 'record' THEN jsonb_set(t.facts, '{record}', to_jsonb("
    "(SELECT plan.id * 64 + n FROM n_record WHERE id = (t.facts ->> 'record')::bigint))) ELSE t.facts END"
)


def _renewed(table: str, column: str) -> str:
    """Return the id, within the copied order, of what `column` of the model points at."""
    return f"(SELECT plan.id * {_PARTS} + n FROM n_{table} WHERE n_{table}.id = t.{column})"


def _insert(cursor: psycopg.Cursor[Any], table: str, new: dict[str, str], of: str = "order_id") -> str:
    """Return the statement that copies a table's rows of every model, moments moved, `new` values put in."""
    names: list[str] = []
    values: list[str] = []
    for name, is_moment in _columns(cursor, f"orders_{table}"):
        names.append(f'"{name}"')
        own = f't."{name}" + plan.shift' if is_moment else f't."{name}"'
        values.append(new.get(name, "plan.id" if name == of else own))
    return (
        f"INSERT INTO orders_{table} ({', '.join(names)}) SELECT {', '.join(values)}"
        f" FROM plan JOIN orders_{table} t ON t.{of} = plan.model ORDER BY plan.id"
    )


def _columns(cursor: psycopg.Cursor[Any], table: str) -> Iterable[tuple[str, bool]]:
    cursor.execute(
        "SELECT column_name, data_type LIKE 'timestamp%%' FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = %s ORDER BY ordinal_position",
        [table],
    )
    return [(str(name), bool(moment)) for name, moment in cursor.fetchall()]
