"""What the verifier learns from beside the reader's examples: question sets as the product meets them.

Each question of a set is searched for as its user would, and its units stand in the order in which the product reads
them; so what does not answer is what the product would take for an answer. Questions about which documents disagree, or
whose value depends on what they leave open, are left out: there each unit is half an answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from assay.kernel.texts import text
from assay.knowledge.reader import Reader
from assay.skills.knowledge_qa.candidates import Candidate, candidates_of
from assay.skills.knowledge_qa.combine import combiner
from assay.skills.knowledge_qa.nicknames import designations_of, names_of, perhaps_names, said_in, with_codes
from assay.skills.knowledge_qa.parts import parts_of
from assay.skills.knowledge_qa.quantities import known_as
from assay.skills.knowledge_qa.question import Asked, read_question
from assay.skills.knowledge_qa.ranking import Pairs, in_order, looked_at, read_together
from assay.skills.knowledge_qa.tools import LIMIT
from benchmarks.cited_set import SETS, Question, RememberingPairs, Shelf, in_gold, questions, says
from benchmarks.reader_examples import Example, Unit, example_of, place_of

OPEN = frozenset({"conflict", "ambiguous"})
POLAR = frozenset({"exception"})
"""What is asked for yes or no: the answer's words need not stand there."""
TEXTS = 6
"""So many units a question are kept."""
READ, FOREIGN = 8, 3
"""So many units the small reader puts in order: a third of what it reads in the product, in a third of the time."""


def known_of_set(name: str, work: Path) -> list[Example]:
    """The examples of a set; they are kept in ``work``."""
    kept = work / f"set_{name}.examples.jsonl"
    if not kept.exists():
        made = examples_of_set(SETS[name], work, RememberingPairs(work / "pairs.jsonl"))
        kept.write_text("".join(f"{one.document_json()}\n" for one in made), encoding="utf-8")
    return [example_of(line) for line in kept.read_text(encoding="utf-8").splitlines()]


def examples_of_set(folder: Path, work: Path, pairs: Pairs) -> Iterator[Example]:
    """The questions for calibration that ask for one thing, with their units, the likeliest first."""
    shelf = Shelf.open(work / folder.name, folder)
    for question in questions("calibration", folder):
        (asked, *rest) = parts_of(read_question(question.question))
        if rest or question.kind in OPEN:
            continue
        reader = shelf.reader(question.user)
        names = {info.id: info.name for info in reader.documents(outdated=True)}
        asked, found = as_the_product(asked, reader, pairs)
        units = labelled(question, found, names)
        if units:
            yield Example(f"{folder.name}/{question.id}", question.kind, asked.text, tuple(units[:TEXTS]))
    shelf.library.close()


def as_the_product(asked: Asked, reader: Reader, pairs: Pairs) -> tuple[Asked, list[Candidate]]:
    """A question with the codes behind the names that it says, and its units, the likeliest first."""
    hits = reader.search(asked.text, limit=LIMIT)
    words = f"{text('knowledge_qa.naming', asked.lang)} {perhaps_names(asked.text)}"
    telling = [*hits, *(() if asked.codes else reader.search(words, limit=LIMIT))]
    named, designated = names_of(telling), designations_of(telling)
    weights = combiner(read=True)
    with known_as(named, designated):
        asked = with_codes(asked, said_in(asked.text, [*named, *designated]))
        found = in_order(candidates_of(asked, hits), weights.first)
        read = read_together(asked, looked_at(asked, found, READ, FOREIGN), pairs)
    return asked, in_order(read, weights.rank)


def labelled(question: Question, found: Sequence[Candidate], names: Mapping[str, str]) -> list[Unit]:
    """The units of a question with whether they answer. A unit that says an accepted value and is not the place that
    the set names may answer as well, and of a place of several sentences one without the value says nothing: both are
    left out."""
    units = []
    for one in found:
        if not question.answerable:
            units.append(Unit(one.above, one.text, False))
        elif in_gold(one, question, names):
            place = place_of(one, question.values)
            if place[0] >= 0 or question.kind in POLAR or says(one.text, question.values):
                units.append(Unit(one.above, one.text, True, *place))
        elif not says(one.text, question.values):
            units.append(Unit(one.above, one.text, False))
    return units
