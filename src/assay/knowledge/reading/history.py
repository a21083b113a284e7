"""Tables of revisions: the version in the row with the newest day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from assay.knowledge.document import Block, Page, Table
from assay.knowledge.reading.days import DAY, day_of
from assay.knowledge.reading.tables import grid_of

_VERSION = re.compile(
    r"^(?:版\s*本\s*号?|版\s*次|修订\s*(?:号|版本|版次|次数)|version|rev(?:ision)?\.?|issue|edition)"
    r"(?:\s*(?:no\.?|number))?$",
    re.IGNORECASE,
)
_DATE = re.compile(r"日期|时间|\bdate\b", re.IGNORECASE)
_CHANGE = re.compile(r"修订|修改|变更|更改|说明|内容|原因|change|descri|reason|amend|remark|summary", re.IGNORECASE)
_DAY = re.compile(DAY, re.IGNORECASE)
_VALUE = re.compile(
    r"(?:第\s*)?(?:v(?:er)?\.?|rev\.?)?\s*([A-Z]/\d{1,2}|[A-Z]\d{0,2}|\d{1,3}(?:\.\d{1,3}){0,3}[a-z]?)\s*版?$", re.I
)
_FRONT_PAGES = 3


def newest_version(pages: Sequence[Page], blocks: Sequence[Block]) -> str | None:
    """The newest version of the document's only table of revisions, in its first pages or on its last; else None."""
    tables = [
        block.table
        for block in blocks
        if block.table is not None and (block.spans[0].page <= _FRONT_PAGES or block.spans[-1].page == len(pages))
    ]
    found = [rows for table in tables if (rows := _rows(table))]
    if len(found) != 1:
        return None
    newest = max(day for day, _ in found[0])
    versions = {version for day, version in found[0] if day == newest}
    return versions.pop() if len(versions) == 1 else None


def _rows(table: Table) -> list[tuple[date, str]]:
    """Day and version of each row; empty where this is no table of revisions or one row cannot be read."""
    grid = [[" ".join(cell.split()) for cell in row] for row in grid_of(table.cells)]
    head = next((row for row in grid[:3] if any(map(_VERSION.match, row)) and any(map(_DATE.search, row))), None)
    if head is None or not any(_CHANGE.search(name) and not _VERSION.match(name) for name in head):
        return []
    version = next(at for at, name in enumerate(head) if _VERSION.match(name))
    when = next(at for at, name in enumerate(head) if _DATE.search(name))
    rows = []
    for row in grid[grid.index(head) + 1 :]:
        day, value = _DAY.search(row[when]), _VALUE.match(row[version])
        parsed = day_of(day.group()) if day else None
        if parsed is None or value is None:
            if row[version] or row[when]:
                return []
            continue
        rows.append((parsed, value[1]))
    return rows
