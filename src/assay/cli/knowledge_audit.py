"""What is written down of a question that was not answered: whether it was for want of a right or of a document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.knowledge.library import Library
    from assay.knowledge.library_reader import LibraryReader
    from assay.plant.records import Records
    from assay.skills.knowledge_qa.runner import Outcome


def audit_refusal(
    records: Records, library: Library, reader: LibraryReader, question: str, outcome: Outcome, run: str = ""
) -> None:
    """A refusal with whether it was for want of a right: nothing else tells the two apart. Answers leave their run."""
    if outcome.answered:
        return
    from assay.cli.actions_parts import load_policy
    from assay.knowledge.library import Library
    from assay.knowledge.rights import Asker
    from assay.skills.knowledge_qa.audit import told_by

    book = library.access
    groups = frozenset(load_policy().roles) | (
        frozenset() if book is None else frozenset().union(*book.documents.values())
    )
    with Library.open(_place(library)) as everything:
        told = told_by(question, everything.reader(Asker(reader.asker.user, groups), on=reader.on), reader)
    reason = "no_right" if told else (outcome.reason.value if outcome.reason else "refused")
    records.audit.add(reader.asker.user, "knowledge_refused", run or outcome.answer.run, reason=reason, documents=told)


def _place(library: Library) -> Path | str:
    place = library.place
    return place if "://" in place else Path(place).parent if Path(place).suffix == ".db" else Path(place)
