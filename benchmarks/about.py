"""What every benchmark says of itself: machine, versions, seed and the data's hashes."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

VERSIONS = ("assay", "numpy", "scipy", "scikit-learn")


def about(files: Iterable[Path] = (), *, versions: Iterable[str] = (), **more: Any) -> dict[str, Any]:
    """The machine, the versions of what computes, the SHA-256 of the data files together, and ``more`` (seed ...)."""
    return {
        "machine": {"system": platform.platform(), "processor": platform.machine(), "cores": os.cpu_count()},
        "python": platform.python_version(),
        "versions": {name: metadata.version(name) for name in (*VERSIONS, *versions)},
        "data": digest(files),
        **more,
    }


def digest(files: Iterable[Path]) -> dict[str, Any]:
    """How many files, and one SHA-256 over their names and contents in the order of their names."""
    state, count = hashlib.sha256(), 0
    for path in sorted(files, key=lambda one: one.name):
        state.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
        count += 1
    return {"files": count, "sha256": state.hexdigest() if count else None}
