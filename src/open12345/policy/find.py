"""Where packs lie: by name under the packs folder, or any folder by its path."""

import os
from pathlib import Path

from .problems import PackError, PackProblem, closest

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
