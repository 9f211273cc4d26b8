"""Where packs lie: by name under the packs folder, or any folder by its path."""

import os
from dataclasses import dataclass
from pathlib import Path

from .problems import PackError, PackProblem, closest
from .sources import read_yaml

VARIABLE = "OPEN12345_PACKS"
"""Environment variable that names another folder of packs than the checkout's."""


def packs_folder() -> Path:
    """Return the folder whose subfolders are packs: OPEN12345_PACKS, else `packs` nearest above."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    above = (parent / "packs" for parent in (*Path(__file__).resolve().parents, Path.cwd()))
    return next((folder for folder in above if folder.is_dir()), Path("packs"))


def pack_names() -> list[str]:
    """Return the names under which packs can be found."""
    folder = packs_folder()
    return sorted(found.parent.name for found in folder.glob("*/pack.yaml"))


@dataclass(frozen=True, slots=True)
class PackHead:
    """What a pack says of itself at its head; empty where it cannot be read."""

    id: str
    title: str
    title_en: str


def pack_heads() -> dict[str, PackHead]:
    """Return the packs that can be found, by name, without reading more of them than their head."""
    found = {}
    for name in pack_names():
        said = read_yaml(packs_folder() / name / "pack.yaml").data
        head = said if isinstance(said, dict) else {}
        found[name] = PackHead(*(str(head.get(key) or "") for key in ("id", "title", "title_en")))
    return found


def find_pack(name: str | Path) -> Path:
    """Return the folder of a pack given by its name or its path.

    Raises PackError that names the packs there are.
    """
    for folder in (packs_folder() / name, Path(name)):
        if (folder / "pack.yaml").is_file() or (folder.is_dir() and os.sep in str(name)):
            return folder
    if Path(name).is_dir():
        return Path(name)
    if os.sep in str(name):
        message = f"没有这个文件夹：{name}"
        raise PackError([PackProblem(str(name), 0, "", message)])
    message = f"没有这个规则包；{closest(name, pack_names())}"
    raise PackError([PackProblem(str(name), 0, "", message)])
