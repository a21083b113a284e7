"""Folders that are read, and folders that are refused in one sentence."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.models.foundation_made import BOLT, TTM, made_series, made_tensors, write_checkpoint

from assay.kernel.errors import InputError
from assay.models.forecast.foundation import load_checkpoint, weights
from assay.models.forecast.foundation.ttm_settings import MixerSettings, expected_shapes
from assay.models.forecast.foundation.weights import read_weights

TENSORS = made_tensors(expected_shapes(MixerSettings.model_validate(TTM)))
ONE = "head.base_forecast_block.bias"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_checkpoint(tmp_path / "ttm", TTM, TENSORS)


def refusal(folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        load_checkpoint(folder)
    assert caught.value.exit_code == 2
    assert caught.value.render("zh") != caught.value.render("en")
    return caught.value.render("en")


def by_hand(header: dict[str, Any], data: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


# --- what is read ---


def test_half_precision_is_widened_exactly(folder: Path, tmp_path: Path) -> None:
    rounded = {name: tensor.astype(np.float16) for name, tensor in TENSORS.items()}
    half = load_checkpoint(write_checkpoint(tmp_path / "half", TTM, rounded))
    wide = load_checkpoint(
        write_checkpoint(tmp_path / "wide", TTM, {name: tensor.astype(np.float32) for name, tensor in rounded.items()})
    )
    np.testing.assert_array_equal(half.predict(made_series(), 6, (0.5,)), wide.predict(made_series(), 6, (0.5,)))
    assert half.digest != wide.digest


def test_bfloat16_is_the_upper_half_of_a_float(tmp_path: Path) -> None:
    values = np.array([1.0, -2.5, 3.140625, 1e-30, -0.0], dtype=np.float32)
    upper = (values.view(np.uint32) >> 16).astype("<u2")
    path = tmp_path / "model.safetensors"
    path.write_bytes(by_hand({"a": {"dtype": "BF16", "shape": [5], "data_offsets": [0, 10]}}, upper.tobytes()))
    read, _ = read_weights(path)
    np.testing.assert_array_equal(read["a"], (upper.astype(np.uint32) << 16).view(np.float32))
    np.testing.assert_allclose(read["a"], values, rtol=2**-8)


def test_the_library_reads_the_same(folder: Path) -> None:
    import hashlib

    from safetensors.numpy import load_file

    read, digest = read_weights(folder / "model.safetensors")
    for name, tensor in load_file(folder / "model.safetensors").items():
        np.testing.assert_array_equal(read[name], tensor)
    assert read.keys() == TENSORS.keys()
    assert digest == hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()


def test_numbers_that_do_not_lie_on_a_word_of_memory_are_read(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    for pad in ("", "x", "xx", "xxx"):
        header = {"__metadata__": {"pad": pad}, "a": {"dtype": "F32", "shape": [1, 2], "data_offsets": [0, 8]}}
        path.write_bytes(by_hand(header, np.array([1.5, -2], dtype="<f4").tobytes()))
        read, _ = read_weights(path)
        assert read["a"].flags.aligned
        assert read["a"].tolist() == [[1.5, -2.0]]


def test_copies_of_the_shared_embedding_may_stand_in_the_file(tmp_path: Path) -> None:
    from assay.models.forecast.foundation.bolt_settings import BoltSettings, expected_shapes

    tensors = made_tensors(expected_shapes(BoltSettings.model_validate(BOLT)))
    plain = load_checkpoint(write_checkpoint(tmp_path / "a", BOLT, tensors))
    tied = {f"{stack}.embed_tokens.weight": tensors["shared.weight"].copy() for stack in ("encoder", "decoder")}
    older = load_checkpoint(write_checkpoint(tmp_path / "b", BOLT, tensors | tied))
    np.testing.assert_array_equal(older.predict(made_series(), 4, (0.5,)), plain.predict(made_series(), 4, (0.5,)))


def test_another_configuration_or_another_weight_is_another_digest(folder: Path, tmp_path: Path) -> None:
    first = load_checkpoint(folder)
    settings_changed = load_checkpoint(write_checkpoint(tmp_path / "b", TTM | {"norm_eps": 1e-4}, TENSORS))
    weight_changed = load_checkpoint(write_checkpoint(tmp_path / "c", TTM, TENSORS | {ONE: TENSORS[ONE] + 1}))
    assert len({one.digest for one in (first, settings_changed, weight_changed)}) == 3
    assert first.name == "ttm"
    assert first.describe()["parameters"] == sum(tensor.size for tensor in TENSORS.values())


# --- folders ---


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    assert "no folder" in refusal(tmp_path / "absent")
    file = tmp_path / "file"
    file.write_bytes(b"")
    assert "no folder" in refusal(file)
    (tmp_path / "empty").mkdir()
    assert "no model.safetensors" in refusal(tmp_path / "empty")


class Trap:
    """Leaves a mark when somebody unpickles it."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return (Path.touch, (self.mark,))


