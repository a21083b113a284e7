"""Edits to a text, made all at once, and which names a program's elements give."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from assay.skills.plc.front import tree
from assay.skills.plc.front.source import Span

_NOT_IN_NAME = re.compile(r"\W+")


def plain_name(name: str) -> str:
    """A quoted name as an identifier."""
    fitted = _NOT_IN_NAME.sub("_", name).strip("_") or "x"
    return f"_{fitted}" if fitted[0].isdigit() else fitted


class Edits:
    """Replacements in one text; they never overlap (of two at one place the first stands)."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.made: list[tuple[int, int, str]] = []

    def replace(self, start: int, end: int, new: str) -> None:
        """``[start, end)`` becomes ``new``."""
        self.made.append((start, end, new))

    def put(self, place: int, new: str) -> None:
        """``new`` before that code point."""
        self.made.append((place, place, new))

    def apply(self) -> str:
        """The text with all edits."""
        return self.within(0, len(self.text))

    def within(self, first: int, last: int) -> str:
        """``[first, last)`` of the text with the edits in it."""
        out: list[str] = []
        place = first
        for start, end, new in sorted(self.made, key=lambda one: one[0]):
            if start < place or end > last:
                continue
            out += [self.text[place:start], new]
            place = end
        return "".join([*out, self.text[place:last]])


def flat(elements: Iterable[tree.Element]) -> list[tree.Element]:
    """The elements with those of namespaces in place of the namespaces."""
    out: list[tree.Element] = []
    for one in elements:
        out.extend(flat(one.elements) if isinstance(one, tree.Namespace) else [one])
    return out


def variables(blocks: Iterable[tree.VarBlock]) -> set[str]:
    """The upper-case names that sections declare."""
    return {name.key for block in blocks for one in block.declarations for name in one.names}


def with_comments(text: str, trivia: Sequence[tree.Trivia], span: Span) -> Span:
    """The span and the comments and pragmas right before and behind it."""
    starts = [one.span.start for one in trivia]
    start, end = span.start, span.end
    place = bisect_left(starts, start) - 1
    while place >= 0 and not text[trivia[place].span.end : start].strip():
        start = trivia[place].span.start
        place -= 1
    place = bisect_left(starts, end)
    while place < len(trivia) and not text[end : trivia[place].span.start].strip():
        end = trivia[place].span.end
        place += 1
    return Span(span.source, start, end)
