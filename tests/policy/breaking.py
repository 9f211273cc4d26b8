"""Breaking a copy of a pack at one place, and asking what is said about it."""

from dataclasses import dataclass
from pathlib import Path

from open12345.policy import PackError, PackProblem, read_pack


def problems_of(folder: Path) -> tuple[PackProblem, ...]:
    """What is wrong with a pack; nothing if it can be read. A refusal without a mistake is one."""
    try:
        read_pack(folder)
    except PackError as error:
        return error.problems or (PackProblem("", 0, "", ""),)
    return ()


@dataclass(frozen=True)
class Copy:
    """A copy of the Jiuting pack."""

    folder: Path

    def edit(self, file: str, old: str, new: str) -> int:
        """Replace the one place where `old` stands; returns its line."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1

    def append(self, file: str, line: str) -> int:
        """Add a line at the end of a file; returns its line."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        path.write_text(text + line + "\n", encoding="utf-8")
        return text.count("\n") + 1

    def write(self, file: str, content: bytes) -> None:
        (self.folder / file).write_bytes(content)

    def problems(self) -> tuple[PackProblem, ...]:
        """What is wrong with the copy; nothing if it can be read."""
        return problems_of(self.folder)

    def only_problem(self) -> PackProblem:
        """The one thing that is wrong with the copy."""
        problems = self.problems()
        assert len(problems) == 1, [str(problem) for problem in problems]
        return problems[0]
