"""Markdown: headings, lists, pipe tables, code, block quotes and admonitions, as CommonMark and its users write them.

The stored text is the file's own, so every quote is found in the user's file. A block's spans cover its words; marks of
headings, quotes and bullets stay outside. Comments are part of the text but of no block.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence

from assay.knowledge.document import Block, BlockKind, ReadDocument
from assay.knowledge.reading import front
from assay.knowledge.reading.lines import FilePages, Line, lines_of, merged
from assay.knowledge.reading.markdown_html import OPENS, table_pieces
from assay.knowledge.reading.markdown_tables import DIVIDER, table_piece
from assay.knowledge.reading.paragraphs import pieces_of, words
from assay.knowledge.reading.pieces import Piece, blocks_of
from assay.knowledge.reading.structure import sign_of

MEDIA = "text/markdown"
#: Deeper nesting than this is read as text.
_DEEPEST = 12
#: What is no running text begins with one of these, or has a bar in it.
_MARKS = frozenset("`~#*-_>!?:+<0123456789")
_FENCE = re.compile(r" {0,3}(`{3,}(?!.*`)|~{3,})")
_ATX = re.compile(r" {0,3}(#{1,6}(?=[ \t]|$)|#{2,6}(?=[^#\s]))[ \t]*(?P<title>.*?)(?:[ \t]+#+)?[ \t]*$")
_SETEXT = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_QUOTE = re.compile(r" {0,3}> ?")
_ALERT = re.compile(r"\s*\[!(\w+)\]\s*$")
_COLONS = re.compile(r" {0,3}(:{3,})\s*(?:\{?\s*\.?(?P<kind>\w+)[^}]*\}?)?(?P<title>.*)$")
_BANGS = re.compile(r" {0,3}(?:!!!|\?\?\?\+?)\s+(?P<kind>\w+)\s*(?:\"(?P<title>[^\"]*)\")?\s*$")
_ITEM = re.compile(r"(?P<indent>\s*)(?P<mark>[-*+]|\d{1,9}[.)])(?:(?P<gap>[ \t]+)(?=\S)|[ \t]*$)")
_BOX = re.compile(r"\[[ xX]\][ \t]+")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_WARNS = frozenset("warning caution danger attention important error critical hazard safety".split())
_NOTES = frozenset("note tip info hint seealso abstract summary example question success remark".split())


def read_markdown(text: str, name: str) -> ReadDocument:
    """A Markdown file as a document, with title and validity from its front matter where it has one."""
    pages = FilePages(text)
    lines = lines_of(text)
    matter = front.matter_of(lines)
    reader = _Reader(text)
    pieces = [Piece(BlockKind.PARAGRAPH, [(line.start, line.end)]) for line in lines[1 : max(matter.lines - 1, 0)]]
    pieces += reader.read(_without_comments(lines[matter.lines :], text))
    blocks = blocks_of(pieces, pages)
    return ReadDocument(MEDIA, matter.title or _title(blocks, pages), pages.pages, blocks, matter.stated)


def _title(blocks: Sequence[Block], pages: FilePages) -> str:
    """The first heading of the first level."""
    for block in blocks:
        if block.kind is BlockKind.HEADING and block.level == 1:
            span = block.spans[0]
            return words(pages.pages[span.page - 1].slice(span)).strip()
    return ""


def _without_comments(lines: Sequence[Line], text: str) -> Sequence[Line]:
    """The lines with what stands in comments cut out; the lines of a fence keep theirs."""
    if "<!--" not in text:
        return lines
    hidden = deque(found.span() for found in _COMMENT.finditer(text))
    kept: list[Line] = []
    fence = ""
    for line in lines:
        mark = _FENCE.match(line.text)
        if mark and fence in ("", mark[1][:3]):
            fence = "" if fence else mark[1][:3]
        while hidden and (hidden[0][1] <= line.start or (fence and hidden[0][0] < line.end)):
            hidden.popleft()
        kept += _visible(line, hidden)
    return kept


def _visible(line: Line, hidden: deque[tuple[int, int]]) -> list[Line]:
    """What is left of a line; ``hidden`` begins with the first stretch that does not end before it."""
    parts, at = [], line.start
    while hidden and hidden[0][0] < line.end:
        start, end = hidden[0]
        if start > at:
            parts.append(line.cut(at - line.start, start - line.start))
        at = min(end, line.end)
        if end > line.end:
            break
        hidden.popleft()
    if at < line.end or at == line.start:
        parts.append(line.cut(at - line.start))
    return parts


class _Reader:
    """Reads the lines of one container after the other."""

    def __init__(self, text: str) -> None:
        self.text = text

    def read(self, lines: Sequence[Line], depth: int = 0) -> list[Piece]:
        """The pieces of the lines of a container; ``depth`` containers are around it."""
        made: list[Piece] = []
        open_lines: list[Line] = []  # of paragraphs
        at = 0
        while at < len(lines):
            taken = self._special(lines, at, open_lines, made, depth)
            if taken:
                at += taken
            else:
                open_lines.append(lines[at])
                at += 1
        self._flush(open_lines, made)
        return made

    def _flush(self, open_lines: list[Line], made: list[Piece]) -> None:
        made += pieces_of(open_lines, self.text)
        open_lines.clear()

    def _special(self, lines: Sequence[Line], at: int, open_lines: list[Line], made: list[Piece], depth: int) -> int:
        """Reads what begins at a line, if it is no running text. Returns the number of lines it took."""
        line = lines[at]
        after_text = bool(open_lines) and not open_lines[-1].blank
        if after_text and _SETEXT.match(line.text):
            title = open_lines.pop()
            self._flush(open_lines, made)
            made.append(self._heading(title.strip(), 1 if "=" in line.text else 2))
            return 1
        plain = line.text.lstrip()[:1] not in _MARKS and "|" not in line.text
        for look in (
            ()
            if plain
            else (self._fenced, self._atx, self._rule, self._table, self._quote, self._admonition, self._item)
        ):
            if look == self._item and depth >= _DEEPEST:
                continue
            found = look(lines, at, depth)
            if found is not None:
                self._flush(open_lines, made)
                made += found[0]
                return found[1]
        if not after_text and not line.blank and _indented(line):
            self._flush(open_lines, made)
            end = at
            while end < len(lines) and (lines[end].blank or _indented(lines[end])):
                end += 1
            made.append(Piece(BlockKind.CODE, merged(lines[at:end], self.text)))
            return end - at
        return 0

    def _heading(self, title: Line, level: int) -> Piece:
        sign = sign_of(words(title.text))
        number = sign.number if sign.kind is not BlockKind.CAPTION else ""
        return Piece(BlockKind.HEADING, [(title.start, title.end)], level, number)

    def _fenced(self, lines: Sequence[Line], at: int, depth: int) -> tuple[list[Piece], int] | None:
        opened = _FENCE.match(lines[at].text)
        if opened is None:
            return None
        mark, end = opened[1], at + 1
        closing = re.compile(rf" {{0,3}}{re.escape(mark[0])}{{{len(mark)},}}[ \t]*$")
        while end < len(lines) and not closing.match(lines[end].text):
            end += 1
        return [Piece(BlockKind.CODE, merged(lines[at + 1 : end], self.text))], end - at + 1

    def _atx(self, lines: Sequence[Line], at: int, depth: int) -> tuple[list[Piece], int] | None:
        found = _ATX.match(lines[at].text)
        if found is None:
            return None
        title = lines[at].cut(found.start("title"), found.end("title"))
        return ([self._heading(title, len(found[1]))] if title.text else []), 1

    def _rule(self, lines: Sequence[Line], at: int, depth: int) -> tuple[list[Piece], int] | None:
        return ([], 1) if _RULE.match(lines[at].text) else None

    def _table(self, lines: Sequence[Line], at: int, depth: int) -> tuple[list[Piece], int] | None:
        if OPENS.match(lines[at].text):
            return table_pieces(lines, at, self.text)
        if "|" not in lines[at].text or at + 1 >= len(lines) or not DIVIDER.match(lines[at + 1].text):
            return None
        end = at + 2
        while end < len(lines) and "|" in lines[end].text and not lines[end].blank:
            end += 1
        piece = table_piece(lines[at], lines[at + 2 : end], lines[at + 1], self.text)
        return ([piece], end - at) if piece is not None else None

    def _quote(self, lines: Sequence[Line], at: int, depth: int) -> tuple[list[Piece], int] | None:
        inner, end = [], at
        while end < len(lines) and (found := _QUOTE.match(lines[end].text)):
            inner.append(lines[end].cut(found.end()))
            end += 1
        if end == at:
            return None
        if depth >= _DEEPEST:
            return pieces_of(
                [line.cut(len(line.text) - len(line.text.lstrip("> "))) for line in inner], self.text
            ), end - at
        alert = _ALERT.match(inner[0].text)
        if alert is not None:
            return _turned(self.read(inner[1:], depth + 1), alert[1]), end - at
        return self.read(inner, depth + 1), end - at

    def _admonition(self, lines: Sequence[Line], at: int, depth: int) -> tuple[list[Piece], int] | None:
        line, end = lines[at], at + 1
        if depth >= _DEEPEST:
            return None
        if opened := _BANGS.match(line.text):
            while end < len(lines) and (lines[end].blank or lines[end].text[:4].isspace()):
                end += 1
            inner, taken = [one.cut(4) for one in lines[at + 1 : end]], end - at
        elif (opened := _COLONS.match(line.text)) and opened["kind"]:
            closing = re.compile(rf" {{0,3}}:{{{len(opened[1])}}}[ \t]*$")
            while end < len(lines) and not closing.match(lines[end].text):
                end += 1
            inner, taken = list(lines[at + 1 : end]), end - at + 1
        else:
            return None
        title: list[Piece] = []
        if opened["title"] and opened["title"].strip():
            part = line.cut(opened.start("title"), opened.end("title")).strip()
            title = [Piece(BlockKind.PARAGRAPH, [(part.start, part.end)])]
        return _turned(title + self.read(inner, depth + 1), opened["kind"]), taken

    def _item(self, lines: Sequence[Line], at: int, depth: int) -> tuple[list[Piece], int] | None:
        found = _ITEM.match(lines[at].text)
        if found is None or (len(found["indent"].expandtabs(4)) > 3 and depth == 0):
            return None
        inside = found.end()
        inner = [lines[at].cut(inside)]
        if box := _BOX.match(inner[0].text):
            inner[0] = inner[0].cut(box.end())
        end = _end_of_item(lines, at, len(found["indent"].expandtabs(4)))
        inner += [_outdented(line, inside) for line in lines[at + 1 : end]]
        pieces = self.read(inner, depth + 1)
        number = found["mark"].rstrip(".") if found["mark"][0].isdigit() else ""
        first = pieces[0] if pieces else None
        if first is not None and first.table is None and first.kind is not BlockKind.CODE and _holds(first, inner[0]):
            if first.kind in (BlockKind.PARAGRAPH, BlockKind.HEADING):
                first.kind, first.level = BlockKind.ITEM, depth + 1
            if number:
                first.number = number
                first.ranges[0] = (lines[at].start + found.start("mark"), first.ranges[0][1])
        return pieces, end - at


def _holds(piece: Piece, line: Line) -> bool:
    """Whether a piece begins in a line."""
    return bool(piece.ranges) and line.start <= piece.ranges[0][0] <= line.end


def _end_of_item(lines: Sequence[Line], at: int, indent: int) -> int:
    """The line behind an item: what is indented more than its mark belongs to it, and text right below its text."""
    end, blank = at + 1, lines[at].blank
    while end < len(lines):
        line = lines[end]
        if line.blank:
            blank = True
        else:
            deeper = len(line.text.expandtabs(4)) - len(line.text.expandtabs(4).lstrip()) > indent + 1
            if not deeper and (blank or _starts_block(lines, end)):
                break
            blank = False
        end += 1
    while end > at + 1 and lines[end - 1].blank:
        end -= 1
    return end


def _starts_block(lines: Sequence[Line], at: int) -> bool:
    text = lines[at].text
    starts = (_ITEM, _FENCE, _ATX, _RULE, _QUOTE, _BANGS, _COLONS)
    table = "|" in text and at + 1 < len(lines) and DIVIDER.match(lines[at + 1].text)
    return bool(table) or any(one.match(text) for one in starts)


def _indented(line: Line) -> bool:
    return line.text.startswith(("    ", "\t"))


def _outdented(line: Line, width: int) -> Line:
    """A line without up to ``width`` characters of its indent."""
    return line.cut(min(width, len(line.text) - len(line.text.lstrip(" \t"))))


def _turned(pieces: list[Piece], word: str) -> list[Piece]:
    """The text of an admonition is a warning or a note; tables, code and headings in it stay what they are."""
    kind = BlockKind.WARNING if word.lower() in _WARNS else BlockKind.NOTE if word.lower() in _NOTES else None
    for piece in pieces:
        if kind is not None and piece.kind in (BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.NOTE):
            piece.kind = kind
    return pieces
