"""Reads a question and a text together: a small model learned on top of the embedder's weights.

The encoder is that of multilingual-e5-small (``e5.py``). What was learned are low-rank changes of its matrices (LoRA,
Hu and others 2021), its layer norms, a vector for each of the three parts of the input (question, what stands above the
text, the text), a head for the score (over the means of question and text, their product and difference) and one for
where the answer stands. The changes are a file of a few megabytes;
the weights are those of the installed embedder, whose hash the file names.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay.llm.changes import changed
from assay.llm.e5 import Token, Weights

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array = npt.NDArray[np.float32]

QUESTION, ABOVE, TEXT = 96, 64, 192
"""At most so many tokens of each part; of what stands above, the last ones."""
LONGEST_ANSWER = 40
"""Tokens."""
_AT_ONCE = 3000
"""Tokens, padding included, that go through the layers together."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text with what stands above it (title, headings, a table's caption)."""

    above: str
    text: str


@dataclass(frozen=True, slots=True)
class Read:
    """``score``: log-odds that the text gives what is asked for. ``start`` and ``end``: where in the text it most
    likely stands (code points; 0 and 0 where the text is empty)."""

    score: float
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Coded:
    """The input's tokens and to which part each belongs; ``places`` are the text's tokens, from ``first`` on."""

    ids: tuple[int, ...]
    parts: tuple[int, ...]
    first: int
    places: tuple[Token, ...]


def coded(weights: Weights, question: str, text: Text) -> Coded:
    """``<s> question </s> above </s> text </s>``."""
    tokens = weights.tokens
    asked = tokens.split(question)[:QUESTION]
    above = tokens.split(text.above)[-ABOVE:] if text.above else []
    own = tokens.split(text.text)[:TEXT]
    ids = [tokens.start, *(one.id for one in asked), tokens.end, *(one.id for one in above), tokens.end]
    first = len(ids)
    parts = [0] * (len(asked) + 2) + [1] * (len(above) + 1) + [2] * (len(own) + 1)
    return Coded((*ids, *(one.id for one in own), tokens.end), tuple(parts), first, tuple(own))


@dataclass(slots=True)
class PairReader:
    """The model; loads when it is first asked."""

    path: Path
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _loaded: tuple[Weights, dict[str, Array]] | None = None

    def read(self, question: str, texts: Sequence[Text]) -> list[Read]:
        """What is read in each of the texts. MissingDependency without the embedder's weights."""
        with self._lock:
            weights, learned = self._loaded = self._loaded or _load(self.path)
        inputs = [coded(weights, question, text) for text in texts]
        order = sorted(range(len(inputs)), key=lambda at: len(inputs[at].ids))
        found: list[Read] = [Read(0.0)] * len(inputs)
        while order:
            taken = [order.pop()]
            width = len(inputs[taken[0]].ids)
            while order and width * (len(taken) + 1) <= _AT_ONCE:
                taken.append(order.pop())
            made = _through(weights, learned, [inputs[at] for at in taken])
            for at, one in zip(taken, made, strict=True):
                found[at] = one
        return found


def _load(path: Path) -> tuple[Weights, dict[str, Array]]:
    """The weights with what was learned. ModelError for another model's changes."""
    import numpy as np

    weights, tensors, about = changed(path)
    return weights, {**tensors, f"l{about['frozen']}.marked": np.ones(1, dtype=np.float32)}


def _through(weights: Weights, learned: dict[str, Array], inputs: Sequence[Coded]) -> list[Read]:
    import numpy as np

    longest = max(len(one.ids) for one in inputs)
    ids = np.zeros((len(inputs), longest), dtype=np.int64)
    parts = np.zeros_like(ids)
    there = np.zeros(ids.shape, dtype=bool)
    for at, one in enumerate(inputs):
        ids[at, : len(one.ids)], parts[at, : len(one.ids)], there[at, : len(one.ids)] = one.ids, one.parts, True
    last = encoded(weights, learned, ids, parts, there)
    asked, said = (_mean(last, (parts == part) & there) for part in (0, 2))
    both = np.concatenate([asked, said, asked * said, np.abs(asked - said)], axis=-1)
    score = np.tanh(both @ learned["head.w"].T + learned["head.b"]) @ learned["out.w"].T + learned["out.b"]
    ends = last @ learned["span.w"].T + learned["span.b"]
    return [Read(round(float(score[at, 0]), 3), *_span(ends[at], one)) for at, one in enumerate(inputs)]


