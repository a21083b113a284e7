"""``tiny_twin`` is loaded by path because tests are no package; one module serves all rooms."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path


def _load(name: str, path: Path) -> None:
    if name in sys.modules:
        return
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)


_load("library_frames", Path(__file__).parents[1] / "models" / "library_frames.py")
_load("tiny_twin", Path(__file__).parents[1] / "models" / "tiny_twin.py")
small = sys.modules["tiny_twin"].small
tiny_home = sys.modules["tiny_twin"].tiny_home
