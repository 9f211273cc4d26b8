"""Texts as numbers: character n-grams of title and body, weighted, thousands of texts a second on one core.

Characters are folded (full width to half, capitals to small, white space left out), told apart by 16-bit numbers and
put together to n-grams by shifting, a batch at a time; a table of open addresses finds the known ones. Nothing is done
per character in Python.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

_T = TypeVar("_T")
Numbers = NDArray[np.int64]
Keys = NDArray[np.uint64]

_BATCH: Final = 256  # texts; their n-grams stay within a processor's cache
_BITS: Final = 16  # of a character's number
_LONGEST: Final = 4  # four characters of 16 bits fill a key
_PLANE: Final = 0x10000
_SKIPPED: Final = 0xFFFF
"""White space: what stands on both sides of it becomes neighbours."""
_MULTIPLIER: Final = np.uint64(0x9E3779B97F4A7C15)
_NONE: Final = -1


class Text(NamedTuple):
    """What is classified; either part may be empty."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Settings:
    """How texts are read. Lengths in characters, `title_weight` beside a body that weighs 1."""

    title: tuple[int, ...] = (1, 2, 3)
    body: tuple[int, ...] = (1, 2)
    title_weight: float = 1.0
    min_texts: int = 2
    """In so many training texts an n-gram must stand to count."""
    most: int = 400_000
    """Of each part no more n-grams than these, the commonest."""
    longest: int = 4000
    """Of a longer body the first three quarters and the last quarter of this many characters are read."""

    def __post_init__(self) -> None:
        for lengths in (self.title, self.body):
            if not lengths or min(lengths) < 1 or max(lengths) > _LONGEST:
                raise ValueError(f"An n-gram has 1 to {_LONGEST} characters, not {lengths}.")
        if self.min_texts < 1 or self.most < 1 or self.longest < _LONGEST or not self.title_weight > 0:
            raise ValueError("min_texts, most, longest and title_weight must be above 0.")

    def as_json(self) -> dict[str, Any]:
        """Return what a model card says."""
        return asdict(self)

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Settings:
        """Return the settings that a model card tells; raises KeyError, TypeError or ValueError."""
        return cls(
            tuple(map(int, told["title"])),
            tuple(map(int, told["body"])),
            float(told["title_weight"]),
            int(told["min_texts"]),
            int(told["most"]),
            int(told["longest"]),
        )


@dataclass(frozen=True, slots=True)
class Found:
    """Known n-grams of some texts where they stand: `row` of the text, `at` its place there, `size`, `column`."""

    row: Numbers
    at: Numbers
    size: Numbers
    column: Numbers


@dataclass(slots=True)
class Table:
    """Known keys and where they are found: open addresses, at most a quarter full, neighbours tried in turn."""

    keys: Keys
    _slots: NDArray[np.int32] = field(init=False)
    _shift: np.uint64 = field(init=False)

    def __post_init__(self) -> None:
        bits = max(4, int(np.ceil(np.log2(max(1, len(self.keys)) * 4))))
        self._shift = np.uint64(64 - bits)
        self._slots = np.full(1 << bits, _NONE, np.int32)
        waiting = np.arange(len(self.keys), dtype=np.int32)
        slot = self._slot(self.keys)
        while len(waiting):
            free = self._slots[slot] == _NONE
            self._slots[slot[free]] = waiting[free]
            homeless = self._slots[slot] != waiting
            waiting, slot = waiting[homeless], self._next(slot[homeless])

    def find(self, keys: Keys) -> NDArray[np.int32]:
        """Return the place of each key among the known ones, -1 where it is none."""
        slot = self._slot(keys)
        found = self._slots[slot]
        if not len(self.keys):
            return found
        open_ = np.flatnonzero((found != _NONE) & (self.keys[found] != keys))
        slot = slot[open_]
        while len(open_):
            slot = self._next(slot)
            again = self._slots[slot]
            found[open_] = again
            wrong = (again != _NONE) & (self.keys[again] != keys[open_])
            open_, slot = open_[wrong], slot[wrong]
        return found

    def _slot(self, keys: Keys) -> Numbers:
        return ((keys * _MULTIPLIER) >> self._shift).astype(np.int64)

    def _next(self, slot: Numbers) -> Numbers:
        return (slot + 1) & (len(self._slots) - 1)


