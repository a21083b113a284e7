"""How far the cells of a workbook reach: a sheet is held as a whole rectangle, so one cell far out makes billions."""

from __future__ import annotations

import io
import re

from assay.kernel.errors import InputError
from assay.knowledge.reading.xml import Package

#: Places that a sheet's rectangle may have, filled or not.
LARGEST = 10_000_000
_FILLED = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>/]*>')
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"


def check_span(package: Package) -> None:
    """Raises InputError where a sheet would take more room than ``LARGEST`` places."""
    for path in package.paths:
        if "/worksheets/" in path and path.endswith(".xml"):
            _check(package, _places(package.bytes(path)))
    if "content.xml" in package.paths:
        _check_repeated(package)


def _check(package: Package, places: int) -> None:
    if places > LARGEST:
        raise InputError("reading.sheet_span", name=package.name, places=places, most=LARGEST)


def _places(data: bytes) -> int:
    columns: set[bytes] = set()
    low, high = 1 << 30, 0
    for found in _FILLED.finditer(data):
        columns.add(found[1])
        row = int(found[2])
        low, high = min(low, row), max(high, row)
    numbers = [_number(letters) for letters in columns]
    return (high - low + 1) * (max(numbers) - min(numbers) + 1) if numbers else 0


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _check_repeated(package: Package) -> None:
    """OpenDocument says "this cell 16,384 times" and "this row a million times"."""
    from lxml import etree

    widest = rows = 0
    try:
        tags = (f"{_TABLE}table-row", f"{_TABLE}table")
        events = etree.iterparse(
            io.BytesIO(package.bytes("content.xml")), tag=tags, resolve_entities=False, no_network=True, huge_tree=False
        )
        for _, element in events:
            if element.tag == f"{_TABLE}table":
                widest = rows = 0
                continue
            cells = [(_count(cell.get(f"{_TABLE}number-columns-repeated")), cell) for cell in element]
            if any(cell.get(f"{_OFFICE}value-type") for _, cell in cells):
                filled = max(at for at, (_, cell) in enumerate(cells) if cell.get(f"{_OFFICE}value-type"))
                widest = max(widest, sum(count for count, _ in cells[: filled + 1]))
                rows += _count(element.get(f"{_TABLE}number-rows-repeated"))
                _check(package, widest * rows)
            element.clear()
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InputError("reading.broken", name=package.name) from error


def _count(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 1
