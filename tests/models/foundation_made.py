"""Tiny checkpoints with weights from a formula, so that the original classes can be given the same ones elsewhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Shapes = Mapping[str, tuple[int, ...]]

LEVELS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]

BOLT: dict[str, Any] = {
    "architectures": ["ChronosBoltModelForForecasting"],
    "model_type": "t5",
    "d_model": 12,
    "d_kv": 4,
    "d_ff": 20,
    "num_layers": 2,
    "num_decoder_layers": 2,
    "num_heads": 3,
    "feed_forward_proj": "relu",
    "decoder_start_token_id": 0,
    "pad_token_id": 0,
    "vocab_size": 2,
    "chronos_config": {
        "context_length": 48,
        "prediction_length": 6,
        "input_patch_size": 4,
        "input_patch_stride": 4,
        "quantiles": LEVELS,
        "use_reg_token": True,
    },
}
BOLT_GATED: dict[str, Any] = BOLT | {
    "feed_forward_proj": "gated-gelu",
    "num_decoder_layers": 1,
    "vocab_size": 1,
    "chronos_config": {
        "context_length": 600,
        "prediction_length": 5,
        "input_patch_size": 4,
        "input_patch_stride": 2,
        "quantiles": [0.1, 0.5, 0.8],
        "use_reg_token": False,
    },
}
TTM: dict[str, Any] = {
    "architectures": ["TinyTimeMixerForPrediction"],
    "model_type": "tinytimemixer",
    "context_length": 34,
    "prediction_length": 6,
    "patch_length": 8,
    "patch_stride": 8,
    "num_input_channels": 1,
    "d_model": 24,
    "expansion_factor": 2,
    "num_layers": 2,
    "adaptive_patching_levels": 3,
    "decoder_num_layers": 2,
    "decoder_d_model": 16,
    "decoder_adaptive_patching_levels": 0,
    "mode": "common_channel",
    "decoder_mode": "common_channel",
    "gated_attn": True,
    "norm_mlp": "LayerNorm",
    "scaling": "std",
    "loss": "mse",
    "use_decoder": True,
}
TTM_OTHER: dict[str, Any] = TTM | {
    "context_length": 16,
    "d_model": 16,
    "adaptive_patching_levels": 0,
    "decoder_adaptive_patching_levels": 3,
    "decoder_raw_residual": True,
    "use_positional_encoding": True,
    "positional_encoding_type": "random",
    "gated_attn": False,
    "prediction_filter_length": 4,
    "loss": "pinball",
    "quantile": 0.7,
}


def made_tensors(shapes: Shapes) -> dict[str, NDArray[np.float32]]:
    """Weights that differ everywhere and keep signals of ordinary size, in the names' alphabetical order."""
    tensors = {}
    for place, name in enumerate(sorted(shapes)):
        shape = shapes[name]
        wave = np.sin(0.7 * np.arange(np.prod(shape)) ** 1.1 + place).reshape(shape)
        if len(shape) == 1:
            tensor = 1 + 0.2 * wave if name.endswith("norm.weight") else 0.1 * wave
        else:
            tensor = 1.5 * wave / np.sqrt(shape[-1])
        tensors[name] = tensor.astype(np.float32)
    return tensors


def made_series() -> NDArray[np.float64]:
    """Three series of 60 rows, in kelvin, m3/s and bar: one whole, one short and with holes, one with a long hole."""
    row = np.arange(60.0)
    values = np.stack(
        [
            350 + 8 * np.sin(0.4 * row) + 0.1 * row,
            0.002 + 0.0005 * np.cos(0.3 * row),
            12 + 0.3 * np.sin(1.1 * row) * np.cos(0.05 * row),
        ]
    )
    values[1, :41] = np.nan
    values[1, 45:48] = np.nan
    values[2, 20:43] = np.nan
    return values


def write_checkpoint(folder: Path, config: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> Path:
    """A folder in the published layout, written by the safetensors library."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    save_file(dict(tensors), folder / "model.safetensors", metadata={"format": "pt"})
    return folder
