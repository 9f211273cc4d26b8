"""The classifier in force, as each process keeps it: read once, and again when another one has been put in force."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from threading import Lock
from typing import TYPE_CHECKING, Final

from open12345.dispatch.models import Standing, TrainedClassifier
from open12345.orders.hints import Talk

if TYPE_CHECKING:  # scikit-learn is loaded where a classifier is in force
    from open12345.classify import Classifier, Suggestion

#: Seconds for which a process does not ask again which classifier is in force.
ASKED_AGAIN: Final = 15.0
#: Characters below which a text says nothing yet.
SHORTEST: Final = 4

log = logging.getLogger(__name__)
_lock = Lock()
_kept: dict[str, tuple[float, str, Classifier | None]] = {}


def in_force(pack: str) -> Classifier | None:
    """Return the classifier that is in force for a pack, None where none is."""
    with _lock:
        now = time.monotonic()
        asked, digest, known = _kept.get(pack, (0.0, "", None))
        if pack in _kept and now - asked < ASKED_AGAIN:
            return known
        row = TrainedClassifier.objects.filter(pack=pack, standing=Standing.IN_FORCE).only("digest").first()
        if row is None:
            digest, known = "", None
        elif row.digest != digest:
            digest, known = row.digest, read(row)
        _kept[pack] = now, digest, known
        return known


def read(row: TrainedClassifier) -> Classifier | None:
    """Return the classifier; None for a damaged one, which is logged: the desks go on without it."""
    from open12345.classify import ModelFileError  # noqa: PLC0415 - loaded where a classifier is in force

    try:
        return row.read()
    except ModelFileError:
        log.exception("classifier %s cannot be read; train another one", row.pk)
        return None


def forget() -> None:
    """Ask anew: a classifier was put in force or out of it, or (tests) the database is another one."""
    with _lock:
        _kept.clear()


def guess(talk: Talk) -> Sequence[Suggestion]:
    """Return the categories that the words speak for, leaves of the pack in force alone."""
    title, body = talk["title"], talk["body"]
    if len(title) + len(body) < SHORTEST:
        return ()
    pack = talk.sight.pack
    known = in_force(pack.id)
    if known is None:
        return ()
    from open12345.classify import Text  # noqa: PLC0415 - the same

    found = known.predict([Text(title, body)], top=5)[0].suggestions
    return [one for one in found if one.code in pack.category_tree and pack.is_leaf(one.code)]
