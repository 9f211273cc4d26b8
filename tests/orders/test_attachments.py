"""Files of an order: who may bring them, who may open them, and that nothing is left of what was refused."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError
from pytest_django import Settings

from open12345.orders import attachments, queries, services, vault, virus
from open12345.orders.attachments import Added, Upload
from open12345.orders.errors import Conflict, DomainError, NotAllowed, NotFound, Refused
from open12345.orders.models import Attachment, Event
from tests.cast import Town
from tests.orders import files
from tests.orders.scanner_double import daemon

pytestmark = pytest.mark.function("HAN-20")


@pytest.fixture(autouse=True)
def home(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, so that what is left over is seen."""
    vault.provider()  # keys stay where they are
    settings.OPEN12345_HOME = tmp_path
    monkeypatch.delenv(virus.VARIABLE, raising=False)
    return tmp_path


@pytest.fixture
def number(town: Town) -> str:
    """An order that the enforcement team handles."""
    number = town.register()
    town.do("dispatcher", number, "dispatch", {"lead": "enforcement"})
    town.do("clerk.enforcement", number, "sign")
    return number


def add(town: Town, number: str, who: str = "clerk.enforcement", **upload: Any) -> Added:
    sent: dict[str, Any] = {"filename": "现场.png", "purpose": "photo", "chunks": [files.png()], **upload}
    town.wait(minutes=1)
    return attachments.add(number, Upload(**sent), by=town.person(who), at=town.now)


def refused(town: Town, number: str, who: str = "clerk.enforcement", **upload: Any) -> str:
    with pytest.raises(Refused) as refusal:
        add(town, number, who, **upload)
    (problem,) = refusal.value.problems
    return f"{problem.field}.{problem.code}"


def on_disk(home: Path) -> list[Path]:
    return [path for path in (home / "attachments").rglob("*") if path.is_file()]


def test_a_file_is_kept_under_a_name_of_our_own_and_stands_in_history(town: Town, number: str, home: Path) -> None:
    added = add(town, number)
    file = Attachment.objects.get()
    assert file == added.attachment
    assert (file.filename, file.content_type, file.purpose) == ("现场.png", "image/png", "photo")
    assert file.unit_id == town.order(number).lead_unit_id
    (path,) = on_disk(home)
    assert path.name == file.token.hex
    assert path.read_bytes() == files.png()
    assert path.stat().st_mode & 0o077 == 0
    line = Event.objects.get(action="attach")
    assert line.facts == {
        "attachment": file.pk, "purpose": "photo", "sha256": bytes(file.sha256).hex(), "size": file.size,
        "scanned": False,
    }  # fmt: skip
    assert (line.seq, line.assignment) == (added.seq, town.order(number).assignments.get().pk)


@pytest.mark.parametrize("who", ["clerk.enforcement", "worker.enforcement", "agent", "dispatcher", "reviewer"])
def test_whoever_has_to_do_with_the_order_opens_it(town: Town, number: str, who: str) -> None:
    token = add(town, number).attachment.token
    assert attachments.open_for(town.person(who), token).path.read_bytes() == files.png()


@pytest.mark.parametrize("who", ["clerk.market", "clerk.urban", "worker.c001", "system_admin", "watcher"])
def test_to_a_stranger_a_file_that_is_there_and_one_that_is_not_are_the_same(town: Town, number: str, who: str) -> None:
    token = add(town, number).attachment.token
    said = []
    for asked in (token, uuid.uuid4()):
        with pytest.raises(NotFound) as missing:
            attachments.open_for(town.person(who), asked)
        said.append((missing.value.code, missing.value.message))
    assert said[0] == said[1]


def test_a_stranger_cannot_bring_a_file(town: Town, number: str, home: Path) -> None:
    with pytest.raises(NotFound):
        add(town, number, "clerk.market")
    assert on_disk(home) == []


def test_one_who_only_reads_cannot_bring_a_file(town: Town, number: str, home: Path) -> None:
    with pytest.raises(NotAllowed):
        add(town, number, "analyst")
    assert on_disk(home) == []


def test_no_file_comes_to_an_order_that_is_ended(town: Town, home: Path) -> None:
    number = town.register()
    town.do("dispatcher", number, "refuse", {"reason": town.pack.refusals[0].code, "told": "已耐心说明"})
    with pytest.raises(Conflict):
        add(town, number, "agent")
    assert on_disk(home) == []


def test_handlers_of_a_confidential_order_see_what_handlers_brought(town: Town) -> None:
    number = town.register(confidential=True)
    add(town, number, "agent", filename="来信.png")
    town.do("dispatcher", number, "dispatch", {"lead": "enforcement"})
    town.do("clerk.enforcement", number, "sign")
    own = add(town, number, chunks=[files.png(5, 5)]).attachment
    order, clerk = town.order(number), town.person("clerk.enforcement")
    assert attachments.listed(clerk, order) == [own]
    assert len(attachments.listed(town.person("reviewer"), order)) == 2
    letter = Attachment.objects.exclude(pk=own.pk).get()
    with pytest.raises(NotFound):
        attachments.open_for(clerk, letter.token)
    assert attachments.open_for(town.person("agent"), letter.token).attachment == letter


def test_the_same_bytes_from_somebody_else_are_a_file_of_their_own(town: Town, number: str) -> None:
    hidden = add(town, number, "dispatcher", filename="来电人李秀兰.png")
    own = add(town, number)
    assert not own.replayed
    assert own.attachment.token != hidden.attachment.token, "nobody is handed a file that the centre brought"


