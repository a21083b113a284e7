"""Cut a read document into passages: what is searched, shown, and chosen from."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from assay.kernel.texts import Lang
from assay.knowledge.document import Block, BlockKind, ReadDocument, Span
from assay.knowledge.orders import order_spans
from assay.knowledge.passage import Passage, Unit, UnitKind
from assay.knowledge.rows import lead_of, rows_of
from assay.knowledge.sentences import introduces, language, marked, sentences

#: A passage is filled up to the first figure where a unit ends, and never beyond the second, in characters.
_SIZES: dict[Lang, tuple[int, int]] = {"zh": (240, 400), "en": (600, 900)}
_MOST_ROWS = 4
_SIGNAL = 12
#: Letters and digits of an order that stands apart; less is a mark inside a sentence.
_ORDER = 8
#: A heading with nothing under it is a clause of its own from this length on.
_CLAUSE: dict[Lang, int] = {"zh": 24, "en": 60}
_SIGNALS = re.compile(r"\W{0,4}(?:危险|警告|注意|小心|严禁|警示|danger|warning|caution|notice)", re.I)
_FLOWING = frozenset({BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.NOTE, BlockKind.CAPTION})


def cut(read: ReadDocument, document: str, version: str) -> list[Passage]:
    """The passages of ``read`` in reading order; the same document, version and text give the same passages and ids.

    A passage never runs over a heading or a numbered clause; a warning stands alone and whole; rows of a table stand
    together in small groups, each with its fields. Running heads and feet are left out.
    """
    return list(_Cutter(read, document, version).passages())


def index_text(passage: Passage) -> str:
    """What is indexed for a passage: title, headings, caption or introduction, column heads, and its own text."""
    return "\n".join(part for part in (head_text(passage), body_text(passage)) if part)


def head_text(passage: Passage) -> str:
    """What names a passage without being in it: the title and headings above it."""
    own = {unit.text for unit in passage.units if unit.kind is UnitKind.HEADING}
    above = [passage.title, *(heading for heading in passage.headings if heading not in own)]
    return "\n".join(dict.fromkeys(part for part in above if part))


def body_text(passage: Passage) -> str:
    """A passage's own words with its lead and, for rows of a table, the column heads."""
    heads = dict.fromkeys(each.header for unit in passage.units for each in unit.fields if each.header)
    return "\n".join(part for part in (passage.lead, " ".join(heads), passage.text) if part)


@dataclass(slots=True)
class _Group:
    """Units that are being collected for one passage."""

    kind: BlockKind
    units: list[Unit] = field(default_factory=list)
    kinds: list[BlockKind] = field(default_factory=list)
    lead: str = ""

    @property
    def size(self) -> int:
        return sum(len(unit.text) + 1 for unit in self.units)

    @property
    def bare(self) -> bool:
        """Whether there is nothing in it but headings."""
        return all(unit.kind is UnitKind.HEADING for unit in self.units)


