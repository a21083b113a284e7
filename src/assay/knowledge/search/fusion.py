"""Two rankings as one: how much of the query the words cover decides how far the words are trusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Below this share of the query's weight in the best passage, words count least; above the other, most.
COVERED = (0.25, 0.75)
#: Weight of the lexical lane at either end.
TRUST = (0.15, 0.6)
#: Standard deviations of the cosine that are as good as nothing found.
SPREAD = 4.0


@dataclass(frozen=True, slots=True)
class Lexical:
    """BM25 scores and the covered share (0 to 1) of the query's weight, a value a passage."""

    scores: Floats
    coverage: Floats


def fused(lexical: Lexical, cosines: Floats | None) -> Floats:
    """A score a passage in 0 to 1; ``cosines`` is NaN where a passage has no vector, None without a dense lane."""
    import numpy as np

    words = lexical.scores / best if (best := float(lexical.scores.max(initial=0.0))) > 0 else lexical.scores
    known = np.isfinite(cosines) if cosines is not None else np.zeros(len(words), dtype=bool)
    if cosines is None or not known.any():
        return words
    sense = _scaled(cosines, known)
    trust = trusted(float(lexical.coverage[lexical.scores >= best].max(initial=0.0)) if best > 0 else 0.0)
    mixed = trust * words + (1.0 - trust) * sense
    return np.where(known, mixed, trust * words)


def trusted(coverage: float) -> float:
    """The weight of the lexical lane for the coverage of its best passage."""
    low, high = COVERED
    share = min(1.0, max(0.0, (coverage - low) / (high - low)))
    return TRUST[0] + share * (TRUST[1] - TRUST[0])


def _scaled(cosines: Floats, known: NDArray[np.bool_]) -> Floats:
    """Cosines as 1 for the best down to 0 at ``SPREAD`` deviations below it: models differ in their range."""
    import numpy as np

    values = cosines[known]
    best, deviation = float(values.max()), float(values.std())
    width = SPREAD * deviation if deviation > 1e-9 else 1.0
    return np.clip(1.0 - (best - np.where(known, cosines, best - width)) / width, 0.0, 1.0)
