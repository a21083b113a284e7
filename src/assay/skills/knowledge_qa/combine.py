"""Features into one number: how well a unit fits a question, and how probable it is that it answers it.

Both are logistic regressions. Their coefficients and thresholds are data of this package (``data/combiner.json``, and
``data/combiner_read.json`` for where the small reader is installed), made by ``python -m benchmarks.cited_calibrate``
from the calibration half of the question set and nothing else.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

Features = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Logistic:
    """``weights`` by feature name and ``bias``; a feature that is not there counts as zero."""

    weights: Features
    bias: float = 0.0

    def score(self, features: Features) -> float:
        """The log-odds."""
        return self.bias + math.fsum(w * features.get(name, 0.0) for name, w in self.weights.items())

    def probability(self, features: Features) -> float:
        """Between 0 and 1."""
        score = self.score(features)
        return 1.0 / (1.0 + math.exp(-score)) if score > -700 else 0.0


@dataclass(frozen=True, slots=True)
class Combiner:
    """``rank`` orders units; ``answer`` judges the first of them, ``code`` does so without a language model. ``first``
    chooses which units are read at all, before anything but words has been seen of them.

    An answer leaves when its probability is at least ``answer_from`` (``code_from`` without a model). Below
    ``ask_from`` code refuses without asking the model. ``second``: of two units that are closer in score the second
    is looked at as well. ``branch_gap`` and ``conflict_gap``: rows of one table, or units of two documents, that are
    closer are both told, from probability ``about_from`` on; ``conflict_cover`` and ``premise_cover`` are the least
    parts of the question that such a unit says. ``contradicts``: the log-odds from which on the model's reading of
    another document's value stops an answer; None: it is not asked.
    """

    rank: Logistic
    answer: Logistic
    code: Logistic
    first: Logistic
    answer_from: float
    code_from: float
    about_from: float = 0.1
    ask_from: float = 0.0
    second: float = 0.5
    branch_gap: float = 0.35
    conflict_gap: float = 1.0
    conflict_cover: float = 0.6
    premise_cover: float = 0.6
    contradicts: float | None = None

    def enough(self, features: Features, *, model: bool) -> tuple[float, bool]:
        """The probability that an answer is right, and whether that is enough."""
        chosen, least = (self.answer, self.answer_from) if model else (self.code, self.code_from)
        probability = chosen.probability(features)
        return probability, probability >= least


@cache
def combiner(*, read: bool = False) -> Combiner:
    """The shipped one; ``read``: the one fitted with the small reader."""
    source = resources.files("assay.skills.knowledge_qa").joinpath("data", combiner_file(read=read))
    return combiner_of(json.loads(source.read_text(encoding="utf-8")))


def combiner_file(*, read: bool) -> str:
    """The name of the file that holds it."""
    return "combiner_read.json" if read else "combiner.json"


def combiner_of(loaded: Mapping[str, Any]) -> Combiner:
    """A combiner from its JSON."""
    rank, answer, code = (
        Logistic(loaded[name]["weights"], loaded[name]["bias"]) for name in ("rank", "answer", "code")
    )
    first = Logistic(loaded["first"]["weights"]) if "first" in loaded else rank
    return Combiner(rank, answer, code, first, **loaded["thresholds"])
