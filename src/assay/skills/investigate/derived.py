"""What is derived from a library alone, kept beside it: references of normal operation, alarms of its runs, the judge.

Each costs seconds, and an alarm at night should not wait for them twice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.kernel.evidence import content_hash
from assay.models.twin import Library
from assay.plant.atomic import replacing
from assay.plant.home import home
from assay.skills.investigate.screening import VERSION, Reference


def kept(library: Library, parts: object, build: Callable[[], Any]) -> Any:
    """Plain values from disk, or built now and written; ``parts`` name them. A file that does not fit is made anew.

    A library without a digest was drawn from the case itself and serves no other: then nothing is kept.
    """
    if not library.digest:
        return build()
    name = hashlib.sha256(f"{VERSION}/{library.digest}/{parts}".encode()).hexdigest()[:24]
    path = home() / "twins" / "derived" / f"{name}.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content_hash(content["value"]) == content["digest"]:
            return content["value"]
    except (OSError, ValueError, KeyError, TypeError):
        pass
    value = build()
    with suppress(OSError):  # a full disk costs the time again, not the answer
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as partial:
            partial.write_text(json.dumps({"digest": content_hash(value), "value": value}), encoding="utf-8")
    return value


def library_alarms(
    library: Library,
    columns: NDArray[np.int64],
    step: int,
    reference: Reference,
    screen: Callable[[], NDArray[np.int64]],
) -> NDArray[np.int64]:
    """First alarm rows (-1: none) of every run, from disk or by ``screen`` now."""
    parts = ("alarms", columns.tolist(), step, reference.head)
    return np.array(kept(library, parts, lambda: screen().tolist()), dtype=np.int64)


def kept_reference(
    library: Library, columns: NDArray[np.int64], step: int, head: int, build: Callable[[], Reference]
) -> Reference:
    """The reference for a baseline of ``head`` rows, from disk or built now."""

    def plain() -> Any:
        reference = build()
        return {part.name: _plain(getattr(reference, part.name)) for part in fields(Reference)}

    return _reference(kept(library, ("reference", columns.tolist(), step, head), plain))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(width): _plain(inner) for width, inner in value.items()}
    if isinstance(value, tuple):
        return [_plain(inner) for inner in value]
    return value.tolist() if isinstance(value, np.ndarray) else value


def _reference(plain: dict[str, Any]) -> Reference:
    whole = ("columns", "still")
    pairs = ("mean_loadings", "step_loadings")
    made: dict[str, Any] = {}
    for name, value in plain.items():
        if isinstance(value, dict):
            made[name] = {int(w): tuple(map(np.array, v)) if name in pairs else np.array(v) for w, v in value.items()}
        elif isinstance(value, list):
            made[name] = np.array(value, dtype=np.int64 if name in whole else np.float64)
        else:
            made[name] = value
    return Reference(**made)
