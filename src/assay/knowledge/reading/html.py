"""Web pages: the main text in its order, headings, lists, tables and captions. Nothing is fetched, nothing is run.

What a person does not see is not stored: scripts, styles, comments, and elements that are hidden by an attribute, by
their own style or by a simple rule of the page's style sheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assay.kernel.errors import InputError
from assay.knowledge.document import BlockKind, ReadDocument
from assay.knowledge.reading.html_tables import cells_of, head_rows, rows_of
from assay.knowledge.reading.notes import note
from assay.knowledge.reading.structure import sign_of
from assay.knowledge.reading.writing import Writer, clean

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

MEDIA = "text/html"
_UNSEEN = frozenset(
    "script style head template noscript iframe object embed svg math canvas audio video map datalist input select "
    "textarea button meta link title base param source track frame frameset noframes dialog".split()
)
_AROUND = frozenset("nav footer aside".split())
_BLOCKS = frozenset(
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 "
    "h4 h5 h6 header hr html li main menu nav ol p pre section summary table tbody td tfoot th thead tr ul "
    "caption".split()
)
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|(?<![\w-])opacity\s*:\s*0*\.?0+\s*(?:;|!|$)"
    r"|font-size\s*:\s*0(?:\.0+)?(?:px|pt|em|rem|%)?\s*(?:;|!|$)|content-visibility\s*:\s*hidden"
    r"|(?:left|top|text-indent)\s*:\s*-\d{4,}|clip-path\s*:\s*inset\(\s*(?:50|100)%",
    re.IGNORECASE,
)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_SIMPLE = re.compile(r"(?:([\w-]+)?[.#]([\w-]+)|([\w-]+))$")
_WARNS = re.compile(r"(?:^|[\s_-])(?:warning|caution|danger|warn)(?:$|[\s_-])", re.IGNORECASE)


def read_html(text: str, name: str) -> ReadDocument:
    """A page as a document. Raises InputError where nothing in it can be read."""
    root = _parsed(text, name)
    reader = _Reader(_hidden_names(root))
    reader.read(root)
    pages, blocks = reader.writer.done()
    title = clean(root.findtext(".//title") or "").replace("\n", " ")
    notes = (note("html_hidden", count=reader.hidden),) if reader.hidden else ()
    return ReadDocument(MEDIA, title[:300], pages, blocks, notes=(*notes, *reader.writer.notes()))


def _parsed(text: str, name: str) -> Element:
    from lxml import etree

    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=True, encoding="utf-8")
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InputError("reading.broken", name=name) from error
    if any("RESOURCE" in entry.type_name for entry in parser.error_log):
        raise InputError("reading.too_deep", name=name)  # what is deeper was left out by the parser
    if root is None:
        raise InputError("reading.empty", name=name)
    return root


def _hidden_names(root: Element) -> frozenset[str]:
    """Classes (".x"), ids ("#x") and tags that a rule of the page itself hides."""
    names = set()
    for style in root.iter("style"):
        for selectors, body in _RULE.findall((style.text or "")[:200_000]):
            if _HIDING.search(body):
                for selector in selectors.split(","):
                    if found := _SIMPLE.match(selector.strip()):
                        mark = "#" if "#" in selector else "."
                        names.add(mark + found[2] if found[2] else found[3].lower())
    return frozenset(names)


@dataclass(slots=True)
class _Frame:
    """An element on the way down: what is still to be read in it, and what its text is."""

    element: Element
    rest: Iterator[Element]
    kind: BlockKind | None
    number: str = ""
    counter: list[int] = field(default_factory=lambda: [0])


class _Reader:
    """Walks the tree without recursion: a page may nest its elements a hundred thousand deep."""

    def __init__(self, hidden_names: frozenset[str]) -> None:
        self.writer, self.hidden = Writer(), 0
        self._names = hidden_names
        self._parts: list[str] = []
        self._kind: BlockKind = BlockKind.PARAGRAPH
        self._level, self._number, self._lists = 0, "", 0

    def read(self, root: Element) -> None:
        """Everything below a root."""
        stack = [_Frame(root, iter(root), None)]
        self._text(root.text)
        while stack:
            frame = stack[-1]
            child = next(frame.rest, None)
            if child is None:
                stack.pop()
                if frame.element.tag in _BLOCKS:
                    self._flush(frame)
                if stack:
                    self._text(frame.element.tail)
                continue
            if self._enter(child, frame, stack):
                continue
            self._text(child.tail)
        self._flush(None)

    def _enter(self, child: Element, parent: _Frame, stack: list[_Frame]) -> bool:
        """Goes into an element; False where it is passed over or was read whole."""
        tag = child.tag
        if not isinstance(tag, str) or tag in _UNSEEN:
            return False
        if self.is_hidden(child):
            self.hidden += 1
            return False
        if tag == "br":
            self._parts.append("\n")
            return False
        if tag == "img" and (alt := child.get("alt", "").strip()):
            self._parts.append(f" {alt} " if len(alt) <= 3 else "")  # a sign drawn as a picture
            return False
        if tag in _BLOCKS:
            self._flush(parent)
        if tag == "table" and (rows := rows_of(child)) and not self._is_layout(child, rows):
            self._table(child, rows)
            return False
        if tag in ("sup", "sub") and self._parts and (mark := _raised(child)):
            self._parts.append(mark)
            return False
        stack.append(_Frame(child, iter(child), _kind(child) or parent.kind, *self._numbered(child, parent)))
        self._text(child.text, pre=tag == "pre")
        return True

    def is_hidden(self, element: Element) -> bool:
        """Whether a person does not see an element."""
        if element.get("hidden") is not None:
            return True
        if (style := element.get("style")) and _HIDING.search(style):
            return True
        if not self._names:
            return False
        own = {f".{name}" for name in (element.get("class") or "").split()}
        return bool(own & self._names) or f"#{element.get('id')}" in self._names or element.tag in self._names

    def _numbered(self, child: Element, parent: _Frame) -> tuple[str]:
        """The number that a browser shows before an item of an ordered list."""
        if child.tag != "li" or parent.element.tag != "ol":
            return ("",)
        stated = child.get("value", "")
        if stated.isdigit() and len(stated) < 6:
            parent.counter[0] = int(stated)
        else:
            start = parent.element.get("start", "")
            first = int(start) if start.isdigit() and len(start) < 6 else 1
            parent.counter[0] = parent.counter[0] + 1 if parent.counter[0] else first
        return (str(parent.counter[0]),)

    def _text(self, text: str | None, *, pre: bool = False) -> None:
        if text:
            self._parts.append(text if pre else re.sub(r"\s+", " ", text))

    def _flush(self, frame: _Frame | None) -> None:
        """Writes the text gathered so far as a block of the element it stood in."""
        text = clean("".join(self._parts))
        self._parts.clear()
        if not text:
            return
        sign = sign_of(text[:400])
        kind, number, level = frame.kind if frame else None, sign.number, 0
        if kind is BlockKind.HEADING and frame is not None:
            level = int(frame.element.tag[1]) if re.fullmatch(r"h[1-6]", str(frame.element.tag)) else sign.level or 1
            number = number if sign.kind is not BlockKind.CAPTION else ""
        elif kind in (None, BlockKind.ITEM) and sign.kind is not BlockKind.PARAGRAPH:
            single = sign.kind is BlockKind.HEADING and (kind is not None or sign.number.isdigit())
            kind, level = (BlockKind.ITEM, 0) if single else (sign.kind, sign.level)
        if frame is not None and frame.number and kind is BlockKind.ITEM:
            text, number, frame.number = f"{frame.number}. {text}", frame.number, ""
        self.writer.add(kind or BlockKind.PARAGRAPH, [text], level, number)

    def _is_layout(self, table: Element, rows: list[tuple[Element, bool]]) -> bool:
        """Whether a table only places things on the page: it holds tables, or has a single cell."""
        if table.get("role") == "presentation" or table.find(".//table") is not None:
            return True
        return len(rows) == 1 and len(rows[0][0]) <= 1

    def _table(self, table: Element, rows: list[tuple[Element, bool]]) -> None:
        rows = [row for row in rows if not self._counted(row[0])]
        caption = table.find("caption")
        if caption is not None and not self._counted(caption):
            words = self.words(caption)
            sign = sign_of(words[:400])
            number = sign.number if sign.kind is BlockKind.CAPTION else ""
            self.writer.add(BlockKind.CAPTION, [words], number=number)
        self.writer.table(cells_of(rows, self.words), head=head_rows(rows))

    def _counted(self, element: Element) -> bool:
        hidden = self.is_hidden(element)
        self.hidden += hidden
        return hidden

    def words(self, element: Element) -> str:
        """The visible words of an element, its blocks parted by spaces."""
        if self._counted(element):
            return ""
        parts: list[str] = [element.text or ""]
        stack = [(element, iter(element))]
        while stack:
            current, rest = stack[-1]
            child = next(rest, None)
            if child is None:
                stack.pop()
                parts.append(" " if current.tag in _BLOCKS else "")
                parts.append(current.tail or "" if stack else "")
                continue
            seen = isinstance(child.tag, str) and child.tag not in _UNSEEN and not self._counted(child)
            mark = _raised(child) if seen and child.tag in ("sup", "sub") else ""
            if not seen or mark:
                parts += (mark, child.tail or "")
                continue
            parts += (" " if child.tag in _BLOCKS or child.tag == "br" else "", child.text or "")
            stack.append((child, iter(child)))
        return re.sub(r"\s+", " ", "".join(parts)).strip()


def _kind(element: Element) -> BlockKind | None:
    tag = str(element.tag)
    if re.fullmatch(r"h[1-6]", tag) or element.get("role") == "heading":
        return BlockKind.HEADING
    if tag == "pre":
        return BlockKind.CODE
    if tag in ("figcaption", "caption"):
        return BlockKind.CAPTION
    if tag in _AROUND:
        return BlockKind.MARGIN
    if tag in ("div", "p", "section", "aside", "blockquote") and _WARNS.search(element.get("class") or ""):
        return BlockKind.WARNING
    return BlockKind.ITEM if tag in ("li", "dd") else None


def _raised(element: Element) -> str:
    """A raised or lowered figure as its own character, so that m<sup>3</sup> is not m3 and 10<sup>5</sup> not 105."""
    text = "".join(element.itertext()).strip()
    raised = element.tag == "sup"
    if not text or len(text) > 4 or not re.fullmatch(r"[-+−0-9]+", text):
        return ""
    return text.translate(str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻" if raised else "₀₁₂₃₄₅₆₇₈₉₊₋₋"))
