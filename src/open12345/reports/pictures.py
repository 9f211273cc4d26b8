"""Charts of papers as pictures, at the resolution of print: one dark tone and greys, a Chinese font if there is one."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager

DPI: Final = 300
WIDTH: Final = 15.0 / 2.54  # inches: a little less than the type area
_TONES: Final = ("#1f3a5f", "#a8b0ba")
_INK, _GRID = "#333333", "#d9dce1"
_SIZE: Final = 9
#: Fonts that hold Chinese, as systems name them; the first one found draws.
_FAMILIES: Final = (
    "FangSong_GB2312", "FangSong", "Noto Sans SC", "Noto Sans CJK SC", "Noto Sans CJK JP", "Source Han Sans SC",
    "SimHei", "Microsoft YaHei", "PingFang SC", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Noto Serif CJK SC",
    "Noto Serif CJK JP", "AR PL UMing CN", "Droid Sans Fallback",
)  # fmt: skip
#: Low enough that little of a page is lost where a chart goes to the next one.
_STANDING: Final = 1.9
_MOST_LABELS, _LONG_LABEL, _BARS_LIE = 16, 12, 6


@lru_cache(maxsize=1)
def chinese_font() -> FontProperties | None:
    """Return a font of this machine that holds Chinese; None where there is none (charts then say it by numbers)."""
    known = {font.name: font.fname for font in fontManager.ttflist}
    found = next((known[name] for name in _FAMILIES if name in known), None)
    return FontProperties(fname=str(Path(found)), size=_SIZE) if found else None


def png(block: dict[str, Any]) -> bytes:
    """Return a chart of a paper as PNG; lying bars where names are long, else lines or standing bars."""
    lying = block["shape"] == "bar" and len(block["labels"]) > _BARS_LIE and not _short(block["labels"])
    with mpl.rc_context({"text.parse_math": False, "font.size": _SIZE, "axes.edgecolor": _GRID, "axes.linewidth": 0.8}):
        height = 0.4 + 0.2 * len(block["labels"]) if lying else _STANDING
        figure = Figure(figsize=(WIDTH, height), dpi=DPI, layout="constrained")
        axes = figure.add_subplot()
        if lying:
            _lying(axes, block)
        elif block["shape"] == "line":
            _line(axes, block)
        else:
            _standing(axes, block)
        _dress(figure, axes, lying=lying, many=len(block["series"]) > 1)
        out = io.BytesIO()
        figure.savefig(out, format="png", dpi=DPI, metadata={"Software": None})
    return out.getvalue()


def _short(labels: list[str]) -> bool:
    return all(len(label) <= 4 for label in labels)  # noqa: PLR2004 - 12月, 4/12


def _words(text: str) -> str:
    """Return a label that can be drawn: cut if long, nothing where no font holds it."""
    if chinese_font() is None and not text.isascii():
        return ""
    return text if len(text) <= _LONG_LABEL else f"{text[: _LONG_LABEL - 1]}…"


def _lying(axes: Any, block: dict[str, Any]) -> None:
    labels, values = block["labels"][::-1], block["series"][0]["values"][::-1]
    bars = axes.barh(range(len(values)), values, color=_TONES[0], height=0.62)
    axes.set_yticks(range(len(values)), [_words(label) for label in labels])
    axes.bar_label(bars, [_number(value) for value in values], padding=3, color=_INK)
    axes.margins(x=0.12)


def _standing(axes: Any, block: dict[str, Any]) -> None:
    series, labels = block["series"], block["labels"]
    width = 0.7 / len(series)
    for place, one in enumerate(series):
        spots = [spot + (place - (len(series) - 1) / 2) * width for spot in range(len(labels))]
        tone = _TONES[place % len(_TONES)]
        bars = axes.bar(spots, one["values"], width=width * 0.94, color=tone, label=_words(one["name"]))
        if len(labels) * len(series) <= _MOST_LABELS:
            axes.bar_label(
                bars, [_number(value) for value in one["values"]], padding=2, color=_INK, fontsize=_SIZE - 1.5
            )
    axes.set_xticks(range(len(labels)), [_words(label) for label in labels])


def _line(axes: Any, block: dict[str, Any]) -> None:
    labels = block["labels"]
    for place, one in enumerate(block["series"]):
        axes.plot(range(len(labels)), one["values"], color=_TONES[place % len(_TONES)], linewidth=1.4,
                  label=_words(one["name"]))  # fmt: skip
    step = max(1, -(-len(labels) // 12))
    axes.set_xticks(range(0, len(labels), step), [_words(label) for label in labels[::step]])
    values = block["series"][0]["values"]
    top = max(range(len(values)), key=values.__getitem__)
    axes.annotate(f"{labels[top]}  {_number(values[top])}", (top, values[top]), xytext=(0, 5),
                  textcoords="offset points", ha="center", color=_INK, fontproperties=chinese_font())  # fmt: skip
    axes.set_ylim(bottom=0, top=values[top] * 1.15 or 1)


def _number(value: float) -> str:
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.2f}"


def _dress(figure: Figure, axes: Any, *, lying: bool, many: bool) -> None:
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.grid(axis="x" if lying else "y", color=_GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, colors=_INK)
    if lying:
        axes.xaxis.set_visible(False)
    font = chinese_font()
    if font is not None:
        for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
            label.set_fontproperties(font)
    if many:
        figure.legend(loc="outside upper right", ncols=2, frameon=False, prop=font)
