"""The lines of a text and its pages, where the stored text is the file's own."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from assay.knowledge.document import Page, Span

Range = tuple[int, int]
_LINE = re.compile(r"(?<![^\n\f])[^\n\f]*")


class Line(NamedTuple):
    """A line, or what is left of it behind the marks in front; ``start`` is its place in the whole text."""

    start: int
    text: str

    @property
    def end(self) -> int:
        """The place behind its last character."""
        return self.start + len(self.text)

    @property
    def blank(self) -> bool:
        """Whether it has only white space."""
        return not self.text or self.text.isspace()

    def cut(self, front: int, back: int | None = None) -> Line:
        """The line without its first ``front`` characters, up to ``back``."""
        return Line(self.start + min(front, len(self.text)), self.text[front:back])

    def strip(self) -> Line:
        """The line without white space at its ends."""
        left = len(self.text) - len(self.text.lstrip())
        return Line(self.start + left, self.text.strip())


def lines_of(text: str) -> list[Line]:
    """The lines; a form feed ends one as a line break does."""
    return [Line(found.start(), found.group()) for found in _LINE.finditer(text)]


class FilePages:
    """The pages of a text: a form feed ends one. Joined they are the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        parts = re.split(r"(?<=\f)", text)
        if len(parts) > 1 and not parts[-1].strip():
            parts[-2:] = ["".join(parts[-2:])]
        self.pages = tuple(Page(number, part) for number, part in enumerate(parts, 1))
        self._starts = [0]
        for part in parts[:-1]:
            self._starts.append(self._starts[-1] + len(part))

    def spans(self, ranges: Iterable[Range]) -> tuple[Span, ...]:
        """Stretches of the whole text as spans: cut at the pages' ends, no white space at either end, none empty."""
        return tuple(span for start, end in ranges for span in self._cut(start, end))

    def one(self, start: int, end: int) -> Span:
        """A stretch inside one page as it is, even if it is empty (an empty cell)."""
        page = bisect_right(self._starts, start)
        first = self._starts[page - 1]
        return Span(page, start - first, end - first)

    def _cut(self, start: int, end: int) -> list[Span]:
        found = []
        while start < end:
            page = bisect_right(self._starts, start)
            first = self._starts[page - 1]
            stop = min(end, first + len(self.pages[page - 1].text))
            part = self.text[start:stop]
            left, right = len(part) - len(part.lstrip()), len(part) - len(part.rstrip())
            if left < len(part):
                found.append(Span(page, start + left - first, stop - right - first))
            start = stop
        return found


def merged(lines: Sequence[Line], text: str) -> list[Range]:
    """The lines' stretches; neighbours with nothing but white space between become one."""
    ranges: list[Range] = []
    for line in lines:
        if line.blank:
            continue
        if ranges and not text[ranges[-1][1] : line.start].strip():
            ranges[-1] = (ranges[-1][0], line.end)
        else:
            ranges.append((line.start, line.end))
    return ranges