def test_a_pickle_is_not_opened_and_the_way_out_is_named(folder: Path, tmp_path: Path) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Trap(tmp_path / "mark")))
    sentence = refusal(folder)
    assert "pickle" in sentence and "safe_serialization" in sentence
    assert not (tmp_path / "mark").exists()


def test_shards_a_missing_configuration_and_another_architecture(folder: Path) -> None:
    config = folder / "config.json"
    config.write_text(json.dumps(TTM | {"architectures": ["MoiraiForPrediction"]}), encoding="utf-8")
    assert "MoiraiForPrediction" in refusal(folder)
    config.write_text(json.dumps({"architectures": ["T5ForConditionalGeneration"], "chronos_config": {}}))
    assert "Chronos-T5" in refusal(folder)
    config.write_text("{}")
    assert "architecture" in refusal(folder)
    config.unlink()
    assert "no config.json" in refusal(folder)
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors.index.json").write_text("{}")
    assert "shards" in refusal(folder)


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b"\xff\xfe", b"[" * 100_000])
def test_a_configuration_that_is_no_json_object(folder: Path, text: bytes) -> None:
    (folder / "config.json").write_bytes(text)
    assert "JSON object" in refusal(folder)


def test_files_beyond_the_limits_are_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "FILE_LIMIT", 1000)
    assert "more than the 1000 allowed" in refusal(folder)
    monkeypatch.undo()
    (folder / "config.json").write_text(json.dumps(TTM | {"long": "x" * 2**20}), encoding="utf-8")
    assert "more than the 1048576 allowed" in refusal(folder)


# --- weights ---


@pytest.mark.parametrize("kept", [0, 5, 8, 100, 0.5, 0.999])
def test_a_half_written_file_is_called_so(folder: Path, kept: float) -> None:
    path = folder / "model.safetensors"
    whole = path.read_bytes()
    path.write_bytes(whole[: kept if isinstance(kept, int) else int(kept * len(whole))])
    assert "half-written" in refusal(folder)
    path.write_bytes(whole + b"more")
    assert "half-written" in refusal(folder)


ENTRY = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}


@pytest.mark.parametrize(
    "header",
    [
        {"a": ENTRY | {"shape": [3]}},
        {"a": ENTRY | {"shape": [-2]}},
        {"a": ENTRY | {"data_offsets": [4, 8], "shape": [1]}},
        {"a": ENTRY, "b": ENTRY},
        {"a": ENTRY | {"data_offsets": [8, 0]}},
        {"a": ENTRY | {"data_offsets": ["0", "8"]}},
        {"a": {"dtype": "F32", "shape": [2]}},
        {"a": 7},
        {"a": ENTRY | {"dtype": ["F32"]}},
    ],
)
def test_a_header_that_contradicts_itself(folder: Path, header: dict[str, Any]) -> None:
    (folder / "model.safetensors").write_bytes(by_hand(header, bytes(8)))
    assert "header is damaged" in refusal(folder)


