"""The classifier in force, as each process keeps it: read once, and again when another one has been put in force."""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock, Thread, current_thread
from typing import TYPE_CHECKING, Final

from django.db import connection

from open12345.dispatch import embedding
from open12345.dispatch.models import Learnt, Standing, TrainedClassifier
from open12345.orders.hints import Talk
from open12345.policy import Pack

if TYPE_CHECKING:  # scikit-learn is loaded where a classifier is in force
    from open12345.classify import Classifier, Suggestion

#: Seconds for which a process does not ask again which classifier is in force.
ASKED_AGAIN: Final = 15.0
#: From which strangeness (0-1) a text counts as unknown matter.
STRANGE: Final = 0.75
#: Characters below which a text says nothing yet.
SHORTEST: Final = 4

log = logging.getLogger(__name__)
_lock = Lock()
_swap = Lock()
_kept: dict[str, Kept] = {}
_rows: dict[tuple[str, str], tuple[float, TrainedClassifier | None]] = {}
#: What the classifiers said of the newest texts: several panels and the recommender ask about one.
_LATELY: Final = 16
_said: tuple[tuple[Classifier, str, str, Sequence[Suggestion]], ...] = ()


@dataclass
class Kept:
    """What a process knows of the classifier in force for one pack."""

    asked: float = float("-inf")
    """When it was last asked which one that is (monotonic seconds)."""
    digest: str = ""
    number: int = 0
    """As `dispatch report` lists it."""
    classifier: Classifier | None = None
    reading: Thread | None = None


def in_force(pack: str, *, wait: bool = False) -> Classifier | None:
    """Return the classifier in force for a pack, None where none is, or (without `wait`) while it is being read.

    Reading one, and scikit-learn with it, takes seconds once in a process: nobody who types waits for it.
    """
    with _lock:
        kept = _kept.setdefault(pack, Kept())
        if time.monotonic() - kept.asked >= ASKED_AGAIN and kept.reading is None:
            row = _standing(pack, Learnt.CATEGORY)
            kept.asked = time.monotonic()
            if row is None:
                kept.digest, kept.number, kept.classifier = "", 0, None
            elif row.digest != kept.digest:
                kept.reading = Thread(target=_fetch, args=(kept, row), daemon=True)
                if wait:
                    _fetch(kept, row)
                else:
                    kept.reading.start()
        return kept.classifier


def numbered(pack: str) -> tuple[int, Classifier] | None:
    """Return the classifier in force with its number, read if need be: for jobs, where nobody waits for it."""
    found = in_force(pack, wait=True)
    with _lock:
        reading = _kept[pack].reading if pack in _kept else None
    if reading is not None and reading.is_alive():  # somebody who types has set it going
        reading.join()
        found = in_force(pack)
    with _lock, _swap:
        kept = _kept.get(pack)
        return (kept.number, found) if found is not None and kept is not None and kept.classifier is found else None


def _standing(pack: str, tells: Learnt) -> TrainedClassifier | None:
    rows = TrainedClassifier.objects.filter(pack=pack, tells=tells, standing=Standing.IN_FORCE)
    return rows.only("digest").first()


def row_in_force(pack: str, tells: Learnt) -> TrainedClassifier | None:
    """Return the row of the model in force, without its file until that is read; asked for at most every 15 s."""
    asked, row = _rows.get((pack, tells), (float("-inf"), None))
    if time.monotonic() - asked >= ASKED_AGAIN:
        row = _standing(pack, tells)
        _rows[pack, tells] = (time.monotonic(), row)
    return row


def _fetch(kept: Kept, row: TrainedClassifier) -> None:
    try:
        found = _for_desks(read(row))
        with _swap:
            kept.number, kept.classifier, kept.digest = row.pk, found, row.digest
    finally:
        own, kept.reading = kept.reading, None
        if own is current_thread():
            connection.close()
            gc.freeze()  # model and libraries stay: no collection while somebody waits walks through them again


def read(row: TrainedClassifier) -> Classifier | None:
    """Return the classifier; None for a damaged one, which is logged: the desks go on without it."""
    from open12345.classify import ModelFileError  # noqa: PLC0415 - loaded where a classifier is in force

    try:
        return row.read()
    except ModelFileError:
        log.exception("classifier %s cannot be read; train another one", row.pk)
        return None


def _for_desks(found: Classifier | None) -> Classifier | None:
    """Return a classifier so that nobody waits for an embedding service that is away."""
    from open12345.classify import AtDesk, EmbeddedModel  # noqa: PLC0415 - loaded where a classifier is in force

    if not isinstance(found, EmbeddedModel):
        return found
    found.on_away = embedding.note
    return AtDesk(found)


def forget() -> None:
    """Ask anew: a classifier was put in force or out of it, or (tests) the database is another one."""
    global _said  # noqa: PLW0603 - the same
    with _lock:
        _kept.clear()
        _rows.clear()
        _said = ()


def guess(talk: Talk) -> Sequence[Suggestion]:
    """Return the categories that the words speak for, leaves of the pack in force alone."""
    return guessed(talk.sight.pack, talk["title"], talk["body"], confidential=bool(talk["confidential"]))


def guessed(pack: Pack, title: str, body: str, *, confidential: bool = False) -> Sequence[Suggestion]:
    """Return the leaves of a pack that a text speaks for, the likeliest first; nothing while no classifier is there.

    A confidential text is sent to no service.
    """
    if len(title) + len(body) < SHORTEST:
        return ()
    known = in_force(pack.id)
    if known is None:
        return ()
    from open12345.classify import at_home  # noqa: PLC0415 - loaded where a classifier is in force

    found = _predicted(at_home(known) if confidential else known, title, body)
    return [one for one in found if one.code in pack.category_tree and pack.is_leaf(one.code)]


def _predicted(known: Classifier, title: str, body: str) -> Sequence[Suggestion]:
    """Ask a classifier about a text once."""
    global _said  # noqa: PLW0603 - replaced as a whole: threads see the old one or the new one
    for one in _said:
        if one[0] is known and one[1:3] == (title, body):
            return one[3]
    from open12345.classify import Text  # noqa: PLC0415 - loaded where a classifier is in force

    found = known.predict([Text(title, body)], top=5)[0].suggestions
    _said = ((known, title, body, found), *_said[: _LATELY - 1])
    return found
