"""The order of the best passages: a small linear model over what the lanes, the things and the evidence say.

Both lanes propose; the model weighs. Its numbers come from questions over documents of our own (``python -m
benchmarks.retrieval_fit``), by logistic regression on pairs of a right and a wrong passage of the same question
(Joachims 2002, "Optimizing search engines using clickthrough data", with logistic instead of hinge loss). The fusion
keeps a say of its own beside what was learnt. Every feature is of the question, of the passage itself, or counted over
the view, that is over permitted documents. A passage without headings, or without other passages in its document, has
nothing around it that could speak for it: it counts there as the best of the others does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from assay.knowledge.search.concepts import Lookup, held
from assay.knowledge.search.dictionary import Expansion
from assay.knowledge.search.evidence import NAMES, wanted
from assay.knowledge.search.fusion import Lexical
from assay.knowledge.search.tokens import Term
from assay.knowledge.search.view import View, best_rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

#: So many of the best of the fusion, and of each lane, are weighed.
FUSED_DEPTH, LANE_DEPTH = 40, 25
#: So many of the best speak for their document.
_SPEAKING = 20
#: A level this far below the best one is as far as any.
_FARTHEST = -8.0
#: The features in the order of the columns of ``features``; the file of weights names them.
FEATURES: Final = (
    "fused",
    "lexical",
    "lexical_in_language",
    "coverage",
    "things",
    "formal",
    "meant",
    "meant_plain",
    "own_language",
    "document",
    "length",
    "above",
    "anywhere",
    "together",
    "share",
    *(f"evidence_{name}" for name in NAMES),
)


@dataclass(frozen=True, slots=True)
class Material:
    """What a question is made of, and what it gave over a view, a value a passage: words, the levels of its meaning
    with the dictionary's words and of the question alone (None without vectors, NaN for a passage without one), their
    fusion, and which passages are in its language."""

    terms: Sequence[Term]
    expansions: Sequence[Expansion]
    lookup: Lookup
    words: Lexical
    levels: Floats | None
    plain: Floats | None
    fused: Floats
    own: NDArray[np.bool_]


def proposed(view: View, found: Material) -> Rows:
    """The rows that are weighed: the best of the fusion and of each lane, ascending."""
    import numpy as np

    parts = [_best(found.fused, view, FUSED_DEPTH), _best(found.words.scores, view, LANE_DEPTH)]
    for levels in (found.levels, found.plain):
        if levels is not None and (known := np.isfinite(levels)).any():
            parts.append(_best(np.where(known, levels - levels[known].min() + 1.0, 0.0), view, LANE_DEPTH))
    rows: Rows = np.unique(np.concatenate(parts))
    return rows


def features(query: str, view: View, found: Material) -> tuple[Rows, Floats]:
    """The proposed rows and their features, a column each in the order of ``FEATURES``."""
    import numpy as np

    rows = proposed(view, found)
    words = found.words
    standing = held(rows, found.terms, found.expansions, found.lookup)
    tops = [float(words.scores[of].max(initial=0.0)) or 1.0 for of in (view.chinese, ~view.chinese)]
    alone = np.bincount(view.documents)[view.documents[rows]] == 1
    columns = [
        found.fused[rows],
        words.scores[rows] / (float(words.scores.max(initial=0.0)) or 1.0),
        words.scores[rows] / np.where(view.chinese[rows], tops[0], tops[1]),
        words.coverage[rows],
        words.things[rows],
        words.formal[rows] / (float(words.formal.max(initial=0.0)) or 1.0),
        _below(found.levels, rows),
        _below(found.plain, rows),
        found.own[rows].astype(np.float64),
        _unheard(_document(found.fused, view)[view.documents[rows]], alone),
        np.log1p(view.lengths[rows]) / 5.0,
        _unheard(standing.above, ~view.headed[rows]),
        standing.anywhere,
        standing.together,
        standing.share,
    ]
    evidence = view.evidence[rows].astype(np.int64) & wanted(query)
    columns += [(evidence >> bit & 1).astype(np.float64) for bit in range(len(NAMES))]
    return rows, np.stack(columns, axis=1)


def ranked(query: str, view: View, found: Material) -> Floats:
    """A score a passage in 0 to 1: the proposed ones by the model, all others below them in the order of the fusion."""
    import numpy as np

    rows, columns = features(query, view, found)
    if not len(rows):
        return found.fused
    known = weights()
    weighed = np.zeros(len(rows))
    for number, name in enumerate(FEATURES):  # in this order on any machine: a score is the same bit for bit
        weighed += known[name] * columns[:, number]
    scores = 1.0 / (1.0 + np.exp(-(weighed - known["middle"]) / known["spread"]))
    out: Floats = found.fused * float(scores.min()) * 0.999
    out[rows] = scores
    return out


@cache
def weights() -> Mapping[str, float]:
    """The model: a number a feature, and ``middle`` and ``spread`` of the sums that make a score of 0.5 and so on."""
    text = resources.files("assay.knowledge.search").joinpath("data/ranking.json").read_text(encoding="utf-8")
    return {name: float(value) for name, value in json.loads(text)["weights"].items()}


def _best(values: Floats, view: View, depth: int) -> Rows:
    """The rows of the largest positive values, of equal ones those of the smaller ids."""
    import numpy as np

    return np.array(best_rows(np.where(values > 0, values, -np.inf), view.ids, depth), dtype=np.int64)


def _below(levels: Floats | None, rows: Rows) -> Floats:
    """How far levels lie below the best one; a passage without one counts as the others do in the mean."""
    import numpy as np

    if levels is None or not np.isfinite(levels[rows]).any():
        return np.zeros(len(rows))
    below = np.maximum(levels[rows] - np.nanmax(levels), _FARTHEST)
    known = np.isfinite(below)
    return np.where(known, below, float(below[known].mean()))


def _unheard(values: Floats, silent: NDArray[np.bool_]) -> Floats:
    """Values where those of ``silent`` rows, which nothing can speak for, are as good as the best of the others."""
    import numpy as np

    if silent.all() or not silent.any():
        return values
    return np.where(silent, float(values[~silent].max()), values)


def _document(fused: Floats, view: View) -> Floats:
    """What the best passages say for each document, beside the best document."""
    import numpy as np

    speaking = _best(fused, view, _SPEAKING)
    sums = np.zeros(int(view.documents[-1]) + 1)
    np.add.at(sums, view.documents[speaking], fused[speaking])
    return sums / (float(sums.max()) or 1.0)
