"""The alarms of a library's runs, kept beside the library: screening all runs costs more than everything after it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assay.models.twin import Library
from assay.plant.home import home
from assay.skills.investigate.diagnosis import screened
from assay.skills.investigate.screening import VERSION, Reference


def library_alarms(library: Library, columns: NDArray[np.int64], step: int, reference: Reference) -> NDArray[np.int64]:
    """First alarm rows (-1: none) of every run, from disk or screened now. A file that does not fit is made anew."""
    path = _path(library, columns, step, reference.head)
    try:
        alarms: NDArray[np.int64] = np.load(path, allow_pickle=False)
        if alarms.shape == library.causes.shape and alarms.dtype == np.int64:
            return alarms
    except (OSError, ValueError):
        pass
    alarms = screened(library, columns, step, reference)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.tmp.npy")
    np.save(partial, alarms, allow_pickle=False)
    os.replace(partial, path)
    return alarms


def _path(library: Library, columns: NDArray[np.int64], step: int, head: int) -> Path:
    parts = f"{VERSION}/{library.digest}/{columns.tolist()}/{step}/{head}"
    return home() / "twins" / "screened" / f"{hashlib.sha256(parts.encode()).hexdigest()[:24]}.npy"
