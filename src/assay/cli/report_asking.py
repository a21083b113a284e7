"""How a template's ``{{ask ".."}}`` is answered: from documents, by the same checks as ``assay knowledge ask``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from assay.cli.knowledge_parts import Where

if TYPE_CHECKING:
    from assay.plant.records import Records
    from assay.skills.reports.runner import Asking


@contextmanager
def asking_over(where: Where | None, records: Records, *, model: bool) -> Iterator[Asking | None]:
    """Answers questions while it is open; None where no documents were named. A refusal is written down as that of
    ``assay knowledge ask`` is."""
    if where is None:
        yield None
        return
    from assay.cli.investigate import open_or_none
    from assay.cli.knowledge_audit import audit_refusal
    from assay.skills.knowledge_qa.runner import ask, equipped
    from assay.skills.reports.runner import Told

    with where.library_and_reader() as (library, reader):
        tools = equipped((lambda: open_or_none(where.speaks)) if model else None)

        async def answer(question: str) -> Told:
            outcome = await ask(question, reader, tools, lang=where.speaks, store=records.evidence)
            audit_refusal(records, library, reader, question, outcome)
            if not outcome.answered:
                return Told((), (), outcome.text.splitlines()[0] if outcome.text else "-")
            cited = [id for one in outcome.answer.sentences for id in one.evidence]
            return Told(tuple(one.text for one in outcome.answer.sentences), tuple(dict.fromkeys(cited)))

        try:
            yield answer
        finally:
            if tools.model is not None:
                import asyncio

                asyncio.run(tools.model.close())
