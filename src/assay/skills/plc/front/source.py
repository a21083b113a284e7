"""A text of Structured Text with its name, dialect and the places of its lines in the file it came from."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Dialect = Literal["iec", "codesys", "twincat", "scl"]
DIALECTS: tuple[Dialect, ...] = ("iec", "codesys", "twincat", "scl")


class Span(NamedTuple):
    """A half-open piece of a source in code points. ``source`` is the name of its :class:`Source`."""

    source: str
    start: int
    end: int

    def to(self, other: Span) -> Span:
        """From the start of this span to the end of the other one."""
        return Span(self.source, self.start, max(self.end, other.end))


#: Where nothing stands: what code added itself, such as the standard function blocks' instances in tests.
NOWHERE = Span("", 0, 0)


class Position(NamedTuple):
    """Line and column in the file, both from 1; the column counts code points."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Segment:
    """From code point ``start`` of the source's text on, the text stands at ``line``, ``column`` of the file."""

    start: int
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Source:
    """One text to parse. A file of TcPOU or PLCopen XML gives one source whose text is Structured Text put together
    from its parts, with a segment for each part; a plain file gives one source without segments.

    ``name`` is the path as the user gave it, and is unique among the sources of a project.
    """

    name: str
    text: str
    dialect: Dialect = "iec"
    segments: tuple[Segment, ...] = ()
    _lines: list[int] = field(default_factory=list, repr=False, compare=False)
    _pieces: list[int] = field(default_factory=list, repr=False, compare=False)

    def position(self, offset: int) -> Position:
        """Where code point ``offset`` of the text stands in the file."""
        starts = self._starts()
        row = bisect_right(starts, offset) - 1
        if not self.segments:
            return Position(row + 1, offset - starts[row] + 1)
        if not self._pieces:
            self._pieces.extend(one.start for one in self.segments)
        index = max(0, bisect_right(self._pieces, offset) - 1)
        segment = self.segments[index]
        first = bisect_right(starts, segment.start) - 1
        if row == first:
            return Position(segment.line, segment.column + offset - segment.start)
        return Position(segment.line + row - first, offset - starts[row] + 1)

    def line_text(self, offset: int) -> str:
        """The line of the text in which the code point stands, without its end."""
        starts = self._starts()
        row = bisect_right(starts, offset) - 1
        end = starts[row + 1] - 1 if row + 1 < len(starts) else len(self.text)
        return self.text[starts[row] : end].rstrip("\r")

    def _starts(self) -> list[int]:
        if not self._lines:
            self._lines.append(0)
            self._lines.extend(place + 1 for place, one in enumerate(self.text) if one == "\n")
        return self._lines
