"""A fitted forest of two classes as plain arrays, so that it can be kept without pickle and read in milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_LEAF = -1


@dataclass(frozen=True, slots=True)
class Trees:
    """All nodes of all trees one after the other: ``feature`` (-1: a leaf), ``threshold`` (go left up to and including
    it), ``left`` and ``right`` nodes, ``share`` of the second class at a node; ``roots`` (trees,)."""

    roots: NDArray[np.int64]
    feature: NDArray[np.int64]
    threshold: Array
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    share: Array

    @classmethod
    def of(cls, forest: Any) -> Trees:
        """From a fitted classifier of scikit-learn with two classes."""
        trees = [estimator.tree_ for estimator in forest.estimators_]
        roots = np.cumsum([0, *(tree.node_count for tree in trees[:-1])])
        return cls(
            roots,
            np.concatenate([np.where(tree.children_left < 0, _LEAF, tree.feature) for tree in trees]),
            np.concatenate([np.where(tree.children_left < 0, 0.0, tree.threshold) for tree in trees]),
            np.concatenate([tree.children_left + root for tree, root in zip(trees, roots, strict=True)]),
            np.concatenate([tree.children_right + root for tree, root in zip(trees, roots, strict=True)]),
            np.concatenate([tree.value[:, 0, 1] / tree.value[:, 0].sum(axis=1) for tree in trees]),
        )

    def second(self, x: Array) -> Array:
        """(cases,) the mean share of the second class in the leaves that the cases (cases, features) fall into."""
        x = x.astype(np.float32)  # as scikit-learn compares
        nodes = np.broadcast_to(self.roots, (len(x), len(self.roots))).copy()
        cases = np.arange(len(x))[:, None]
        while (inner := self.feature[nodes] != _LEAF).any():
            below = x[cases, np.maximum(self.feature[nodes], 0)] <= self.threshold[nodes]
            nodes = np.where(inner, np.where(below, self.left[nodes], self.right[nodes]), nodes)
        mean: Array = self.share[nodes].mean(axis=1)
        return mean

    def plain(self) -> dict[str, list[float]]:
        """As lists."""
        return {name: getattr(self, name).tolist() for name in self.__slots__}

    @classmethod
    def from_plain(cls, kept: dict[str, list[float]]) -> Trees:
        """From what ``plain`` gave."""
        roots, feature, left, right = (
            np.array(kept[name], dtype=np.int64) for name in ("roots", "feature", "left", "right")
        )  # fmt: skip
        threshold, share = (np.array(kept[name], dtype=np.float64) for name in ("threshold", "share"))
        return cls(roots, feature, threshold, left, right, share)
