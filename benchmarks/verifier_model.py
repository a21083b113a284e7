"""The embedded language model as it learns: Qwen2 in torch from its GGUF file, frozen, with low-rank changes.

Matrices are taken out of their quantisation into bfloat16. Several texts of one question stand in one sequence behind
the question, which they share; none of them sees another. torch, gguf and tokenizers are no dependencies of Assay.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
from torch import nn
from torch.nn import functional

RANK, SCALE = 8, 2.0
FROZEN = 8
"""So many layers at the bottom stay as they are: nothing flows back through them."""
MATRICES = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")
_WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


@dataclass(frozen=True, slots=True)
class Sizes:
    """Of a Qwen2 model."""

    layers: int
    heads: int
    keys: int
    width: int
    base: float
    epsilon: float

    @property
    def each(self) -> int:
        """The width of a head."""
        return self.width // self.heads


@dataclass(frozen=True, slots=True)
class Packed:
    """Tokens of a question and its texts. ``block``: 0 for the question, from 1 on for each text; ``places`` count on
    from the question's end in each text. ``targets``: where a token is predicted, and which (its weight beside)."""

    ids: tuple[int, ...]
    block: tuple[int, ...]
    places: tuple[int, ...]
    targets: tuple[tuple[int, int, float], ...]


class Changed(nn.Module):
    """A frozen matrix and its low-rank change (Hu and others 2021)."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None, *, learns: bool) -> None:
        super().__init__()
        self.learns = learns
        self.register_buffer("weight", weight)
        self.register_buffer("bias", bias)
        if learns:
            self.down = nn.Parameter(torch.randn(RANK, weight.shape[1]) / math.sqrt(weight.shape[1]))
            self.up = nn.Parameter(torch.zeros(weight.shape[0], RANK))

    def forward(self, flow: torch.Tensor) -> torch.Tensor:
        """The changed product of rows."""
        made = functional.linear(flow, self.weight, self.bias)
        if not self.learns:
            return made
        return torch.addmm(made, flow @ self.down.to(flow.dtype).T, (SCALE * self.up).to(flow.dtype).T)


class Learner(nn.Module):
    """The layers; gives the last state of the tokens that are asked for."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        read = gguf.GGUFReader(path)
        self.sizes = _sizes(read)
        found = {one.name: one for one in read.tensors}
        self.words = Words(read)
        self.register_buffer("table", _tensor(found["token_embd.weight"]))
        self.register_buffer("last", _tensor(found["output_norm.weight"]).float())
        self.linear = nn.ModuleDict()
        for layer in range(self.sizes.layers):
            for name in MATRICES:
                bias = found.get(f"blk.{layer}.{name}.bias")
                self.linear[f"{layer}_{name}"] = Changed(
                    _tensor(found[f"blk.{layer}.{name}.weight"]),
                    None if bias is None else _tensor(bias),
                    learns=layer >= FROZEN,
                )
            for name in ("attn_norm", "ffn_norm"):
                self.register_buffer(f"{name}_{layer}", _tensor(found[f"blk.{layer}.{name}.weight"]).float())

    def forward(self, batch: Sequence[Packed]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Logits over all tokens where something is predicted, what is to be predicted, and its weight."""
        longest = max(len(one.ids) for one in batch)
        block = torch.full((len(batch), longest), -1)
        places = torch.zeros(len(batch), longest)
        for row, one in enumerate(batch):
            size = len(one.ids)
            block[row, :size] = torch.tensor(one.block)
            places[row, :size] = torch.tensor(one.places, dtype=torch.float32)
        ids = torch.tensor([each for one in batch for each in one.ids])
        flow = self._layers(self.table[ids], block >= 0, _mask(block), _turns(places, self.sizes))
        firsts = list(itertools.accumulate((len(one.ids) for one in batch), initial=0))
        where = [first + at for first, one in zip(firsts, batch, strict=False) for at, _, _ in one.targets]
        said = torch.tensor([token for one in batch for _, token, _ in one.targets])
        counts = torch.tensor([weight for one in batch for _, _, weight in one.targets])
        logits = functional.linear(_normal(flow[where], self.last, self.sizes.epsilon), self.table).float()
        return logits, said, counts

    def _layers(
        self, flow: torch.Tensor, filled: torch.Tensor, mask: torch.Tensor, turns: tuple[torch.Tensor, torch.Tensor]
    ) -> torch.Tensor:
        """``flow`` holds all tokens without gaps; they stand in rows only where they see each other."""
        rows, size = filled.shape
        for layer in range(self.sizes.layers):

            def matrix(name: str, at: int = layer) -> nn.Module:
                return self.linear[f"{at}_{name}"]

            calm = _normal(flow, getattr(self, f"attn_norm_{layer}"), self.sizes.epsilon)
            query, key, value = (
                _in_rows(matrix(name)(calm), filled).view(rows, size, -1, self.sizes.each).transpose(1, 2)
                for name in ("attn_q", "attn_k", "attn_v")
            )
            seen = functional.scaled_dot_product_attention(
                _turned(query, turns), _turned(key, turns), value, attn_mask=mask, enable_gqa=True
            )
            flow = flow + matrix("attn_output")(seen.transpose(1, 2).reshape(rows, size, -1)[filled])
            calm = _normal(flow, getattr(self, f"ffn_norm_{layer}"), self.sizes.epsilon)
            flow = flow + matrix("ffn_down")(functional.silu(matrix("ffn_gate")(calm)) * matrix("ffn_up")(calm))
        return flow

    def learned(self) -> dict[str, np.ndarray[Any, Any]]:
        """The low-rank changes by the names that llama.cpp knows."""
        made = {}
        for name, one in self.linear.items():
            if one.learns:
                layer, _, matrix = name.partition("_")
                made[f"blk.{layer}.{matrix}.weight.lora_a"] = one.down.detach().numpy().astype(np.float16)
                made[f"blk.{layer}.{matrix}.weight.lora_b"] = one.up.detach().numpy().astype(np.float16)
        return made

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Go on from such changes."""
        with torch.no_grad():
            for name, one in self.linear.items():
                if one.learns:
                    layer, _, matrix = name.partition("_")
                    one.down.copy_(torch.tensor(kept[f"blk.{layer}.{matrix}.weight.lora_a"].astype(np.float32)))
                    one.up.copy_(torch.tensor(kept[f"blk.{layer}.{matrix}.weight.lora_b"].astype(np.float32)))


class Words:
    """The model's tokens; markers of the conversation are only found in ``marked`` text."""

    def __init__(self, read: Any) -> None:
        known = read.fields["tokenizer.ggml.tokens"].contents()
        merges = [tuple(one.split(" ")) for one in read.fields["tokenizer.ggml.merges"].contents()]
        self._ids = {token: at for at, token in enumerate(known)}
        made = Tokenizer(models.BPE(self._ids, merges))
        made.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Split(Regex(_WORDS), "isolated"), pre_tokenizers.ByteLevel(False, use_regex=False)]
        )
        made.decoder = decoders.ByteLevel()
        self._plain = made
        self.begin, self.end = self._ids["<|im_start|>"], self._ids["<|im_end|>"]

    def of(self, text: str) -> list[int]:
        """Tokens of plain text."""
        ids: list[int] = self._plain.encode(text, add_special_tokens=False).ids
        return ids

    def turn(self, role: str, text: str = "", *, ends: bool = True) -> list[int]:
        """Tokens of a turn of the conversation."""
        made = [self.begin, *self.of(f"{role}\n{text}")]
        return [*made, self.end, *self.of("\n")] if ends else made


