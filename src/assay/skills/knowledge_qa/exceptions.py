"""The exceptions that belong to a clause: they are quoted with it."""

from __future__ import annotations

import re

from assay.knowledge.passage import UnitKind
from assay.skills.knowledge_qa.question import Asked
from assay.skills.knowledge_qa.ranking import Pick

_FOLLOWS = re.compile(
    r"^\s*(?:[\d.]+\s+)?(?:但|然而|除|不过|例外|上述.{0,12}(?:不适用|除外)|however|but(?![a-z])|except"
    r"|unless|this does not apply|exception)",
    re.I,
)


def exceptions_of(asked: Asked, pick: Pick) -> list[int]:
    """The places of the sentences right behind a picked one, in its passage, that take something away from it."""
    if pick.candidate.unit.kind is not UnitKind.SENTENCE:
        return []
    at, units = pick.candidate.index + 1, pick.candidate.passage.units
    if at < len(units) and units[at].kind is UnitKind.SENTENCE and _FOLLOWS.match(units[at].text):
        return [at]
    return []
