"""Files of an order (HAN-20): taken in after a look inside, kept under names of our own, opened by the order's door.

A file is written beside its place, examined, scanned where a scanner is set up, and only then moved; its row and its
line of history are one transaction. Where that fails the file is gone again. What a crash leaves behind in between
belongs to no row; `sweep` removes it.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePath
from typing import BinaryIO, Final

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _

from open12345.directory import packs
from open12345.directory.person import Person
from open12345.orders import filetypes, queries, requesters, rights, services, virus
from open12345.orders.errors import NotFound, refuse
from open12345.orders.lifecycle import ACTIONS
from open12345.orders.models import Attachment, Event, WorkOrder
from open12345.orders.store import allocate
from open12345.policy import Pack
from open12345.text import mask_text, normalise

#: Megabytes of one file, unless OPEN12345_ATTACHMENT_MB says otherwise.
DEFAULT_MB: Final = 20
FILES_AT_MOST: Final = 100
_NAME_AT_MOST: Final = 120
_ACTION: Final = ACTIONS["attach"]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as somebody sends it: what it is called there, what it is for (a class of the pack), its bytes."""

    filename: str
    purpose: str
    chunks: Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Added:
    """A file as it was taken in; `replayed` where the order had the very same file for the same purpose."""

    attachment: Attachment
    seq: int
    scanned: bool
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that may be sent to the person who asked."""

    attachment: Attachment
    path: Path
    inline: bool


@dataclass(frozen=True, slots=True)
class _Draft:
    """Bytes on disk that are no attachment yet."""

    path: Path
    sha256: bytes
    size: int
    media_type: str
    scanned: bool


def size_limit() -> int:
    """Return how many bytes a file may have."""
    return int(os.environ.get("OPEN12345_ATTACHMENT_MB", DEFAULT_MB)) * 1024 * 1024


def add(number: str, upload: Upload, *, by: Person, at: datetime) -> Added:
    """Add a file to the order `number` as `by` at `at`; sent twice, it is there once.

    Raises what `services.perform` raises, `Refused` for a file that is not taken, `virus.ScannerAway`.
    """
    order = queries.get_for(by, number)
    unit = _check_right(order, by, at)
    _check_purpose(packs.pack_at(at)[1], upload.purpose)
    name = clean_name(upload.filename, names=(requesters.open_requester(order.requester).name,))
    with _drafted(upload.chunks, name) as draft:
        return _keep(number, draft, upload.purpose, name, unit, by=by, at=at)


def _check_right(order: WorkOrder, by: Person, at: datetime) -> int | None:
    """Return for which unit the person acts; checked before a megabyte is read, and again under the lock."""
    scene = queries.scene_of(order, packs.pack_at(at)[1])
    return rights.check(scene, _ACTION, by, rights.standing(scene, _ACTION, by), None).unit_id


def _check_purpose(pack: Pack, purpose: str) -> None:
    classes = pack.closing.attachment_classes
    if purpose not in classes:
        known = "、".join(f"{code}（{found.title}）" for code, found in classes.items())
        raise refuse("purpose", "unknown", _("没有这类附件；可选：%(list)s") % {"list": known})


def clean_name(filename: str, names: Iterable[str] = ()) -> str:
    """Return a name fit to be shown: no folders, no invisible or direction-turning characters, persons masked."""
    base = PurePath(normalise(filename).replace("\\", "/").replace("\n", " ")).name.strip(" .")
    extension = PurePath(base).suffix
    stem = mask_text(base.removesuffix(extension), names=tuple(filter(None, names))).text[:_NAME_AT_MOST]
    return f"{stem or 'file'}{extension[:20].lower()}"


# -- on disk -------------------------------------------------------------------------------------------------


def _root() -> Path:
    return Path(settings.OPEN12345_HOME) / "attachments"


def _place(token: uuid.UUID) -> Path:
    return _root() / token.hex[:2] / token.hex


@contextmanager
def _drafted(chunks: Iterable[bytes], name: str) -> Iterator[_Draft]:
    """Write, examine and scan; whatever happens, nothing is left beside its place."""
    path = _root() / "incoming" / uuid.uuid4().hex
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w+b") as file:
            sha256, size = _write(file, chunks)
            media_type = _examine(file, name)
            scanned = _scan(file)
            file.flush()
            os.fsync(file.fileno())
        yield _Draft(path, sha256, size, media_type, scanned)
    finally:
        path.unlink(missing_ok=True)


def _write(file: BinaryIO, chunks: Iterable[bytes]) -> tuple[bytes, int]:
    digest, size, most = hashlib.sha256(), 0, size_limit()
    for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise refuse("file", "too_large", _("文件超过 %(most)s MB") % {"most": most >> 20}, most=most)
        digest.update(chunk)
        file.write(chunk)
    if not size:
        raise refuse("file", "empty", _("文件是空的"))
    return digest.digest(), size


def _examine(file: BinaryIO, name: str) -> str:
    try:
        return filetypes.examine(file, name).media_type
    except filetypes.Unfit as unfit:
        raise refuse("file", unfit.code, unfit.message) from unfit


def _scan(file: BinaryIO) -> bool:
    scanner = virus.scanner()
    if scanner is None:
        return False
    if found := scanner.scan(file):
        raise refuse("file", "virus", _("文件带有病毒（%(found)s），没有保存") % {"found": found}, signature=found)
    return True


# -- in the database -----------------------------------------------------------------------------------------


def _keep(number: str, draft: _Draft, purpose: str, name: str, unit: int | None, *, by: Person, at: datetime) -> Added:
    token = uuid.uuid4()
    place = _place(token)
    try:
        with transaction.atomic(durable=True):
            order = queries.get_for(by, number, lock=True)
            if twin := _twin(order, draft, purpose, by):
                return twin
            (pk,) = allocate(Attachment)
            kept = Attachment(
                pk=pk, order=order, token=token, purpose=purpose, filename=name, content_type=draft.media_type,
                size=draft.size, sha256=draft.sha256, by=by.ref, by_name=by.name, unit_id=unit, at=at,
            )  # fmt: skip
            kept.save(force_insert=True)
            _move(draft.path, place)
            said = {
                "attachment": pk, "purpose": purpose, "sha256": draft.sha256.hex(), "size": draft.size,
                "scanned": draft.scanned,
            }  # fmt: skip
            outcome = services.perform(number, _ACTION.name, said, by=by, at=at)
    except BaseException as error:
        if not _in_doubt(error):
            place.unlink(missing_ok=True)
        raise
    return Added(kept, outcome.seq, draft.scanned)


def _in_doubt(error: BaseException) -> bool:
    """Say whether the connection went away, so that the row may have been committed; `sweep` will know."""
    lost = isinstance(error, OperationalError | InterfaceError)
    return lost and not getattr(error.__cause__, "sqlstate", None)


def _twin(order: WorkOrder, draft: _Draft, purpose: str, by: Person) -> Added | None:
    """A retry after a lost answer brings the same bytes for the same purpose: who sent them gets the first one."""
    files = list(Attachment.objects.filter(order=order).only("pk", "sha256", "purpose", "by"))
    own = (f for f in files if f.by == by.ref and f.purpose == purpose)
    same = next((f for f in own if bytes(f.sha256) == draft.sha256), None)
    if same is None:
        if len(files) >= FILES_AT_MOST:
            raise refuse("file", "too_many", _("每件工单最多 %(n)s 个附件") % {"n": FILES_AT_MOST})
        return None
    line = Event.objects.get(order=order, action=_ACTION.name, facts__attachment=same.pk)
    kept = Attachment.objects.get(pk=same.pk)
    return Added(kept, line.seq, bool(line.facts.get("scanned")), replayed=True)


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    source.rename(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


# -- reading -------------------------------------------------------------------------------------------------


def listed(person: Person, order: WorkOrder, files: list[Attachment] | None = None) -> list[Attachment]:
    """Return the files of a visible `order` that `person` may see; `files` are all of them, where they are known.

    Of a confidential order, handlers see what handlers brought; what the citizen or the centre sent may show who
    the caller is (order.md).
    """
    files = list(queries.attachments_of(order)) if files is None else files
    if not order.confidential or person.is_centre or person.kind == "system":
        return files
    handlers = set(order.assignments.values_list("unit_id", flat=True))
    return [file for file in files if file.unit_id in handlers]


def open_for(person: Person, token: uuid.UUID) -> Opened:
    """Return the file behind `token`; raises `NotFound`, the same for what is not there and what is not theirs."""
    missing = NotFound(_("没有这个文件"))
    file = Attachment.objects.select_related("order").filter(token=token).first()
    if file is None:
        raise missing
    try:
        order = queries.get_for(person, file.order.number)
    except NotFound as error:
        raise missing from error
    path = _place(token)
    if file not in listed(person, order) or not path.is_file():
        raise missing
    extension = PurePath(file.filename).suffix.lower().lstrip(".")
    return Opened(file, path, inline=filetypes.TYPES[extension].inline)


def sweep(before: float) -> int:
    """Remove files older than `before` (seconds since 1970) that no row knows; return how many."""
    gone = 0
    for path in _root().glob("*/*"):
        if path.stat().st_mtime < before and not _is_known(path):
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _is_known(path: Path) -> bool:
    if path.parent.name == "incoming":
        return False
    try:
        return Attachment.objects.filter(token=uuid.UUID(path.name)).exists()
    except ValueError:
        return False
