"""Word documents: headings by style, numbers as Word counts them, tables, notes, text boxes, tracked changes.

Pages begin where the file says so: at explicit breaks and where Word last broke them when it laid the text out.
Running heads and feet, and tables of contents, are stored as margins.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.knowledge.document import BlockKind, ReadDocument
from assay.knowledge.reading.notes import file_notes, note
from assay.knowledge.reading.structure import PLAIN, Sign, reads_as_title, sign_of
from assay.knowledge.reading.word_numbers import Numbers
from assay.knowledge.reading.word_runs import BREAK, Changes, Words, content, on, words_of
from assay.knowledge.reading.word_styles import Style, Styles, numbering, value
from assay.knowledge.reading.word_tables import cells_of, is_frame, rows_of
from assay.knowledge.reading.writing import Writer, clean
from assay.knowledge.reading.xml import Package, W

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

MEDIA = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_DEEPEST = 8
_NOTE_MARK = re.compile("\0\\d+\0")
_NUMBER_END = re.compile(r"[.．、:：\s]+$")


def read_word(archive: zipfile.ZipFile, name: str) -> ReadDocument:
    """A Word file as a document. Raises InputError where a part is damaged."""
    package = Package(archive, name)
    main = package.main()
    reader = _Reader(package, main)
    body = package.root(main).find(f"{W}body")
    if body is not None:
        reader.margins("header")
        reader.body(body)
        reader.margins("footer")
    pages, blocks = reader.writer.done()
    changes = reader.changes
    notes = list(file_notes(package))
    if changes.inserted or changes.deleted:
        notes.append(note("word_changes", inserted=changes.inserted, deleted=changes.deleted))
    if changes.hidden:
        notes.append(note("word_hidden", count=changes.hidden))
    return ReadDocument(MEDIA, reader.title, pages, blocks, notes=(*notes, *reader.writer.notes()))


@dataclass(slots=True)
class _Paragraph:
    """A paragraph with what its style says; ``number`` is the one that Word prints in front."""

    words: Words
    style: Style
    number: str = ""
    listed: bool = False


class _Reader:
    def __init__(self, package: Package, main: str) -> None:
        self.package, self.main = package, main
        self.writer, self.changes = Writer(), Changes()
        self.styles = Styles(self._first("styles"))
        self.numbers = Numbers(self._first("numbering"))
        self.title = ""
        self._heading = 0  # depth of the last heading by style
        self._notes: dict[tuple[str, str], Element] = {}
        self._note_count = 0
        self._open: list[tuple[int, Element]] = []  # notes referred to that are not written yet
        self._boxes: list[Element] = []
        for kind in ("footnote", "endnote"):
            root = self._first(f"{kind}s")
            for one in root.findall(f"{W}{kind}") if root is not None else ():
                self._notes[(kind, one.get(f"{W}id", ""))] = one

    def _first(self, kind: str) -> Element | None:
        found = self.package.of_type(self.main, kind)
        return self.package.root(found[0]) if found else None

    def margins(self, kind: str) -> None:
        """The running heads or feet, each wording once."""
        seen: set[str] = set()
        for path in sorted(self.package.of_type(self.main, kind)):
            for element in content(self.package.root(path)):
                if element.tag == f"{W}p":
                    lines = [words_of(element, self.changes).text.replace(BREAK, " ")]
                else:
                    lines = [
                        " | ".join(clean(self.cell(one)) for one in row.cells) for row in rows_of(element, self.changes)
                    ]
                for line in lines:
                    line = _NOTE_MARK.sub("", line)
                    if clean(line) not in seen:
                        seen.add(clean(line))
                        self.writer.add(BlockKind.MARGIN, [line])

    def body(self, element: Element, depth: int = 0) -> None:
        """Everything in a body, a cell that frames text, or a text box."""
        for child in content(element):
            if child.tag == f"{W}p":
                self.paragraph(child, depth)
            else:
                self.table(child, depth)

    def paragraph(self, element: Element, depth: int) -> None:
        """One paragraph, then the notes and text boxes at it."""
        one = self._look(element)
        properties = element.find(f"{W}pPr")
        if one.style.break_before or (properties is not None and on(properties.find(f"{W}pageBreakBefore"))):
            self.writer.turn()
        numbered = self._marked(one.words)
        parts = numbered.split(BREAK)
        if one.number:
            first = next((at for at, part in enumerate(parts) if part.strip()), 0)
            parts[first] = f"{one.number} {parts[first].lstrip()}"
        sign = self._sign(one, clean(" ".join(parts)))
        if one.style.title and not self.title:
            self.title = clean(" ".join(parts)).replace("\n", " ")
        while len(parts) > 1 and not parts[0].strip():
            self.writer.turn()
            del parts[0]
        self.writer.add(sign.kind, parts, sign.level, _NUMBER_END.sub("", sign.number))
        if properties is not None and (section := properties.find(f"{W}sectPr")) is not None:
            if value(section, "type") not in ("continuous", "nextColumn"):
                self.writer.turn()
        self._beside(depth)

    def _look(self, element: Element) -> _Paragraph:
        properties = element.find(f"{W}pPr")
        style_id = value(properties, "pStyle") if properties is not None else ""
        style = self.styles.of(style_id)
        number_id, depth = numbering(properties) if properties is not None else ("", None)
        if not number_id:
            number_id = style.number_id
            depth = depth if depth is not None else style.depth
            if depth is None:
                depth = self.numbers.style_level(number_id, style_id)
        words = words_of(element, self.changes)
        number, listed = "", False
        if number_id and number_id != "0" and (words.text.strip() or words.notes):
            number, listed = self.numbers.next(number_id, depth or 0)
        if properties is not None and not style.level and value(properties, "outlineLvl").isdigit():
            level = int(value(properties, "outlineLvl")) + 1
            style = Style(level if level <= 9 else 0, style.title, style.caption, style.contents)
        return _Paragraph(words, style, number, listed)

    def _sign(self, one: _Paragraph, text: str) -> Sign:
        sign = sign_of(text[:400])
        number = one.number or (sign.number if sign.kind is not BlockKind.CAPTION else "")
        if one.style.contents:
            return Sign(BlockKind.MARGIN)
        if one.style.level:
            self._heading = one.style.level
            return Sign(BlockKind.HEADING, one.style.level, number)
        if one.style.title:
            return Sign(BlockKind.HEADING, 1, number)
        if one.style.caption:
            return Sign(BlockKind.CAPTION, number=sign.number if sign.kind is BlockKind.CAPTION else "")
        if sign.kind in (BlockKind.WARNING, BlockKind.NOTE, BlockKind.CAPTION):
            return sign
        if one.words.bold and "\n" not in text and (sign.kind is BlockKind.HEADING or reads_as_title(text)):
            return Sign(BlockKind.HEADING, sign.level or self._heading + 1, number)
        if sign.kind is BlockKind.HEADING and sign.number.isdigit():
            return Sign(BlockKind.ITEM, number=number)
        if sign.kind is BlockKind.PARAGRAPH and one.listed and not re.search(r"\d[.．]\d", number):
            return Sign(BlockKind.ITEM, number=number)
        return Sign(sign.kind, sign.level, number) if sign != PLAIN or number else PLAIN

    def _marked(self, words: Words) -> str:
        """The words with running numbers where notes are referred to."""
        text = words.text
        for at, key in enumerate(words.notes):
            mark = ""
            if key in self._notes:
                self._note_count += 1
                self._open.append((self._note_count, self._notes[key]))
                mark = f"[{self._note_count}]"
            text = text.replace(f"\0{at}\0", mark)
        self._boxes += words.boxes
        return text

    def _beside(self, depth: int) -> None:
        """The notes and text boxes at what was just written."""
        notes, self._open = self._open, []
        for number, element in notes:
            text = " ".join(words_of(one, self.changes).text for one in element.iter(f"{W}p"))
            text = _NOTE_MARK.sub("", text.replace(BREAK, " "))
            self.writer.add(BlockKind.NOTE, [f"[{number}] {clean(text)}"])
        boxes, self._boxes = self._boxes, []
        for box in boxes:
            if depth < _DEEPEST:
                self.body(box, depth + 1)

    def table(self, element: Element, depth: int) -> None:
        """A table; one that only frames its text is read as that text."""
        rows = rows_of(element, self.changes)
        if is_frame(rows) and depth < _DEEPEST:
            for row in rows:
                for cell in row.cells:
                    self.body(cell, depth + 1)
            return
        head = 0
        while head < len(rows) and rows[head].head:
            head += 1
        turns = {at for at, row in enumerate(rows) if any(_turns(cell) for cell in row.cells)}
        self.writer.table(cells_of(rows, self.cell), head=head or None, turns=turns)
        self._beside(depth)

    def cell(self, element: Element) -> str:
        """The words of a cell: its paragraphs and the tables in it."""
        texts = []
        for paragraph in element.iter(f"{W}p"):
            one = self._look(paragraph)
            text = self._marked(one.words).replace(BREAK, " ")
            texts.append(f"{one.number} {text}" if one.number else text)
        return "\n".join(texts)


def _turns(cell: Element) -> bool:
    """Whether a cell begins at the top of a page."""
    first = cell.find(f"{W}p")
    return first is not None and words_of(first, Changes()).text.startswith(BREAK)
