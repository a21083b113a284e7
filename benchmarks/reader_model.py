"""The small reader as it learns: the encoder of ``assay.llm.pairs`` in torch, with low-rank changes of frozen matrices.

Same sums as the numpy code that is shipped, in bfloat16 but for the heads. torch is no dependency of Assay.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from assay.llm.e5 import Weights
from assay.llm.pairs import Coded

RANK, SCALE, DROPOUT = 16, 2.0, 0.1
FROZEN = 3
"""So many layers at the bottom, which hardly know yet what belongs together, stay as they are: a third of the time."""
MATRICES = ("q", "k", "v", "ao", "fi", "fo")


def _learns(name: str) -> bool:
    """Whether a norm is above the frozen layers."""
    return name.startswith("l") and int(name[1:].partition(".")[0]) >= FROZEN


class Changed(nn.Module):
    """A frozen matrix and its low-rank change (Hu and others 2021)."""

    def __init__(self, weight: Any, bias: Any, *, learns: bool) -> None:
        super().__init__()
        self.learns = learns
        self.register_buffer("weight", torch.tensor(weight).to(torch.bfloat16))
        self.register_buffer("bias", torch.tensor(bias).to(torch.bfloat16))
        if not learns:
            return
        self.down = nn.Parameter(torch.randn(RANK, weight.shape[1]) / math.sqrt(weight.shape[1]))
        self.up = nn.Parameter(torch.zeros(weight.shape[0], RANK))

    def forward(self, flow: torch.Tensor) -> torch.Tensor:
        """The changed product."""
        flat = flow.reshape(-1, flow.shape[-1])
        plain = torch.addmm(self.bias, flat, self.weight.T)
        if not self.learns:
            return plain.view(*flow.shape[:-1], -1)
        made = torch.addmm(plain, flat @ self.down.to(flow.dtype).T, (SCALE * self.up).to(flow.dtype).T)
        return made.view(*flow.shape[:-1], -1)


class Learner(nn.Module):
    """Scores of texts and, for each token, how likely the answer begins and ends there."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        tensors = weights.tensors
        self.sizes = weights
        self.register_buffer("positions", torch.tensor(tensors["emb.pos"].reshape(-1, weights.width)))
        self.register_buffer("kind", torch.tensor(tensors["emb.type"].reshape(-1, weights.width)[0]))
        self.norms = nn.ParameterDict(
            {
                name.replace(".", "_"): nn.Parameter(torch.tensor(one), requires_grad=_learns(name))
                for name, one in tensors.items()
                if "ln." in name
            }
        )
        self.linear = nn.ModuleDict(
            {
                f"l{layer}_{one}": Changed(
                    tensors[f"l{layer}.{one}.w"], tensors[f"l{layer}.{one}.b"], learns=layer >= FROZEN
                )
                for layer in range(weights.layers)
                for one in MATRICES
            }
        )
        self.parts = nn.Embedding(3, weights.width)
        self.head = nn.Linear(4 * weights.width, weights.width)
        self.out, self.span = (nn.Linear(weights.width, size) for size in (1, 2))
        nn.init.zeros_(self.parts.weight)
        nn.init.normal_(self.out.weight, std=0.02)
        nn.init.zeros_(self.out.bias)

    def _normed(self, flow: torch.Tensor, name: str) -> torch.Tensor:
        weight, bias = (self.norms[f"{name}_{end}"].to(flow.dtype) for end in ("w", "b"))
        return functional.layer_norm(flow, (self.sizes.width,), weight, bias, self.sizes.epsilon)

    def forward(self, inputs: Sequence[Coded]) -> tuple[torch.Tensor, torch.Tensor]:
        """Scores (texts,) and ends (texts, tokens, 2)."""
        ids, parts, there = padded(inputs)
        last = self.layers(ids, there, parts)
        asked, said = (mean(last, (parts == part) & there) for part in (0, 2))
        both = torch.cat([asked, said, asked * said, (asked - said).abs()], dim=-1)
        inner = torch.tanh(self.head(functional.dropout(both, DROPOUT, self.training)))
        return self.out(inner).squeeze(-1), self.span(last)

    def layers(self, ids: torch.Tensor, there: torch.Tensor, parts: torch.Tensor | None = None) -> torch.Tensor:
        """The last vectors (texts, tokens, width) of numbers of tokens; ``parts`` are told apart if given."""
        words = torch.from_numpy(self.sizes.words(ids.numpy()))
        barred = torch.where(there, 0.0, -1e4).to(torch.bfloat16)[:, None, None, :]
        with torch.no_grad():
            flow = self._normed(words + self.positions[: ids.shape[1]] + self.kind, "emb_ln").to(torch.bfloat16)
            for layer in range(FROZEN):
                flow = self._layer(flow, f"l{layer}", barred)
        if parts is not None:
            flow = flow + self.parts(parts).to(torch.bfloat16)
        for layer in range(FROZEN, self.sizes.layers):
            flow = self._layer(flow, f"l{layer}", barred)
        return flow.float()

    def _layer(self, flow: torch.Tensor, name: str, barred: torch.Tensor) -> torch.Tensor:
        count, length, width = flow.shape
        heads = self.sizes.heads
        query, key, value = (
            self.linear[f"{name}_{one}"](flow).view(count, length, heads, -1).transpose(1, 2) for one in "qkv"
        )
        near = (query * (1 / math.sqrt(width // heads))) @ key.transpose(2, 3) + barred
        seen = (torch.softmax(near, dim=-1) @ value).transpose(1, 2).reshape(count, length, width)
        flow = self._normed(flow + self.linear[f"{name}_ao"](seen), f"{name}_aln")
        inner = functional.gelu(self.linear[f"{name}_fi"](flow), approximate="tanh")
        return self._normed(flow + self.linear[f"{name}_fo"](inner), f"{name}_oln")

    def learned(self) -> dict[str, Any]:
        """What was learned, as ``PairReader`` reads it; half precision."""
        made = {name.replace("_", "."): one for name, one in self.norms.items() if one.requires_grad}
        for name, one in self.linear.items():
            stem = name.replace("_", ".")
            made |= {f"{stem}.up": one.up, f"{stem}.down": one.down} if one.learns else {}
        for name in ("head", "out", "span"):
            layer = getattr(self, name)
            made |= {f"{name}.w": layer.weight, f"{name}.b": layer.bias}
        made["parts"] = self.parts.weight
        return {name: one.detach().numpy().astype(np.float16) for name, one in made.items()}


def mean(flow: torch.Tensor, taken: torch.Tensor) -> torch.Tensor:
    """The mean of some tokens' vectors of each text."""
    share = taken.float() / taken.sum(dim=1, keepdim=True)
    return (flow * share[..., None]).sum(dim=1)


def padded(inputs: Sequence[Coded]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Numbers of tokens and parts (texts, tokens), and which of them are there."""
    length = max(len(one.ids) for one in inputs)
    ids = torch.zeros(len(inputs), length, dtype=torch.long)
    parts, there = torch.zeros_like(ids), torch.zeros(ids.shape, dtype=torch.bool)
    for at, one in enumerate(inputs):
        size = len(one.ids)
        ids[at, :size], parts[at, :size], there[at, :size] = torch.tensor(one.ids), torch.tensor(one.parts), True
    return ids, parts, there
