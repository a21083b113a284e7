"""Chronos-Bolt in numpy against the numbers of the original class.

The reference numbers were made once outside this project, with torch 2.13.0, transformers 5.24.0 and
chronos-forecasting 2.3.2: ``ChronosBoltModelForForecasting`` was built from the configurations in
``foundation_made.py``, given the weights of ``made_tensors``, and ``ChronosBoltPipeline.predict`` was asked for two
whole blocks and a part of a third for ``made_series``; its quantiles were sorted at every row.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models.foundation_made import BOLT, BOLT_GATED, LEVELS, made_series, made_tensors, write_checkpoint

from assay.models.forecast.foundation import FoundationModel, load_checkpoint
from assay.models.forecast.foundation.bolt import position_buckets
from assay.models.forecast.foundation.bolt_settings import BoltSettings, expected_shapes

SPREADS = np.nanstd(made_series(), axis=1)[:, None, None]

PLAIN = [  # rows 0, 8, 16 ahead; levels 0.1, 0.5, 0.9
    [[341.358002, 350.97287, 357.52005], [351.143585, 355.276978, 357.837006], [350.192017, 354.272217, 356.507996]],
    [
        [0.00119442586, 0.00218949048, 0.00255757151],
        [0.00163371954, 0.00203855289, 0.00223698956],
        [0.00165066286, 0.00197043107, 0.00220714579],
    ],
    [[11.6474009, 12.0457821, 12.0814323], [11.9001484, 12.0025434, 12.0859118], [11.8934641, 12.028656, 12.0965443]],
]
GATED = [  # rows 0, 7, 13 ahead; levels 0.1, 0.5, 0.8
    [[347.072357, 351.757477, 353.976318], [349.309601, 354.075012, 354.822815], [356.027161, 356.285187, 356.424713]],
    [
        [0.00153549097, 0.00181459193, 0.0020095061],
        [0.00170955143, 0.00196106313, 0.00201671617],
        [0.00206393632, 0.00208444195, 0.00211415766],
    ],
    [[11.819664, 11.9460793, 12.0630322], [11.8564882, 12.0672197, 12.077117], [12.0947523, 12.1097288, 12.1299458]],
]


def made(folder: Path, config: dict[str, Any]) -> FoundationModel:
    shapes = expected_shapes(BoltSettings.model_validate(config))
    return load_checkpoint(write_checkpoint(folder, config, made_tensors(shapes)))


@pytest.fixture(scope="module")
def bolt(tmp_path_factory: pytest.TempPathFactory) -> FoundationModel:
    return made(tmp_path_factory.mktemp("bolt"), BOLT)


def test_it_gives_the_originals_numbers_over_three_blocks(bolt: FoundationModel) -> None:
    forecast = bolt.predict(made_series(), 17, (0.1, 0.5, 0.9))[:, [0, 8, 16]]
    np.testing.assert_allclose(forecast, PLAIN, rtol=1e-5)
    assert np.abs((forecast - PLAIN) / SPREADS).max() < 1e-4


def test_gates_overlapping_patches_and_no_register_token_give_the_originals_numbers(tmp_path: Path) -> None:
    model = made(tmp_path, BOLT_GATED)
    forecast = model.predict(made_series(), 14, (0.1, 0.5, 0.8))[:, [0, 7, 13]]
    np.testing.assert_allclose(forecast, GATED, rtol=1e-5)
    assert np.abs((forecast - GATED) / SPREADS).max() < 1e-4


@pytest.mark.parametrize(
    ("config", "digest"),
    [
        (BOLT, "50b139507d100c61ea5548ee065a7fc70bdd6590deac5ae12d10dedd1b55416e"),
        (BOLT_GATED, "905721d82eb7bd4a3d93e5951ee28d063f7e3d9e31243e600128c7ab15a8a004"),
    ],
    ids=["plain", "gated"],
)
def test_names_and_shapes_are_those_of_the_original_class(config: dict[str, Any], digest: str) -> None:
    shapes = expected_shapes(BoltSettings.model_validate(config))
    listed = "\n".join(f"{name} {list(shapes[name])}" for name in sorted(shapes))
    assert hashlib.sha256(listed.encode()).hexdigest() == digest


def test_the_size_of_a_published_configuration_is_the_published_one() -> None:
    small = BOLT | {"d_model": 512, "d_kv": 64, "d_ff": 2048, "num_layers": 6, "num_decoder_layers": 6, "num_heads": 8}
    patches = {"context_length": 2048, "prediction_length": 64, "input_patch_size": 16, "input_patch_stride": 16}
    shapes = expected_shapes(BoltSettings.model_validate(small | {"chronos_config": BOLT["chronos_config"] | patches}))
    assert sum(int(np.prod(shape)) for shape in shapes.values()) == 47_718_016


def test_what_it_says_about_itself(bolt: FoundationModel) -> None:
    assert (bolt.context, bolt.horizon, bolt.quantiles) == (48, 6, tuple(LEVELS))
    about = bolt.describe()
    assert about["architecture"] == "ChronosBoltModelForForecasting"
    assert about["digest"] == bolt.digest
    assert len(bolt.digest) == 64


def test_distances_fall_into_the_buckets_of_t5() -> None:
    ahead = position_buckets(np.arange(0, 200), 32, 128)
    steps = {int(place): int(bucket) for place, bucket in enumerate(ahead) if place == 0 or ahead[place - 1] != bucket}
    first_of_bucket = [1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 23, 32, 46, 64, 91]
    assert steps == {0: 0} | {place: 16 + bucket for bucket, place in enumerate(first_of_bucket, start=1)}
    np.testing.assert_array_equal(position_buckets(-np.arange(1, 200), 32, 128), ahead[1:] - 16)


@settings(max_examples=15, deadline=None)
@given(factor=st.floats(1e-4, 1e6), shift=st.floats(-1e5, 1e5))
def test_a_change_of_unit_changes_only_the_unit(bolt: FoundationModel, factor: float, shift: float) -> None:
    series = made_series()[:1]
    plain = bolt.predict(series, 9, (0.2, 0.5))
    moved = (bolt.predict(series * factor + shift, 9, (0.2, 0.5)) - shift) / factor
    tolerance = 1e-4 + 1e-9 * abs(shift) / factor
    assert np.abs(moved - plain).max() < tolerance * SPREADS[0, 0, 0]


def test_rows_before_the_context_and_missing_rows_in_front_change_nothing(bolt: FoundationModel) -> None:
    series = made_series()
    plain = bolt.predict(series, 6, (0.5,))
    longer = np.concatenate([np.full((3, 100), 1e6), series[:, -bolt.context :]], axis=1)
    np.testing.assert_array_equal(bolt.predict(longer, 6, (0.5,)), plain)
    short = series[1:2, 41:]
    empty = np.concatenate([np.full((1, 16), np.nan), short], axis=1)
    np.testing.assert_allclose(bolt.predict(empty, 6, (0.5,)), bolt.predict(short, 6, (0.5,)), rtol=1e-5)


def test_a_constant_stays_and_a_single_value_is_enough(bolt: FoundationModel) -> None:
    for series in (np.full((1, 30), 0.1), np.array([[np.nan, 7.3, np.nan]]), np.array([[1e99] * 5])):
        forecast = bolt.predict(series, 20, (0.1, 0.5, 0.9))
        np.testing.assert_allclose(forecast, np.nanmax(series), rtol=1e-3)