def save(learned: Mapping[str, np.ndarray[Any, Any]], path: Path) -> None:
    """An adapter as llama.cpp reads it."""
    made = gguf.GGUFWriter(path, "qwen2")
    made.add_type("adapter")
    made.add_string("adapter.type", "lora")
    made.add_float32("adapter.lora.alpha", RANK * SCALE)
    for name, values in learned.items():
        made.add_tensor(name, values)
    made.write_header_to_file()
    made.write_kv_data_to_file()
    made.write_tensors_to_file()
    made.close()


def loaded(path: Path) -> dict[str, np.ndarray[Any, Any]]:
    """What ``save`` wrote."""
    return {one.name: np.array(one.data) for one in gguf.GGUFReader(path).tensors}


def _sizes(read: Any) -> Sizes:
    def told(name: str) -> Any:
        return read.fields[f"qwen2.{name}"].contents()

    return Sizes(
        told("block_count"),
        told("attention.head_count"),
        told("attention.head_count_kv"),
        told("embedding_length"),
        told("rope.freq_base"),
        told("attention.layer_norm_rms_epsilon"),
    )


def _tensor(one: Any) -> torch.Tensor:
    return torch.tensor(gguf.quants.dequantize(one.data, one.tensor_type)).to(torch.bfloat16)


def _in_rows(flow: torch.Tensor, filled: torch.Tensor) -> torch.Tensor:
    made = flow.new_zeros(*filled.shape, flow.shape[-1])
    made[filled] = flow
    return made


def _normal(flow: torch.Tensor, weight: torch.Tensor, epsilon: float) -> torch.Tensor:
    return functional.rms_norm(flow.float(), (flow.shape[-1],), weight, epsilon).to(flow.dtype)


def _mask(block: torch.Tensor) -> torch.Tensor:
    """A token sees those before it of its own text and of the question; what fills up sees itself."""
    size = block.shape[1]
    before = torch.ones(size, size, dtype=torch.bool).tril()
    mine, theirs = block[:, :, None], block[:, None, :]
    seen = ((mine == theirs) | (theirs == 0)) & before
    return torch.where(seen, 0.0, -math.inf).to(torch.bfloat16)[:, None]


def _turns(places: torch.Tensor, sizes: Sizes) -> tuple[torch.Tensor, torch.Tensor]:
    pace = sizes.base ** (-torch.arange(0, sizes.each, 2, dtype=torch.float32) / sizes.each)
    angles = places[:, None, :, None] * pace
    both = torch.cat([angles, angles], -1)
    return both.cos().to(torch.bfloat16), both.sin().to(torch.bfloat16)


def _turned(flow: torch.Tensor, turns: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    low, high = flow.chunk(2, -1)
    return flow * turns[0] + torch.cat([-high, low], -1) * turns[1]
