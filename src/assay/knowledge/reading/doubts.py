"""The guard over numbers: which of them a person must look at before an answer may use them.

The OCR drops ℃, ±, ° and ², and mistakes 0 and O, 1 and l, comma and point. In recognised text a number is doubted
whose quantity is named but whose unit is not there, whose unit or sign looks damaged, that mixes letters, of which the
recogniser was not sure, or that stands in a table with neither a unit nor a word to say what it is. In a text layer
only a number beside unreadable characters is. A number that needs no unit (a count, a clause, a date, a code) is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assay.knowledge.document import Block, BlockKind, Cell, Doubt, Page, Span, Table
from assay.knowledge.reading import doubts_words as words
from assay.knowledge.reading.structure import HAN
from assay.knowledge.reading.tables import grid_of, is_value, unit_column
from assay.knowledge.reading.tables_units import is_unit, unit_starts
from assay.knowledge.reading.titles import has_word

_UNSURE = 0.45  # confidence in a character below which its number is doubted
_NUMBER = re.compile(r"(?<!\d )\d{1,3}(?: \d{3})+(?![\d.,])|\d+(?:[.,]\d+)*")
_CHAIN = re.compile(
    r"^\s*(?:[~～\-–—−至到、，,/或和×x±]|to\b|and\b|or\b|\.{2,3}|…|\+/-|\+)+\s*[+\-−±]?(?P<number>\d+(?:[.,]\d+)*)"
)
_LOST = re.compile(r"(?<![\d.,])(?P<a>\d+(?:\.\d+)?)(?P<gap>\s+|\s*[土士]\s*|\s*\+\s*)(?P<b>\d+(?:\.\d+)?)(?![\d.,])")
_MIXED = re.compile(
    r"(?<![A-Za-z0-9.\-/_])(?=[\d.,]*[OoQlI|])(?=[OoQlI|.,]*\d)[\dOoQlI|]+(?:[.,][\dOoQlI|]+)*(?![A-Za-z0-9\-_])"
)
_SPLIT_POINT = re.compile(r"(?<![\d.,])\d+(?:[.,]\s+|\s+[.,]\s*)\d+(?![\d.,])")
_DAMAGE = re.compile(r"[\ufffd\ue000-\uf8ff□]")
_CLAUSE_END = re.compile(r"[。；;！!？?，,]|\.\s")


@dataclass(frozen=True, slots=True)
class _Text:
    """A stretch that is looked through: its words, its place, and what a table says of it."""

    words: str
    span: Span
    number: str = ""
    #: Words that name the quantity of a table's cell, and the unit that its column or row has ("" for none).
    about: str | None = None
    unit: str = ""
    #: A table's cell without a head, in a row without a word.
    bare: bool = False


def find_doubts(
    pages: Sequence[Page], blocks: Sequence[Block], scores: Mapping[int, Sequence[float]] | None = None
) -> tuple[Doubt, ...]:
    """The doubted numbers of a document, in the order of their places, each once.

    ``scores`` holds, for a scanned page's number, the OCR's confidence in each character of its stored text (0 to 1).
    """
    scores = scores or {}
    points = any(page.scanned and re.search(r"\d\.\d", page.text) for page in pages)
    found: dict[Span, Doubt] = {}
    for text in _texts(pages, blocks):
        page = pages[text.span.page - 1]
        looks = [_damaged(text)]
        if page.scanned:
            looks += [_lost_signs(text), _letters(text), _points(text, points), _units(text)]
            looks += [_unsure(text, scores.get(page.number, ()))]
        for doubt in (one for look in looks for one in look):
            if not any(_overlap(doubt.span, span) for span in found):
                found[doubt.span] = doubt
    return tuple(found[span] for span in sorted(found))


def _overlap(one: Span, other: Span) -> bool:
    return one.page == other.page and one.start < other.end and other.start < one.end


def _texts(pages: Sequence[Page], blocks: Sequence[Block]) -> Iterator[_Text]:
    for block in blocks:
        if block.kind in (BlockKind.MARGIN, BlockKind.CODE):
            continue
        if block.table is not None:
            yield from _cells(block.table, pages)
            continue
        for at, span in enumerate(block.spans):
            yield _Text(pages[span.page - 1].slice(span), span, block.number if at == 0 else "")


def _cells(table: Table, pages: Sequence[Page]) -> Iterator[_Text]:
    grid, units = grid_of(table.cells), unit_column(table)
    whole = pages[table.unit.page - 1].slice(table.unit) if table.unit else ""
    for cell in table.cells:
        if cell.span.start == cell.span.end:
            continue
        text = pages[cell.span.page - 1].slice(cell.span)
        if cell.row < table.header_rows or not is_value(cell.text):
            yield _Text(text, cell.span)
        else:
            yield _Text(text, cell.span, "", *_named(table, grid, units, whole, cell), _bare(table, grid, cell))


def _bare(table: Table, grid: list[list[str]], cell: Cell) -> bool:
    """Whether nothing says what a value is: no head above it and no word in its row. A column that names its rows,
    and a fraction, need no unit."""
    if cell.column in table.conditions or re.fullmatch(r"\s*\d+/\d+\s*", cell.text):
        return False
    heads = (grid[row][cell.column] for row in range(table.header_rows))
    says = (has_word(words) or (HAN.search(words) and not is_unit(words)) for words in grid[cell.row])
    return not any(head.strip() for head in heads) and not any(says)


def _named(table: Table, grid: list[list[str]], units: int | None, whole: str, cell: Cell) -> tuple[str, str]:
    """What a value in a table is about (its column's head and its row's conditions) and the unit stated for it."""
    head = [grid[row][cell.column] for row in range(table.header_rows) if row != table.unit_row]
    labels = [grid[cell.row][column] for column in table.conditions if column != cell.column]
    own = grid[table.unit_row][cell.column] if table.unit_row is not None else ""
    beside = grid[cell.row][units] if units is not None and units != cell.column else ""
    unit = next((one for one in (own, beside, *map(_unit_in, (*head, *labels)), whole) if one.strip(" -–—/")), "")
    return " ".join((*head, *labels)), unit


def _unit_in(name: str) -> str:
    """The unit in the name of a column: "压力(MPa)", "Flow, m³/h", "Flow [m³/h]"."""
    for part in re.split(r"[(（\[【,，/]", name)[1:]:
        part = part.strip(" )）]】:：")
        if is_unit(part):
            return part
    tail = name.rsplit(" ", 1)[-1]
    return tail if tail != name and is_unit(tail) else ""


def _doubt(text: _Text, start: int, end: int, reason: str, **details: str) -> Doubt:
    span = Span(text.span.page, text.span.start + start, text.span.start + end)
    return Doubt(span, f"reading.doubt_{reason}", details)


def _damaged(text: _Text) -> Iterator[Doubt]:
    for found in _NUMBER.finditer(text.words):
        beside = text.words[max(0, found.start() - 2) : found.start()] + text.words[found.end() : found.end() + 2]
        if _DAMAGE.search(beside):
            yield _doubt(text, found.start(), found.end(), "damaged", number=found.group())


def _lost_signs(text: _Text) -> Iterator[Doubt]:
    for found in _LOST.finditer(text.words):
        gap, second = found["gap"].strip(), found["b"]
        after = text.words[found.end() :]
        thousands = not gap and len(second) == 3 and len(found["a"]) <= 3
        if words.CODE_BEFORE.search(text.words[: found.start()]) or thousands or _is_number_of(text, found.start()):
            continue
        if gap in ("土", "士") or unit_starts(after) or words.DAMAGED_UNIT.match(after) or text.unit:
            yield _doubt(text, found.start(), found.end(), "lost_sign", number=found["a"], other=second)


def _letters(text: _Text) -> Iterator[Doubt]:
    for found in _MIXED.finditer(text.words):
        if re.fullmatch(r"\d+(?:\.\d+)?l", found.group()):
            continue  # litres
        if unit_starts(text.words[found.end() :]) or text.about is not None:
            yield _doubt(text, found.start(), found.end(), "letters", number=found.group())


def _points(text: _Text, points: bool) -> Iterator[Doubt]:
    for found in _SPLIT_POINT.finditer(text.words):
        if unit_starts(text.words[found.end() :]) and not _is_number_of(text, found.start()):
            yield _doubt(text, found.start(), found.end(), "point", number=found.group())
    for start, end in _numbers(text):
        number = text.words[start:end]
        comma = points and re.fullmatch(r"\d+,\d{1,2}", number)
        odd = re.fullmatch(r"0\d+|\d+(?:\.\d+){2,}", number) and (unit_starts(text.words[end:]) or text.unit)
        if odd or (comma and unit_starts(text.words[end:])):
            yield _doubt(text, start, end, "point", number=number)


def _units(text: _Text) -> Iterator[Doubt]:
    for start, end in _numbers(text):
        number, after = text.words[start:end], text.words[end:]
        damaged = words.DAMAGED_UNIT.match(after)
        if damaged and not _angle(text, start, damaged.group()):
            yield _doubt(text, start, end, "damaged_unit", number=number, unit=damaged.group().strip())
            continue
        unit = _unit_of(after) or text.unit
        named = _about(text, start)
        if named is None:
            if text.bare and not unit and not _counted(after):
                yield _doubt(text, start, end, "bare", number=number)
            continue
        word, quantity = named
        if unit and quantity.damaged and quantity.damaged.match(unit.strip(" ()（）[]")):
            yield _doubt(text, start, end, "damaged_unit", number=number, unit=unit.strip())
        elif not unit and not _counted(after):
            yield _doubt(text, start, end, "no_unit", number=number, word=word)


def _unsure(text: _Text, scores: Sequence[float]) -> Iterator[Doubt]:
    for start, end in _numbers(text):
        unit = len(unit_starts(text.words[end:]))
        first = text.span.start + start
        part = [scores[at] for at in range(first, min(len(scores), first + end - start + unit))]
        if part and min(part) < _UNSURE:
            yield _doubt(text, start, end, "unsure", number=text.words[start:end], score=f"{100 * min(part):.0f}")


def _numbers(text: _Text) -> Iterator[tuple[int, int]]:
    """The numbers that are no date, code, reference or number of a clause."""
    dates = [found.span() for found in words.DATE.finditer(text.words)]
    for found in _NUMBER.finditer(text.words):
        before, start, end = text.words[: found.start()], found.start(), found.end()
        if any(a < end and start < b for a, b in dates) or _is_number_of(text, start):
            continue
        if words.CODE_BEFORE.search(before) or words.REFERENCE_BEFORE.search(before):
            continue
        if re.match(
            r"[A-Za-z]*[-_]?\d|[A-Z]{2,}-|[-–]\d+[-–]\d|th\b|st\b|nd\b|rd\b", text.words[end:]
        ) and not _CHAIN.match(text.words[end:]):
            continue
        yield start, end


def _is_number_of(text: _Text, start: int) -> bool:
    return bool(text.number) and start < text.words.find(text.number) + len(text.number) + 1


def _unit_of(after: str) -> str:
    """The unit behind a number, or behind the last one of a range or list that it begins."""
    unit = unit_starts(after)
    while not unit and (found := _CHAIN.match(after)):
        after = after[found.end() :]
        unit = unit_starts(after)
    return unit


def _about(text: _Text, start: int) -> tuple[str, words.Quantity] | None:
    """The quantity that a number is about: named by the table, or shortly before it in its clause."""
    if text.about is not None:
        for quantity in words.QUANTITIES:
            if named := quantity.words.search(text.about):
                return named.group(), quantity
        return None
    clause = _CLAUSE_END.split(text.words[:start])[-1][-60:]
    best: tuple[int, str, words.Quantity] | None = None
    for quantity in words.QUANTITIES:
        for named in quantity.words.finditer(clause):
            between = re.sub(r"(?:\d+(?:\.\d+)?\s*(?:[~～\-–—至到、,/]|to|and|or)?\s*)+$", "", clause[named.end() :])
            linked = not _unit_in(between) and (words.LINK_ZH.match(between) or words.LINK_EN.match(between))
            if linked and (best is None or named.end() > best[0]):
                best = (named.end(), named.group().strip(), quantity)
    return best[1:] if best else None


def _counted(after: str) -> bool:
    """Whether what follows is the thing counted ("2 pumps", "3台"), so that no unit is missing."""
    if words.COUNTED.match(after):
        return True
    word = re.match(r"\s[A-Za-z]{3,}", after)
    return bool(word) and not words.FUNCTION_WORD.match(after)


def _angle(text: _Text, start: int, unit: str) -> bool:
    """Whether a lone degree sign is that of an angle."""
    return unit.strip() in ("°", "º") and _about(text, start) is None
