"""Papers on the command line: `open12345 report --period 2022-H1 --out FILE.docx` (pdf, xlsx, html by the ending).

Exit codes: 0 written; 1 no facts, or a period that has not begun; 2 wrong usage: no such period, kind or ending, or a
kind that is not written about such a period.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from open12345.directory import packs
from open12345.directory.person import SYSTEM
from open12345.orders.errors import DomainError
from open12345.orders.queries import database_time
from open12345.policy import Pack, PackError, find_pack, read_pack

if TYPE_CHECKING:
    from open12345.facts.periods import Period
    from open12345.reports.composing import Order
    from open12345.reports.writing import Content

_REFUSED, _USAGE = 1, 2


def register(app: typer.Typer) -> None:
    """Add the room's command to `open12345`."""
    app.command("report")(report)


def report(
    *,
    over: Annotated[str, typer.Option("--period", help="2022, 2022-H1, 2022-Q2, 2022-04, 2022-W15, 2022-04-12, A..B.")],
    out: Annotated[Path, typer.Option("--out", help="The file; .docx, .pdf, .xlsx, .html or .json by its ending.")],
    kind: Annotated[str, typer.Option(help="Which kind of paper; else the one for such a period.")] = "",
    pack: Annotated[str, typer.Option(help="A pack by name, for its outline; else the one in force.")] = "",
    as_of: Annotated[str, typer.Option(help="From the facts as they were published on that day.")] = "",
) -> None:
    """Write a paper about a period from the facts, without storing a draft."""
    from open12345.reports import files  # noqa: PLC0415 - other commands start fast

    if out.suffix[1:] not in files.ENDINGS:
        _refuse(f"--out: the ending is one of {', '.join(files.ENDINGS)}.", _USAGE)
    ruling = _pack(pack)
    content = _composed(ruling, over, kind, as_of)
    try:
        body = files.rendered(content, out.suffix[1:], notice=ruling.synthetic_notice if ruling.synthetic else "")
        out.write_bytes(body)
    except DomainError as error:
        _refuse(error.message)
    except OSError as error:
        _refuse(f"--out: {out} cannot be written: {error.strerror}.", _USAGE)
    typer.echo(f"{out}: {content['title']} · {len(content['figures'])} figures · facts of {content['facts'][:19]}")


def _composed(pack: Pack, over: str, kind: str, as_of: str) -> Content:
    from open12345.facts.store import NoFacts  # noqa: PLC0415 - other commands start fast
    from open12345.reports import composing  # noqa: PLC0415 - the same

    order = _order(pack, over, kind, as_of)
    try:
        return composing.compose(order, pack, person=SYSTEM, at=database_time())
    except KeyError as error:
        _refuse(str(error.args[0]))
    except NoFacts as error:
        _refuse(str(error))


def _order(pack: Pack, over: str, kind: str, as_of: str) -> Order:
    """Return what is wanted; whatever cannot be written is refused before anything is asked."""
    from open12345.reports import composing, queries, spans  # noqa: PLC0415 - other commands start fast

    span = _days("--period", over)
    day = _days("--as-of", as_of).last if as_of else None
    try:
        found = composing.kind_for(pack, span, kind)
    except KeyError as error:
        _refuse(f"--kind: {error.args[0]}.", _USAGE)
    today = composing.today(pack, database_time(), day)
    if found.period and kind and not composing.fits(found, span):
        example = spans.ended_before(found.period, today).name
        _refuse(f"--kind {kind} is written about a {found.period.replace('_', ' ')}, as {example}; "
                f"--period {over} is none. Leave --kind out, or name another.", _USAGE)  # fmt: skip
    if span.first > today:
        _refuse(f"--period {over} has not begun: it starts on {span.first}, and there are facts until {today}.")
    return composing.Order(found, span, as_of=day, issued=queries.issued_count)


def _days(option: str, text: str) -> Period:
    from open12345.reports import spans  # noqa: PLC0415 - other commands start fast

    try:
        return spans.read(text)
    except ValueError as error:
        _refuse(f"{option} {error}.", _USAGE)


def _pack(name: str) -> Pack:
    if not name:
        return packs.pack_at(database_time())[1]
    try:
        return read_pack(find_pack(name))
    except PackError as error:
        _refuse("\n".join(str(problem) for problem in error.problems))


def _refuse(message: str, code: int = _REFUSED) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)
