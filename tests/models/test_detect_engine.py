"""The detection engine: faults are found, named and bounded, normal operation stays quiet."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import lfilter

from assay.kernel.errors import InputError
from assay.models.detect import Detection, Detector, detect
from assay.models.detect.stream import StreamDetector
from assay.plant.series import Frame

Floats = NDArray[np.float64]
TRAIN, ROWS, FIRST, LAST = 600, 1000, 700, 850


def plant(seed: int = 0, rows: int = ROWS, tags: int = 6) -> Floats:
    """Tags with two common causes and noise of their own."""
    rng = np.random.default_rng(seed)
    causes = lfilter([0.5], [1.0, -0.5], rng.normal(size=(rows, 2)), axis=0)
    own = lfilter([0.4], [1.0, -0.3], rng.normal(size=(rows, tags)), axis=0)
    return np.asarray(causes @ rng.normal(size=(2, tags)) + own + 50.0)


def frame(values: Floats, seconds: int = 60) -> Frame:
    times = np.datetime64("2026-01-01", "ns") + np.arange(len(values)) * np.timedelta64(seconds, "s")
    return Frame(times, tuple(f"T{i}" for i in range(values.shape[1])), values)


def found(values: Floats) -> Detection:
    return detect(frame(values), train_rows=TRAIN)


def rate(detection: Detection, first: int, last: int) -> float:
    return float(detection.scores.alarm[first:last].mean())


def test_normal_operation_stays_quiet_and_the_expected_rate_holds() -> None:
    quiet = [found(plant(seed)) for seed in range(2)]
    above = np.concatenate([one.scores.joint[TRAIN:] > one.scores.threshold for one in quiet])
    assert above.mean() < 0.02
    for one in quiet:
        assert one.expected.low <= 0.01 <= one.expected.high
        assert one.expected.per_day == pytest.approx(one.expected.measured * 1440)


def test_the_first_rows_of_a_record_alarm_no_more_than_any() -> None:
    above, raised = np.zeros(24), 0
    for seed in range(3):
        rng = np.random.default_rng(seed)
        detector = Detector().fit(frame(rng.normal(size=(1000, 2))))
        for _ in range(60):
            scores = detector.score(frame(rng.normal(size=(24, 2))))
            above += scores.joint > scores.threshold
            raised += int(scores.alarm[:8].any())
    assert above[:8].sum() / (8 * 180) < 0.02
    assert raised <= 2


def test_a_fault_in_the_first_rows_is_found() -> None:
    detector = Detector().fit(frame(plant()))
    values = plant(1, rows=40)
    values[:, 2] += 8.0
    assert detector.score(frame(values)).alarm[:8].sum() >= 6


def test_a_step_is_found_named_bounded_and_dated() -> None:
    values = plant()
    values[FIRST:LAST, 2] += 5.0
    one = found(values)
    assert rate(one, FIRST + 5, LAST) > 0.95
    assert rate(one, LAST + 10, ROWS) < 0.05
    alarm = next(i for i in one.intervals if i.first >= TRAIN)
    assert abs(alarm.onset - FIRST) <= 2
    assert alarm.raised - FIRST <= 10
    assert alarm.contributions[0].tag == "T2" and alarm.contributions[0].size > 0
    assert sum(part.share for part in alarm.contributions) <= 1.0 + 1e-9
    rows = [change.row for change in one.change_points if "T2" in change.tags]
    assert any(abs(row - FIRST) <= 2 for row in rows) and any(abs(row - LAST) <= 2 for row in rows)
    assert all(change.established >= change.row for change in one.change_points)


def test_a_small_shift_far_below_the_noise_of_a_row_is_found() -> None:
    values = plant(rows=2000)
    values[1600:1900, 1] += 1.8 * np.std(np.diff(values[:1500, 1])) / np.sqrt(2)
    one = detect(frame(values), train_rows=1500)
    assert rate(one, 1650, 1900) > 0.5


@pytest.mark.parametrize("kind", ["noise", "stuck", "relation"])
def test_faults_without_a_shift_are_found(kind: str) -> None:
    rng = np.random.default_rng(5)
    values = plant(3)
    if kind == "noise":
        values[FIRST:LAST, 0] += 3.0 * rng.normal(size=LAST - FIRST)
    elif kind == "stuck":
        values[FIRST:LAST, 0] = values[FIRST, 0]
    else:
        values[:, 0] = values[:, 1] + values[:, 2] + 0.2 * rng.normal(size=ROWS)
        values[FIRST:LAST, 0] = values[FIRST:LAST, 0][rng.permutation(LAST - FIRST)]
    one = found(values)
    assert rate(one, FIRST, LAST) > 0.5
    assert rate(one, TRAIN, FIRST) < 0.05
    if kind == "stuck":
        assert any(note.key == "detect.note_stuck" for note in one.notes)
        assert any(interval.kind == "stuck" for interval in one.intervals)


def test_a_change_among_known_modes_is_none_and_an_unseen_mode_is_said() -> None:
    values = plant(rows=1600)
    other, unseen = np.linspace(8, 15, 6), np.linspace(-12, 14, 6)
    for start in range(100, 1600, 200):
        values[start : start + 100] += other
    known = detect(frame(values), train_rows=1000)
    assert known.modes == 2
    assert rate(known, 1000, 1600) < 0.05
    values[1220:1290] += unseen
    one = detect(frame(values), train_rows=1000)
    alarm = max(one.intervals, key=lambda i: i.last - i.first)
    assert alarm.kind == "unseen_mode" and alarm.evidence["count"] >= 3
    assert abs(alarm.first - 1220) <= 3
    assert (one.scores.mode[1230:1280] == -2).all()


def test_faults_in_the_normal_part_are_trimmed_and_said_and_too_many_refused() -> None:
    values = plant()
    values[200:260, 3] += 12.0
    values[FIRST:LAST, 3] += 5.0
    one = found(values)
    assert one.suspicious == pytest.approx(0.1, abs=0.04)
    assert any(note.key == "detect.note_suspicious" for note in one.notes)
    assert rate(one, FIRST + 5, LAST) > 0.9
    rng = np.random.default_rng(0)
    faulty = plant()
    for start in range(20, TRAIN, 40):
        faulty[start : start + 16] += 40.0 * rng.normal(size=6)
    with pytest.raises(InputError, match="look abnormal"):
        found(faulty)


def test_the_same_history_gives_the_same_answer_and_parts_give_the_same_detector() -> None:
    values = plant(1)
    values[FIRST:LAST, 4] -= 4.0
    first, second = (json.dumps(found(values).to_json(), sort_keys=True) for _ in range(2))
    assert first == second
    normal = frame(values[:TRAIN])
    detector = Detector().fit(normal)
    parts = detector.to_parts()
    json.dumps(dict(parts.about))
    again = Detector.from_parts(parts)
    assert np.array_equal(again.score(frame(values)).joint, detector.score(frame(values)).joint)
    assert json.dumps(detect(frame(values), detector=again).to_json(rows=False))


def test_a_period_names_the_normal_part() -> None:
    values = plant(2)
    start, end = datetime(2026, 1, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 11, tzinfo=UTC)
    one = detect(frame(values), normal=(start, end))
    assert one.fitted_rows == (60, 660)


def test_gaps_are_no_faults() -> None:
    values = plant(4)
    rng = np.random.default_rng(1)
    values[rng.random(values.shape) < 0.02] = np.nan
    values[FIRST:LAST, 1] = np.nan
    values[900:940] = np.nan
    one = found(values)
    assert rate(one, TRAIN, ROWS) < 0.05
    assert not one.scores.alarm[900:940].any()
    assert np.isfinite(one.scores.joint).all()


def test_a_wandering_tag_is_judged_by_its_changes_only() -> None:
    rng = np.random.default_rng(8)
    values = plant(5)
    values[:, 5] = np.cumsum(rng.normal(size=ROWS)) * 0.2
    one = found(values)
    assert one.wandering == ("T5",)
    assert rate(one, TRAIN, ROWS) < 0.05
    values[FIRST:, 5] += 30.0
    assert found(values).scores.alarm[FIRST : FIRST + 4].any()


def test_a_change_of_unit_is_said() -> None:
    values = plant(6)
    values[FIRST:, 2] += 273.15
    one = found(values)
    said = [note for note in one.notes if note.key == "detect.note_unit"]
    assert [note.params["tag"] for note in said] == ["T2"] and said[0].params["what"] == "Cel -> K"
    assert any(interval.kind == "unit" for interval in one.intervals)


def test_a_tag_that_often_stands_still_is_said_once() -> None:
    values = plant(13)
    for start in range(TRAIN + 20, ROWS - 50, 100):
        values[start : start + 30, 1] = values[start, 1]
    (said,) = [note for note in found(values).notes if note.key == "detect.note_stuck"]
    assert said.params["tag"] == "T1" and said.params["count"] == 4
    assert said.params["start"] == str(frame(values).times[TRAIN + 20])[:19]


def test_independent_rows_are_enough_to_be_sure_and_slow_ones_are_not() -> None:
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(8000, 2))
    sure = Detector().fit(frame(noise)).learned
    assert sure.expected.sure and not any(note.key == "detect.note_unsure" for note in sure.notes)
    assert 500 < sure.expected.independent < 8000
    slow = Detector().fit(frame(lfilter([1.0], [1.0, -0.95], noise[:600], axis=0))).learned
    assert not slow.expected.sure and any(note.key == "detect.note_unsure" for note in slow.notes)


def slow_plant(seed: int = 12) -> Floats:
    """As ``plant``, with a temperature in K that wanders slowly."""
    values = plant(seed)
    swing = 5.0 * np.sin(np.arange(ROWS) / 150.0) + 0.5 * np.random.default_rng(seed).normal(size=ROWS)
    values[:, 5] = 300.0 + swing
    return values


def test_a_change_of_unit_of_a_wandering_tag_is_said_as_long_as_it_lasts() -> None:
    for start, end in ((FIRST, ROWS), (FIRST, LAST)):
        values = slow_plant()
        values[start:end, 5] -= 273.15
        values[start + 20 : start + 23, 5] = np.nan
        one = found(values)
        assert one.wandering == ("T5",)
        said = [note for note in one.notes if note.key == "detect.note_unit"]
        assert [note.params["what"] for note in said] == ["K -> Cel"]
        (alarm,) = [i for i in one.intervals if i.kind == "unit"]
        assert abs(alarm.first - start) <= 2 and end - 1 <= alarm.last <= end + 40
        assert alarm.evidence["looks_like"] == "K -> Cel"


def test_a_wandering_tag_far_outside_all_it_ever_was_stays_an_alarm_also_in_the_stream() -> None:
    values = slow_plant()
    values[FIRST:, 5] += 111.0
    one = found(values)
    assert one.wandering == ("T5",) and one.scores.alarm[FIRST:].all()
    assert not any(note.key == "detect.note_unit" for note in one.notes)
    detector = Detector().fit(frame(values[:TRAIN]))
    again = Detector.from_parts(detector.to_parts())
    streamed = StreamDetector(again).update(frame(values).times, values)
    np.testing.assert_allclose(streamed.joint, one.scores.joint, rtol=1e-9, atol=1e-9)


def test_a_tag_that_stood_still_may_not_move() -> None:
    values = plant(7)
    values[:, 0] = 3.0
    values[FIRST:LAST, 0] = 4.0
    one = found(values)
    assert any(note.key == "detect.note_held" for note in one.notes)
    assert one.scores.alarm[FIRST:LAST].all()


def test_bad_input_is_one_clear_sentence() -> None:
    values = plant()
    nothing = np.full_like(values, np.nan)
    still = np.full_like(values, 2.0)
    for bad, rows, text in (
        (values[:2], 2, "at least 40"),
        (nothing, TRAIN, "no value"),
        (still, TRAIN, "No tag varies"),
        (values, 0, "cannot be taken"),
        (values, 5000, "cannot be taken"),
    ):
        with pytest.raises(InputError, match=text):
            detect(frame(bad), train_rows=rows)
    with pytest.raises(InputError, match="exactly one way"):
        detect(frame(values))
    with pytest.raises(InputError, match="no rows"):
        detect(Frame.empty(("A",)), train_rows=10)
    with pytest.raises(InputError, match="learnt nothing"):
        Detector().score(frame(values))
    with pytest.raises(InputError, match="rate of false alarms"):
        Detector(false_alarms=0.9)
    with pytest.raises(InputError, match="no rows from"):
        late = (datetime(2030, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC))
        detect(frame(values), normal=late)


def test_odd_columns_break_nothing() -> None:
    values = plant(11)
    spike = np.where(np.arange(ROWS) == 300, 5.0, 1.0)
    odd = {
        "spike": np.column_stack([values, spike]),
        "only a spike": np.column_stack([spike, spike]),
        "mostly still": np.column_stack([values, 32.0 + (np.random.default_rng(3).random(ROWS) < 0.03)]),
        "coarse": np.round(values / 2.0) * 2.0,
        "twice": np.column_stack([values, values[:, 0]]),
        "two states": np.column_stack([values, np.arange(ROWS) % 2]),
        "huge": values * 1e12,
        "half missing": np.where(np.random.default_rng(0).random(values.shape) < 0.5, np.nan, values),
    }
    wild = values.copy()
    wild[FIRST, 0], wild[FIRST, 1] = 1e300, np.inf
    for name, case in (odd | {"wild": wild}).items():
        one = found(case)
        assert np.isfinite(one.scores.joint).all(), name
        assert rate(one, TRAIN, ROWS) < 0.05, name


@pytest.mark.parametrize("tags", [1, 2])
def test_one_or_two_tags_are_enough(tags: int) -> None:
    values = plant(9, tags=tags)
    values[FIRST:LAST, 0] += 6.0
    one = found(values)
    assert rate(one, FIRST + 3, LAST) > 0.9
    assert rate(one, TRAIN, FIRST) < 0.05


@pytest.mark.long
def test_the_matrix_profile_takes_part_when_asked_for() -> None:
    values = plant(10)
    values[FIRST:LAST, 0] += 5.0
    one = detect(frame(values), train_rows=TRAIN, profile=True)
    assert "profile" in one.scores.methods
    assert one.scores.methods["profile"][FIRST:LAST].mean() > one.scores.methods["profile"][TRAIN:FIRST].mean()
