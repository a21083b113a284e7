"""How a template's ``{{ask ".."}}`` is answered: from documents, by the same checks as ``assay knowledge ask``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from assay.cli.knowledge_parts import Where

if TYPE_CHECKING:
    from assay.kernel.ports import EvidenceStore
    from assay.skills.reports.runner import Asking


@contextmanager
def asking_over(where: Where | None, store: EvidenceStore, *, model: bool) -> Iterator[Asking | None]:
    """Answers questions while it is open; None where no documents were named."""
    if where is None:
        yield None
        return
    from assay.cli.investigate import open_or_none
    from assay.skills.knowledge_qa.runner import Asking as With
    from assay.skills.knowledge_qa.runner import ask, cosines_or_none
    from assay.skills.reports.runner import Told

    language_model = open_or_none(where.speaks) if model else None
    with where.reader() as reader:
        tools = With(model=language_model, cosines=cosines_or_none())

        async def answer(question: str) -> Told:
            outcome = await ask(question, reader, tools, lang=where.speaks, store=store)
            if not outcome.answered:
                return Told((), (), outcome.text.splitlines()[0] if outcome.text else "-")
            cited = [id for one in outcome.answer.sentences for id in one.evidence]
            return Told(tuple(one.text for one in outcome.answer.sentences), tuple(dict.fromkeys(cited)))

        try:
            yield answer
        finally:
            if language_model is not None:
                import asyncio

                asyncio.run(language_model.close())
