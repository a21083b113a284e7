"""Reading ``model.safetensors`` with every check that a file from elsewhere needs.

Format (huggingface/safetensors, "Format"): 8 bytes little-endian length, a JSON header of that length, then the
tensors' bytes without holes. Read here rather than by the library because its numpy loader knows no bfloat16, and
because a half-written file must be named as such. Nothing in the format can run code.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError

Tensors = Mapping[str, NDArray[np.float32]]

FILE_LIMIT = 2 * 1024**3
"""Bytes; the largest published Chronos-Bolt (base) has 0.8 of them in float32."""
HEADER_LIMIT = 8 * 1024**2
ITEM_BYTES = {"F32": 4, "F16": 2, "BF16": 2}


def read_weights(path: Path) -> tuple[dict[str, NDArray[np.float32]], str]:
    """All tensors of a safetensors file as float32, and the SHA-256 of the file (the one its publisher states).

    Half precision is widened, which loses nothing. InputError when the file is too large, half-written, damaged, has
    another type of numbers, or a weight that is not finite.
    """
    raw = _bytes(path)
    spans, start = _header(raw, path)
    tensors = {name: _tensor(raw, start, name, span, path) for name, span in spans.items()}
    for name, tensor in tensors.items():
        if not np.isfinite(tensor).all():
            raise InputError("foundation.not_finite", path=path, tensor=name)
    return tensors, hashlib.sha256(raw.data).hexdigest()


def _bytes(path: Path) -> NDArray[np.uint8]:
    try:
        size = path.stat().st_size
        if size > FILE_LIMIT:
            raise InputError("foundation.too_large", path=path, size=size, limit=FILE_LIMIT)
        return np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        raise InputError("foundation.unreadable", path=path, reason=error.strerror or error) from error


def _header(raw: NDArray[np.uint8], path: Path) -> tuple[dict[str, Mapping[str, Any]], int]:
    """The tensors' entries and where their bytes begin."""
    length = int.from_bytes(raw[:8].tobytes(), "little")
    start = 8 + length
    if raw.size < 8 or (length <= HEADER_LIMIT and start > raw.size):
        raise InputError("foundation.half_written", path=path, found=raw.size, expected=max(start, 8))
    try:
        if length > HEADER_LIMIT:
            raise ValueError("header length")
        header = json.loads(raw[8:start].tobytes().decode("utf-8"), object_pairs_hook=_without_repeats)
        header.pop("__metadata__", None)
        end = _contiguous(header)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise InputError("foundation.bad_header", path=path) from error
    if start + end != raw.size:
        raise InputError("foundation.half_written", path=path, found=raw.size, expected=start + end)
    return header, start


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("a name stands twice")
    return read


def _contiguous(header: Mapping[str, Mapping[str, Any]]) -> int:
    """Where the last tensor ends; ValueError when tensors overlap, leave holes or do not fit their shape."""
    end = 0
    for entry in sorted(header.values(), key=lambda entry: tuple(entry["data_offsets"])):
        (begin, stop), shape = entry["data_offsets"], entry["shape"]
        if any(type(n) is not int or n < 0 for n in (begin, stop, *shape)) or begin != end or stop < begin:
            raise ValueError("offsets")
        size = ITEM_BYTES.get(entry["dtype"])
        if size is not None and prod(shape) * size != stop - begin:
            raise ValueError("shape")
        end = stop
    return end


def _tensor(raw: NDArray[np.uint8], start: int, name: str, entry: Mapping[str, Any], path: Path) -> NDArray[np.float32]:
    kind = entry["dtype"]
    if kind not in ITEM_BYTES:
        raise InputError("foundation.tensor_type", path=path, tensor=name, found=kind)
    begin, stop = entry["data_offsets"]
    data = raw[start + begin : start + stop]
    if kind == "BF16":  # the upper half of a float32
        wide = data.view("<u2").astype(np.uint32) << np.uint32(16)
        values: NDArray[np.float32] = wide.view(np.float32)
    else:
        values = data.view("<f4" if kind == "F32" else "<f2").astype(np.float32, copy=False)
    return np.require(values, requirements="A").reshape(entry["shape"])
