"""The benchmark's score, against numbers worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from benchmarks.nab import held_out, run
from benchmarks.nab_score import PROFILES, Profile, Series, best, counts, raw_at, worth
from benchmarks.nab_series import FAMILIES, generate
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STANDARD = PROFILES["standard"]


def _file(rows: int = 200, windows: tuple[tuple[int, int], ...] = ((100, 119),)) -> Series:
    return Series("one", np.arange(rows) * 300.0, np.zeros(rows), windows)


def _at(*rows: int, count: int = 200) -> Floats:
    scores = np.zeros(count)
    scores[list(rows)] = 1.0
    return scores


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_silent_is_nothing_and_perfect_is_hundred(profile: Profile) -> None:
    files = [_file(), _file(windows=((50, 69), (150, 169))), _file(windows=())]
    perfect = [_at(100), _at(50, 150), _at()]
    assert best(files, perfect, profile) == (1.0, pytest.approx(100.0))
    assert best(files, [np.full(200, 0.5) for _ in files], profile)[1] == 0.0


def test_a_detection_is_worth_its_place_in_the_window() -> None:
    sigmoid = 2.0 / (1.0 + np.exp(-2.5)) - 1.0  # row 110 of rows 100..119: ten of twenty rows are left
    top = 2.0 / (1.0 + np.exp(-5.0)) - 1.0
    assert raw_at([_file()], [_at(110)], STANDARD, 1.0) == pytest.approx(sigmoid / top)
    assert raw_at([_file()], [_at(110, 115)], STANDARD, 1.0) == pytest.approx(sigmoid / top)
    assert raw_at([_file()], [_at(100)], STANDARD, 1.0) == pytest.approx(1.0)


def test_false_rows_cost_less_right_behind_a_window() -> None:
    assert raw_at([_file()], [_at(60, 61)], STANDARD, 1.0) == pytest.approx(-1.0 - 2 * 0.11)
    behind = 2.0 / (1.0 + np.exp(5.0 * 10 / 19)) - 1.0
    assert raw_at([_file()], [_at(129)], STANDARD, 1.0) == pytest.approx(-1.0 + 0.11 * behind)
    assert raw_at([_file()], [_at(199)], PROFILES["reward_low_fp"], 1.0) == pytest.approx(-1.0 - 0.22)
    assert raw_at([_file()], [_at(60)], PROFILES["reward_low_fn"], 1.0) == pytest.approx(-2.0 - 0.11)
    assert worth(np.array([3.1]))[0] == -1.0


def test_the_first_rows_are_not_scored() -> None:
    assert _file().probation == 30 and _file(20_000).probation == 750
    assert raw_at([_file()], [_at(0, 29)], STANDARD, 1.0) == -1.0
    assert raw_at([_file()], [_at(30)], STANDARD, 1.0) == pytest.approx(-1.11)


def test_one_threshold_holds_for_all_files_and_is_the_best() -> None:
    files = [_file(), _file()]
    first, second = np.zeros(200), np.zeros(200)
    first[100], first[40:60] = 0.9, 0.5  # the second file's detection would let twenty false rows through
    second[100] = 0.4
    threshold, score = best(files, [first, second], STANDARD)
    assert threshold == 0.9 and score == pytest.approx(50.0)
    assert counts(files, [first, second], 0.4) == {"windows": 2, "found": 2, "false_rows": 20}


def test_thresholds_from_the_other_files_are_judged_on_these() -> None:
    files, scores = [_file(), _file()], [0.9 * _at(100), 0.4 * _at(100)]
    assert best(files, scores, STANDARD)[1] == pytest.approx(100.0)
    assert held_out(files, scores, STANDARD, [0, 1]) == pytest.approx(50.0)  # the second is below the first's threshold


def test_the_benchmark_judges_every_detector() -> None:
    file = _file(900, ((600, 659),))
    found = run([file, replace(file, name="two")], only=("null", "clock_300"))
    assert found["null"]["standard"]["score"] == 0.0
    clock = found["clock_300"]["standard"]  # of each file rows 300 (false) and 600 (the window's first)
    assert clock["score"] == pytest.approx(100.0 * (2.0 - 0.11) / 2.0, abs=0.01)
    assert (clock["found"], clock["false_rows"], clock["threshold_from_other_folders"]) == (2, 2, clock["score"])


def test_generated_series_repeat_and_place_their_windows() -> None:
    files, again = generate(3, each=2), generate(3, each=2)
    assert len(files) == 2 * len(FAMILIES)
    for one, other in zip(files, again, strict=True):
        np.testing.assert_array_equal(one.values, other.values)
        assert np.isfinite(one.values).all()
        assert all(one.probation <= left < right < len(one.values) for left, right in one.windows)
