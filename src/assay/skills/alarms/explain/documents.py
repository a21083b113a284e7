"""Sentences of procedures that name an alarm's tag or equipment: quoted as they stand, with file and line.

Documents are text from outside. They are searched and quoted; nothing in them is followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assay.kernel.errors import InputError
from assay.plant.notes import Note
from assay.skills.alarms.explain.arguments import Case
from assay.skills.alarms.explain.terms import Term, terms_of

READ = frozenset({".md", ".markdown", ".txt", ".rst"})
MAX_FILES, MAX_BYTES = 2000, 2_000_000
LONGEST = 300
HEADING = 0.6  # what a heading's term is worth for a sentence under it
UNDER = 8  # so many sentences under a heading profit from it
_ENDS = re.compile(r"(?<=[。！？；!?;])|(?<=\.)\s+(?=[A-Z0-9\u4e00-\u9fff\"'(])")
_MARK = re.compile(r"^\s*(?:[-*+>]\s+|\d{1,2}[.)、]\s*|#{1,6}\s*)*")
_SPACE = re.compile(r"\s+")
_WIDE = "\u2e80"  # Chinese and what stands beyond is written without spaces


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence at its line; ``heading`` is the heading that it stands under."""

    file: str
    line: int
    text: str
    heading: str
    place: int  # which sentence under its heading


def read_documents(folder: Path) -> tuple[list[dict[str, str]], list[Note]]:
    """All Markdown and text files of a folder as plain data (``file``, ``text``), in the order of their names.

    Files of other kinds, too big or not UTF-8 (or GB 18030), are left out with a note. InputError when there is no
    folder or nothing in it can be read.
    """
    if not folder.is_dir():
        raise InputError("explain.docs_absent", folder=folder)
    found: list[dict[str, str]] = []
    other = 0
    for path in sorted(one for one in folder.rglob("*") if one.is_file() and not one.name.startswith(".")):
        content = _content(path) if path.suffix.lower() in READ and len(found) < MAX_FILES else None
        if content is None:
            other += 1
        else:
            found.append({"file": path.relative_to(folder).as_posix(), "text": content})
    if not found:
        raise InputError("explain.docs_none", folder=folder, kinds=", ".join(sorted(READ)))
    return found, [Note("explain.docs_skipped", {"count": other, "kinds": ", ".join(sorted(READ))})] if other else []


def _content(path: Path) -> str | None:
    try:
        if path.stat().st_size > MAX_BYTES:
            return None
        raw = path.read_bytes()
    except OSError:
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def sentences(file: str, content: str) -> Iterator[Sentence]:
    """The sentences of a document, each at the line where it begins; lines that were wrapped are joined again."""
    heading, place = "", 0
    for block in _blocks(content):
        begin = 0
        for end in [*(match.start() for match in _ENDS.finditer(block.text)), len(block.text)]:
            part = block.text[begin:end]
            line = block.line_at(begin + len(part) - len(part.lstrip()))
            begin = end
            if plain := printable(part):
                yield Sentence(file, line, plain, heading, place)
                place += 1
        if block.heading:
            heading, place = printable(block.text), 0


@dataclass(slots=True)
class _Block:
    """A heading, a paragraph or a list item; ``starts`` are (offset in the text, line) of each line in it."""

    heading: bool
    text: str = ""
    starts: list[tuple[int, int]] = field(default_factory=list)

    def add(self, plain: str, line: int) -> None:
        if self.text:
            wide = self.text[-1] >= _WIDE and plain[0] >= _WIDE
            self.text += "" if wide else " "
        self.starts.append((len(self.text), line))
        self.text += plain

    def line_at(self, offset: int) -> int:
        return max(line for start, line in self.starts if start <= offset)


def _blocks(content: str) -> Iterator[_Block]:
    block = _Block(False)
    for line, raw in enumerate(content.splitlines(), start=1):
        mark = _MARK.match(raw)
        marked = mark is not None and bool(mark[0].strip())
        heading = raw.lstrip().startswith("#")
        if block.text and (marked or heading or block.heading or not raw.strip()):
            yield block
            block = _Block(False)
        plain = _MARK.sub("", raw).strip()
        if plain:
            block.heading = heading
            block.add(plain, line)
    if block.text:
        yield block


def printable(content: str) -> str:
    """Text from outside on one line, without control characters, cut."""
    plain = _SPACE.sub(
        " ", "".join(each if each.isprintable() or each.isspace() else "\ufffd" for each in content)
    ).strip()
    return plain if len(plain) <= LONGEST else plain[: LONGEST - 1] + "…"


@dataclass(slots=True)
class _Hit:
    sentence: Sentence
    score: float
    found_by: list[str] = field(default_factory=list)


def passages(case: Case, documents: list[dict[str, str]], most: int) -> dict[str, Any]:
    """The ``most`` sentences that name the alarm's tag, its equipment or a failure most surely, in reading order."""
    terms = terms_of(case)
    hits: list[_Hit] = []
    total = 0
    for document in documents:
        for sentence in sentences(document["file"], document["text"]):
            total += 1
            hit = _judge(sentence, terms)
            if hit is not None:
                hits.append(hit)
    hits.sort(key=lambda one: (-one.score, one.sentence.file, one.sentence.line, one.sentence.place))
    chosen = sorted(hits[:most], key=lambda one: (one.sentence.file, one.sentence.line, one.sentence.place))
    return {
        "documents": len(documents),
        "sentences": total,
        "count": len(hits),
        "list": [
            {
                "file": printable(one.sentence.file),
                "line": one.sentence.line,
                "quote": one.sentence.text,
                "heading": one.sentence.heading,
                "found_by": one.found_by,
            }
            for one in chosen
        ],
    }


def _judge(sentence: Sentence, terms: list[Term]) -> _Hit | None:
    own = [term for term in terms if term.found_in(sentence.text)]
    above = [term for term in terms if term.found_in(sentence.heading)] if sentence.place < UNDER else []
    score = max((term.weight for term in own), default=0.0)
    score += HEADING * max((term.weight for term in above), default=0.0)
    if score <= 0.0:
        return None
    score += 0.01 * len(own)
    return _Hit(sentence, score, [term.text for term in dict.fromkeys([*own, *above])])
