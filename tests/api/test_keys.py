"""A key opens what its scopes and posts say, until it is revoked or expires; only its digest is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries
from typer.testing import CliRunner

from open12345.api import services
from open12345.api.cli import keys
from open12345.api.keys import new_token, read_token
from open12345.api.limits import Limiter
from open12345.api.models import ApiKey, ApiPost, Scope
from open12345.directory.models import AccessLog, Unit
from open12345.directory.person import SYSTEM
from open12345.directory.roles import CENTRE_ROLES
from open12345.orders.errors import NotAllowed, NotFound, Refused
from open12345.orders.queries import database_time
from tests.api.callers import ALL_SCOPES, Caller, key_of, machine
from tests.api.test_orders import handed_out, taken
from tests.cast import Town, complaint
from tests.orders.files import png

pytestmark = pytest.mark.function("API-01")
POST = [("agent", "centre")]


def create(**more: object) -> Caller:
    values: dict[str, object] = {"by": SYSTEM, "at": database_time(), **more}
    _key, token = services.create_key("外部系统", ALL_SCOPES, POST, **values)  # type: ignore[arg-type]
    return Caller(headers={"Authorization": f"Bearer {token}"})


# -- scopes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", Scope.values)
def test_a_key_does_what_its_scope_says_and_nothing_else(town: Town, centre: Caller, scope: str) -> None:
    number = handed_out(centre)
    posts = ("agent@centre", "dispatcher@centre")
    caller, full = machine(*posts, scopes=(scope,)), machine(*posts)
    asked: dict[Scope, Callable[[Caller], Any]] = {
        Scope.ORDERS_READ: lambda c: c.get(f"/orders/{number}"),
        Scope.ORDERS_WRITE: lambda c: c.post("/orders", complaint()),
        Scope.ORDERS_ACT: lambda c: c.act(number, "note", {"text": "好"}),
        Scope.ORDERS_UNMASK: lambda c: c.post(f"/orders/{number}/unmask", {"reason": "核实"}),
        Scope.ATTACHMENTS_WRITE: lambda c: c.upload(number, "a.png", png()),
    }
    for name, ask in asked.items():
        answer = ask(caller)
        if name == scope:
            assert answer.status_code in {200, 201}
        else:
            assert (answer.status_code, answer.json()["code"]) == (403, "scope")
            assert name.value in answer.json()["detail"]
        assert ask(full).status_code in {200, 201}


@pytest.mark.parametrize("role", sorted(CENTRE_ROLES))
def test_a_key_acts_for_the_centre_in_the_centre_alone(town: Town, role: str) -> None:
    with pytest.raises(Refused) as caught:
        services.create_key("外部系统", ALL_SCOPES, [(role, "urban")], by=SYSTEM, at=database_time())
    assert [(problem.field, problem.code) for problem in caught.value.problems] == [("posts", "place")]
    caller = create()
    assert caller.get("/orders").status_code == 200
    number = town.register()
    ApiPost.objects.update(role=role, unit=Unit.objects.get(code="urban"))
    assert caller.get(f"/orders/{number}").status_code == 404


def test_every_scope_shows_the_pack(town: Town) -> None:
    for scope in Scope.values:
        assert machine("agent@centre", scopes=(scope,)).get("/pack").status_code == 200


def test_posts_decide_within_the_scopes(town: Town, centre: Caller, unit: Caller) -> None:
    assert unit.post("/orders", complaint()).status_code == 403
    number = taken(centre)
    assert machine("agent@centre").act(number, "dispatch", {"lead": "enforcement"}).status_code == 403
    assert machine("dispatcher@centre").act(number, "dispatch", {"lead": "enforcement"}).status_code == 200


def test_a_key_of_several_units_acts_for_the_right_one(town: Town, centre: Caller) -> None:
    number = handed_out(centre)
    both = machine("clerk@market", "clerk@enforcement")
    assert both.act(number, "sign").status_code == 200
    event = centre.get(f"/orders/{number}/events").json()["events"][-1]
    assert event["action"] == "sign"


# -- the life of a key -----------------------------------------------------------------------------------------


def test_the_secret_is_nowhere_in_the_database(town: Town) -> None:
    caller = create()
    secret = caller.headers["Authorization"].rpartition("_")[2]
    row = ApiKey.objects.values().get()
    assert secret not in str(row)
    assert secret.encode() not in bytes(row["digest"])
    assert len(bytes(row["digest"])) == 32
    assert caller.get("/orders").status_code == 200


def test_a_right_prefix_with_a_wrong_secret_opens_nothing(town: Town) -> None:
    caller = create()
    prefix = key_of(caller).prefix
    for secret in ("0" * 64, caller.headers["Authorization"][-64:-1] + "g", caller.headers["Authorization"][-63:]):
        forged = Caller(headers={"Authorization": f"Bearer o12345_{prefix}_{secret}"})
        assert forged.get("/orders").json()["code"] == "bad_key"


def test_a_revoked_key_opens_nothing_from_then_on(town: Town) -> None:
    caller = create()
    assert caller.get("/orders").status_code == 200
    key = services.revoke_key(key_of(caller).prefix, by=SYSTEM, at=database_time())
    assert caller.get("/orders").json()["code"] == "key_revoked"
    again = services.revoke_key(key.prefix, by=SYSTEM, at=database_time())
    assert again.revoked_at == key.revoked_at
    assert AccessLog.objects.filter(act="api_key.revoke", object=f"api_key:{key.prefix}").count() == 1


def test_an_expired_key_opens_nothing(town: Town) -> None:
    caller = create(expires_at=database_time() + timedelta(hours=1))
    assert caller.get("/orders").status_code == 200
    ApiKey.objects.update(expires_at=database_time() - timedelta(seconds=1))
    assert caller.get("/orders").json()["code"] == "key_expired"


def test_use_is_noted_at_most_once_a_minute(town: Town) -> None:
    caller = create()
    assert key_of(caller).last_used_at is None
    caller.get("/pack")
    first = key_of(caller).last_used_at
    assert first is not None
    caller.get("/pack")
    assert key_of(caller).last_used_at == first
    ApiKey.objects.update(last_used_at=first - timedelta(minutes=2))
    caller.get("/pack")
    last = key_of(caller).last_used_at
    assert last is not None
    assert last > first


def test_making_a_key_is_on_record(town: Town) -> None:
    key = key_of(create())
    line = AccessLog.objects.get(act="api_key.create")
    assert (line.object, line.reason) == (f"api_key:{key.prefix}", " ".join(sorted(ALL_SCOPES)))


# -- what cannot be made ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "scopes", "posts", "wrong"),
    [
        ("", ALL_SCOPES, POST, ["name"]),
        ("a", [], POST, ["scopes"]),
        ("a", ["orders:delete"], POST, ["scopes"]),
        ("a", ALL_SCOPES, [], ["posts"]),
        ("a", ALL_SCOPES, [("system_admin", "centre")], ["posts"]),
        ("a", ALL_SCOPES, [("citizen", "centre")], ["posts"]),
        ("a", ALL_SCOPES, [("clerk", "atlantis")], ["posts"]),
        ("", [], [("boss", "atlantis")], ["name", "scopes", "posts", "posts"]),
    ],
)
def test_a_key_that_makes_no_sense_is_refused(
    town: Town, name: str, scopes: list[str], posts: list[tuple[str, str]], wrong: list[str]
) -> None:
    with pytest.raises(Refused) as refusal:
        services.create_key(name, scopes, posts, by=SYSTEM, at=database_time())
    assert [problem.field for problem in refusal.value.problems] == wrong
    assert not ApiKey.objects.exists()


def test_a_key_is_not_made_to_have_expired(town: Town) -> None:
    with pytest.raises(Refused):
        create(expires_at=database_time() - timedelta(days=1))


def test_only_the_system_administrator_manages_keys(town: Town) -> None:
    assert key_of(create(by=town.person("system_admin"))).created_by_id == town.person("system_admin").id
    for who in ("agent", "dispatcher", "security_admin", "audit_admin", "leader"):
        with pytest.raises(NotAllowed):
            create(by=town.person(who))
        with pytest.raises(NotAllowed):
            services.revoke_key(ApiKey.objects.get().prefix, by=town.person(who), at=database_time())
    with pytest.raises(NotFound):
        services.revoke_key("nothing", by=SYSTEM, at=database_time())


def test_the_database_itself_refuses_an_administrators_key(town: Town) -> None:
    key = key_of(create())
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiPost.objects.create(key=key, role="system_admin", unit=Unit.objects.get(code="centre"))


# -- small parts -----------------------------------------------------------------------------------------------


def test_tokens_are_read_as_they_are_written() -> None:
    token = new_token()
    assert read_token(str(token)) == token
    assert token.fits(token.digest)
    assert not token.fits(new_token().digest)
    for text in ("", str(token)[:-1], str(token) + "0", str(token).upper(), "o12345__", "\0" * 90):
        assert read_token(text) is None


def test_the_bucket_gives_its_rate_and_no_more() -> None:
    limiter, now, given = Limiter(), 1000.0, 0
    for _ in range(6000):  # a minute, asked a hundred times a second
        given += limiter.take(1, 600, now) == 0
        now += 0.01
    assert 600 <= given <= 601 + 100
    assert limiter.take(1, 600, now) > 0
    assert limiter.take(2, 600, now) == 0
    assert limiter.take(1, 0, now) == 0


# -- on the command line ---------------------------------------------------------------------------------------


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(keys, words)
    return result.exit_code, result.output


def test_keys_are_made_listed_and_revoked_on_the_command_line(town: Town) -> None:
    words = (
        "create",
        "网格平台",
        "--scope",
        "orders:read",
        "--post",
        "clerk@enforcement",
        "--per-minute",
        "0",
        "--json",
    )
    code, out = run(*words, "--expires", "2099-01-01")
    assert code == 0
    made = json.loads(out)
    caller = Caller(headers={"Authorization": f"Bearer {made['key']}"})
    assert caller.get("/orders").status_code == 200
    (row,) = json.loads(run("list", "--json")[1])
    assert (row["prefix"], row["state"], row["posts"]) == (made["prefix"], "active", ["clerk@enforcement"])
    assert made["key"] not in run("list")[1]
    assert run("revoke", made["prefix"])[0] == 0
    assert json.loads(run("list", "--json")[1])[0]["state"] == "revoked"
    assert caller.get("/orders").status_code == 401


def test_the_command_line_says_what_is_wrong(town: Town) -> None:
    code, out = run("create", "x", "--scope", "orders:delete", "--post", "boss@nowhere")
    assert code == 1
    assert "orders:delete" in out
    assert "nowhere" in out
    assert run("create", "x", "--scope", "orders:read", "--post", "agent@centre", "--expires", "soon")[0] == 2
    assert run("revoke", "nothing")[0] == 1


def test_one_statement_finds_the_caller(town: Town, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    caller = create()
    caller.get("/pack")
    with django_assert_num_queries(1):
        assert caller.get("/pack").status_code == 200
