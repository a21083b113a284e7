"""Budgets of a run: steps, language-model tokens and seconds."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from assay.kernel.errors import Refused


@dataclass(slots=True)
class Budget:
    """Limits of one run; exceeding one raises ``Refused``.

    ``steps`` are tool calls, ``tokens`` are a language model's prompt and output tokens together, ``seconds`` is wall
    time since the budget was made (a monotonic clock: a jump of the system clock changes nothing).
    """

    steps: int = 40
    tokens: int = 8000
    seconds: float = 900.0
    steps_used: int = field(default=0, init=False)
    tokens_used: int = field(default=0, init=False)
    _started: float = field(default_factory=lambda: time.monotonic(), init=False, repr=False)

    def step(self) -> None:
        """Take one step."""
        self.seconds_left()
        if self.steps_used >= self.steps:
            raise Refused("kernel.budget_steps", limit=self.steps)
        self.steps_used += 1

    def spend(self, tokens: int) -> None:
        """Book tokens that a model has used; they stay booked when the limit is passed."""
        if tokens < 0:
            raise ValueError("tokens must not be negative")
        self.tokens_used += tokens
        if self.tokens_used > self.tokens:
            raise Refused("kernel.budget_tokens", limit=self.tokens, used=self.tokens_used)

    def tokens_left(self) -> int:
        """Tokens that may still be used, never negative."""
        return max(0, self.tokens - self.tokens_used)

    def seconds_used(self) -> float:
        """Wall time since the budget was made."""
        return time.monotonic() - self._started

    def seconds_left(self) -> float:
        """Seconds that are left, above zero; ``Refused`` when none is."""
        left = self.seconds - self.seconds_used()
        if left <= 0:
            raise Refused("kernel.budget_seconds", limit=self.seconds)
        return left
