from __future__ import annotations

import time

import pytest

from assay.kernel.budget import Budget
from assay.kernel.errors import Refused


def test_steps_end() -> None:
    budget = Budget(steps=2)
    budget.step()
    budget.step()
    with pytest.raises(Refused) as caught:
        budget.step()
    assert caught.value.key == "kernel.budget_steps"
    assert "2" in caught.value.render("en") and "2" in caught.value.render("zh")


def test_tokens_are_booked_even_beyond_the_limit() -> None:
    budget = Budget(tokens=10)
    budget.spend(10)
    with pytest.raises(Refused, match="11 of at most 10"):
        budget.spend(1)
    assert (budget.tokens_used, budget.tokens_left()) == (11, 0)
    with pytest.raises(ValueError):
        budget.spend(-1)


def test_seconds_end_and_stop_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    budget = Budget(seconds=5)
    assert budget.seconds_left() == 5
    now = 105.0
    with pytest.raises(Refused, match="5 seconds"):
        budget.seconds_left()
    with pytest.raises(Refused):
        budget.step()
    assert budget.steps_used == 0
