"""Chronos-Bolt in numpy: a T5 encoder and decoder over patches, with a head of quantiles.

Architecture: Ansari et al., "Chronos: Learning the Language of Time Series" (TMLR 2024) and the published class
``ChronosBoltModelForForecasting``; T5 by Raffel et al. (JMLR 2020). A window is standardised, cut into patches, each
patch and its mask become one token; the encoder reads them, one decoder token looks at them, and a residual block maps
it to all quantiles of the next block of rows.

Two things are done otherwise with the same result. The decoder has one token, so its self-attention is a linear map;
and its cross-attention is evaluated as (q K) x instead of q (K x), which avoids projecting every token.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from assay.models.forecast.foundation.bolt_settings import UNUSED, BoltSettings, expected_shapes
from assay.models.forecast.foundation.checkpoint import Checkpoint, check_tensors, read_settings
from assay.models.forecast.foundation.layers import Array, gelu_tanh, linear, relu, rms_norm, softmax
from assay.models.forecast.foundation.model import Floats, Foundation
from assay.models.forecast.foundation.scaling import centre_and_spread

Mask = NDArray[np.bool_]
Places = NDArray[np.int64]

SMALLEST_SPREAD = 1e-5
"""Stands for the spread of a constant window, as in the original."""


class Bolt(Foundation):
    """A Chronos-Bolt checkpoint; ``predict`` gives the quantiles that the original's ``predict_quantiles`` gives."""

    architecture: ClassVar[str] = "ChronosBoltModelForForecasting"

    def __init__(self, checkpoint: Checkpoint) -> None:
        super().__init__(checkpoint)
        self._set = read_settings(BoltSettings, checkpoint, {})
        self._w = checkpoint.tensors
        check_tensors(checkpoint, expected_shapes(self._set), UNUSED)
        self._act: Callable[[Array], Array] = gelu_tanh if self._set.gated else relu
        patches = self._set.chronos_config
        self.context, self.horizon = patches.context_length, patches.prediction_length
        self.quantiles = tuple(patches.quantiles)

    def _series_bytes(self, rows: int) -> int:
        s, patches = self._set, self._set.chronos_config
        tokens = -(-min(self.context, rows + self.horizon) // patches.input_patch_stride) + 1
        hidden = s.d_ff * (3 if s.gated else 1)
        return 4 * tokens * (3 * s.d_model + hidden + 4 * s.num_heads * s.d_kv + s.num_heads * tokens)

    def _rollout(self, values: Floats, blocks: int) -> Floats:
        """The first block directly; then every quantile's path goes on by itself, and the quantiles of all the
        quantiles that follow become the next block (as the original does for long horizons)."""
        levels = len(self.quantiles)
        forecast = self._block(values)
        made = [forecast]
        paths = np.repeat(values[:, None, :], levels, axis=1) if blocks > 1 else values
        for _ in range(blocks - 1):
            paths = np.concatenate([paths, made[-1].transpose(0, 2, 1)], axis=2)[:, :, -self.context :]
            branches = np.stack([self._block(paths[:, path]) for path in range(levels)], axis=1)
            merged = branches.transpose(0, 2, 1, 3).reshape(values.shape[0], self.horizon, levels * levels)
            made.append(np.moveaxis(np.quantile(merged, self.quantiles, axis=2), 0, 2))
        return np.concatenate(made, axis=1)

    def _block(self, values: Floats) -> Floats:
        """One native block: (series, rows) to (series, horizon, levels)."""
        centre, spread = centre_and_spread(values)
        spread = np.where(spread == 0, SMALLEST_SPREAD, spread)
        tokens, seen = self._tokens(((values - centre) / spread).astype(np.float32))
        state = self._decode(self._encode(tokens, seen), seen)
        out = self._residual_block(state, "output_patch_embedding")
        quantiles = out.reshape(-1, len(self.quantiles), self.horizon).transpose(0, 2, 1)
        answer: Floats = quantiles * spread[:, :, None] + centre[:, :, None]
        return answer

    def _tokens(self, scaled: Array) -> tuple[Array, Mask]:
        """Embedded patches (series, tokens, d_model) and which tokens saw any value."""
        patches = self._set.chronos_config
        size, stride = patches.input_patch_size, patches.input_patch_stride
        padded = np.pad(scaled, ((0, 0), (-scaled.shape[1] % size, 0)), constant_values=np.nan)
        cut = np.lib.stride_tricks.sliding_window_view(padded, size, axis=1)[:, ::stride]
        known = ~np.isnan(cut)
        both = np.concatenate([np.where(known, cut, np.float32(0)), known.astype(np.float32)], axis=-1)
        tokens = self._residual_block(both, "input_patch_embedding")
        seen: Mask = np.any(known, axis=-1)
        if patches.use_reg_token:
            register = np.broadcast_to(self._w["shared.weight"][1], (len(scaled), 1, self._set.d_model))
            tokens = np.concatenate([tokens, register], axis=1)
            seen = np.concatenate([seen, np.ones((len(scaled), 1), dtype=bool)], axis=1)
        return tokens, seen

    def _residual_block(self, x: Array, name: str) -> Array:
        hidden = self._act(linear(x, self._w, f"{name}.hidden_layer"))
        return linear(hidden, self._w, f"{name}.output_layer") + linear(x, self._w, f"{name}.residual_layer")

    def _encode(self, x: Array, seen: Mask) -> Array:
        bias = self._position_bias(x.shape[1])[None]
        if not seen.all():
            bias = np.where(seen[:, None, None, :], bias, np.float32(-np.inf))
        for layer in range(self._set.num_layers):
            block = f"encoder.block.{layer}.layer"
            x += self._self_attention(self._norm(x, f"{block}.0.layer_norm"), bias, f"{block}.0.SelfAttention")
            x += self._feed_forward(self._norm(x, f"{block}.1.layer_norm"), f"{block}.1.DenseReluDense")
        return self._norm(x, "encoder.final_layer_norm")

    def _self_attention(self, x: Array, bias: Array, name: str) -> Array:
        """Multi-head attention without a scale: T5 keeps it in its weights."""
        heads = (*x.shape[:2], self._set.num_heads, self._set.d_kv)
        query, key, value = (
            linear(x, self._w, f"{name}.{part}").reshape(heads).transpose(0, 2, 1, 3) for part in "qkv"
        )
        scores = query @ key.transpose(0, 1, 3, 2)
        scores += bias
        mixed = softmax(scores) @ value
        return linear(mixed.transpose(0, 2, 1, 3).reshape(*x.shape[:2], -1), self._w, f"{name}.o")

    def _decode(self, memory: Array, seen: Mask) -> Array:
        """The decoder's one token after all layers: (series, d_model)."""
        s = self._set
        x = np.repeat(self._w["shared.weight"][None, s.decoder_start_token_id], len(memory), axis=0)
        for layer in range(s.num_decoder_layers):
            block = f"decoder.block.{layer}.layer"
            own = linear(self._norm(x, f"{block}.0.layer_norm"), self._w, f"{block}.0.SelfAttention.v")
            x = x + linear(own, self._w, f"{block}.0.SelfAttention.o")
            x += self._cross_attention(
                self._norm(x, f"{block}.1.layer_norm"), memory, seen, f"{block}.1.EncDecAttention"
            )
            x += self._feed_forward(self._norm(x, f"{block}.2.layer_norm"), f"{block}.2.DenseReluDense")
        return self._norm(x, "decoder.final_layer_norm")

    def _cross_attention(self, x: Array, memory: Array, seen: Mask, name: str) -> Array:
        """What one token (series, d_model) takes from the memory (series, tokens, d_model)."""
        heads, width = self._set.num_heads, self._set.d_kv
        keys, values = (self._w[f"{name}.{part}.weight"].reshape(heads, width, -1) for part in "kv")
        query = linear(x, self._w, f"{name}.q").reshape(-1, heads, width).transpose(1, 0, 2)
        looking = np.matmul(query, keys).transpose(1, 0, 2)
        scores: Array = np.matmul(looking, memory.transpose(0, 2, 1))
        scores[np.broadcast_to(~seen[:, None, :], scores.shape)] = -np.inf
        read = np.matmul(softmax(scores), memory).transpose(1, 0, 2)
        mixed = np.matmul(read, values.transpose(0, 2, 1)).transpose(1, 0, 2)
        return linear(mixed.reshape(len(x), -1), self._w, f"{name}.o")

    def _feed_forward(self, x: Array, name: str) -> Array:
        if not self._set.gated:
            return linear(self._act(linear(x, self._w, f"{name}.wi")), self._w, f"{name}.wo")
        hidden = self._act(linear(x, self._w, f"{name}.wi_0"))
        hidden *= linear(x, self._w, f"{name}.wi_1")
        return linear(hidden, self._w, f"{name}.wo")

    def _norm(self, x: Array, name: str) -> Array:
        return rms_norm(x, self._w[f"{name}.weight"], self._set.layer_norm_epsilon)

    def _position_bias(self, tokens: int) -> Array:
        """(heads, tokens, tokens): what the distance from query to key adds to a score."""
        s = self._set
        place = np.arange(tokens)
        buckets = position_buckets(
            place[None, :] - place[:, None], s.relative_attention_num_buckets, s.relative_attention_max_distance
        )
        table = self._w["encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight"]
        return np.ascontiguousarray(table[buckets].transpose(2, 0, 1))


def position_buckets(distance: Places, count: int, far: int) -> Places:
    """T5's bucket of a signed distance in both directions: exact when near, logarithmic until ``far``, then one."""
    half = count // 2
    near = half // 2
    size = np.abs(distance)
    ratio = np.log(np.maximum(size, 1).astype(np.float32) / np.float32(near)) / np.float32(np.log(far / near))
    wide = np.minimum(near + (ratio * np.float32(half - near)).astype(np.int64), half - 1)
    return np.where(distance > 0, half, 0) + np.where(size < near, size, wide)
