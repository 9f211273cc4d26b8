"""Where everything that is written at run time lives: one folder per instance."""

import hashlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from open12345.project.problems import EnvironmentProblem

CHECKOUT = Path(__file__).resolve().parents[3]
PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700


def in_checkout() -> bool:
    """Whether the package runs from a source tree, which also carries packs and node_modules."""
    return (CHECKOUT / "pyproject.toml").is_file()


def home() -> Path:
    """The instance's folder: `OPEN12345_HOME`, else `var/` of the checkout or here."""
    given = os.environ.get("OPEN12345_HOME")
    if given:
        return Path(given).expanduser().resolve()
    return (CHECKOUT if in_checkout() else Path.cwd()) / "var"


def fingerprint(folder: Path) -> str:
    """Ten hex digits that tell two instances on one machine apart."""
    return hashlib.sha256(str(folder).encode()).hexdigest()[:10]


def make_folder(folder: Path, mode: int = PRIVATE_FOLDER) -> Path:
    """Create `folder` with its parents, for its owner alone; raises EnvironmentProblem where that is not allowed."""
    try:
        for lacking in reversed([f for f in (folder, *folder.parents) if not f.exists()]):
            lacking.mkdir(mode=mode, exist_ok=True)
        folder.mkdir(exist_ok=True)  # says so when a file stands there
    except OSError as error:
        raise EnvironmentProblem(
            f"The folder {folder} cannot be created: {error.strerror}.",
            "Choose a place you may write to: OPEN12345_HOME=/path/to/folder",
        ) from error
    return folder


def write_private(path: Path, text: str) -> None:
    """Write a file only its owner may read; a reader sees the old text or the new, never half."""
    make_folder(path.parent)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def new_secret() -> str:
    """48 random bytes as text."""
    return secrets.token_urlsafe(48)


def kept_secret(path: Path, make: Callable[[], str] = new_secret) -> str:
    """The secret kept in `path`; the first caller makes it, all others read that one."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        write_private(draft, make())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="utf-8").strip()
