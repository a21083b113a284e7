"""What a language model is asked: one letter. The stable part comes first, so that its prefix cache can be reused."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pydantic import JsonValue

from assay.kernel.ports import Message
from assay.kernel.skill import Skill, State
from assay.kernel.texts import Lang, text
from assay.kernel.tool import Effect

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SEEN = 72
"""Characters of each result that a model sees: on a small machine every token of a prompt costs time."""
LABEL = 120
"""Characters of each option that a model sees."""


def prefix(skill: Skill, lang: Lang) -> Message:
    """The same for every question and stage of a skill: the rules and all tools with an example each."""
    tools = [tool for tool in skill.tools if tool.effect is not Effect.WRITE]
    lines = [
        text(
            "kernel.agent_tool",
            lang,
            name=tool.name,
            summary=text(tool.summary, lang),
            example=text(tool.example, lang),
        )
        for tool in tools
    ]
    return Message("system", "\n".join([text("kernel.agent_rules", lang), *lines]), fixed=True)


def ask(skill: Skill, state: State, task: str, labels: Sequence[str]) -> list[Message]:
    """The prompt for one choice: the prefix, the question, what is known so far as data, the task and its options.

    What is known only grows at its end, so that the next choice of the run finds it in the prefix cache.
    """
    lang = state.context.lang
    seen = [
        text("kernel.agent_seen", lang, tool=call.tool, value=quoted(brief(call.evidence.value), SEEN))
        for call in state.calls
    ]
    options = [f"{letter}. {one_line(label)}" for letter, label in zip(LETTERS, labels, strict=False)]
    parts = [text("kernel.agent_question", lang, question=quoted(state.question, 2000)), *seen, task, *options]
    # Later choices go on from the ones before; only the first begins at the prefix alone.
    first = replace(prefix(skill, lang), fixed=not state.calls)
    return [first, Message("user", "\n".join([*parts, text("kernel.agent_letter", lang)]))]


def brief(value: JsonValue) -> str:
    """The scalars of a result as ``name=value``, of lists the first entry only; numbers with three digits."""
    return ", ".join(_scalars("", value))


def _scalars(name: str, value: JsonValue) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _scalars(key, inner)
    elif isinstance(value, list):
        yield from _scalars(name, value[0] if value else None)
    elif value is not None:
        shown = f"{value:.3g}" if isinstance(value, float) else str(value)
        yield f"{name}={shown}" if name else shown


def quoted(content: str, limit: int) -> str:
    """Text from outside as one JSON string: it cannot pretend to be a line of the prompt."""
    return json.dumps(content[:limit], ensure_ascii=False)


def one_line(label: str) -> str:
    """A label cut to one short line."""
    return " ".join(label.split())[:LABEL]
