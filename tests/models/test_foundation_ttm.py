"""TinyTimeMixer in numpy against the numbers of the original class.

The reference numbers were made once outside this project, with torch 2.13.0, transformers 5.24.0 and granite-tsfm
0.3.11: ``TinyTimeMixerForPrediction`` was built from the configurations in ``foundation_made.py`` and given the weights
of ``made_tensors``. The last ``context_length`` rows of ``made_series``, standardised, with 0 and an observed mask of 0
for missing rows, went through it three times, each block appended to the window; then the unit was put back.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models.foundation_made import TTM, TTM_OTHER, made_series, made_tensors, write_checkpoint

from assay.kernel.errors import InputError
from assay.models.forecast.foundation import FoundationModel, load_checkpoint
from assay.models.forecast.foundation.ttm_settings import MixerSettings, expected_shapes

SPREADS = np.nanstd(made_series(), axis=1)[:, None]

ADAPTIVE = [  # rows 0, 5, 6, 16 ahead
    [351.411765, 357.915837, 356.94068, 358.047209],
    [0.00196289847, 0.00174827491, 0.00184103261, 0.00171780712],
    [12.0417752, 11.8955514, 12.1171629, 12.2083329],
]
OTHER = [  # rows 0, 3, 4, 10 ahead
    [336.275322, 385.581714, 433.040276, 374.691481],
    [0.00102549219, 0.00188601608, 0.00282947764, 0.000747539462],
    [11.6413764, 12.2402941, 12.061055, 11.5375472],
]


def made(folder: Path, config: dict[str, Any]) -> FoundationModel:
    shapes = expected_shapes(MixerSettings.model_validate(config))
    return load_checkpoint(write_checkpoint(folder, config, made_tensors(shapes)))


@pytest.fixture(scope="module")
def ttm(tmp_path_factory: pytest.TempPathFactory) -> FoundationModel:
    return made(tmp_path_factory.mktemp("ttm"), TTM)


def test_it_gives_the_originals_numbers_over_three_blocks(ttm: FoundationModel) -> None:
    forecast = ttm.predict(made_series(), 17, (0.5,))[:, [0, 5, 6, 16], 0]
    np.testing.assert_allclose(forecast, ADAPTIVE, rtol=1e-5)
    assert np.abs((forecast - ADAPTIVE) / SPREADS).max() < 1e-4


def test_the_other_switches_give_the_originals_numbers(tmp_path: Path) -> None:
    """Positions, raw residual, adaptive decoder, no gates, a filtered horizon, one level of a pinball loss."""
    model = made(tmp_path, TTM_OTHER)
    assert (model.horizon, model.quantiles) == (4, (0.7,))
    forecast = model.predict(made_series(), 11, (0.7,))[:, [0, 3, 4, 10], 0]
    np.testing.assert_allclose(forecast, OTHER, rtol=1e-5)
    assert np.abs((forecast - OTHER) / SPREADS).max() < 1e-4


@pytest.mark.parametrize(
    ("config", "digest"),
    [
        (TTM, "de5a4c46d8c60bc76698149fc925eaa3bda11fd9e0c3d69b1e57897c1e45b963"),
        (TTM_OTHER, "d82967719d565915acfc29368928b50f274fdae7c19b51fca85bcf55b06509db"),
    ],
    ids=["adaptive", "other"],
)
def test_names_and_shapes_are_those_of_the_original_class(config: dict[str, Any], digest: str) -> None:
    shapes = expected_shapes(MixerSettings.model_validate(config))
    listed = "\n".join(f"{name} {list(shapes[name])}" for name in sorted(shapes))
    assert hashlib.sha256(listed.encode()).hexdigest() == digest


def test_the_size_of_a_published_configuration_is_the_published_one() -> None:
    published = TTM | {"context_length": 512, "prediction_length": 96, "patch_length": 64, "patch_stride": 64}
    shapes = expected_shapes(MixerSettings.model_validate(published | {"d_model": 192, "decoder_d_model": 128}))
    assert sum(int(np.prod(shape)) for shape in shapes.values()) == 805_280


def test_without_a_decoder_the_encoder_feeds_the_head(tmp_path: Path) -> None:
    model = made(tmp_path, TTM | {"use_decoder": False})
    assert np.isfinite(model.predict(made_series(), 6, (0.5,))).all()


def test_one_point_a_row_is_not_sold_as_an_interval(ttm: FoundationModel) -> None:
    assert ttm.quantiles == (0.5,)
    with pytest.raises(InputError, match="one point a row"):
        ttm.predict(made_series(), 6, (0.05, 0.5))


@settings(max_examples=15, deadline=None)
@given(factor=st.floats(1e-6, 1e6), shift=st.floats(-1e5, 1e5))
def test_a_change_of_unit_changes_only_the_unit(ttm: FoundationModel, factor: float, shift: float) -> None:
    series = made_series()[:1]
    series[0, 30:40] = np.nan
    plain = ttm.predict(series, 9, (0.5,))
    moved = (ttm.predict(series * factor + shift, 9, (0.5,)) - shift) / factor
    tolerance = 1e-4 + 1e-9 * abs(shift) / factor
    assert np.abs(moved - plain).max() < tolerance * SPREADS[0, 0]


def test_rows_before_the_context_and_missing_rows_in_front_change_nothing(ttm: FoundationModel) -> None:
    series = made_series()
    plain = ttm.predict(series, 6, (0.5,))
    longer = np.concatenate([np.full((3, 100), 1e6), series[:, -ttm.context :]], axis=1)
    np.testing.assert_array_equal(ttm.predict(longer, 6, (0.5,)), plain)
    short = series[1:2, 41:]
    empty = np.concatenate([np.full((1, 5), np.nan), short], axis=1)
    np.testing.assert_allclose(ttm.predict(empty, 6, (0.5,)), ttm.predict(short, 6, (0.5,)), rtol=1e-6)


def test_a_constant_stays_near_itself_and_a_single_value_is_enough(ttm: FoundationModel) -> None:
    for series in (np.full((1, 34), 0.1), np.array([[np.nan, 7.3, np.nan]])):
        forecast = ttm.predict(series, 20, (0.5,))
        assert np.abs(forecast - np.nanmax(series)).max() < 0.05
