"""TinyTimeMixer in numpy: patches mixed by small gated perceptrons, without attention between patches.

Architecture: Ekambaram et al., "Tiny Time Mixers" (NeurIPS 2024) and the published class
``TinyTimeMixerForPrediction``, releases 1 and 2: every series by itself, one point a row. A window is standardised and
cut into patches; each mixer layer mixes along patches, then along features; with adaptive patching the same numbers
are seen as more and shorter patches first; a narrower decoder and one linear head give the next block.

Two decisions for plants. Every window is standardised before the original's own scaler, as the authors' preprocessor
does with the training data: that scaler adds 1e-5 to the variance, so a flow in m3/s would drown in it, and the
forecast must not depend on the unit. Missing rows, and the rows in front of a short series, count as not observed and
stand at the window's mean: the original puts a plain 0 there, which is 273 degrees away for a temperature in kelvin.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from assay.models.forecast.foundation.checkpoint import Checkpoint, check_tensors, read_settings
from assay.models.forecast.foundation.layers import Array, gelu, layer_norm, linear, softmax
from assay.models.forecast.foundation.model import Floats, Foundation
from assay.models.forecast.foundation.scaling import centre_and_spread
from assay.models.forecast.foundation.ttm_settings import (
    REASONS,
    Level,
    MixerSettings,
    expected_shapes,
    levels_of,
)


class TinyTimeMixer(Foundation):
    """A TinyTimeMixer checkpoint; its one quantile level is 0.5, and means the mean when it was trained for that."""

    architecture: ClassVar[str] = "TinyTimeMixerForPrediction"

    def __init__(self, checkpoint: Checkpoint) -> None:
        super().__init__(checkpoint)
        self._set = read_settings(MixerSettings, checkpoint, REASONS)
        self._w = checkpoint.tensors
        check_tensors(checkpoint, expected_shapes(self._set))
        self.context = self._set.context_length
        self.horizon = self._set.prediction_filter_length or self._set.prediction_length
        self.quantiles = (self._set.level,)

    def _series_bytes(self, rows: int) -> int:
        s = self._set
        widest = s.patches * max(s.d_model, s.final_width)
        return 4 * (s.context_length + s.prediction_length + widest * (4 + 3 * s.expansion_factor))

    def _rollout(self, values: Floats, blocks: int) -> Floats:
        """Blocks one after the other, each block's forecasts being history for the next, in standardised values."""
        centre, spread = centre_and_spread(values)
        spread = np.where(spread == 0, 1.0, spread)
        known = ~np.isnan(values)
        window = np.where(known, (values - centre) / spread, 0.0)
        short = ((0, 0), (self.context - values.shape[1], 0))
        window, known = np.pad(window, short), np.pad(known, short)
        made = []
        for _ in range(blocks):
            made.append(self._block(window, known))
            window = np.concatenate([window, made[-1]], axis=1)[:, -self.context :]
            known = np.concatenate([known, np.ones_like(made[-1], dtype=bool)], axis=1)[:, -self.context :]
        answer: Floats = np.concatenate(made, axis=1) * spread + centre
        return answer[:, :, None]

    def _block(self, window: Floats, known: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Floats:
        """One native block of a full context: (series, context) to (series, horizon)."""
        s = self._set
        count = known.sum(axis=1, keepdims=True)
        centre = np.where(known, window, 0.0).sum(axis=1, keepdims=True) / count
        variance = np.where(known, (window - centre) ** 2, 0.0).sum(axis=1, keepdims=True) / count
        spread = np.sqrt(variance + s.minimum_scale)
        scaled = ((window - centre) / spread).astype(np.float32)
        patches = scaled[:, -s.patches * s.patch_length :].reshape(-1, s.patches, s.patch_length)
        state = linear(patches, self._w, "backbone.encoder.patcher")
        if s.use_positional_encoding:
            state += self._w["backbone.encoder.positional_encoder.position_enc"]
        state = self._mix(state, decoder=False)
        if s.use_decoder:
            state = self._decode(state, patches)
        ahead = linear(state.reshape(len(state), -1), self._w, "head.base_forecast_block")
        answer: Floats = ahead[:, : self.horizon] * spread + centre
        return answer

    def _decode(self, state: Array, patches: Array) -> Array:
        s = self._set
        if s.d_model != s.decoder_d_model:
            state = linear(state, self._w, "decoder.adapter")
        if s.decoder_raw_residual:
            state = state + linear(patches, self._w, "decoder.decoder_raw_embedding")
        return self._mix(state, decoder=True)

    def _mix(self, state: Array, *, decoder: bool) -> Array:
        """All mixer layers of the encoder or the decoder over (series, patches, features)."""
        shape = state.shape
        for level in levels_of(self._set, decoder=decoder):
            state = state.reshape(-1, level.patches, level.width)
            for layer in level.layers:
                state = self._layer(state, layer, level)
        return state.reshape(shape)

    def _layer(self, state: Array, layer: str, level: Level) -> Array:
        if level.patches > 1:
            normed = layer_norm(state, self._w, f"{layer}.patch_mixer.norm.norm", self._set.norm_eps)
            mixed = self._perceptron(normed.transpose(0, 2, 1), f"{layer}.patch_mixer")
            state = state + mixed.transpose(0, 2, 1)
        normed = layer_norm(state, self._w, f"{layer}.feature_mixer.norm.norm", self._set.norm_eps)
        return state + self._perceptron(normed, f"{layer}.feature_mixer")

    def _perceptron(self, x: Array, name: str) -> Array:
        """Two affine maps with a GELU between them, and a gate: a softmax that weighs the result's own entries."""
        x = linear(gelu(linear(x, self._w, f"{name}.mlp.fc1")), self._w, f"{name}.mlp.fc2")
        if self._set.gated_attn:
            x *= softmax(linear(x, self._w, f"{name}.gating_block.attn_layer"))
        return x
