"""For the audit record alone: whether documents that an asker may not read would have answered."""

from __future__ import annotations

from assay.knowledge.reader import Reader
from assay.skills.knowledge_qa.combine import combiner
from assay.skills.knowledge_qa.question import read_question
from assay.skills.knowledge_qa.ranking import ranked
from assay.skills.knowledge_qa.tools import LIMIT


def told_by(question: str, everything: Reader, permitted: Reader) -> list[str]:
    """The names of forbidden documents in which code alone finds an answer. Never shown to the asker."""
    mine = {info.id for info in permitted.documents(outdated=True)}
    names = {info.id: info.name for info in everything.documents(outdated=True) if info.id not in mine}
    if not names:
        return []
    asked, weights = read_question(question), combiner()
    hits = [hit for hit in everything.search(asked.text, limit=LIMIT) if hit.passage.document in names]
    picks = ranked(asked, hits, weights, None)[:1]
    return sorted(
        {names[pick.candidate.passage.document] for pick in picks if weights.enough(pick.features, model=False)[1]}
    )
