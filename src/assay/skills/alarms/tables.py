"""Short text tables, straight from a tool's value."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from assay.kernel.texts import Lang, text

ROWS = 10


def table(key: str, lang: Lang, rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A title with column heads (text ``alarms.table_KEY``: title, then heads, cut at ``|``) and aligned rows."""
    if not rows:
        return
    title, *heads = text(f"alarms.table_{key}", lang).split("|")
    cells = [heads, *[[printable(cell) for cell in row] for row in rows]]
    widths = [max(_width(row[i]) for row in cells) for i in range(len(heads))]
    yield f"{title}:" if lang == "en" else f"{title}："
    for row in cells:
        padded = (cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
        yield "  " + "  ".join(padded).rstrip()


def printable(content: str, most: int = 60) -> str:
    """Text from outside without control characters, cut: it must not steer the terminal."""
    plain = "".join(each if each.isprintable() else "\ufffd" for each in content)
    return plain if len(plain) <= most else plain[: most - 1] + "…"


def kpi_tables(value: Any, lang: Lang) -> Iterator[str]:
    """The top alarms, priorities, what chatters, and what stands at the end."""
    top = value["top"]["list"]
    yield from table("top", lang, [[one["alarm"], str(one["count"]), percent(one["share"])] for one in top])
    given = value["priorities"]
    rows = [[one["priority"] or "-", str(one["count"]), percent(one["share"])] for one in given]
    yield from table("priorities", lang, rows)
    yield from table(
        "chattering", lang, [[one["alarm"], str(one["count"])] for one in value["chattering"]["list"][:ROWS]]
    )
    if value["standing"] is not None:
        rows = [[one["alarm"], one["since"], f"{one['hours']:.1f}"] for one in value["standing"]["list"][:ROWS]]
        yield from table("standing", lang, rows)
    for kind in ("duplicates", "correlated"):
        rows = [[one["first"], one["second"], f"{one['agreement']:.2f}"] for one in value[kind][:ROWS]]
        yield from table(kind, lang, rows)


def percent(share: float | None) -> str:
    """A share of one as per cent."""
    return "-" if share is None else f"{100.0 * share:.1f}%"


def _width(content: str) -> int:
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in content)


TABLES: dict[str, Callable[[Any, Lang], Iterator[str]]] = {"kpi": kpi_tables}
