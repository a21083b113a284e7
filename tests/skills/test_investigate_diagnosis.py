"""Windows and the ranking, on a synthetic library of four causes with clear signatures."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from functools import cache
from itertools import combinations

import numpy as np
import pytest

from assay.models.twin import NONE, Library, Operating
from assay.skills.investigate import diagnosis, judge
from assay.skills.investigate.diagnosis import Aligned, Diagnoser, align, decimate, screened
from assay.skills.investigate.screening import build_reference
from assay.skills.investigate.windows import EDGES, features, usable_horizon

SAMPLE, ROWS, TAGS, ONSET = 0.05, 240, 10, 40
CAUSES = ("A", "B", "C", "D")


@pytest.fixture(scope="module", autouse=True)
def fewer_trees() -> Iterator[None]:
    """A smaller forest: the signatures here are clear."""
    patch = pytest.MonkeyPatch()
    patch.setattr(diagnosis, "TREES", 100)
    patch.setattr(diagnosis, "HIDDEN_TREES", 50)
    patch.setattr(judge, "TREES", 60)
    yield
    patch.undo()


def runs(cause: str, count: int, seed: int, onset: int = ONSET) -> np.ndarray:
    """Noise with the cause's signature after its onset: two steps, a drift, a wider spread."""
    rng = np.random.default_rng((seed, *cause.encode()))
    values = rng.normal(size=(count, ROWS, TAGS))
    size = rng.uniform(0.6, 1.0, size=(count, 1))
    after = np.arange(ROWS - onset) / 20.0
    if cause == "A":
        values[:, onset:, 0] += 6.0 * size
        values[:, onset:, 1] -= 4.0 * size
    elif cause == "B":
        values[:, onset:, 2] += 6.0 * size
        values[:, onset:, 3] += 6.0 * size * np.minimum(after, 1.0)
    elif cause == "C":
        values[:, onset:, 4] += 5.0 * size * after
        values[:, onset:, 0] += 2.0 * size
    elif cause == "D":
        values[:, onset:, 5:7] *= 1.0 + 6.0 * size[:, :, None]
    return values


def pair(first: str, second: str, count: int, seed: int) -> np.ndarray:
    """Both signatures in the same noise."""
    return runs(first, count, seed + 50) + runs(second, count, seed + 60) - runs(NONE, count, seed + 60)


@cache
def library() -> Library:
    parts = [(cause, "", runs(cause, 16, 1)) for cause in CAUSES] + [(NONE, "", runs(NONE, 120, 1))]
    parts += [(first, second, pair(first, second, 8, 1)) for first, second in combinations(CAUSES, 2)]
    values = np.concatenate([part for *_, part in parts]).astype(np.float32)
    causes = np.array([cause for cause, _, part in parts for _ in part])
    also = np.array([second for _, second, part in parts for _ in part])
    tags = tuple(f"T{k}" for k in range(TAGS))
    some = np.full(len(causes), 0.8)
    return Library(tags, SAMPLE, values, causes, some, np.full(len(causes), 2.0), also, "d", Operating("mode1", {}))


@cache
def aligned(columns: tuple[int, ...] = tuple(range(TAGS)), step: int = 1) -> Aligned:
    places = np.array(columns)
    normal = decimate(library().normal()[:, :, places], step).astype(np.float64)
    reference = build_reference(normal, SAMPLE * step, round(1.5 / SAMPLE / step))
    alarms = screened(library(), places, step, reference)
    return align(library(), places, step, reference, np.ones(len(columns)), alarms)


@cache
def diagnoser(horizon: float = 4.0, hidden: frozenset[str] = frozenset()) -> Diagnoser:
    return Diagnoser(aligned(), horizon, hidden=hidden)


def alarm_of(values: np.ndarray) -> int:
    from assay.skills.investigate import screening

    joint = screening.score(aligned().reference, values[None], round(1.5 / SAMPLE))
    return int(screening.first_alarm(joint, ONSET - 2)[0])


@pytest.mark.parametrize("cause", CAUSES)
def test_the_right_cause_is_ranked_first(cause: str) -> None:
    for case in runs(cause, 5, 99):
        alarm = alarm_of(case)
        assert alarm >= ONSET - 2
        ranking = diagnoser().rank(case, case[:30].mean(axis=0), alarm)
        assert max(ranking.probabilities, key=lambda c: ranking.probabilities[c]) == cause
        assert ranking.probabilities[cause] > 0.6
        assert sum(ranking.probabilities.values()) == pytest.approx(1.0, abs=1e-9)
        assert all(0.0 <= p <= 1.0 for p in ranking.probabilities.values())
        assert ranking.in_library == pytest.approx(1.0 - ranking.probabilities[NONE])
        assert {str(library().causes[i]) for i in ranking.nearest[cause]} == {cause}
        assert ranking.magnitude[cause] == pytest.approx(0.8)


def test_a_hidden_cause_goes_to_none() -> None:
    """An upset that nobody thought of: no named cause gets much."""
    hidden = diagnoser(hidden=frozenset({"D"}))
    found = []
    for case in runs("D", 10, 98):
        ranking = hidden.rank(case, case[:30].mean(axis=0), alarm_of(case))
        assert "D" not in ranking.probabilities
        assert sum(ranking.probabilities.values()) == pytest.approx(1.0, abs=1e-9)
        found.append(ranking.probabilities[NONE])
    assert np.mean(np.array(found) > 0.5) >= 0.8