def test_the_same_file_sent_twice_is_there_once(town: Town, number: str, home: Path) -> None:
    first = add(town, number)
    again = add(town, number, filename="另一个名字.png")
    assert (again.attachment, again.seq, again.replayed) == (first.attachment, first.seq, True)
    other = add(town, number, purpose="document")
    assert other.attachment != first.attachment
    assert len(on_disk(home)) == 2
    assert Event.objects.filter(action="attach").count() == 2


@pytest.mark.parametrize(
    ("upload", "code"),
    [
        ({"purpose": "holiday"}, "purpose.unknown"),
        ({"purpose": ""}, "purpose.unknown"),
        ({"chunks": []}, "file.empty"),
        ({"chunks": [b""]}, "file.empty"),
        ({"filename": "a.exe"}, "file.type"),
        ({"filename": "a.pdf"}, "file.mismatch"),
        ({"chunks": [files.png(100_000, 100_000)]}, "file.bomb"),
    ],
)
def test_what_is_refused_leaves_nothing(town: Town, number: str, home: Path, upload: dict[str, Any], code: str) -> None:
    assert refused(town, number, **upload) == code
    assert on_disk(home) == []
    assert not Attachment.objects.exists()
    assert not Event.objects.filter(action="attach").exists()


def test_a_file_that_is_too_large_is_refused_while_it_comes(
    town: Town, number: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPEN12345_ATTACHMENT_MB", "1")
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        while True:
            read += 1 << 16
            yield b"\0" * (1 << 16)

    chunks: Iterable[bytes] = endless()
    assert refused(town, number, chunks=chunks) == "file.too_large"
    assert read <= (1 << 20) + (1 << 16)
    assert on_disk(home) == []


def test_a_connection_that_breaks_leaves_nothing(town: Town, number: str, home: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield files.png()[:20]
        raise OSError("peer went away")

    with pytest.raises(OSError, match="peer went away"):
        add(town, number, chunks=broken())
    assert on_disk(home) == []


def test_a_transaction_that_fails_leaves_nothing(
    town: Town, number: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_more: object) -> None:
        assert len(on_disk(home)) == 1
        raise DatabaseError("disk full")

    monkeypatch.setattr(services, "perform", fail)
    with pytest.raises(DatabaseError):
        add(town, number)
    assert on_disk(home) == []
    assert not Attachment.objects.exists()


def test_what_a_crash_left_behind_is_swept_and_nothing_else(town: Town, number: str, home: Path) -> None:
    kept = add(town, number).attachment
    for stray in ("incoming/abc", f"aa/{uuid.uuid4().hex}", "bb/not-ours"):
        path = home / "attachments" / stray
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    assert attachments.sweep(time.time() - 3600) == 0
    assert attachments.sweep(time.time() + 1) == 3
    assert attachments.open_for(town.person("agent"), kept.token).path.exists()


def test_an_order_holds_a_limited_number_of_files(town: Town, number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "FILES_AT_MOST", 1)
    add(town, number)
    assert refused(town, number, chunks=[files.png(4, 4)]) == "file.too_many"
    assert add(town, number).replayed


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.png", "passwd.png"),
        (r"C:\Users\张三\现场.PNG", "现场.png"),
        ("\u202egnp.exe.png", "gnp.exe.png"),
        ("a\0b\r\nc.png", "ab c.png"),
        ("联系人13812348000.png", "联系人138****8000.png"),
        ("." * 300 + ".png", "png"),
        ("长" * 300 + ".png", "长" * 120 + ".png"),
        ("", "file"),
    ],
)
def test_names_are_made_fit_to_be_shown(sent: str, kept: str) -> None:
    assert attachments.clean_name(sent) == kept


# -- the virus scanner -----------------------------------------------------------------------------------------


@pytest.fixture(params=["port", "file"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    return tmp_path / "clamd.ctl" if request.param == "file" else None


def test_a_clean_file_passes_the_scanner(
    town: Town, number: str, place: Path | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = b"%PDF-1.7\n" + bytes(range(256)) * 600
    with daemon(place) as clamd:
        monkeypatch.setenv(virus.VARIABLE, clamd.address)
        added = add(town, number, filename="证明.pdf", chunks=[data[:1000], data[1000:]])
    assert added.scanned
    assert Event.objects.get(action="attach").facts["scanned"] is True
    assert clamd.seen == [data]
    assert max(clamd.chunks) <= 64 * 1024


def test_an_infected_file_is_refused_by_name(
    town: Town, number: str, home: Path, place: Path | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with daemon(place) as clamd:
        monkeypatch.setenv(virus.VARIABLE, clamd.address)
        assert refused(town, number, filename="a.txt", chunks=[files.EICAR]) == "file.virus"
    assert [path for path in on_disk(home) if path != place] == []


@pytest.mark.parametrize(("silent", "at_most"), [(True, 1 << 20), (False, 10)])
def test_a_scanner_without_a_verdict_lets_nothing_through(
    town: Town, number: str, home: Path, silent: bool, at_most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with daemon(stream_at_most=at_most, silent=silent) as clamd:
        monkeypatch.setenv(virus.VARIABLE, clamd.address)
        with pytest.raises(virus.ScannerAway):
            add(town, number, filename="a.txt", chunks=[b"abc" * 100_000])
    assert on_disk(home) == []


@pytest.mark.parametrize("address", ["unix:/nowhere/clamd.ctl", "127.0.0.1:1", "127.0.0.1:port", "nonsense"])
def test_a_scanner_that_is_away_lets_nothing_through(
    town: Town, number: str, home: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(virus.VARIABLE, address)
    with pytest.raises(DomainError) as error:
        add(town, number)
    assert error.value.status == 503
    assert "nowhere" not in error.value.message
    assert on_disk(home) == []


def test_a_file_of_the_order_is_listed_by_the_orders_door(town: Town, number: str) -> None:
    file = add(town, number).attachment
    assert list(queries.attachments_of(town.order(number))) == [file]
