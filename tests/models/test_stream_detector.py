"""A fitted detector on rows as they come."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from assay.kernel.errors import InputError
from assay.kernel.texts import text
from assay.models.detect import Detector
from assay.models.detect.intervals import CLOSE, alarm_intervals
from assay.models.detect.stream import EMPTY, FIRST, LATE, SCORED, StreamDetector, StreamScores
from assay.models.detect.stream.changes import REACH, Changes
from assay.models.detect.stream.packed import PackedTails
from assay.models.detect.stream.slow import SlowAverage
from assay.models.detect.stream.standing import Standing
from assay.models.detect.tails import Tail
from assay.models.detect.wandering import slow_average
from assay.plant.series import Frame

Floats = NDArray[np.float64]

TAGS = 6
MINUTE = np.timedelta64(60, "s")
START = np.datetime64("2024-01-01T00:00", "ns")


def _plant(rows: int, seed: int) -> Floats:
    """Six related tags: the last wanders, none stands still."""
    rng = np.random.default_rng(seed)
    mixing = np.random.default_rng(5).normal(size=(3, TAGS))
    values = rng.normal(size=(rows, 3)) @ mixing + 0.5 * rng.normal(size=(rows, TAGS))
    values[:, -1] += np.cumsum(rng.normal(size=rows))
    return values


def _times(rows: int) -> NDArray[np.datetime64]:
    return START + np.arange(rows) * MINUTE


def _frame(values: Floats) -> Frame:
    return Frame(_times(len(values)), tuple(f"T{number}" for number in range(values.shape[1])), values)


@cache
def _detector() -> Detector:
    return Detector().fit(_frame(_plant(900, 1)))


def _blocks(
    stream: StreamDetector, times: NDArray[np.datetime64], values: Floats, sizes: list[int]
) -> list[StreamScores]:
    found, at = [], 0
    while at < len(values):
        size = sizes[len(found) % len(sizes)]
        found.append(stream.update(times[at : at + size], values[at : at + size]))
        at += size
    return found


def _record() -> tuple[NDArray[np.datetime64], Floats]:
    """A shift, missing values, an empty row, late and doubled rows, and a gap."""
    values = _plant(420, 2)
    values[200:, 1] += 12.0
    values[50:60, 2] = np.nan
    values[70] = np.nan
    times = _times(len(values))
    times[300:] += np.timedelta64(2, "h")
    times[100] = times[99]
    times[120] = times[90]
    return times, values


def test_the_scores_are_those_of_the_batch() -> None:
    values = _plant(400, 3)
    values[150:, 0] += 8.0
    values[20:30, 3] = np.nan
    batch = _detector().score(_frame(values))
    found = StreamDetector(_detector()).update(_times(len(values)), values)
    assert _detector().learned.baseline.wandering.any()
    np.testing.assert_allclose(found.joint, batch.joint, rtol=1e-9, atol=1e-9)
    assert set(found.lanes) == set(batch.methods)
    for name, surprise in found.lanes.items():
        np.testing.assert_allclose(surprise, batch.methods[name], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found.probability, 10.0**-batch.joint)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from([1, 2, 7, 64, 256]), min_size=1, max_size=4))
def test_the_scores_do_not_depend_on_how_the_rows_are_cut(sizes: list[int]) -> None:
    times, values = _record()
    whole = StreamDetector(_detector()).update(times, values)
    parts = _blocks(StreamDetector(_detector()), times, values, sizes)
    np.testing.assert_allclose(np.concatenate([part.joint for part in parts]), whole.joint, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(np.concatenate([part.alarm for part in parts]), whole.alarm)
    np.testing.assert_array_equal(np.concatenate([part.status for part in parts]), whole.status)
    starts = np.cumsum([0, *[len(part.joint) for part in parts]])
    changes = [(int(at) + one.row, one.tag) for at, part in zip(starts, parts, strict=False) for one in part.changes]
    assert changes == [(one.row, one.tag) for one in whole.changes]


def test_late_doubled_and_empty_rows_are_told_and_change_nothing() -> None:
    times, values = _record()
    stream = StreamDetector(_detector())
    found = stream.update(times, values)
    assert found.status[[70, 100, 120]].tolist() == [EMPTY, LATE, LATE]
    assert (stream.admission.late, stream.admission.empty) == (2, 1)
    kept = np.isin(found.status, (SCORED, FIRST))
    assert np.isnan(found.joint[~kept]).all() and np.isfinite(found.joint[kept]).all()
    assert (found.alarm[~kept] == found.alarm[np.flatnonzero(~kept) - 1]).all()
    clean = StreamDetector(_detector()).update(times[kept], values[kept])
    np.testing.assert_allclose(clean.joint, found.joint[kept], rtol=1e-12, atol=1e-12)


def test_after_a_gap_nothing_before_counts() -> None:
    times, values = _record()
    found = StreamDetector(_detector()).update(times, values)
    assert np.flatnonzero(found.status == FIRST).tolist() == [0, 300]
    fresh = StreamDetector(_detector()).update(times[300:], values[300:])
    np.testing.assert_allclose(found.joint[300:], fresh.joint, rtol=1e-12, atol=1e-12)
    patient = StreamDetector(_detector(), gap=86_400.0).update(times, values)
    assert np.flatnonzero(patient.status == FIRST).tolist() == [0]


def test_an_alarm_stands_while_the_fault_lasts_and_few_stand_before() -> None:
    times, values = _record()
    found = StreamDetector(_detector()).update(times, values)
    assert found.alarm[:200].mean() < 0.1
    assert found.alarm[205:].mean() > 0.95


def test_a_stream_put_together_again_goes_on() -> None:
    times, values = _record()
    stream = StreamDetector(_detector(), lanes=("univariate", "components"), gap=900.0)
    stream.update(times[:230], values[:230])
    again = StreamDetector.from_parts(stream.to_parts())
    expected, found = stream.update(times[230:], values[230:]), again.update(times[230:], values[230:])
    np.testing.assert_array_equal(found.joint, expected.joint)
    np.testing.assert_array_equal(found.alarm, expected.alarm)
    np.testing.assert_array_equal(found.status, expected.status)
    assert found.changes == expected.changes and again.admission == stream.admission
    assert set(found.lanes) == set(expected.lanes) and "neighbours" not in found.lanes


def test_memory_does_not_grow() -> None:
    stream = StreamDetector(_detector())
    _blocks(stream, _times(1000), _plant(1000, 4), [90])
    kept = stream.to_parts()
    assert kept.arrays["before"].shape == (max(REACH, stream._reach), TAGS)
    assert sum(array.nbytes for array in kept.arrays.values()) < 20_000


def test_what_does_not_fit_is_one_sentence() -> None:
    stream = StreamDetector(_detector())
    with pytest.raises(InputError, match="one column for each of the 6 tags"):
        stream.update(_times(3), np.zeros((3, 2)))
    with pytest.raises(InputError, match="univariate, components, neighbours"):
        StreamDetector(_detector(), lanes=("spectrum",))
    with pytest.raises(InputError, match="above 0"):
        StreamDetector(_detector(), gap=0.0)
    with pytest.raises(InputError, match="start one from the fitted detector"):
        StreamDetector.from_parts(_detector().to_parts())
    assert "矩阵轮廓" in text("stream.profile", "zh")


def test_wild_values_are_alarms_and_are_forgotten() -> None:
    values = _plant(400, 6)
    calm = StreamDetector(_detector()).update(_times(400), values).joint
    values[200:203, 0] = [1e300, -1e300, 1e12]
    values[203, 1] = np.inf
    found = StreamDetector(_detector()).update(_times(400), values)
    assert np.isfinite(found.joint).all() and found.alarm[203]
    np.testing.assert_allclose(found.joint[260:], calm[260:], rtol=1e-9, atol=1e-9)


def test_known_modes_are_no_alarm_while_they_last() -> None:
    values = _plant(1200, 7)[:, :-1]
    rows = np.arange(1200)
    values += np.where((rows // 100) % 2 == 1, 25.0, 0.0)[:, None]
    detector = Detector().fit(_frame(values[:900]))
    assert len(detector.learned.baseline.modes.centers) == 2
    found = StreamDetector(detector).update(_times(300), values[900:])
    settled = np.arange(300) % 100 >= 40
    assert found.alarm[settled].mean() < 0.1


def test_a_tag_that_stood_still_and_moves_is_an_alarm_even_alone() -> None:
    values = np.column_stack([_plant(500, 8), np.full(500, 7.0)])
    detector = Detector().fit(_frame(values[:300]))
    later = values[300:].copy()
    later[50:60, :-1] = np.nan
    later[55:60, -1] = 8.0
    found = StreamDetector(detector).update(_times(200), later)
    np.testing.assert_allclose(found.joint, detector.score(_frame(later)).joint, rtol=1e-9, atol=1e-9)
    assert (found.joint[50:55] == 0.0).all() and found.alarm[57] and (found.status[50:60] == SCORED).all()


def test_no_rows_are_no_scores() -> None:
    found = StreamDetector(_detector()).update(_times(0), np.empty((0, TAGS)))
    assert len(found.joint) == 0 and not found.lanes and not found.changes


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_an_alarm_stands_from_where_the_batch_raises_it_until_rows_are_quiet(above: list[bool]) -> None:
    rows = np.array(above)
    stands = Standing().update(rows)
    expected = np.zeros(len(rows), dtype=bool)
    for _, last, raised in alarm_intervals(rows):
        expected[raised : last + CLOSE] = True
    np.testing.assert_array_equal(stands, expected)


def test_the_slow_average_of_blocks_is_that_of_the_whole() -> None:
    rng = np.random.default_rng(0)
    values = np.cumsum(rng.normal(size=(120, 3)), axis=0)
    values[:7, 1] = np.nan
    values[40:50, 0] = np.nan
    whole = values - slow_average(values, 16)
    slow = SlowAverage(np.array([16, 16, 0]))
    parts = np.concatenate([part - slow.update(part) for part in np.array_split(values, 17)])
    np.testing.assert_allclose(parts[:, :2], whole[:, :2], rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(parts[:, 2], values[:, 2])


def test_packed_tails_say_what_each_tail_says() -> None:
    rng = np.random.default_rng(1)
    normal = np.abs(rng.normal(size=(400, 8)))
    tails = [Tail.of(column) for column in normal.T]
    weights = rng.uniform(0.3, 1.0, 8)
    scores = np.abs(rng.normal(size=(300, 8))) * np.where(rng.random((300, 1)) < 0.2, 0.1, 1.5)
    each = np.stack([tail.surprise(column) for tail, column in zip(tails, scores.T, strict=True)], axis=1)
    np.testing.assert_allclose(PackedTails(tails, weights).largest(scores), (each * weights).max(axis=1), rtol=1e-12)


def test_a_change_of_level_is_told_once() -> None:
    rng = np.random.default_rng(2)
    z = rng.normal(size=(600, 2))
    z[300:, 1] += 3.0
    changes = Changes(("A", "B"), np.full(2, 14.0))
    found = changes.update(z, 0)
    assert [one.tag for one in found] == ["B"]
    assert 300 <= found[0].row < 315 and found[0].size > 1.0
    assert found[0].row - found[0].ago < 308
