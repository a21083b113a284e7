"""What a workbook's own XML tells beyond its values: number formats, formulas without a value, hidden rows."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assay.kernel.errors import InputError
from assay.knowledge.reading.sheet_formats import BUILT_IN, is_date_code
from assay.knowledge.reading.xml import Package, R, S

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})$")


@dataclass(slots=True)
class SheetParts:
    """Format codes by (row, column) from 0, for numbers and days that have one; ``unvalued`` formulas; hidden parts."""

    codes: dict[tuple[int, int], str] = field(default_factory=dict)
    unvalued: int = 0
    hidden: bool = False


def parts_of(package: Package, most: int) -> Mapping[str, SheetParts]:
    """The parts of each sheet by its name, for ``most`` cells in all."""
    main = package.main()
    if not main.endswith(".xml"):
        return {}  # the binary workbook (.xlsb): values only
    targets = package.targets(main)
    styles = [full for kind, full in targets.values() if kind == "styles" and full in package.paths]
    codes = _codes(package.root(styles[0])) if styles else []
    found: dict[str, SheetParts] = {}
    for sheet in package.root(main).iter(f"{S}sheet"):
        kind, path = targets.get(sheet.get(f"{R}id", ""), ("", ""))
        if kind == "worksheet" and path in package.paths:
            found[sheet.get("name", "")], read = _sheet(package, path, codes, most)
            most -= read
    return found


def _codes(styles: Element) -> list[str]:
    """Format codes in the order of the cell styles; empty for "General" and for what is not needed."""
    own = {one.get("numFmtId", ""): one.get("formatCode", "") for one in styles.iter(f"{S}numFmt")}
    formats = styles.find(f"{S}cellXfs")
    made = []
    for one in formats if formats is not None else ():
        number = one.get("numFmtId", "0")
        code = own.get(number) or (BUILT_IN.get(int(number), "") if number.isdigit() else "")
        made.append("" if code.lower() == "general" or (is_date_code(code) and "y" not in code.lower()) else code)
    return made


def _sheet(package: Package, path: str, codes: list[str], most: int) -> tuple[SheetParts, int]:
    from lxml import etree

    made, read = SheetParts(), 0
    data = package.bytes(path).replace(b"http://purl.oclc.org/ooxml/spreadsheetml/main", S[1:-1].encode())
    tags = (f"{S}c", f"{S}row", f"{S}col")
    row = column = -1
    try:
        events = etree.iterparse(
            io.BytesIO(data),
            events=("start", "end"),
            tag=tags,
            resolve_entities=False,
            no_network=True,
            huge_tree=False,
        )
        for event, element in events:
            if element.tag == f"{S}row" and event == "start":
                number = element.get("r", "")
                row, column = (int(number) - 1 if number.isdigit() else row + 1), -1
            if element.get("hidden") in ("1", "true"):
                made.hidden = True
            if event == "start":
                continue
            if element.tag == f"{S}c":
                place = _REFERENCE.match(element.get("r", ""))
                column = _column(place[1]) if place else column + 1
                read += 1
                _cell(element, row, column, codes, made)
            element.clear()
            if read >= most:
                break
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InputError("reading.broken", name=package.name) from error
    return made, read


def _cell(element: Element, row: int, column: int, codes: list[str], made: SheetParts) -> None:
    style = element.get("s", "0")
    code = codes[int(style)] if style.isdigit() and int(style) < len(codes) else ""
    if code and element.get("t", "n") in ("n", "d"):
        made.codes[(row, column)] = code
    if element.find(f"{S}f") is not None and not element.findtext(f"{S}v"):
        made.unvalued += element.get("t") not in ("str", "inlineStr")


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
