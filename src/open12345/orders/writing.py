"""What people write, made safe to keep in the open: masked values, canonical text, twin keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from open12345.orders.chain import canonical
from open12345.policy import Pack
from open12345.text import fingerprint, mask_address, mask_home, mask_text

#: Shorter texts say too little to call two of them twins (characters).
_TWIN_AT_LEAST = 12


@dataclass(frozen=True, slots=True)
class Mask:
    """What to mask in texts about one order: the requester's name and address; what to leave: the centre's numbers.

    An address goes also where the text writes it in part, once it is certain (`text.mask_home`); in a place that
    somebody named as that of the problem (`is_place`) only as a whole.
    """

    names: tuple[str, ...] = ()
    allow: frozenset[str] = frozenset()
    addresses: tuple[str, ...] = ()
    is_place: bool = False

    def __call__(self, content: Any) -> Any:
        """Return `content` with phones, ID numbers and names masked in every text it holds."""
        if isinstance(content, str):
            for address in self.addresses:
                content = mask_home(content, address, whole=self.is_place).replace(address, mask_address(address))
            return mask_text(content, names=self.names, allow=self.allow).text
        if isinstance(content, dict):
            return {key: self(value) for key, value in content.items()}
        if isinstance(content, list | tuple):
            return [self(value) for value in content]
        return content


def service_numbers(pack: Pack) -> frozenset[str]:
    """Return the numbers that anybody may read: the hotline's own and those the pack lists."""
    return frozenset({pack.hotline, *pack.closing.service_numbers})


def as_text(content: dict[str, Any]) -> str:
    """Return the one text form of a record's content."""
    return canonical(content).decode()


def twin_key(text: str) -> bytes | None:
    """Return the key that equal replies share, None for a text too short to compare."""
    return fingerprint(text) if len(text) >= _TWIN_AT_LEAST else None
