"""A question in the words of a manual, in Chinese and in English, by a language model.

The rules and worked examples (``data/restate.json``: invented equipment) are the same for every question; the question
comes last, as data. What the model writes is only searched with: it is cut to one line a language, and a line that is
missing is left out.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from assay.kernel.errors import ModelError
from assay.kernel.ports import Message
from assay.knowledge.search.blocking import waited
from assay.knowledge.search.tokens import LONGEST_QUERY

if TYPE_CHECKING:
    from assay.kernel.ports import LanguageModel

RULES = "Put a plant operator's question into the words of a technical manual, in Chinese and in English."
LONGEST, TOKENS, TIMEOUT = 300, 96, 60.0
"""Characters of a question, tokens of its two wordings, seconds."""
_LINE = re.compile(r"^[ \t]*(?P<lang>zh|en)[ \t]*[:：][ \t]*(?P<words>\S.*?)\s*$", re.M)


@dataclass(frozen=True, slots=True)
class Restater:
    """Asks the model; the same question gets the same wordings."""

    model: LanguageModel

    def __call__(self, question: str) -> Sequence[str]:
        """The wordings, Chinese first; those that say no more than the question are left out. Raises ModelError where
        the model fails or writes neither."""
        from assay.llm.openai import RemoteModel

        asked = " ".join(question.split())
        messages = [*shown(), Message("user", asked[:LONGEST])]

        async def call() -> str:
            try:
                async with asyncio.timeout(TIMEOUT):
                    return (await self.model.chat(messages, max_tokens=TOKENS, timeout=TIMEOUT)).text
            except TimeoutError as error:
                raise ModelError("llm.timed_out") from error
            finally:
                if isinstance(self.model, RemoteModel):
                    await self.model.close()  # its connections belong to this call's loop

        found = wordings(waited(call))
        if not found:
            raise ModelError("kernel.model_nonsense")
        return [one for one in found if one.lower() != asked.lower()]


def wordings(said: str) -> list[str]:
    """The first line of each language in what a model wrote; one without any letter is none."""
    found = [match for match in _LINE.finditer(said) if any(one.isalnum() for one in match["words"])]
    lines = {match["lang"]: match["words"] for match in reversed(found)}
    return [lines[lang][:LONGEST_QUERY] for lang in ("zh", "en") if lang in lines]


@cache
def shown() -> tuple[Message, ...]:
    """The rules, and the examples as questions that were put into other words."""
    source = resources.files("assay.knowledge.search").joinpath("data", "restate.json")
    made = [Message("system", RULES)]
    for one in json.loads(source.read_text(encoding="utf-8")):
        made += [Message("user", one["asked"]), Message("assistant", f"zh: {one['zh']}\nen: {one['en']}")]
    made[-1] = replace(made[-1], fixed=True)
    return tuple(made)
