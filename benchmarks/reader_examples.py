"""What the small reader learns from: questions over documents written for it, each with the units that were found.

``cited/read/`` holds folders of documents (``*.md``) and of questions about each (``*.jsonl``: ``q``, ``lang``,
``kind``, then ``quote`` and ``short`` where the document answers, else ``near``, what a careless reader would take for
the answer). Each folder is a library. A question is searched for in it, and the best units become its texts: those of
the quote are labelled as answering, all others as not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assay.knowledge.library import Library
from assay.knowledge.rights import Asker
from assay.skills.knowledge_qa.candidates import Candidate, candidates_of
from assay.skills.knowledge_qa.combine import combiner
from assay.skills.knowledge_qa.question import read_question
from assay.skills.knowledge_qa.tools import LIMIT
from benchmarks.cited_set import plain

FOLDER = Path(__file__).parent / "cited" / "read"
TEXTS = 14
"""So many units a question are kept, the answering ones among them."""
_POLAR = frozenset({"yes", "no", "是", "否"})


@dataclass(frozen=True, slots=True)
class Unit:
    """A text with what stands above it; whether it answers; where the short answer stands (-1: not known)."""

    above: str
    text: str
    answers: bool
    start: int = -1
    end: int = -1


@dataclass(frozen=True, slots=True)
class Example:
    """A question with its texts: those of the quote, or of what a careless reader would take, then the others, the
    likeliest by what code alone can tell first."""

    document: str
    kind: str
    question: str
    units: tuple[Unit, ...]

    def document_json(self) -> str:
        """A line of a file."""
        return json.dumps(asdict(self), ensure_ascii=False)


def example_of(line: str) -> Example:
    """From such a line."""
    loaded = json.loads(line)
    return Example(**{**loaded, "units": tuple(Unit(**one) for one in loaded["units"])})


def examples(folder: Path, work: Path) -> Iterator[Example]:
    """The questions of one folder with their texts. ``work`` keeps the library between runs."""
    library = Library.open(work / folder.name)
    library.add(sorted(folder.glob("*.md")))
    reader = library.reader(Asker("nobody"))
    names = {info.id: info.name for info in reader.documents(outdated=True)}
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.strip():
                continue
            asked = json.loads(line)
            question = read_question(asked["q"])
            found = candidates_of(question, reader.search(question.text, limit=LIMIT))
            found.sort(key=lambda one: -combiner().rank.score(one.features))
            yield _example(f"{folder.name}/{path.stem}", asked, found, names)
    library.close()


def _example(document: str, asked: dict[str, Any], found: Sequence[Candidate], names: dict[str, str]) -> Example:
    stem = document.rpartition("/")[2]
    told = asked.get("quote") or asked.get("near") or ""
    units = []
    for one in found:
        own = Path(names[one.passage.document]).stem == stem and _same(one, told)
        answers = own and bool(asked.get("quote"))
        place = place_of(one, [asked["short"]]) if answers else (-1, -1)
        units.append((own, Unit(one.above, one.text, answers, *place)))
    first = [unit for own, unit in units if own]
    rest = [unit for own, unit in units if not own][: TEXTS - len(first)]
    return Example(document, asked["kind"], asked["q"], (*first, *rest))


def _same(one: Candidate, quote: str) -> bool:
    mine, theirs = plain(one.unit.text), plain(quote)
    return bool(theirs) and (theirs in mine or (len(mine) > 6 and mine in theirs))


def place_of(one: Candidate, shorts: Sequence[str]) -> tuple[int, int]:
    """Where the first of some short answers stands that stands there; in a row, where a cell begins with it."""
    if any(short.lower() in _POLAR for short in shorts):
        return -1, -1
    for short in shorts:
        pattern = r"\s*".join(re.escape(piece) for piece in short.split())
        found = [match.span() for match in re.finditer(pattern, one.text)]
        if one.unit.fields:
            found = [each for each in found if one.text[: each[0]].endswith("= ")] or found
        if found:
            return found[0]
    return -1, -1