@dataclass(slots=True)
class Part:
    """Title or body: which lengths are read, which n-grams are known, in how many texts each stood."""

    lengths: tuple[int, ...]
    table: Table
    texts: NDArray[np.int32]

    @classmethod
    def learn(cls, texts: Iterable[str], lengths: tuple[int, ...], settings: Settings) -> Part:
        """Count in how many texts each n-gram stands and keep those that stand often enough."""
        keys, counts = np.zeros(0, np.uint64), np.zeros(0, np.int64)
        for batch in _batches(texts, 2048):
            row, key, _at, _size = n_grams(batch, lengths)
            met = np.unique(key)
            once = np.unique(Table(met).find(key).astype(np.int64) * len(batch) + row)
            keys, counts = _merged(keys, counts, met, np.bincount(once // len(batch), minlength=len(met)))
        kept = np.flatnonzero(counts >= settings.min_texts)
        if len(kept) > settings.most:
            kept = np.sort(kept[np.argsort(-counts[kept], kind="stable")[: settings.most]])
        return cls(lengths, Table(keys[kept]), counts[kept].astype(np.int32))

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(slots=True)
class Features:
    """The known n-grams of both parts: title first, body after it, one column each."""

    settings: Settings
    title: Part
    body: Part
    count: int
    """Texts learnt from."""
    _weights: NDArray[np.float32] = field(init=False)

    def __post_init__(self) -> None:
        texts = np.concatenate([self.title.texts, self.body.texts])
        self._weights = (np.log((1 + self.count) / (1 + texts)) + 1).astype(np.float32)

    @classmethod
    def learn(cls, texts: Sequence[Text], settings: Settings) -> Features:
        """Learn which n-grams there are and how rare each is."""
        title = Part.learn((text.title for text in texts), settings.title, settings)
        body = Part.learn((shortened(text.body, settings.longest) for text in texts), settings.body, settings)
        return cls(settings, title, body, len(texts))

    @property
    def width(self) -> int:
        """Return the number of columns."""
        return len(self.title) + len(self.body)

    def read(self, texts: Sequence[Text]) -> tuple[sparse.csr_matrix, NDArray[np.float32]]:
        """Return a row of weights per text, and which share (0-1) of its n-grams is known; 0 for an empty text."""
        rows, known = [], []
        for batch in _batches(texts, _BATCH):
            row, share = self._read(batch)
            rows.append(row)
            known.append(share)
        if not rows:
            return sparse.csr_matrix((0, self.width), dtype=np.float32), np.zeros(0, np.float32)
        return sparse.vstack(rows, format="csr") if len(rows) > 1 else rows[0], np.concatenate(known)

    def batches(self, texts: Iterable[Text]) -> Iterator[tuple[sparse.csr_matrix, NDArray[np.float32]]]:
        """Yield what `read` returns, a batch at a time: a million texts never stand side by side."""
        for batch in _batches(texts, _BATCH):
            yield self._read(batch)

    def locate(self, text: Text) -> tuple[Found, Found]:
        """Return where the known n-grams of one text stand: those of the title, those of the body as read."""
        return tuple(  # type: ignore[return-value]
            _located(part, words, first) for part, words, first in self._parts([text])
        )

    def bonds(self, text: str) -> NDArray[np.float64]:
        """Return how firmly each character hangs on the one before it, 0 to 1; 0 at both ends and for pairs not known.

        Of the rarer of the two, the share of training bodies with it that have the pair.
        """
        found = np.zeros(len(text) + 1)
        if not {1, 2} <= set(self.body.lengths) or not len(self.body):
            return found
        _row, key, at, size = n_grams([text], (1, 2))
        column = self.body.table.find(key)
        stood = np.where(column >= 0, self.body.texts[column], 0)
        single = key < _PLANE
        alone = np.ones(len(text))
        alone[at[single]] = np.maximum(stood[single], 1)
        pair = ~single & (size == 2)  # noqa: PLR2004 - nothing between the two
        first = at[pair]
        found[first + 1] = np.minimum(1, stood[pair] / np.minimum(alone[first], alone[first + 1]))
        return found

    def _parts(self, texts: Sequence[Text]) -> Iterator[tuple[Part, list[str], int]]:
        yield self.title, [text.title for text in texts], 0
        longest = self.settings.longest
        yield self.body, [shortened(text.body, longest) for text in texts], len(self.title)

    def _read(self, texts: Sequence[Text]) -> tuple[sparse.csr_matrix, NDArray[np.float32]]:
        count, width = len(texts), self.width
        places, met, known = [], np.zeros(count, np.int64), np.zeros(count, np.int64)
        for part, words, first in self._parts(texts):
            row, key, _at, _size = n_grams(words, part.lengths)
            column = part.table.find(key)
            met += np.bincount(row, minlength=count)
            hit = column >= 0
            row = row[hit]
            known += np.bincount(row, minlength=count)
            places.append(row * width + (column[hit] + first))
        row, place, times = _counted(np.concatenate(places), width)
        values = (1 + np.log(times.astype(np.float32))) * self._weights[place]
        values = self._levelled(values, row * 2 + (place >= len(self.title)), count)
        ends = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=count))])
        matrix = sparse.csr_matrix((values, place.astype(np.int32), ends.astype(np.int32)), shape=(count, width))
        return matrix, (known / np.maximum(met, 1)).astype(np.float32)

    def _levelled(self, values: NDArray[np.float32], part: Numbers, count: int) -> NDArray[np.float32]:
        """Let each part of each text weigh the same however long it is: length 1, `title_weight` for titles."""
        size = np.sqrt(np.bincount(part, weights=values * values, minlength=count * 2))
        factor = np.where(size > 0, 1 / np.maximum(size, 1e-12), 0)
        factor[0::2] *= self.settings.title_weight
        return values * factor.astype(np.float32)[part]