class _Cutter:
    """Goes once through the blocks; ``_headings`` are (level, number, text) of the titles above."""

    def __init__(self, read: ReadDocument, document: str, version: str) -> None:
        self._read, self._document, self._version = read, document, version
        self._lang = language("".join(page.text for page in read.pages[:20])[:20000])
        self._headings: list[tuple[int, str, str]] = []
        self._clause = ""
        self._group: _Group | None = None
        self._intros: list[tuple[str, tuple[Span, ...]]] = []

    def passages(self) -> Iterator[Passage]:
        captions = {block.table.caption for block in self._read.blocks if block.table is not None}
        for block in self._read.blocks:
            if block.kind is BlockKind.MARGIN or (block.kind is BlockKind.CAPTION and block.spans[0] in captions):
                continue
            if block.kind is BlockKind.HEADING:
                yield from self._heading(block)
            elif block.table is not None:
                yield from self._table(block)
            elif block.kind in _FLOWING:
                yield from self._flowing(block)
            else:
                yield from self._whole(block)
        yield from self._close()

    def _heading(self, block: Block) -> Iterator[Passage]:
        yield from self._close()
        units = _units(self._read, block, UnitKind.HEADING)
        if not units:
            return
        title = " ".join(" ".join(unit.text for unit in units).split())
        level = block.level or 1
        self._headings = [each for each in self._headings if each[0] < level]
        self._headings.append((level, block.number, title))
        self._clause = next((number for _, number, _ in reversed(self._headings) if number), "")
        self._intros = []
        self._group = _Group(BlockKind.HEADING, units)

    def _flowing(self, block: Block) -> Iterator[Passage]:
        if block.number and block.kind is BlockKind.PARAGRAPH:
            yield from self._close_unless_bare()
            self._clause, self._intros = block.number, []
        for unit in _units(self._read, block):
            unit = self._introduced(unit, block)
            group = self._group
            if group is not None and not group.bare and group.kind is not BlockKind.PARAGRAPH:
                yield from self._close()
            elif group is not None and not group.bare and self._full(group, unit):
                yield from self._close()
            if self._group is None:
                self._group = _Group(BlockKind.PARAGRAPH)
                self._group.lead = "\n".join(self._read.slice(span) for span in unit.context)
            self._group.kind = BlockKind.PARAGRAPH
            self._group.units.append(unit)
            self._group.kinds.append(block.kind)

    def _full(self, group: _Group, unit: Unit) -> bool:
        enough, most = _SIZES[self._lang]
        return group.size >= enough or group.size + len(unit.text) > most

    def _introduced(self, unit: Unit, block: Block) -> Unit:
        """Give an item the introductions that it stands under, and remember what introduces the next ones."""
        marker = marked(unit.text)
        if block.kind is BlockKind.ITEM or marker:
            style = _style(marker or block.number)
            place = next((at for at, (known, _) in enumerate(self._intros) if known == style and at), None)
            if place is not None:
                del self._intros[place:]
            unit = replace(unit, context=tuple(span for _, spans in self._intros for span in spans))
            if introduces(unit.text):
                self._intros.append((style, unit.spans))
        else:
            self._intros = [("", unit.spans)] if introduces(unit.text) else []
        return unit

    def _whole(self, block: Block) -> Iterator[Passage]:
        """A warning, or code: a passage of its own, whatever its length; parts of one warning join."""
        units = _units(self._read, block)
        if not units:
            return
        group = self._group
        goes_on = (
            group is not None and group.kind is block.kind is BlockKind.WARNING and not _SIGNALS.match(units[0].text)
        )
        if group is None or not (group.bare or goes_on):
            yield from self._close()
            group = self._group = _Group(block.kind)
        group.kind = block.kind
        group.units += [self._signalled(group, unit) for unit in units] if block.kind is BlockKind.WARNING else units

    def _signalled(self, group: _Group, unit: Unit) -> Unit:
        """A sentence of a warning with the signal word that stands above it ("WARNING", "危险")."""
        words = [each for each in group.units if each.kind is UnitKind.SENTENCE]
        signal = words[0].spans if words and len(words[0].text) <= _SIGNAL else ()
        return replace(unit, context=signal)

    def _table(self, block: Block) -> Iterator[Passage]:
        yield from self._close_unless_bare()
        lead = lead_of(self._read, block)
        for rows in _grouped(rows_of(self._read, block), _SIZES[self._lang][1]):
            group = self._group = self._group or _Group(BlockKind.TABLE)
            group.kind, group.lead = BlockKind.TABLE, lead
            group.units += rows
            yield from self._close()

    def _close_unless_bare(self) -> Iterator[Passage]:
        if self._group is not None and not self._group.bare:
            yield from self._close()

    def _close(self) -> Iterator[Passage]:
        group, self._group = self._group, None
        if group is None or not group.units:
            return
        if group.bare and sum(len(unit.text) for unit in group.units) < _CLAUSE[self._lang]:
            return
        kind = group.kind
        if kind is BlockKind.PARAGRAPH and len(kinds := set(group.kinds)) == 1:
            kind = kinds.pop()
        units = tuple(group.units)
        yield Passage(
            id=_identity(self._document, self._version, units),
            document=self._document,
            version=self._version,
            title=self._read.title,
            headings=tuple(title for _, _, title in self._headings),
            clause=self._clause,
            kind=kind,
            lang=language("\n".join(unit.text for unit in units), self._lang),
            units=units,
            lead=group.lead,
        )


