"""Cases from a written document (Word, PDF, HTML, Markdown, text in any encoding): its tables, else its story."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from assay.skills.cases.story import read_story
from assay.skills.cases.tables import Imported, case_of_row, columns_of

if TYPE_CHECKING:
    from assay.knowledge.document import Block, Page, Table

PAGES_BETWEEN = "\n"


def read_written(path: Path, *, asset: str = "", author: str = "", groups: Sequence[str]) -> Imported:
    """The cases of a document: a row of a table with columns for equipment and symptom is a record, with its page as
    its place; a document without such a table is one told story. Raises InputError when it tells no failure."""
    from assay.knowledge.reading import read_file

    read = read_file(path)
    return of_document(read.blocks, read.pages, path.name, asset=asset, author=author, groups=groups)


def of_document(
    blocks: Sequence[Block],
    pages: Sequence[Page],
    name: str,
    *,
    asset: str = "",
    author: str = "",
    groups: Sequence[str],
) -> Imported:
    """The same of a document that was read before."""
    tables = [block.table for block in blocks if block.table is not None]
    rows = [row for table in tables for row in _rows(table)]
    if rows:
        made = [case_of_row(row, page, name, tuple(groups)) for page, row in rows]
        found = tuple(case for case in made if case is not None)
        if found:
            return Imported(found, len(made) - len(found))
    told = PAGES_BETWEEN.join(page.text for page in pages)
    return Imported((read_story(told, asset=asset, author=author, source=name, groups=groups),))


def _rows(table: Table) -> Iterator[tuple[int, Mapping[str, str]]]:
    """(page, cells by field) of a table of records; nothing of another table. A merged cell holds for all its rows."""
    grid: dict[int, dict[int, tuple[int, str]]] = {}
    for cell in table.cells:
        for row in range(cell.row, cell.row + cell.rows):
            grid.setdefault(row, {})[cell.column] = (cell.span.page, cell.text)
    heads = {column: words for _, (column, words) in _heads(grid, table.header_rows)}
    chosen = columns_of(list(heads.values()))
    if chosen is None:
        return
    at = {words: column for column, words in heads.items()}
    for row in sorted(grid):
        if row >= max(1, table.header_rows):
            cells = grid[row]
            page = min(number for number, _ in cells.values())
            yield page, {name: cells.get(at[header], (0, ""))[1].strip() for name, header in chosen.items()}


def _heads(grid: Mapping[int, Mapping[int, tuple[int, str]]], rows: int) -> Iterator[tuple[int, tuple[int, str]]]:
    for row in sorted(grid)[: max(1, rows)]:
        for column, (_, words) in grid[row].items():
            yield row, (column, words.strip())
