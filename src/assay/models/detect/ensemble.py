"""One score out of all methods, without labels.

Normal rows are cut into blocks of time; each block is scored by methods that were fitted on the others. The held-out
scores give every method's tail, so that all speak in one unit: the surprise, -log10 of how probable a normal row of
that score is. A method whose surprise is high in some normal block is unstable and counts less. The joint score is the
largest weighted surprise of a row; how often that is large by chance, with all the methods' dependence on each other,
is again taken from the held-out rows, each judged by tails from the other blocks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.models.detect.members import Members, Settings
from assay.models.detect.tails import Tail

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]

FOLDS = 5
_USUAL = 1.0 / np.log(10.0)  # mean surprise of normal rows


@dataclass(frozen=True, slots=True)
class Ensemble:
    """``members`` fitted on all normal rows; per method its ``tails`` and ``weights`` (one a tag for the methods of
    single tags); ``joint`` the joint tail.

    ``held`` (rows,) are the nested joint scores of the held-out normal rows and ``blocks`` (rows,) their blocks.
    """

    members: Members
    tails: dict[str, tuple[Tail, ...]]
    weights: dict[str, Floats]
    joint: Tail
    held: Floats
    blocks: Ints

    @classmethod
    def of(cls, z: Floats, use: Mask, settings: Settings, gaps: Mask | None = None) -> Ensemble:
        """From standardised rows (n, k), of which the rows ``use`` are normal and values at ``gaps`` were filled."""
        scores, blocks = _held_out(z, use, settings, gaps)
        weights, tails, raw = {}, {}, np.zeros(len(blocks))
        for name, columns in scores.items():
            tails[name] = tuple(Tail.of(column) for column in columns.T)
            pairs = zip(columns.T, tails[name], strict=True)
            nested = np.stack([_nested(column, blocks, tail.effective / tail.rows) for column, tail in pairs], axis=1)
            weights[name] = _weights(nested, blocks)
            raw = np.maximum(raw, (nested * weights[name]).max(axis=1))
        joint = Tail.joint(raw)
        return cls(Members.of(z, use, settings, gaps), tails, weights, joint, _nested_joint(raw, blocks), blocks)

    def surprises(self, z: Floats, gaps: Mask | None = None) -> dict[str, Floats]:
        """Per method the weighted surprises (n, m) of standardised rows (n, k) without gaps."""
        found = {}
        for name, columns in self.members.statistics(z, gaps).items():
            each = [tail.surprise(column) for tail, column in zip(self.tails[name], columns.T, strict=True)]
            found[name] = np.stack(each, axis=1) * self.weights[name]
        return found

    def score(self, surprises: dict[str, Floats]) -> Floats:
        """(n,) the joint score: -log10 of the probability that a normal row is as unusual in any method."""
        return self.joint.surprise(np.max([values.max(axis=1) for values in surprises.values()], axis=0))


def _held_out(z: Floats, use: Mask, settings: Settings, gaps: Mask | None) -> tuple[dict[str, Floats], Ints]:
    """Scores of every normal row by methods that did not see its block of time."""
    rows = np.flatnonzero(use)
    before = settings.slow[-1] + settings.window + settings.lags
    parts: dict[str, list[Floats]] = {}
    blocks = np.empty(len(rows), dtype=np.int64)
    at = 0
    for number, block in enumerate(np.array_split(rows, FOLDS)):
        others = use.copy()
        others[block[0] : block[-1] + 1] = False
        members = Members.of(z, others, settings, gaps)
        first = max(0, int(block[0]) - before)
        part = slice(first, int(block[-1]) + 1)
        for name, values in members.statistics(z[part], None if gaps is None else gaps[part]).items():
            parts.setdefault(name, []).append(values[block - first])
        blocks[at : at + len(block)] = number
        at += len(block)
    return {name: np.concatenate(values) for name, values in parts.items()}, blocks


def _nested(scores: Floats, blocks: Ints, independent: float) -> Floats:
    """Surprises of each block by the tail of the others."""
    result = np.empty(len(scores))
    for number in range(FOLDS):
        own = blocks == number
        result[own] = Tail.of(scores[~own], independent).surprise(scores[own])
    return result


def _nested_joint(surprises: Floats, blocks: Ints) -> Floats:
    result = np.empty(len(surprises))
    for number in range(FOLDS):
        own = blocks == number
        result[own] = Tail.joint(surprises[~own]).surprise(surprises[own])
    return result


def _weights(surprises: Floats, blocks: Ints) -> Floats:
    worst = np.max([surprises[blocks == number].mean(axis=0) for number in range(FOLDS)], axis=0)
    return np.asarray(np.minimum(1.0, 2.0 * _USUAL / worst))