def _mean(flow: Array, taken: Any) -> Array:
    """The mean of some tokens' vectors of each text."""
    share = taken / taken.sum(axis=1, keepdims=True)
    made: Array = (flow * share[..., None]).sum(axis=1)
    return made


def _span(ends: Array, one: Coded) -> tuple[int, int]:
    """The likeliest first and last token of the answer, as code points."""
    import numpy as np

    if not one.places:
        return 0, 0
    own = ends[one.first : one.first + len(one.places)]
    both = own[:, 0][:, None] + own[:, 1][None, :]
    count = len(one.places)
    allowed = np.triu(np.ones((count, count), dtype=bool)) & ~np.triu(
        np.ones((count, count), dtype=bool), LONGEST_ANSWER
    )
    first, final = np.unravel_index(int(np.where(allowed, both, -np.inf).argmax()), both.shape)
    return one.places[int(first)].start, one.places[int(final)].end


def encoded(weights: Weights, learned: dict[str, Array], ids: Any, parts: Any, there: Any) -> Array:
    """The last layer's vectors (texts, tokens, width). ``learned``: tensors by name, those of the changes among them;
    ``there`` is false where a shorter text has no token."""
    import numpy as np

    count, length = ids.shape
    heads, width = weights.heads, weights.width
    each = width // heads
    flow = weights.words(ids) + learned["emb.pos"][:length] + learned["emb.type"]
    flow = _normed(flow, learned, "emb.ln", weights.epsilon).reshape(-1, width)
    barred = np.where(there, 0.0, -1e9).astype(np.float32)[:, None, None, :]

    def linear(flow: Array, name: str) -> Array:
        made: Array = flow @ learned[f"{name}.w"].T + learned[f"{name}.b"]
        return made

    def split(flow: Array) -> Array:
        return flow.reshape(count, length, heads, each).transpose(0, 2, 1, 3)

    for layer in range(weights.layers):
        name = f"l{layer}"
        if f"{name}.marked" in learned:
            flow = flow + learned["parts"][parts].reshape(-1, width)
        query, key, value = (split(linear(flow, f"{name}.{one}")) for one in "qkv")
        near = query @ key.transpose(0, 1, 3, 2) / np.float32(np.sqrt(each)) + barred
        near = np.exp(near - near.max(axis=-1, keepdims=True))
        near /= near.sum(axis=-1, keepdims=True)
        seen = (near @ value).transpose(0, 2, 1, 3).reshape(-1, width)
        flow = _normed(flow + linear(seen, f"{name}.ao"), learned, f"{name}.aln", weights.epsilon)
        inner = linear(flow, f"{name}.fi")
        inner = _gelu(inner)
        flow = _normed(flow + linear(inner, f"{name}.fo"), learned, f"{name}.oln", weights.epsilon)
    return flow.reshape(count, length, width)


def _gelu(flow: Array) -> Array:
    """The tanh form (Hendrycks and Gimpel 2016), in place where it can be: this is a quarter of the time."""
    import numpy as np

    inside = flow * flow
    inside *= np.float32(0.044715)
    inside += np.float32(1.0)
    inside *= flow
    inside *= np.float32(0.7978845608)
    np.tanh(inside, out=inside)
    inside += np.float32(1.0)
    inside *= flow
    inside *= np.float32(0.5)
    return inside


def _normed(flow: Array, learned: dict[str, Array], name: str, epsilon: float) -> Array:
    """Layer norm over the last axis."""
    import numpy as np

    middle = flow - flow.mean(axis=-1, keepdims=True)
    spread = np.sqrt((middle * middle).mean(axis=-1, keepdims=True) + np.float32(epsilon))
    made: Array = middle / spread * learned[f"{name}.w"] + learned[f"{name}.b"]
    return made
