"""Residuals, a forest as plain arrays, and the judge that weighs them."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier

from assay.skills.investigate import judge
from assay.skills.investigate.judge import Judge, learn, within_spread
from assay.skills.investigate.residuals import Residuals
from assay.skills.investigate.trees import Trees

FEATURES, CAUSES, RUNS = 60, 4, 24


def cases(cause: int, count: int, seed: int) -> np.ndarray:
    """A cause moves ten features in proportion to a size, over noise."""
    rng = np.random.default_rng((seed, cause))
    x = rng.normal(scale=0.3, size=(count, FEATURES))
    pattern = np.random.default_rng(cause).normal(size=10)
    x[:, 10 * cause : 10 * cause + 10] += rng.uniform(1.0, 2.0, size=(count, 1)) * pattern * 2.0
    return x


@cache
def known() -> tuple[np.ndarray, np.ndarray]:
    x = np.concatenate([cases(cause, RUNS, 1) for cause in range(CAUSES)])
    return x, np.repeat(np.arange(CAUSES), RUNS)


def votes_of(causes: np.ndarray) -> np.ndarray:
    votes = np.full((len(causes), CAUSES), 0.05)
    votes[np.arange(len(causes)), causes] = 0.85
    return votes


def doubles(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Two causes at once, each named by the first."""
    parts = [cases(a, 6, seed) + cases(b, 6, seed + 1) for a in range(CAUSES) for b in range(CAUSES) if a != b]
    first = np.repeat([a for a in range(CAUSES) for b in range(CAUSES) if a != b], 6)
    return np.concatenate(parts), votes_of(first)


def test_residuals_are_noise_for_the_own_cause_and_a_pattern_for_another() -> None:
    x, y = known()
    residuals = Residuals(x, y, within_spread(x, y))
    assert np.sqrt((residuals.own() ** 2).mean()) == pytest.approx(1.0, abs=0.1)
    fresh = cases(2, 20, 9)
    own, other = (np.abs(residuals.of(fresh, np.full(20, cause))) for cause in (2, 0))
    assert own.mean() < 1.2 and other[:, 20:30].mean() > 3.0 * own[:, 20:30].mean()


def test_residuals_keep_their_scale() -> None:
    x, y = known()
    unit = within_spread(x, y)
    first = Residuals(x, y, unit)
    again = Residuals(x, y, unit, first.scale)
    assert np.array_equal(first.of(x[:9], y[:9]), again.of(x[:9], y[:9]))


def test_a_magnitude_within_the_causes_reach_leaves_no_residual() -> None:
    """A course twice as large as the mean one is still the cause's; one ten times as large is not."""
    x, y = known()
    residuals = Residuals(x, y, within_spread(x, y))
    pattern = np.zeros(FEATURES)
    pattern[:10] = np.random.default_rng(0).normal(size=10) * 2.0
    near, far = (np.abs(residuals.of(size * pattern[None], np.array([0]))).mean() for size in (1.9, 15.0))
    assert near < 1.0 and far > 5.0 * near


def test_trees_answer_as_the_forest_they_were_made_of() -> None:
    x, y = known()
    forest = ExtraTreesClassifier(25, min_samples_leaf=2, random_state=3).fit(x, y >= 2)
    fresh = np.concatenate([cases(cause, 30, 5) for cause in range(CAUSES)])
    expected = forest.predict_proba(fresh)[:, 1]
    trees = Trees.of(forest)
    again = Trees.from_plain(json.loads(json.dumps(trees.plain())))
    assert trees.second(fresh) == pytest.approx(expected, abs=1e-12)
    assert np.array_equal(trees.second(fresh), again.second(fresh))


@pytest.mark.parametrize("seed", [20, 30])
def test_the_judge_tells_two_causes_from_one(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setattr(judge, "TREES", 80)
    x, y = known()
    learned = json.loads(json.dumps(learn(x, y, votes_of(y), [doubles(2)])))
    judged = Judge(x, y, learned)
    alone = np.concatenate([cases(cause, 10, seed) for cause in range(CAUSES)])
    inside, distance = judged.inside(alone, votes_of(np.repeat(np.arange(CAUSES), 10)))
    assert (inside > 0.5).mean() >= 0.9 and ((inside >= 0.0) & (inside <= 1.0)).all()
    assert np.median(distance) < 1.5
    both, votes = doubles(seed)
    outside, further = judged.inside(both, votes)
    assert (outside < 0.5).mean() >= 0.9 and np.median(further) > np.median(distance)
