"""Two rankings as one: how much of the query the words cover decides how far the words are trusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: At this share of the question's weight in the best passage words count least, from the other on most.
COVERED = (0.0, 0.5)
#: Weight of the lexical lane at either end.
TRUST = (0.2, 0.5)
#: Standard deviations of the cosine that are as good as nothing found.
SPREAD = 5.0


@dataclass(frozen=True, slots=True)
class Lexical:
    """BM25 scores and the covered share (0 to 1) of the query's weight, a value a passage.

    ``formal`` is the part of the scores that the dictionary's words brought, ``things`` the share (0 to 1) of the
    query that the dictionary knows and a passage names, in whatever words.
    """

    scores: Floats
    coverage: Floats
    formal: Floats
    things: Floats


def fused(lexical: Lexical, levels: Floats | None, chinese: NDArray[np.bool_]) -> Floats:
    """A score a passage in 0 to 1; ``levels`` are the dense lane's deviations above the mean, NaN without a vector.

    Half of the words' score is beside the best of all passages, half beside the best of the passage's language: only
    the dictionary's words reach the other language.
    """
    import numpy as np

    best = float(lexical.scores.max(initial=0.0))
    words = np.zeros(len(chinese))
    if best > 0:
        tops = [float(lexical.scores[of].max(initial=0.0)) or best for of in (chinese, ~chinese)]
        words = 0.5 * lexical.scores / best + 0.5 * lexical.scores / np.where(chinese, tops[0], tops[1])
    known = np.isfinite(levels) if levels is not None else np.zeros(len(words), dtype=bool)
    if levels is None or not known.any():
        return words
    sense = np.where(known, np.clip(1.0 - (levels[known].max() - np.where(known, levels, 0.0)) / SPREAD, 0.0, 1.0), 0.0)
    trust = trusted(float(lexical.coverage[lexical.scores >= best].max(initial=0.0)) if best > 0 else 0.0)
    return trust * words + (1.0 - trust) * sense


def trusted(coverage: float) -> float:
    """The weight of the lexical lane for the coverage of its best passage."""
    low, high = COVERED
    share = min(1.0, max(0.0, (coverage - low) / (high - low)))
    return TRUST[0] + share * (TRUST[1] - TRUST[0])