def _grouped(rows: Sequence[Unit], most: int) -> Iterator[Sequence[Unit]]:
    """The rows of a table in groups of about the same number, of few rows and about ``most`` characters."""
    characters = sum(len(row.text) + 1 for row in rows)
    groups = max(-(-len(rows) // _MOST_ROWS), min(len(rows), -(-characters // most)))
    for number in range(groups):
        if part := rows[number * len(rows) // groups : (number + 1) * len(rows) // groups]:
            yield part


def _style(marker: str) -> str:
    """The kind of a list marker: "1)" and "12)" are alike, "a)" is not."""
    for char in marker:
        if char.isdigit():
            return "①" if char in "①②③④⑤⑥⑦⑧⑨⑩" else f"1{marker[-1]}"
        if char.isalpha():
            return f"{'a' if char.isascii() else '一'}{marker[-1]}"
    return marker[:1]


def _units(read: ReadDocument, block: Block, kind: UnitKind = UnitKind.SENTENCE) -> list[Unit]:
    """The sentences of a block (a heading is one unit), also over the end of a page."""
    parts = [read.slice(span) for span in block.spans]
    text = "\n".join(parts)
    starts = [sum(len(part) + 1 for part in parts[:at]) for at in range(len(parts))]
    whole = kind is UnitKind.HEADING or (block.kind is BlockKind.CODE and len(text) <= 1000)
    stretches = [(0, len(text))] if whole else _apart(text, sentences(text))
    units: list[Unit] = []
    for start, end in stretches:
        spans = tuple(_mapped(read, block.spans, starts, start, end))
        if spans:
            words = "\n".join(read.slice(span) for span in spans)
            units.append(Unit(kind, words, spans, number=block.number if not units else ""))
    return units


def _apart(text: str, stretches: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sentences, of which an order to a machine that runs into one without an end stands alone: whoever quotes the
    other does not quote it."""
    orders = [span for span in order_spans(text) if sum(one.isalnum() for one in text[slice(*span)]) >= _ORDER]
    found = []
    for start, end in stretches:
        cuts = {start, end}
        for low, high in orders:
            cuts |= {high} if low <= start < high < end else set()
            cuts |= {low} if start < low < end <= high else set()
        ends = sorted(cuts)
        found += [(low, high) for low, high in pairwise(ends) if text[low:high].strip()]
    return found


def _mapped(read: ReadDocument, spans: Sequence[Span], starts: Sequence[int], start: int, end: int) -> Iterator[Span]:
    """The places on the pages of ``start`` to ``end`` in the spans' joined text, without blanks at the ends."""
    for span, offset in zip(spans, starts, strict=True):
        low, high = max(start, offset) - offset, min(end, offset + span.end - span.start) - offset
        if low < high and (words := read.slice(Span(span.page, span.start + low, span.start + high))).strip():
            left = len(words) - len(words.lstrip())
            right = len(words) - len(words.rstrip())
            yield Span(span.page, span.start + low + left, span.start + high - right)


def _identity(document: str, version: str, units: Sequence[Unit]) -> str:
    """An id from document, version and place."""
    first, last = units[0].spans[0], units[-1].spans[-1]
    place = f"{document}\0{version}\0{first.page}:{first.start}-{last.page}:{last.end}"
    return hashlib.sha256(place.encode("utf-8", "surrogatepass")).hexdigest()[:20]
