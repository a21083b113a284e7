"""What the tests of this room share; ``plant_frames`` is loaded by path because tests are no package."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest


def _load(name: str) -> None:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)


_load("plant_frames")


@pytest.fixture(autouse=True)
def assay_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test has a data folder of its own."""
    folder = tmp_path / "home"
    monkeypatch.setenv("ASSAY_HOME", str(folder))
    return folder
