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


def actor_tables(value: Any, lang: Lang) -> Iterator[str]:
    """The bad actors with what is wrong with each."""
    rows = []
    for one in value["list"]:
        other = one["duplicate_of"] or one["comes_with"] or ""
        wrong = ", ".join(text(f"alarms.reason_{reason}", lang, other=other) for reason in one["reasons"])
        seconds = "-" if one["median_seconds"] is None else f"{one['median_seconds']:.0f}"
        rows.append([one["alarm"], str(one["count"]), percent(one["share"]), seconds, wrong])
    yield from table("bad_actors", lang, rows)


def flood_tables(value: Any, lang: Lang) -> Iterator[str]:
    """Every flood in a row; then, for the largest, the order of its alarms and what operators did."""
    rows = []
    for one in value["list"]:
        place = one["origin"]["equipment"] or "-"
        size = [f"{one['minutes']:.0f}", str(one["annunciations"]), str(one["peak"])]
        rows.append([one["begin"], *size, one["first_out"]["alarm"], one["origin"]["alarm"], place])
    yield from table("floods", lang, rows)
    if not value["list"]:
        return
    largest = max(value["list"], key=lambda one: one["annunciations"])
    order = [
        [one["time"], one["alarm"], one["equipment"] or "-", f"{one['lead_minutes']:+.1f}", _usual(one)]
        for one in largest["following"][:ROWS]
    ]
    yield from table("order", lang, order)
    done = [[one["time"], one["tag"], one["message"]] for one in largest["actions"]]
    done += [[one["time"], one["tag"], one["message"]] for past in largest["alike"] for one in past["actions"]]
    yield from table("actions", lang, done[:ROWS])


def advice_tables(value: Any, lang: Lang) -> Iterator[str]:
    """The proposals, those that remove most first."""
    rows = []
    for one in value["list"][: 2 * ROWS]:
        then = one["then"]
        limit, band = (f"{then[name]:.6g}" if name in then else "-" for name in ("limit", "deadband"))
        off = f"{then['off_delay']:g}" if "off_delay" in then else "-"
        shelve = text("alarms.yes", lang) if then.get("shelving") else "-"
        count = [str(one["before"]), str(one["after"])]
        rows.append([one["alarm"], limit, band, f"{then['on_delay']:g}", off, shelve, *count])
    yield from table("proposals", lang, rows)


def _usual(one: Any) -> str:
    return "-" if one["usual_lead_minutes"] is None else f"{one['usual_lead_minutes']:+.1f}"


def percent(share: float | None) -> str:
    """A share of one as per cent."""
    return "-" if share is None else f"{100.0 * share:.1f}%"


def _width(content: str) -> int:
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in content)


TABLES: dict[str, Callable[[Any, Lang], Iterator[str]]] = {
    "kpi": kpi_tables,
    "bad_actors": actor_tables,
    "floods": flood_tables,
    "advise": advice_tables,
}
