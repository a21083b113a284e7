"""What is the same for every foundation model: checks of the values, batches, levels, repeatability."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.models.foundation_made import BOLT, LEVELS, made_series, made_tensors, write_checkpoint

from assay.kernel.errors import InputError
from assay.models.forecast.foundation import FoundationModel, load_checkpoint, model
from assay.models.forecast.foundation.bolt_settings import BoltSettings, expected_shapes
from assay.models.forecast.foundation.scaling import centre_and_spread


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tensors = made_tensors(expected_shapes(BoltSettings.model_validate(BOLT)))
    return write_checkpoint(tmp_path_factory.mktemp("bolt"), BOLT, tensors)


@pytest.fixture(scope="module")
def bolt(folder: Path) -> FoundationModel:
    return load_checkpoint(folder)


def test_the_same_values_give_the_same_bits(bolt: FoundationModel, folder: Path) -> None:
    again = load_checkpoint(folder)
    assert again.digest == bolt.digest
    first, second = (one.predict(made_series(), 10, LEVELS) for one in (bolt, again))
    np.testing.assert_array_equal(first, second)


def test_batches_bound_the_memory_and_leave_the_numbers(bolt: FoundationModel, monkeypatch: pytest.MonkeyPatch) -> None:
    many = np.concatenate([made_series() + shift for shift in range(20)])
    at_once = bolt.predict(many, 10, (0.1, 0.5))
    monkeypatch.setattr(model, "MEMORY_BYTES", 1)
    np.testing.assert_allclose(bolt.predict(many, 10, (0.1, 0.5)), at_once, rtol=1e-5)


def test_values_given_are_not_changed(bolt: FoundationModel) -> None:
    values = made_series()
    bolt.predict(values, 10, (0.5,))
    np.testing.assert_array_equal(values, made_series())


def test_levels_ascend_and_between_them_lies_a_straight_line(bolt: FoundationModel) -> None:
    levels = bolt.predict(made_series(), 10, LEVELS)
    assert (np.diff(levels, axis=-1) >= 0).all()
    between = bolt.predict(made_series(), 10, (0.75, 0.32))
    np.testing.assert_allclose(between[..., 0], (levels[..., 6] + levels[..., 7]) / 2)
    np.testing.assert_allclose(between[..., 1], 0.8 * levels[..., 2] + 0.2 * levels[..., 3])


def test_a_series_without_a_value_gets_none_and_the_others_theirs(bolt: FoundationModel) -> None:
    values = np.insert(made_series(), 1, np.nan, axis=0)
    forecast = bolt.predict(values, 8, (0.5,))
    assert np.isnan(forecast[1]).all()
    np.testing.assert_allclose(forecast[[0, 2, 3]], bolt.predict(made_series(), 8, (0.5,)), rtol=1e-6)


@given(value=st.floats(-1e9, 1e9), rows=st.integers(1, 700))
def test_a_constant_has_exactly_no_spread(value: float, rows: int) -> None:
    centre, spread = centre_and_spread(np.full((1, rows), value))
    assert (centre.item(), spread.item()) == (value, 0.0)


def test_no_series_and_no_levels_are_empty_answers(bolt: FoundationModel) -> None:
    assert bolt.predict(np.empty((0, 12)), 8, (0.5,)).shape == (0, 8, 1)
    assert bolt.predict(made_series(), 8, ()).shape == (3, 8, 0)


def with_value(value: float) -> Callable[[], np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    def values() -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        series = made_series()
        series[2, 55] = value
        return series

    return values


@pytest.mark.parametrize(
    ("values", "horizon", "levels", "sentence"),
    [
        (with_value(np.inf), 5, (0.5,), r"Series 2 .* row 55"),
        (with_value(-1e200), 5, (0.5,), r"Series 2 .* row 55"),
        (lambda: made_series()[0], 5, (0.5,), r"shape \[60\]"),
        (lambda: np.empty((3, 0)), 5, (0.5,), r"shape \[3, 0\]"),
        (made_series, 0, (0.5,), "1 to 384 rows"),
        (made_series, 385, (0.5,), "1 to 384 rows"),
        (made_series, 5, (0.5, 0.95), "0.1 to 0.9, not 0.95"),
        (made_series, 5, (float("nan"),), "not nan"),
    ],
)
def test_what_cannot_be_forecast_is_refused_in_a_sentence(
    bolt: FoundationModel,
    values: Callable[[], np.ndarray[tuple[int, ...], np.dtype[np.float64]]],
    horizon: int,
    levels: tuple[float, ...],
    sentence: str,
) -> None:
    with pytest.raises(InputError, match=sentence):
        bolt.predict(values(), horizon, levels)
