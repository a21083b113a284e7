"""What a thorough search asks: the language model for other wordings, and the small reader for the best passages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assay.knowledge.search.engine import Note, note
from assay.knowledge.search.restating import Restater
from assay.knowledge.search.thorough import Read, Thorough
from assay.llm.assemble import known_digest
from assay.llm.pairs import Text
from assay.skills.knowledge_qa.candidates import above_of, line_of
from assay.skills.knowledge_qa.ranking import Pairs
from assay.skills.knowledge_qa.runner import pairs_or_none, reader_file

if TYPE_CHECKING:
    from assay.kernel.ports import LanguageModel
    from assay.knowledge.passage import Passage

NOTHING = -20.0
"""What a passage without units gives."""


def thorough(model: LanguageModel | None) -> tuple[Thorough, Sequence[Note]]:
    """All that is installed for it, with a note on each part that is not, the model's first."""
    pairs = pairs_or_none()
    restate = None if model is None else Restater(model)
    notes = [*([] if restate else [note("search.no_restating")]), *([] if pairs else [note("search.no_reading")])]
    parts = ["" if model is None else model.digest, "" if pairs is None else known_digest(reader_file())]
    digest = " ".join(one for one in parts if one)
    return Thorough(restate, None if pairs is None else passages_read(pairs), digest), notes


def passages_read(pairs: Pairs) -> Read:
    """A passage gives what its best unit gives."""

    def read(question: str, passages: Sequence[Passage]) -> list[float]:
        texts = [Text(above_of(one), line_of(unit)) for one in passages for unit in one.units]
        owners = [at for at, one in enumerate(passages) for _ in one.units]
        found = [NOTHING] * len(passages)
        for at, each in zip(owners, pairs(question, texts), strict=True):
            found[at] = max(found[at], each.score)
        return found

    return read
