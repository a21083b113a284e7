"""Screening: stated false alarms on noise, what a step, a drift, a variance and a held valve look like, and gaps."""

from __future__ import annotations

import warnings
from functools import cache

import numpy as np
import pytest

from assay.models.twin import NONE, Library, Operating
from assay.skills.investigate import rolling, screening
from assay.skills.investigate.case import Grid, locate_onset
from assay.skills.investigate.detect import Detector, Screen

SAMPLE = 0.05
ROWS = 160  # eight hours
HEAD = 40
TAGS = 8


def noise(runs: int, seed: int, rows: int = ROWS) -> np.ndarray:
    """White noise of several sizes, two tags that move together, and a last one that stands still."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(runs, rows, TAGS)) * np.array([1, 2, 0.1, 5, 1, 1, 0.5, 0]) + 50.0
    values[:, :, 4] = 0.8 * values[:, :, 3] + 0.2 * values[:, :, 4]
    return values


@cache
def reference(share: float = 0.02) -> screening.Reference:
    return screening.build_reference(noise(200, 1), SAMPLE, HEAD, alarm_share=share)


def alarms(values: np.ndarray) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        joint = screening.score(reference(), values, HEAD)
    assert np.isfinite(joint).all()
    return screening.first_alarm(joint, HEAD)


def test_the_share_of_false_alarms_is_the_stated_one() -> None:
    raised = (alarms(noise(300, 2)) >= 0).mean()
    assert raised <= 0.06  # two in a hundred are asked for; the limit itself was estimated on 200 runs
    many = screening.build_reference(noise(200, 1), SAMPLE, HEAD, alarm_share=0.2)
    joint = screening.score(many, noise(300, 2), HEAD)
    assert 0.1 <= (screening.first_alarm(joint, HEAD) >= 0).mean() <= 0.3


@pytest.mark.parametrize("size", [3.0, -3.0])
def test_a_step_is_found_soon(size: float) -> None:
    values = noise(20, 3)
    values[:, 100:, 1] += size * 2.0
    found = alarms(values)
    assert ((found >= 100) & (found <= 110)).mean() >= 0.9


def test_a_drift_is_found() -> None:
    values = noise(20, 4)
    values[:, 80:, 6] += 0.5 * np.linspace(0.0, 4.0, ROWS - 80)
    found = alarms(values)
    assert ((found >= 85) & (found < ROWS)).mean() >= 0.9


def test_a_wider_and_a_narrower_spread_are_found() -> None:
    values = noise(20, 5)
    values[:, 100:, 2] = 50.0 + 3.0 * (values[:, 100:, 2] - 50.0)
    assert (alarms(values) >= 100).mean() >= 0.9
    frozen = noise(20, 6)
    frozen[:, 80:, 1] = frozen[:, 80:81, 1] * 0.0 + 50.0  # a transmitter that hangs at its normal value
    assert (alarms(frozen) >= 80).mean() >= 0.9


def test_a_valve_that_is_held_and_moves_is_found_at_once() -> None:
    values = noise(5, 7)
    values[:, 100:, 7] += screening.STILL_MOVE * 1.1
    assert (alarms(values) == 100 + screening.HOLD - 1).all()
    less = noise(5, 7)
    less[:, 100:, 7] += screening.STILL_MOVE * 0.9
    assert (alarms(less) != 100 + screening.HOLD - 1).all()


def test_one_outlier_of_a_held_valve_and_of_a_row_is_no_alarm() -> None:
    values = noise(20, 8)
    quiet = alarms(values)
    values[:, 100, 7] += 30.0
    assert (alarms(values) == quiet).all()


@pytest.mark.parametrize("rows", [slice(60, 70), slice(45, 140), slice(20, 60)])
def test_gaps_do_not_alarm(rows: slice) -> None:
    values = noise(40, 9)
    quiet = (alarms(values) >= 0).mean()
    one, all_tags = values.copy(), values.copy()
    one[:, rows, 2] = np.nan
    all_tags[:, rows] = np.nan
    assert (alarms(one) >= 0).mean() <= quiet + 0.05
    # Where half of the baseline is missing, its mean is less certain.
    assert (alarms(all_tags) >= 0).mean() <= quiet + (0.15 if rows.start < HEAD else 0.05)


def test_a_column_without_a_value_says_nothing() -> None:
    values = noise(20, 10)
    values[:, :, 3] = np.nan
    assert (alarms(values) >= 0).mean() <= 0.15
    values[:, 100:, 1] += 8.0
    assert (alarms(values) >= 0).all()


def test_rolling_moments_are_those_of_the_rows() -> None:
    values = noise(2, 11, rows=30)
    values[0, 5:9, 0] = np.nan
    mean, variance = rolling.trailing(rolling.sums(values), 6)
    for row in (5, 12, 29):
        window = values[:, row - 5 : row + 1]
        expected = np.nanmean(window, axis=1)
        expected[np.isfinite(window).sum(axis=1) < 0.8 * 6] = np.nan
        assert np.allclose(mean[:, row], expected, equal_nan=True)
        assert np.allclose(variance[1, row], window[1].var(axis=0), atol=1e-9)
    assert np.isnan(mean[:, :5]).all() and np.isnan(rolling.trailing(rolling.sums(values), 31)[0]).all()
    part, _ = rolling.between(rolling.sums(values), np.array([0, 10]), np.array([5, 10]))
    assert np.allclose(part[0], values[0, :5].mean(axis=0)) and np.isnan(part[1]).all()


@pytest.mark.parametrize("seed", range(5))
def test_the_onset_of_a_step_is_located(seed: int) -> None:
    z = np.random.default_rng(seed).normal(size=(160, TAGS))
    z[90:, 2] += 4.0
    assert abs(locate_onset(z, 96, 60, 5) - 90) <= 2


def test_the_onset_of_a_ramp_and_of_a_variance_is_located() -> None:
    z = np.random.default_rng(6).normal(size=(160, TAGS))
    z[90:, 2] += np.arange(70) * 0.5
    assert 88 <= locate_onset(z, 102, 60, 5) <= 102
    wide = np.random.default_rng(7).normal(size=(160, TAGS))
    wide[90:, 1] *= 6.0
    assert 86 <= locate_onset(wide, 104, 60, 5) <= 95
    wide[40:60] = np.nan
    assert 86 <= locate_onset(wide, 104, 60, 5) <= 95


def small_library() -> Library:
    values = noise(120, 12, rows=200).astype(np.float32)
    nothing = np.zeros(len(values))
    tags = tuple(f"T{k}" for k in range(TAGS))
    none, alone = np.full(len(values), NONE), np.full(len(values), "")
    return Library(tags, SAMPLE, values, none, nothing, nothing, alone, "d", Operating("mode1", {}))


@cache
def detector() -> Detector:
    return Detector(small_library(), np.arange(TAGS), 1)


def screened(values: np.ndarray, given: tuple[int, int] | None = None) -> Screen:
    times = np.datetime64("2026-01-01", "ns") + np.timedelta64(180, "s") * np.arange(len(values))
    tags = small_library().tags
    grid = Grid(times, values, tags, np.arange(TAGS), 1, SAMPLE, (), ())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return detector().screen(grid, given)


def test_a_case_with_a_late_step_is_judged_against_what_came_before() -> None:
    values = noise(1, 13, rows=240)[0]
    values[170:, 1] += 8.0
    screen = screened(values)
    assert screen.alarm is not None and screen.onset is not None
    assert 170 <= screen.alarm <= 176 and 167 <= screen.onset <= 171
    assert screen.normal.last <= 171 and not screen.normal.from_twin
    assert int(np.abs(screen.shifts).argmax()) == 1 and screen.shifts[1] > 2.0


def test_a_quiet_case_has_no_alarm() -> None:
    screen = screened(noise(1, 14, rows=240)[0])
    assert screen.alarm is None and screen.onset is None and not screen.shifts.any()


def test_a_history_that_is_abnormal_from_its_first_row_is_judged_by_the_twin() -> None:
    values = noise(1, 15, rows=200)[0]
    values[6:, 1] += 12.0
    screen = screened(values)
    assert screen.alarm is not None and screen.normal.from_twin and screen.shifts[1] > 3.0


def test_a_stretch_given_as_normal_is_the_baseline() -> None:
    values = noise(1, 16, rows=200)[0]
    values[:60, 1] += 12.0  # an upset that is over
    screen = screened(values, (80, 160))
    assert screen.normal.given and (screen.normal.first, screen.normal.last) == (80, 160)
    assert screen.alarm is None


def test_an_upset_after_a_long_gap_is_found_all_the_same() -> None:
    """Hours without any value before it: the rows with values before the gap are the baseline."""
    values = noise(1, 19, rows=300)[0]
    values[80:250] = np.nan
    values[260:, 1] += 8.0
    screen = screened(values)
    assert screen.alarm is not None and 260 <= screen.alarm <= 266 and screen.shifts[1] > 2.0
    assert np.isfinite(screen.normal.baseline).all()


def test_the_onset_is_located_beside_a_gap() -> None:
    z = np.random.default_rng(20).normal(size=(160, TAGS))
    z[90:, 2] += 5.0
    z[50:84] = np.nan
    assert abs(locate_onset(z, 96, 60, 5) - 90) <= 2
    z[:, 5] = np.nan
    z[:, 6] = 0.0  # held constant
    assert abs(locate_onset(z, 96, 60, 5) - 90) <= 2


def test_gaps_after_the_onset_leave_no_warning_and_no_nan() -> None:
    values = noise(1, 17, rows=240)[0]
    values[170:, 1] += 8.0
    values[165:, 3] = np.nan
    screen = screened(values)
    assert screen.alarm is not None and np.isfinite(screen.shifts).all() and np.isfinite(screen.spreads).all()
    dead = noise(1, 18, rows=240)[0]
    dead[:15, 3] = np.nan  # nothing in the first head
    assert np.isfinite(screened(dead).score).all()
