"""The alarms of a library's runs, kept beside the library: screening all runs costs more than everything after it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assay.kernel.evidence import content_hash
from assay.models.twin import Library
from assay.plant.atomic import replacing
from assay.plant.home import home
from assay.skills.investigate.diagnosis import screened
from assay.skills.investigate.screening import VERSION, Reference


def library_alarms(library: Library, columns: NDArray[np.int64], step: int, reference: Reference) -> NDArray[np.int64]:
    """First alarm rows (-1: none) of every run, from disk or screened now. A file that does not fit is made anew."""
    path = _path(library, columns, step, reference.head)
    kept = _kept(path, len(library.causes))
    if kept is not None:
        return kept
    alarms = screened(library, columns, step, reference)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"digest": content_hash(alarms.tolist()), "alarms": alarms.tolist()}
    with replacing(path) as partial:
        partial.write_text(json.dumps(content), encoding="utf-8")
    return alarms


def _kept(path: Path, runs: int) -> NDArray[np.int64] | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        alarms, digest = content["alarms"], content["digest"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if content_hash(alarms) != digest or len(alarms) != runs:
        return None
    return np.array(alarms, dtype=np.int64)


def _path(library: Library, columns: NDArray[np.int64], step: int, head: int) -> Path:
    parts = f"{VERSION}/{library.digest}/{columns.tolist()}/{step}/{head}"
    return home() / "twins" / "screened" / f"{hashlib.sha256(parts.encode()).hexdigest()[:24]}.json"
