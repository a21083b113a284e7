"""The port of a mechanism model: time grids, input tables, ranges and trajectories."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.kernel.errors import InputError, TerminalError
from assay.kernel.texts import catalogue
from assay.models.mechanism import (
    Trajectory,
    Variable,
    checked_parameters,
    input_table,
    require_finite,
    time_grid,
)

FLOW = Variable("flow", "m3/h", "input", minimum=0.0, maximum=10.0, start=1.0)
HEAT = Variable("heat", "kW", "input")


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 3600.0), st.integers(1, 500))
def test_grid_has_its_ends_and_even_steps(start: float, step: float, count: int) -> None:
    stop = start + step * count
    grid = time_grid(start, stop, step)
    assert grid.size == count + 1 and grid[0] == start
    assert grid[-1] == pytest.approx(stop, rel=1e-12)
    assert np.all(np.diff(grid) > 0)
    assert np.diff(grid) == pytest.approx(step, rel=1e-3)


@pytest.mark.parametrize(
    ("start", "stop", "step", "words"),
    [
        (0, 10, 0, "greater than 0"),
        (0, 10, -1, "greater than 0"),
        (10, 10, 1, "stop after it starts"),
        (10, 0, 1, "stop after it starts"),
        (0, 10, 3, "whole number of steps"),
        (0, 1, 2, "whole number of steps"),
        (0, 1e12, 1, "more than 20000000 points"),
        (0, math.nan, 1, "finite numbers"),
        (0, math.inf, 1, "finite numbers"),
    ],
)
def test_bad_grids(start: float, stop: float, step: float, words: str) -> None:
    with pytest.raises(InputError, match=words):
        time_grid(start, stop, step)


def test_inputs_are_held_until_the_next_value() -> None:
    times = time_grid(0, 4, 1)
    table = input_table([FLOW, HEAT], Trajectory.of([-1, 1.5, 2], {"flow": [1, 2, 3]}), times)
    assert list(table) == ["flow"]
    assert table["flow"].tolist() == [1, 1, 3, 3, 3]
    assert input_table([FLOW], {"flow": 4}, times)["flow"].tolist() == [4.0] * 5
    assert input_table([FLOW], None, times) == {}


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"flwo": 1.0}, "no input 'flwo'; its inputs are flow, heat"),
        ({"flow": 11.0}, r"11\.0 of flow is outside its range 0\.0 to 10\.0 m3/h"),
        ({"flow": -0.1}, "outside its range"),
        ({"heat": math.nan}, "heat is not a finite"),
        ({"heat": None}, "heat are not a plain list of numbers"),
        (Trajectory(np.array([0.5]), {"flow": np.array([1.0])}), r"begin at 0\.5 s"),
        (Trajectory(np.array([0.0, 1.0]), {"flow": np.array([1.0, math.nan])}), "flow is not a finite"),
    ],
)
def test_bad_inputs(inputs: Trajectory | dict[str, float], words: str) -> None:
    with pytest.raises(InputError, match=words):
        input_table([FLOW, HEAT], inputs, time_grid(0, 2, 1))


def test_parameters() -> None:
    area = Variable("area", "m2", "parameter", minimum=0.1)
    assert checked_parameters([area], {"area": 2}) == {"area": 2.0}
    assert checked_parameters([area], None) == {}
    with pytest.raises(InputError, match="no parameter 'aera'"):
        checked_parameters([area], {"aera": 2})
    with pytest.raises(InputError, match=r"0\.1 to inf m2"):
        checked_parameters([area], {"area": 0})
    with pytest.raises(InputError, match="its parameters are -"):
        checked_parameters([], {"area": 1})


def test_divergence_names_the_first_variable_and_time() -> None:
    times = np.array([0.0, 1.0, 2.0])
    require_finite(times, {"a": np.zeros(3)})
    with pytest.raises(TerminalError, match=r"diverged: b .* t = 1\.0 s"):
        require_finite(times, {"a": np.array([0, 0, math.nan]), "b": np.array([0, math.inf, 0])})


def test_trajectory_checks_its_columns() -> None:
    with pytest.raises(InputError, match="rising"):
        Trajectory.of([0, 1, 1], {})
    with pytest.raises(InputError, match="rising"):
        Trajectory.of([], {})
    with pytest.raises(InputError, match="2 values, but there are 3 times"):
        Trajectory.of([0, 1, 2], {"q": [1, 2]})
    with pytest.raises(InputError, match="q is not a finite"):
        Trajectory.of([0, 1], {"q": [1, math.nan]})
    with pytest.raises(InputError, match="q are not a plain list"):
        Trajectory.of([0, 1], {"q": [[1, 2], [3, 4]]})
    table = Trajectory.of([0, 1, 2], {"q": [1, 2, 3]})
    assert table.held("q", np.array([-1.0, 0.0, 0.9, 1.0, 5.0])).tolist() == [1, 1, 1, 2, 3]


def test_texts_are_the_same_in_both_languages() -> None:
    import string

    english, chinese = catalogue("models", "en"), catalogue("models", "zh")
    assert english.keys() == chinese.keys()
    for key, sentence in english.items():
        fields = {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
        assert fields == {name for _, name, _, _ in string.Formatter().parse(chinese[key]) if name}, key
