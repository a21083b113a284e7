"""One question put to a skill, from its start in the records to its finished answer."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Protocol

from assay.kernel.agent import Agent, AskBack
from assay.kernel.answer import Answer
from assay.kernel.answering import Answering
from assay.kernel.context import RunContext
from assay.kernel.errors import InputError, ModelError
from assay.kernel.ports import LanguageModel
from assay.kernel.skill import Skill


class Runs(Protocol):
    """Where runs are written down."""

    def start(self, id: str, *, caller: str, plant: str, question: str) -> None: ...

    def finish(self, answer: Answer) -> None: ...


async def answered(
    skill: Skill,
    answering: Answering,
    question: str,
    context: RunContext,
    runs: Runs,
    *,
    plant: str = "",
    model: LanguageModel | None = None,
    refusing: Collection[str] = (),
) -> Answer:
    """The skill's answer, written down in ``runs`` with the seconds it took.

    Wrong input raises InputError, except with a key in ``refusing``: data that cannot carry an answer, which is then
    refused with that sentence. ModelError for a plan that asks back, which a single question cannot do.
    """
    began = time.monotonic()
    runs.start(context.run, caller=context.caller.user, plant=plant, question=question)
    try:
        answer = await Agent(skill, answering, model).run(question, context)
    except InputError as error:
        if error.key not in refusing:
            raise
        answer = answering.refuse((error.render(context.lang),), run=context.run)
    if isinstance(answer, AskBack):
        raise ModelError("kernel.asked_back")
    seconds = {**answer.seconds, "total": time.monotonic() - began}
    answer = answer.model_copy(update={"seconds": {name: round(value, 3) for name, value in seconds.items()}})
    runs.finish(answer)
    return answer
