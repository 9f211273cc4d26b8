"""The flow chart of the documents, printed from the life-cycle table (a difference fails the tests)."""

from __future__ import annotations

from collections import defaultdict

from django.utils import translation
from django.utils.translation import gettext as _

from open12345.orders.lifecycle import ACTIONS, Action
from open12345.orders.stages import ENDED, Stage


def mermaid() -> str:
    """Return the stages and what leads from one to another, as a Mermaid state diagram in Chinese."""
    with translation.override("zh-hans"):
        lines = ["stateDiagram-v2"]
        lines += [f'    state "{stage.label} {stage}" as {stage}' for stage in Stage]
        lines += [f"    {source} --> {target}: {'、'.join(titles)}" for (source, target), titles in edges().items()]
        lines += [f"    {stage} --> [*]" for stage in Stage if stage in ENDED - {Stage.CLOSED}]
    return "\n".join(lines) + "\n"


def edges() -> dict[tuple[str, str], list[str]]:
    """Return every change of stage with the actions that make it; "[*]" stands for "not there yet"."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for action in ACTIONS.values():
        for source, targets in action.moves.items():
            for target in targets:
                if source != target:
                    found[(source.value if source else "[*]", target.value)].append(_title(action))
    return found


def _title(action: Action) -> str:
    return _("%(action)s申请") % {"action": action.title} if action.on_application else str(action.title)


def table() -> str:
    """Return the life-cycle table as Markdown: action, who, from, to, clocks."""
    with translation.override("zh-hans"):
        rows = ["| 动作 | action | 谁 | 阶段 | 启动时限 | 停止时限 |", "| --- | --- | --- | --- | --- | --- |"]
        for action in ACTIONS.values():
            who = "；".join(
                f"{w.relation}({', '.join(sorted(w.roles))})" if w.roles else str(w.relation) for w in action.who
            )
            moves = "；".join(_move(source, targets) for source, targets in action.moves.items())
            starts, stops = (", ".join(kinds) or "–" for kinds in (action.starts, action.stops))
            rows.append(f"| {action.title} | `{action.name}` | {who} | {moves} | {starts} | {stops} |")
    return "\n".join(rows) + "\n"


def _move(source: Stage | None, targets: tuple[Stage, ...]) -> str:
    start = source.label if source else "（新）"
    ends = "/".join(str(t.label) for t in targets)
    return str(start) if targets == (source,) else f"{start}→{ends}"


def document() -> str:
    """Return docs/lifecycle.md."""
    return (
        "# The life cycle of an order\n\n"
        "Printed by `open12345 flowchart --document` from the table in `src/open12345/orders/lifecycle.py`; "
        "do not edit.\n\n"
        f"```mermaid\n{mermaid()}```\n\n{table()}"
    )
