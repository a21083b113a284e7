"""Short text tables, straight from a tool's value."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from assay.kernel.texts import Lang, text

ROWS, TARGETS = 12, 5


def forecast_tables(value: Any, lang: Lang) -> Iterator[str]:
    """Of each target at most ``ROWS`` rows, evenly taken, the last among them."""
    for one in value["targets"][:TARGETS]:
        count = len(one["times"])
        rows = sorted({round(k * (count - 1) / max(1, min(ROWS, count) - 1)) for k in range(min(ROWS, count))})
        cells = [[one["times"][k][:19], *(number(one[side][k]) for side in ("low", "median", "high"))] for k in rows]
        title = f"{one['target']} [{one['unit']}]" if one["unit"] else one["target"]
        yield from _table(text("timeseries.table_forecast", lang, target=_printable(title)), lang, cells)


def detect_tables(value: Any, lang: Lang) -> Iterator[str]:
    """The highest alarms in the order of time with their tags, the broken rules, and where the two disagree."""
    cells = []
    highest = sorted(value["intervals"], key=lambda one: -one["peak"])[:ROWS]
    for one in sorted(highest, key=lambda one: one["first"]):
        tags = ", ".join(f"{each['tag']} {100 * each['share']:.0f} %" for each in one["contributions"][:3])
        times = [one[name][:19] for name in ("start", "end", "raised_at")]
        cells.append([*times, text(f"timeseries.kind_{one['kind']}", lang), f"{one['peak']:.1f}", tags])
    yield from _table(text("timeseries.table_detect", lang), lang, cells)
    rules = [
        [one["rule"], one["kind"], str(one["broken"]), str(one["unknown"]), number(_worst(one)), one["unit"]]
        for one in value["rules"]
        if one["violations"]
    ]
    yield from _table(text("timeseries.table_rules", lang), lang, rules[:ROWS])
    apart = [
        [one["start"][:19], one["end"][:19], text(f"timeseries.side_{one['side']}", lang), one["rule"] or "-"]
        for one in value["disagreements"]
    ]
    yield from _table(text("timeseries.table_disagreements", lang), lang, apart[:ROWS])


def _worst(rule: Any) -> float | None:
    return max((one["worst"] for one in rule["violations"] if one["worst"] is not None), default=None)


def number(value: float | None) -> str:
    """Four digits, or ``-``."""
    return "-" if value is None else f"{value:.4g}"


def _table(heading: str, lang: Lang, rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A title with column heads (cut at ``|``) and aligned rows."""
    if not rows:
        return
    title, *heads = heading.split("|")
    cells = [heads, *[[_printable(cell) for cell in row] for row in rows]]
    widths = [max(_width(row[i]) for row in cells) for i in range(len(heads))]
    yield f"{title}:" if lang == "en" else f"{title}："
    for row in cells:
        padded = (cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
        yield "  " + "  ".join(padded).rstrip()


def _printable(content: str, most: int = 80) -> str:
    """Text from outside without control characters and the table's own mark, cut."""
    plain = "".join(each if each.isprintable() and each != "|" else "\ufffd" for each in content)
    return plain if len(plain) <= most else plain[: most - 1] + "…"


def _width(content: str) -> int:
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in content)


TABLES: dict[str, Callable[[Any, Lang], Iterator[str]]] = {"forecast": forecast_tables, "detect": detect_tables}
