"""Settled starts on disk: states of normal operation with their controllers' memories, as JSON with a digest."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from assay.kernel.evidence import content_hash
from assay.models.tep.runs import Start
from assay.plant.atomic import replacing


def save_starts(path: Path, starts: list[Start]) -> None:
    """Write the starts so that a reader sees all of them or none. JSON keeps every bit of a float."""
    content = [{"state": start.state.tolist(), "memory": start.memory} for start in starts]
    with suppress(OSError):  # a full disk costs the time again, not the answer
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as partial:
            partial.write_text(json.dumps({"digest": content_hash(content), "starts": content}), encoding="utf-8")


def load_starts(path: Path, structure: str, count: int) -> list[Start] | None:
    """The starts, or None where the file is missing, damaged or holds another number of them."""
    try:
        file: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        content, digest = file["starts"], file["digest"]
        if content_hash(content) != digest or len(content) != count:
            return None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return [Start(structure, np.array(kept["state"], dtype=np.float64), kept["memory"]) for kept in content]
