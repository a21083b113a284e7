"""What stands on a page and is not its text: running heads and feet, page numbers, watermarks, tables of contents."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from assay.knowledge.reading.structure_layout import Placed
from assay.knowledge.reading.structure_words import row_text

_ENTRIES = 4  # of a table of contents
_LEADER = re.compile(r"(?:(?:\.\s?){4,}|…{2,}|·{4,}|⋯{2,})\s*(\d{1,4})\s*$")
_ZONE = 0.11  # of the page's height
_PAGE_NUMBER = re.compile(
    r"^\s*(?:[-–—·|]\s*)?(?:(?:page|seite|p\.)\s*)?(?:第\s*)?(?:\d{1,4}|[ivxlc]{1,7}|[A-Z]?\d{0,2}[-–.]\d{1,3})"
    r"(?:\s*页)?(?:\s*(?:/|of|，|,|共)+\s*共?\s*\d{1,4}\s*页?)?(?:\s*[-–—·|])?\s*$",
    re.IGNORECASE,
)


def margins(pages: Sequence[tuple[Sequence[Placed], float]]) -> list[set[int]]:
    """The numbers of the rows of each page (rows in reading order, height) that are its running head or foot, a
    watermark, or a table of contents.

    A row in the outer zone is one that comes again on other pages, but for its digits, or is a page number.
    """
    seen: Counter[tuple[str, bool]] = Counter()
    found: list[list[tuple[int, tuple[str, bool]]]] = []
    for rows, height in pages:
        outer = [(at, _key(row, height)) for at, row in enumerate(rows) if row.grid is None and _outer(row, height)]
        found.append(outer)
        seen.update({key for _, key in outer})
    needed = max(2, min(3, len(pages)))
    stamped = _stamped([rows for rows, _ in pages])
    result = []
    for (rows, height), outer in zip(pages, found, strict=True):
        taken = {at for at, key in outer if len(pages) > 1 and seen[key] >= needed}
        taken |= {at for at, _ in outer if _PAGE_NUMBER.match(row_text(rows[at].row)) and _last(rows, at, height)}
        taken |= {at for at, row in enumerate(rows) if _mark(row) in stamped}
        result.append(taken | _contents(rows, len(pages)))
    return result


def _mark(row: Placed) -> str:
    return row_text(row.row) if row.row and row.row[0].slanted else ""


def _stamped(pages: Sequence[Sequence[Placed]]) -> set[str]:
    """Slanted words of most pages: watermarks."""
    seen = Counter(mark for rows in pages for mark in {_mark(row) for row in rows} if mark)
    return {mark for mark, count in seen.items() if count >= max(3, len(pages) // 2)}


def _contents(rows: Sequence[Placed], pages: int) -> set[int]:
    """The rows of a table of contents: leaders and rising page numbers, at least four together. It names what stands
    elsewhere, so a search must not find it."""
    result: set[int] = set()
    run: list[int] = []
    last = 0
    for at, row in enumerate(rows):
        found = _LEADER.search(row_text(row.row)) if row.grid is None else None
        number = int(found[1]) if found else 0
        if found and last <= number <= pages + 40:
            run.append(at)
            last = number
        else:
            run, last = ([at], number) if found else ([], 0)
        if len(run) >= _ENTRIES:
            result.update(run)
    return result


def _outer(row: Placed, height: float) -> bool:
    _, top, _, bottom = row.box
    return bottom < _ZONE * height or top > (1 - _ZONE) * height


def _key(row: Placed, height: float) -> tuple[str, bool]:
    return re.sub(r"\d+|\s+", "", row_text(row.row)).casefold(), row.box[1] < height / 2


def _last(rows: Sequence[Placed], at: int, height: float) -> bool:
    """Whether nothing stands further out than this row."""
    _, top, _, bottom = rows[at].box
    if top > height / 2:
        return all(row.box[1] < bottom for row in rows)
    return all(row.box[3] > top for row in rows)
