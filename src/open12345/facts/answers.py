"""Answers that are kept: of one state of the facts the same question has the same answer, for whoever may ask it.

A question names the subtrees whose rows it counts (`Cut.paths`), so nobody is told what another person may see.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Final

#: Cells kept in a process, some 300 bytes each; answers with more cells than the second number are not kept.
_CELLS: Final = 60_000
_LARGE: Final = 4_000

_lock = threading.Lock()
_answers: OrderedDict[Hashable, Sequence[Any]] = OrderedDict()


def kept(question: Hashable, count: Callable[[], Sequence[Any]]) -> Sequence[Any]:
    """Return the answer to a question; `count` makes it where it is not known. Each part of it has a length."""
    with _lock:
        if question in _answers:
            _answers.move_to_end(question)
            return _answers[question]
    found = count()
    size = _size(found)
    if size <= _LARGE:
        with _lock:
            _answers[question] = found
            held = sum(map(_size, _answers.values()))
            while held > _CELLS:
                held -= _size(_answers.popitem(last=False)[1])
    return found


def _size(answer: Sequence[Any]) -> int:
    return sum(1 + len(part) for part in answer)
