"""What a Chronos-Bolt checkpoint must hold: settings and tensors, by the names of the published class."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal, Self

from pydantic import Field, model_validator

from assay.models.forecast.foundation.checkpoint import LAYER_LIMIT, Settings, Shapes

TOKEN_LIMIT = 4096
"""Attention needs memory by its square; the published models have 129."""
UNUSED = ("encoder.embed_tokens.weight", "decoder.embed_tokens.weight", "lm_head.weight")
"""Copies of ``shared.weight`` and a head of T5 that a file may hold as well; the original reads none of them."""
PARTS = {
    "encoder": ("SelfAttention", "DenseReluDense"),
    "decoder": ("SelfAttention", "EncDecAttention", "DenseReluDense"),
}


class PatchSettings(Settings):
    """``chronos_config`` of a Chronos-Bolt configuration; rows and patch sizes are counts of rows."""

    context_length: int = Field(ge=1)
    prediction_length: int = Field(ge=1)
    input_patch_size: int = Field(ge=1)
    input_patch_stride: int = Field(ge=1)
    quantiles: list[float] = Field(min_length=1)
    use_reg_token: bool = False

    @model_validator(mode="after")
    def _fits(self) -> Self:
        levels = self.quantiles
        if not 0 < levels[0] <= levels[-1] < 1 or any(a >= b for a, b in pairwise(levels)):
            raise ValueError("quantiles")
        if self.input_patch_size % self.input_patch_stride:
            raise ValueError("input_patch_stride")
        if self.context_length < self.input_patch_size or self.context_length > TOKEN_LIMIT * self.input_patch_stride:
            raise ValueError("context_length")
        return self


class BoltSettings(Settings):
    """What is read from ``config.json``; names as in the T5 configuration."""

    d_model: int = Field(ge=1)
    d_kv: int = Field(ge=1)
    d_ff: int = Field(ge=1)
    num_layers: int = Field(ge=1, le=LAYER_LIMIT)
    num_decoder_layers: int = Field(ge=1, le=LAYER_LIMIT)
    num_heads: int = Field(ge=1)
    relative_attention_num_buckets: int = Field(default=32, ge=4, multiple_of=4)
    relative_attention_max_distance: int = Field(default=128, ge=2)
    layer_norm_epsilon: float = Field(default=1e-6, gt=0)
    feed_forward_proj: Literal["relu", "gated-gelu"] = "relu"
    decoder_start_token_id: int = Field(default=0, ge=0, le=1)
    chronos_config: PatchSettings

    @model_validator(mode="after")
    def _starts(self) -> Self:
        if self.decoder_start_token_id == 1 and not self.chronos_config.use_reg_token:
            raise ValueError("decoder_start_token_id")
        return self

    @property
    def gated(self) -> bool:
        return self.feed_forward_proj == "gated-gelu"


def expected_shapes(s: BoltSettings) -> Shapes:
    """Names and shapes of all tensors, as the original saves them."""
    inner, patches = s.num_heads * s.d_kv, s.chronos_config
    shapes: dict[str, tuple[int, ...]] = {"shared.weight": (2 if patches.use_reg_token else 1, s.d_model)}
    shapes |= _residual_shapes("input_patch_embedding", 2 * patches.input_patch_size, s.d_ff, s.d_model)
    ahead = len(patches.quantiles) * patches.prediction_length
    shapes |= _residual_shapes("output_patch_embedding", s.d_model, s.d_ff, ahead)
    for stack, layers in (("encoder", s.num_layers), ("decoder", s.num_decoder_layers)):
        bias = f"{stack}.block.0.layer.0.SelfAttention.relative_attention_bias.weight"
        shapes[bias] = (s.relative_attention_num_buckets, s.num_heads)
        shapes[f"{stack}.final_layer_norm.weight"] = (s.d_model,)
        for layer in range(layers):
            for place, part in enumerate(PARTS[stack]):
                name = f"{stack}.block.{layer}.layer.{place}"
                shapes[f"{name}.layer_norm.weight"] = (s.d_model,)
                if part != "DenseReluDense":
                    shapes |= {f"{name}.{part}.{one}.weight": (inner, s.d_model) for one in "qkv"}
                    shapes[f"{name}.{part}.o.weight"] = (s.d_model, inner)
                else:
                    gates = ("wi_0", "wi_1") if s.gated else ("wi",)
                    shapes |= {f"{name}.{part}.{one}.weight": (s.d_ff, s.d_model) for one in gates}
                    shapes[f"{name}.{part}.wo.weight"] = (s.d_model, s.d_ff)
    return shapes


def _residual_shapes(name: str, inside: int, hidden: int, outside: int) -> dict[str, tuple[int, ...]]:
    layers = {"hidden_layer": (hidden, inside), "output_layer": (outside, hidden), "residual_layer": (outside, inside)}
    weights = {f"{name}.{layer}.weight": shape for layer, shape in layers.items()}
    return weights | {f"{name}.{layer}.bias": shape[:1] for layer, shape in layers.items()}
