"""Without a twin: causes by the signed symptoms of the failure library.

A failure's score is the mean agreement of its expected signs with the observed shifts, less what it leaves unexplained;
probabilities are a softmax of the scores in which no cause may take more than CEILING, because symptoms alone prove
little. The rest stays with ``none``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assay.models.twin import NONE
from assay.plant.failures import FailureLibrary

Array = NDArray[np.float64]

CEILING = 0.6
SHARPNESS = 6.0
_SHIFT = 4.0  # normal spreads at which a shift counts as half seen


def by_symptoms(
    library: FailureLibrary, tags: tuple[str, ...], shifts: Array, spreads: Array, exclude: frozenset[str]
) -> dict[str, float]:
    """Probabilities of the failures and ``none``; ``shifts`` and ``spreads`` (tags,) as in ``detect.Screen``."""
    failures = [f for f in library if f.id not in exclude and f.detectable]
    if not failures:
        return {NONE: 1.0}
    place = {tag: i for i, tag in enumerate(tags)}
    seen = np.tanh(shifts / _SHIFT)
    wider = np.tanh(np.maximum(spreads, 0.0))
    strength = np.abs(seen) + wider
    scores, shown = [], []
    for failure in failures:
        known = [s for s in failure.symptoms if s.tag in place]
        explained = {s.tag for s in known}
        agree = [_agreement(s.sign, seen[place[s.tag]], wider[place[s.tag]], failure.reversible) for s in known]
        moved = [value for symptom, value in zip(known, agree, strict=True) if symptom.sign != "none"]
        shown.append(float(np.mean(moved)) if moved else 0.0)
        loud = [strength[i] for i, tag in enumerate(tags) if tag not in explained and strength[i] > 0.9]
        unexplained = sum(loud) / (sum(loud) + sum(strength[place[t]] for t in explained) + 1e-9)
        scores.append((float(np.mean(agree)) if agree else -1.0) - 0.5 * unexplained)
    weights = np.exp(SHARPNESS * (np.array(scores) - max(scores)))
    # What did not move tells failures apart, but only what moved speaks for one.
    share = CEILING * max(0.0, min(1.0, max(scores) / 0.5, shown[int(np.argmax(scores))] / 0.25))
    probabilities = {f.id: share * float(w) for f, w in zip(failures, weights / weights.sum(), strict=True)}
    probabilities[NONE] = 1.0 - sum(probabilities.values())
    return probabilities


def _agreement(sign: str, seen: float, wider: float, reversible: bool) -> float:
    if sign == "variance":
        return max(wider, 0.5 * abs(seen))
    if sign == "none":
        return 1.0 - 2.0 * max(abs(seen), wider)
    return abs(seen) if reversible else seen * (1.0 if sign == "+" else -1.0)