def test_two_causes_at_once_go_to_none() -> None:
    found = []
    for first, second in combinations(CAUSES, 2):
        for case in pair(first, second, 4, 96):
            ranking = diagnoser().rank(case, case[:30].mean(axis=0), alarm_of(case))
            assert set(ranking.probabilities) == {*CAUSES, NONE}
            found.append(ranking.probabilities[NONE])
    assert np.mean(np.array(found) > 0.5) >= 0.8


def test_a_pair_with_a_hidden_cause_teaches_nothing() -> None:
    """Whoever hides a cause must not learn of it through the pairs."""
    x, votes = diagnoser(hidden=frozenset({"D"}))._pairs(frozenset({"D"}))
    assert len(x) == len(votes) == 3 * 8
    assert len(diagnoser()._pairs(frozenset())[0]) == 6 * 8 and not len(diagnoser()._pairs(frozenset(CAUSES))[0])


def test_runs_under_two_causes_are_no_hypotheses() -> None:
    seen = aligned()
    assert len(seen.pairs.causes) == 6 * 8 and not (seen.pairs.also == "").any()
    assert (library().also[seen.index] == "").all() and len(seen.causes) <= 4 * 16


def test_the_same_library_gives_the_same_ranking() -> None:
    case = runs("B", 1, 97)[0]
    first, second = (d.rank(case, case[:30].mean(axis=0), 42) for d in (Diagnoser(aligned(), 2.0), diagnoser(2.0)))
    assert first == second


def test_nothing_after_the_horizon_is_used() -> None:
    case = runs("A", 1, 96)[0]
    changed = case.copy()
    last = 42 + round(2.0 / SAMPLE) + 1
    changed[last:] += 50.0
    one, two = (diagnoser(2.0).rank(v, case[:30].mean(axis=0), 42) for v in (case, changed))
    assert one == two
    short = diagnoser(2.0).rank(case[:last], case[:30].mean(axis=0), 42)
    assert short == diagnoser(2.0).rank(case, case[:30].mean(axis=0), 42)


@pytest.mark.parametrize("horizon", [0.15, 1.0])
def test_a_short_horizon_still_ranks(horizon: float) -> None:
    case = runs("A", 1, 95)[0]
    ranking = diagnoser(horizon).rank(case, case[:30].mean(axis=0), 42)
    assert ranking.probabilities["A"] > max(ranking.probabilities[c] for c in "BCD")


def test_missing_columns_and_a_slower_historian() -> None:
    """Without the tags of C the others are still told apart; at 15 minutes a row as well."""
    columns = (0, 1, 2, 3, 5, 6, 8)
    part = Diagnoser(aligned(columns), 4.0)
    slow = Diagnoser(aligned(tuple(range(TAGS)), 5), 4.0)
    for cause in ("A", "B"):
        case = runs(cause, 1, 94)[0]
        few = part.rank(case[:, list(columns)], case[:30, list(columns)].mean(axis=0), alarm_of(case))
        assert max(few.probabilities, key=lambda c: few.probabilities[c]) == cause
        rare = decimate(case[None].astype(np.float32), 5)[0].astype(np.float64)
        ranking = slow.rank(rare, rare[:6].mean(axis=0), 9)
        assert max(ranking.probabilities, key=lambda c: ranking.probabilities[c]) == cause


def test_what_would_tell_two_causes_apart() -> None:
    gap = diagnoser().difference("A", "B")
    assert gap.shape == (TAGS,) and set(np.argsort(-gap)[:4]) == {0, 1, 2, 3}
    assert int(diagnoser().difference("C", "A").argmax()) == 4


def test_causes_that_hide_are_known_by_their_share_of_alarms() -> None:
    share = aligned().alarm_share
    assert all(share[cause] > 0.9 for cause in CAUSES) and share[NONE] < 0.05
    assert NONE not in set(aligned().causes)


def test_features_of_a_known_course() -> None:
    values = np.zeros((1, 100, 2))
    values[0, 50:, 0] = 2.0
    made = features(values, np.zeros((1, 2)), np.ones(2), np.array([50]), 0.1, 2.0)
    windows = sum(1 for begin, end in EDGES if min(end, 2.0) > begin)
    assert made.shape == (1, windows * 2 * 2)
    means = made.reshape(windows, 2, 2)[:, 0, 0]
    assert means[1:] == pytest.approx(np.arcsinh(2.0)) and means[0] < 1.0


def test_a_tripped_run_keeps_its_last_marks_and_gaps_warn_nobody() -> None:
    values = np.random.default_rng(1).normal(size=(1, 200, 3))
    values[0, 100:] += 3.0
    tripped = values.copy()
    tripped[0, 130:] = np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = features(tripped, np.zeros((1, 3)), np.ones(3), np.array([100]), 0.05, 8.0).reshape(len(EDGES), 2, 3)
        empty = features(np.full((1, 200, 3), np.nan), np.zeros((1, 3)), np.ones(3), np.array([100]), 0.05, 8.0)
    assert np.array_equal(made[-1], made[-2]) and made[-1, 0].min() > 1.0
    assert not empty.any()


def test_horizons_are_steps_of_the_hours_that_are_there() -> None:
    assert [usable_horizon(h) for h in (0.0, 0.2, 0.99, 1.0, 3.9, 8.0, 50.0)] == [0.15, 0.15, 0.5, 1.0, 3.0, 8.0, 8.0]