def test_a_file_of_another_kind_and_a_name_that_stands_twice(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(b"PK\x03\x04" + bytes(range(256)) * 40)
    assert "not a safetensors file" in refusal(folder)
    text = b'{"a": %(entry)s, "a": %(entry)s}' % {b"entry": json.dumps(ENTRY).encode()}
    path.write_bytes(len(text).to_bytes(8, "little") + text + bytes(8))
    assert "header is damaged" in refusal(folder)


def test_tensors_must_be_those_of_the_configuration(folder: Path) -> None:
    without = {name: tensor for name, tensor in TENSORS.items() if name != ONE}
    assert f"1 tensors that config.json describes are missing, first {ONE}" in refusal(
        write_checkpoint(folder, TTM, without)
    )
    assert "1 tensors do not belong" in refusal(write_checkpoint(folder, TTM, TENSORS | {"more": TENSORS[ONE]}))
    wrong = TENSORS | {ONE: np.zeros(7, dtype=np.float32)}
    assert f"{ONE} has the shape [7] where config.json asks for [6]" in refusal(write_checkpoint(folder, TTM, wrong))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_not_finite(folder: Path, value: float) -> None:
    spoilt = TENSORS[ONE].copy()
    spoilt[3] = value
    assert f"{ONE} holds numbers that are not finite" in refusal(write_checkpoint(folder, TTM, TENSORS | {ONE: spoilt}))


@pytest.mark.parametrize("kind", [np.int8, np.float64])
def test_weights_of_another_type(folder: Path, kind: type[np.generic]) -> None:
    sentence = refusal(write_checkpoint(folder, TTM, TENSORS | {ONE: TENSORS[ONE].astype(kind)}))
    assert f"{ONE} has the type" in sentence


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_flipped_byte_is_refused_or_harmless_and_never_a_traceback(folder: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["config.json", "model.safetensors"]))
    path = folder / name
    whole = path.read_bytes()
    at = data.draw(st.integers(0, min(len(whole), 9000) - 1))
    changed = bytearray(whole)
    changed[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(changed)
    try:
        with np.errstate(all="ignore"):
            load_checkpoint(folder).predict(made_series(), 6, (0.5,))
    except InputError as error:
        assert error.render("en")
    finally:
        path.write_bytes(whole)


# --- settings ---


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"resolution_prefix_tuning": True}, "without frequency prefix tuning"),
        ({"mode": "mix_channel"}, "joins several channels"),
        ({"enable_forecast_channel_mixing": True}, "joins several channels"),
        ({"exogenous_channel_indices": [1]}, "joins several channels"),
        ({"multi_quantile_head": True}, "multi_quantile_head = true"),
        ({"register_tokens": 2}, "register_tokens = 2"),
        ({"self_attn": True}, "self_attn = true"),
        ({"norm_mlp": "BatchNorm"}, 'norm_mlp = "BatchNorm"'),
        ({"scaling": "mean"}, 'scaling = "mean"'),
        ({"gate_mode": "glu"}, 'gate_mode = "glu"'),
        ({"loss": "nll"}, 'loss = "nll"'),
        ({"patch_stride": 4}, "patch_stride = 4"),
        ({"context_length": 8}, "context_length = 8"),
        ({"context_length": "34"}, 'context_length = "34"'),
        ({"d_model": 22}, "adaptive_patching_levels = 3"),
        ({"num_layers": 10**9}, "num_layers = 1000000000"),
        ({"prediction_filter_length": 7}, "prediction_filter_length = 7"),
    ],
)
def test_a_mixer_that_cannot_be_run_is_refused_by_the_settings_name(
    folder: Path, changed: dict[str, Any], said: str
) -> None:
    assert said in refusal(write_checkpoint(folder, TTM | changed, TENSORS))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"feed_forward_proj": "gated-silu"}, 'feed_forward_proj = "gated-silu"'),
        ({"d_model": 0}, "d_model = 0"),
        ({"chronos_config": {"quantiles": [0.5, 0.1]}}, "chronos_config.quantiles = [0.5, 0.1]"),
        ({"chronos_config": {"input_patch_stride": 3}}, "chronos_config.input_patch_stride = 3"),
        ({"chronos_config": {"context_length": 10**9}}, "chronos_config.context_length = 1000000000"),
        ({"chronos_config": {"use_reg_token": False}, "decoder_start_token_id": 1}, "decoder_start_token_id = 1"),
    ],
)
def test_a_bolt_that_cannot_be_run_is_refused_by_the_settings_name(
    folder: Path, changed: dict[str, Any], said: str
) -> None:
    patches = BOLT["chronos_config"] | changed.get("chronos_config", {})
    assert said in refusal(write_checkpoint(folder, BOLT | changed | {"chronos_config": patches}, TENSORS))


def test_a_field_that_is_missing_is_named(folder: Path) -> None:
    without = {name: value for name, value in TTM.items() if name != "d_model"}
    assert "lacks the field d_model" in refusal(write_checkpoint(folder, without, TENSORS))
