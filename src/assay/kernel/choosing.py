"""One choice by a language model: a single letter among what code enumerated, recorded as evidence."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass

from assay.kernel.errors import ModelError
from assay.kernel.evidence import EvidenceKind
from assay.kernel.ports import ChoiceResult, LanguageModel
from assay.kernel.prompts import LETTERS, ask
from assay.kernel.skill import Skill, State

MOST = len(LETTERS)
"""A model is shown at most this many options."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The options from best to worst with their log-probabilities; ``scored`` is False when these are not real."""

    order: tuple[int, ...]
    logs: tuple[float, ...]
    scored: bool

    def margin(self, option: int) -> float:
        """How much likelier the best option is than ``option``; infinite when nothing was scored."""
        return self.logs[self.order[0]] - self.logs[option] if self.scored else math.inf


@dataclass(slots=True)
class Chooser:
    """Asks the model; without one, or after it failed twice, ``choose`` returns None and code decides."""

    model: LanguageModel | None
    skill: Skill
    timeout: float = 60.0
    unscored: bool = False
    failed: bool = False

    async def choose(self, state: State, stage: str, task: str, labels: Sequence[str]) -> Chosen | None:
        """The model's choice among ``labels`` (of which it sees the first 26), or None.

        A ModelError is retried once. Raises Refused when the run's tokens or seconds are used up.
        """
        labels = labels[:MOST]
        if self.model is None or len(labels) < 2:
            return None
        messages = ask(self.skill, state, task, labels)
        letters = LETTERS[: len(labels)]
        for _ in range(2):
            limit = min(self.timeout, state.context.budget.seconds_left())
            try:
                async with asyncio.timeout(limit):
                    result = await self.model.choose(messages, tuple(letters), timeout=limit)
                chosen = _read(result, letters)
            except (ModelError, TimeoutError):
                continue
            self._record(state, stage, labels, result, chosen)
            state.context.budget.spend(result.tokens)
            self.unscored = self.unscored or not result.scored
            return chosen
        self.failed = True
        return None

    def _record(self, state: State, stage: str, labels: Sequence[str], result: ChoiceResult, chosen: Chosen) -> None:
        assert self.model is not None
        state.context.record(
            EvidenceKind.CHOICE,
            f"{self.skill.name}.choice",
            {"stage": stage, "question": state.question, "options": list(labels), "step": len(state.calls)},
            {
                "chosen": labels[chosen.order[0]],
                "log_probabilities": dict(zip(labels, chosen.logs, strict=True)),
                "scored": result.scored,
                "model": self.model.name,
                "digest": self.model.digest,
                "tokens": result.tokens,
            },
        )


def _read(result: ChoiceResult, letters: str) -> Chosen:
    """The result in the order of the options; ModelError for anything that is no distribution over them."""
    logs = [result.log_probabilities.get(letter, -math.inf) for letter in letters]
    strangers = set(result.log_probabilities) - set(letters)
    if strangers or any(math.isnan(log) or log > 1e-6 for log in logs) or max(logs) == -math.inf:
        raise ModelError("kernel.model_nonsense")
    order = sorted(range(len(logs)), key=lambda i: -logs[i])
    return Chosen(tuple(order), tuple(logs), result.scored)
