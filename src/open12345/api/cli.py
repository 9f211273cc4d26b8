"""Commands of the API: make, list and revoke keys; print the OpenAPI document."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated

import typer
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from open12345.api import queries, services
from open12345.api.models import PER_MINUTE, ApiKey, Scope
from open12345.directory.person import SYSTEM
from open12345.orders.errors import DomainError
from open12345.orders.queries import database_time

_REFUSED = 1
_USAGE = 2
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for a program.")]
Limit = Annotated[int, typer.Option(min=0, help="Requests a minute and web process; 0: no limit.")]

keys = typer.Typer(help="Keys of outside systems.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the room's commands to `open12345`."""
    app.add_typer(keys, name="api-key")
    app.command("openapi")(openapi)


def openapi() -> None:
    """Print the OpenAPI document (docs/openapi.json)."""
    from open12345.api import main, schema  # noqa: PLC0415 - a quarter of a second that only this command needs

    typer.echo(schema.text(main.openapi()), nl=False)


@keys.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Which system will hold the key.")],
    *,
    scope: Annotated[list[str], typer.Option(help=f"What it may be used for: {', '.join(Scope.values)}.")],
    post: Annotated[list[str], typer.Option(help="As whom it acts: role@unit, e.g. agent@centre.")],
    expires: Annotated[str, typer.Option(help="Date or moment after which it is refused.")] = "",
    per_minute: Limit = PER_MINUTE,
    as_json: Json = False,
) -> None:
    """Make a key and print it; it is never shown again."""
    posts = [(role, unit) for role, _at, unit in (p.partition("@") for p in post)]
    try:
        key, token = services.create_key(
            name, scope, posts, by=SYSTEM, at=database_time(), expires_at=_moment(expires), per_minute=per_minute
        )
    except DomainError as error:
        _refused(error)
    found = {"prefix": key.prefix, "key": str(token), "scopes": key.scopes, "posts": post}
    typer.echo(json.dumps(found, ensure_ascii=False) if as_json else str(token))


@keys.command("list")
def list_keys(*, as_json: Json = False) -> None:
    """List the keys: what each may do, when it was last used."""
    rows = [_row(key) for key in queries.all_keys()]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        typer.echo("  ".join(str(row[name]) for name in ("prefix", "name", "state", "scopes", "posts", "last_used_at")))


@keys.command("revoke")
def revoke(prefix: Annotated[str, typer.Argument(help="The part of the key between the two _.")]) -> None:
    """Switch a key off for good, at once."""
    try:
        key = services.revoke_key(prefix, by=SYSTEM, at=database_time())
    except DomainError as error:
        _refused(error)
    typer.echo(f"{key.prefix} {key.name}: revoked")


def _refused(error: DomainError) -> None:
    typer.echo(error.message, err=True)
    raise typer.Exit(_REFUSED) from error


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        day = parse_date(text)
        found = datetime(day.year, day.month, day.day) if day else parse_datetime(text)  # noqa: DTZ001 - made aware below
    except ValueError:
        found = None
    if found is None:
        typer.echo(f"--expires {text}: write a date or a moment, e.g. 2027-01-01 or 2027-01-01T08:00", err=True)
        raise typer.Exit(_USAGE)
    return timezone.make_aware(found) if timezone.is_naive(found) else found


def _row(key: ApiKey) -> dict[str, object]:
    expired = key.expires_at is not None and key.expires_at <= database_time()
    return {
        "prefix": key.prefix,
        "name": key.name,
        "state": "revoked" if not key.active else "expired" if expired else "active",
        "scopes": key.scopes,
        "posts": [f"{post.role}@{post.unit.code}" for post in key.posts.all()],
        "per_minute": key.per_minute,
        "expires_at": key.expires_at.isoformat() if key.expires_at else None,
        "last_used_at": key.last_used_at.isoformat() if key.last_used_at else None,
        "created_at": key.created_at.isoformat(),
    }
