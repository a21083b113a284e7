"""What the link tests share: the tank of ``tank.py`` and helpers, loaded by path because tests are no package."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


def load_tank() -> ModuleType:
    name = "assay_tests_tank"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("tank.py"))
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


load_tank()


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keys, buffers and histories of a test stay in its own folder."""
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("ASSAY_OPCUA_PASSWORD", raising=False)
    tank = load_tank()
    monkeypatch.setattr(tank.InternalServer, "load_standard_address_space", tank.shared_address_space)
    return tmp_path / "home"
