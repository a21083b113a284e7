"""An XML file as nodes that know where each piece of their text stands, so that findings point into the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from assay.kernel.errors import InputError
from assay.skills.plc.front.source import Dialect, Segment, Source

_MAX_DEPTH = 500


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text with the place of its first code point in the file."""

    text: str
    line: int
    column: int


@dataclass(slots=True)
class Node:
    """An element: ``tag`` without its namespace, which stands in ``space``."""

    tag: str
    space: str
    attributes: dict[str, str]
    line: int
    column: int
    children: list[Node] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    end: tuple[int, int] = (1, 1)

    def child(self, *tags: str) -> Node | None:
        """The first child of one of the tags."""
        return next((one for one in self.children if one.tag in tags), None)

    def all(self, *tags: str) -> Iterator[Node]:
        """The children of one of the tags."""
        return (one for one in self.children if one.tag in tags)

    def path(self, *tags: str) -> Node | None:
        """The first grandchild down these tags."""
        node: Node | None = self
        for tag in tags:
            node = node.child(tag) if node else None
        return node

    def walk(self) -> Iterator[Node]:
        """The node and everything in it, in the order of the file."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))

    def get(self, name: str, default: str = "") -> str:
        """An attribute."""
        return self.attributes.get(name, default)

    @property
    def text(self) -> str:
        """Its own text."""
        return "".join(one.text for one in self.pieces)

    def deep_pieces(self) -> list[Piece]:
        """The text of the node and of all in it (XHTML around a body), in the order of the file."""
        found = [piece for node in self.walk() for piece in node.pieces]
        return sorted(found, key=lambda one: (one.line, one.column))


class _Builder:
    def __init__(self, name: str) -> None:
        self.name = name
        self.parser = expat.ParserCreate("utf-8", " ")
        self.parser.buffer_text = False
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.stack: list[Node] = []
        self.root: Node | None = None

    def here(self) -> tuple[int, int]:
        return self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        space, _, local = tag.rpartition(" ")
        plain = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        node = Node(local, space, plain, *self.here())
        if self.stack:
            self.stack[-1].children.append(node)
        elif self.root is None:
            self.root = node
        if len(self.stack) >= _MAX_DEPTH:
            raise InputError("plc_front.xml_deep", file=self.name)
        self.stack.append(node)

    def end(self, _tag: str) -> None:
        self.stack.pop().end = self.here()

    def text(self, data: str) -> None:
        if self.stack:
            self.stack[-1].pieces.append(Piece(data, *self.here()))

    def doctype(self, *_: object) -> None:
        raise InputError("plc_front.xml_doctype", file=self.name)


def read_xml(text: str, name: str) -> Node:
    """The root of an XML text. Raises InputError for what is not well formed or declares a document type."""
    builder = _Builder(name)
    try:
        builder.parser.Parse(text.lstrip("\ufeff").encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        raise InputError("plc_front.xml_broken", file=name, line=error.lineno, column=error.offset + 1) from None
    assert builder.root is not None
    return builder.root


class Assembly:
    """Puts the text of a source together from pieces of a file and words of our own."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.segments: list[Segment] = []
        self.last = "\n"
        self.next = (0, 0)

    def _put(self, text: str, line: int, column: int) -> None:
        """Text that stands at a place of the file; what follows right behind the piece before needs no segment."""
        if not text:
            return
        if (line, column) != self.next:
            self.segments.append(Segment(self.length, line, column))
        breaks = text.count("\n")
        self.next = (line + breaks, len(text) - text.rfind("\n") if breaks else column + len(text))
        self.parts.append(text)
        self.length += len(text)
        self.last = text[-1]

    def pieces(self, pieces: list[Piece]) -> None:
        """Text of the file."""
        for one in pieces:
            self._put(one.text, one.line, one.column)

    def say(self, text: str, place: tuple[int, int]) -> None:
        """Words of our own on a line of their own, which findings place at ``place``; none only end the line before."""
        if self.last != "\n":
            self.parts.append("\n")
            self.length += 1
            self.last = "\n"
        if not text:
            self.next = (0, 0)
            return
        self._put(text + "\n", *place)
        self.next = (0, 0)

    def source(self, name: str, dialect: Dialect) -> Source:
        """The source that has been put together."""
        return Source(name, "".join(self.parts), dialect, tuple(self.segments))