def shortened(body: str, longest: int) -> str:
    """Return the head and the tail of a body that is too long."""
    if len(body) <= longest:
        return body
    tail = longest // 4
    return f"{body[: longest - tail]}\n{body[-tail:]}"


@cache
def folded() -> NDArray[np.uint16]:
    """Return what each character of the basic plane is read as; 0 ends an n-gram, `_SKIPPED` is passed over."""
    table = np.zeros(_PLANE, np.uint16)
    for code in range(1, _PLANE):
        char = chr(code)
        if char.isspace():
            table[code] = _SKIPPED
        elif unicodedata.category(char)[0] != "C":
            plain = unicodedata.normalize("NFKC", char).casefold()
            table[code] = ord(plain[0]) if len(plain) == 1 and ord(plain) < _SKIPPED else code
    return table


def n_grams(texts: Sequence[str], lengths: tuple[int, ...]) -> tuple[Numbers, Keys, Numbers, Numbers]:
    """Return row, key, first character's place and length in characters as typed of every n-gram, length by length."""
    joined = "\0".join(texts) + "\0"
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    read = folded()[np.where(codes < _PLANE, codes, 0)]
    kept = np.flatnonzero(read != _SKIPPED)
    chars = read[kept].astype(np.uint64)
    sizes = np.fromiter((len(text) + 1 for text in texts), np.int64, len(texts))
    starts = np.cumsum(sizes) - sizes
    row = np.repeat(np.arange(len(texts)), sizes)[kept]
    rows, keys, places, spans = [], [], [], []
    key, whole = chars, chars > 0
    for size in range(1, max(lengths) + 1):
        if size > 1:
            key = (key[:-1] << np.uint64(_BITS)) | chars[size - 1 :]
            whole = whole[:-1] & (chars[size - 1 :] > 0)
        if size in lengths:
            at = np.flatnonzero(whole)
            rows.append(row[at])
            keys.append(key[at])
            places.append(kept[at] - starts[row[at]])
            spans.append(kept[at + size - 1] - kept[at] + 1)
    return np.concatenate(rows), np.concatenate(keys), np.concatenate(places), np.concatenate(spans)


def _located(part: Part, words: list[str], first: int) -> Found:
    row, key, at, size = n_grams(words, part.lengths)
    column = part.table.find(key)
    hit = column >= 0
    return Found(row[hit], at[hit], size[hit], column[hit].astype(np.int64) + first)


def _counted(places: Numbers, width: int) -> tuple[Numbers, Numbers, Numbers]:
    """Return row, column and how often, of each place once, in order."""
    places = np.sort(places)
    first = np.flatnonzero(np.concatenate([[True], places[1:] != places[:-1]])) if len(places) else places
    times = np.diff(np.concatenate([first, [len(places)]]))
    once = places[first]
    row = once // max(width, 1)
    return row, once - row * width, times


def _merged(keys: Keys, counts: Numbers, more: Keys, found: Numbers) -> tuple[Keys, Numbers]:
    every = np.union1d(keys, more)
    total = np.zeros(len(every), np.int64)
    total[np.searchsorted(every, keys)] += counts
    total[np.searchsorted(every, more)] += found
    return every, total


def _batches(things: Iterable[_T], size: int) -> Iterator[list[_T]]:
    batch: list[_T] = []
    for thing in things:
        batch.append(thing)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
