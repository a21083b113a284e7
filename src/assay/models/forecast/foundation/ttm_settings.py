"""What a TinyTimeMixer checkpoint must hold: settings and tensors, by the names of the published class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Self

from pydantic import Field, model_validator

from assay.models.forecast.foundation.checkpoint import LAYER_LIMIT, Settings, Shapes

SMALLEST_WIDTH = 4
"""A level of adaptive patching that would leave this few features or fewer is not split (as in the original)."""

REASONS = {
    "resolution_prefix_tuning": "foundation.frequency_token",
    **dict.fromkeys(
        (
            "mode",
            "decoder_mode",
            "enable_forecast_channel_mixing",
            "exogenous_channel_indices",
            "prediction_channel_indices",
            "categorical_vocab_size_list",
        ),
        "foundation.channels",
    ),
}
"""Refusals that say more than a field and its value."""


class MixerSettings(Settings):
    """What is read from ``config.json``; a field that the port cannot run admits only the value that switches it off.

    Lengths are counts of rows. Left out are the parts of release 3 (registers, Fourier tokens, several scales, heads
    of quantiles, decomposition), self-attention, batch normalisation and everything that joins channels.
    """

    context_length: int = Field(ge=2)
    prediction_length: int = Field(ge=1)
    prediction_filter_length: int | None = Field(default=None, ge=1)
    patch_length: int = Field(ge=1)
    patch_stride: int = Field(ge=1)
    d_model: int = Field(ge=1)
    expansion_factor: int = Field(ge=1)
    num_layers: int = Field(ge=1, le=LAYER_LIMIT)
    adaptive_patching_levels: int = Field(default=0, le=16)
    gated_attn: bool = True
    norm_eps: float = Field(default=1e-5, gt=0)
    use_positional_encoding: bool = False
    use_decoder: bool = True
    decoder_num_layers: int = Field(default=8, ge=1, le=LAYER_LIMIT)
    decoder_d_model: int = Field(default=8, ge=1)
    decoder_adaptive_patching_levels: int = Field(default=0, le=16)
    decoder_raw_residual: bool = False
    loss: Literal["mse", "mae", "huber", "pinball"] | None = "mse"
    quantile: float = Field(default=0.5, gt=0, lt=1)
    scaling: Literal["std", True] = "std"
    minimum_scale: float = Field(default=1e-5, gt=0)
    norm_mlp: Literal["LayerNorm"] = "LayerNorm"
    gate_mode: Literal["softmax"] = "softmax"
    resolution_prefix_tuning: Literal[False] = False
    mode: Literal["common_channel"] = "common_channel"
    decoder_mode: Literal["common_channel"] = "common_channel"
    enable_forecast_channel_mixing: Literal[False] = False
    exogenous_channel_indices: None = None
    prediction_channel_indices: None = None
    categorical_vocab_size_list: None = None
    self_attn: Literal[False] = False
    use_register_context_gating: Literal[False] = False
    masked_context_length: None = None
    multi_scale: Literal[False] = False
    register_tokens: Literal[0] = 0
    fft_length: Literal[0] = 0
    multi_quantile_head: Literal[False] = False
    enable_base_norm_always: Literal[False] = False

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.patch_stride != self.patch_length:
            raise ValueError("patch_stride")
        if self.context_length <= self.patch_length:
            raise ValueError("context_length")
        if (self.prediction_filter_length or 1) > self.prediction_length:
            raise ValueError("prediction_filter_length")
        for level in (*levels_of(self, decoder=False), *levels_of(self, decoder=True)):
            if level.width * level.factor != (self.decoder_d_model if level.decoder else self.d_model):
                raise ValueError("adaptive_patching_levels")
        return self

    @property
    def patches(self) -> int:
        """Whole patches in a context."""
        return self.context_length // self.patch_length

    @property
    def final_width(self) -> int:
        """Features of a patch in front of the head."""
        return self.decoder_d_model if self.use_decoder else self.d_model

    @property
    def level(self) -> float:
        """The quantile level that the training's loss aims at; 0.5 also stands for a mean."""
        return self.quantile if self.loss == "pinball" else 0.5


@dataclass(frozen=True, slots=True)
class Level:
    """A run of mixer layers at one granularity: ``factor`` times more patches of ``width`` features."""

    layers: tuple[str, ...]
    factor: int
    patches: int
    width: int
    decoder: bool


def levels_of(s: MixerSettings, *, decoder: bool) -> Iterator[Level]:
    """The levels of the encoder or of the decoder, in order of computation, with their layers' names."""
    if decoder and not s.use_decoder:
        return
    block = "decoder.decoder_block" if decoder else "backbone.encoder.mlp_mixer_encoder"
    count = s.decoder_num_layers if decoder else s.num_layers
    width = s.decoder_d_model if decoder else s.d_model
    adaptive = s.decoder_adaptive_patching_levels if decoder else s.adaptive_patching_levels
    if adaptive <= 0:
        names = tuple(f"{block}.mixers.{layer}" for layer in range(count))
        yield Level(names, 1, s.patches, width, decoder)
    for place, depth in enumerate(reversed(range(adaptive))):
        factor = 2**depth if width // 2**depth > SMALLEST_WIDTH else 1
        names = tuple(f"{block}.mixers.{place}.mixer_layers.{layer}" for layer in range(count))
        yield Level(names, factor, s.patches * factor, width // factor, decoder)


def expected_shapes(s: MixerSettings) -> Shapes:
    """Names and shapes of all tensors, as the original saves them."""
    shapes = _affine("backbone.encoder.patcher", s.patch_length, s.d_model)
    if s.use_positional_encoding:
        shapes["backbone.encoder.positional_encoder.position_enc"] = (s.patches, s.d_model)
    if s.use_decoder and s.d_model != s.decoder_d_model:
        shapes |= _affine("decoder.adapter", s.d_model, s.decoder_d_model)
    if s.use_decoder and s.decoder_raw_residual:
        shapes |= _affine("decoder.decoder_raw_embedding", s.patch_length, s.decoder_d_model)
    for level in (*levels_of(s, decoder=False), *levels_of(s, decoder=True)):
        for layer in level.layers:
            if level.patches > 1:
                shapes |= _mixer(f"{layer}.patch_mixer", level.patches, level.width, s)
            shapes |= _mixer(f"{layer}.feature_mixer", level.width, level.width, s)
    return shapes | _affine("head.base_forecast_block", s.patches * s.final_width, s.prediction_length)


def _mixer(name: str, mixed: int, width: int, s: MixerSettings) -> dict[str, tuple[int, ...]]:
    hidden = mixed * s.expansion_factor
    shapes: dict[str, tuple[int, ...]] = {f"{name}.norm.norm.{part}": (width,) for part in ("weight", "bias")}
    shapes |= _affine(f"{name}.mlp.fc1", mixed, hidden) | _affine(f"{name}.mlp.fc2", hidden, mixed)
    return shapes | (_affine(f"{name}.gating_block.attn_layer", mixed, mixed) if s.gated_attn else {})


def _affine(name: str, inside: int, outside: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (outside, inside), f"{name}.bias": (outside,)}
