"""The prompt for a tool choice: a stable list of tools, answered examples, and the question behind them.

Everything before the question stays the same for all questions, so that its cache is reused; only the short question
is new. Each tool has a letter, and the last letter refuses. The tools' own examples appear as questions that were
already answered, refusals among them: a small model follows shown answers far better than descriptions alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assay.kernel.errors import InputError
from assay.kernel.texts import Lang, text
from assay.llm.options import LABELS
from assay.llm.port import Message

_LONGEST_QUESTION = 2000


@dataclass(frozen=True)
class ToolLine:
    """A tool as the model sees it: what it does, and questions that need it, one a line."""

    summary: str
    example: str


def tool_labels(tools: Sequence[ToolLine]) -> tuple[tuple[str, ...], str]:
    """The labels of the tools, and the label that refuses. Raises InputError for more tools than letters."""
    if len(tools) + 1 > len(LABELS):
        raise InputError("llm.too_many_options", count=len(tools) + 1, limit=len(LABELS))
    return tuple(LABELS[: len(tools)]), LABELS[len(tools)]


def tool_messages(tools: Sequence[ToolLine], question: str, lang: Lang) -> list[Message]:
    """The messages that ask for one letter."""
    labels, refuse = tool_labels(tools)
    lines = [
        text("llm.prompt_tool", lang, label=label, summary=tool.summary)
        for label, tool in zip(labels, tools, strict=True)
    ]
    lines.append(text("llm.prompt_refuse", lang, label=refuse))
    system = Message("system", text("llm.prompt_tools", lang, lines="\n".join(lines)))
    shown = [(label, tool.example.splitlines()) for label, tool in zip(labels, tools, strict=True)]
    shown.append((refuse, text("llm.prompt_refuse_examples", lang).splitlines()))
    *first, last = _answered(shown, lang)
    return [system, *first, replace(last, fixed=True), _question(question, lang)]


def _answered(shown: Sequence[tuple[str, list[str]]], lang: Lang) -> list[Message]:
    """The examples as answered questions, by turns, so that no letter stands for the whole end of the list."""
    rounds = max(len(examples) for _, examples in shown)
    spread = sorted(
        ((position + 0.5) * rounds / len(examples), label, example)
        for label, examples in shown
        for position, example in enumerate(examples)
    )
    turns = ((_question(example, lang), Message("assistant", label)) for _, label, example in spread)
    return [message for turn in turns for message in turn]


def _question(question: str, lang: Lang) -> Message:
    return Message("user", text("llm.prompt_question", lang, question=" ".join(question.split())[:_LONGEST_QUESTION]))


def reference_tools(lang: Lang) -> list[ToolLine]:
    """The five tools of the calibration set: investigate, read, list alarms, compare, simulate."""
    return [
        ToolLine(text(f"llm.tool_{name}", lang), text(f"llm.tool_{name}_example", lang))
        for name in ("investigate", "read", "alarms", "compare", "simulate")
    ]
