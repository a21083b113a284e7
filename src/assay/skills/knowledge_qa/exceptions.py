"""The exceptions that belong to a clause: they are quoted with it."""

from __future__ import annotations

from assay.knowledge.passage import UnitKind
from assay.skills.knowledge_qa.ranking import FOLLOWS, Pick


def exceptions_of(pick: Pick) -> list[int]:
    """The places of the sentences right behind a picked one, in its passage, that take something away from it."""
    if pick.candidate.unit.kind is not UnitKind.SENTENCE:
        return []
    at, units = pick.candidate.index + 1, pick.candidate.passage.units
    if at < len(units) and units[at].kind is UnitKind.SENTENCE and FOLLOWS.match(units[at].text):
        return [at]
    return []
