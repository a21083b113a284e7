"""What the link tests share: ``tank.py`` and ``foreign.py``, loaded by path because tests are no package."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


def load_beside(module: str) -> ModuleType:
    name = f"assay_tests_{module}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{module}.py"))
        assert spec is not None and spec.loader is not None
        made = importlib.util.module_from_spec(spec)
        sys.modules[name] = made
        spec.loader.exec_module(made)
    return sys.modules[name]


load_beside("tank")
load_beside("foreign")


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keys, buffers and histories of a test stay in its own folder."""
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    for variable in ("PASSWORD", "USER", "ENDPOINT", "CERTIFICATE", "KEY"):
        monkeypatch.delenv(f"ASSAY_OPCUA_{variable}", raising=False)
    tank = load_beside("tank")
    monkeypatch.setattr(tank.InternalServer, "load_standard_address_space", tank.shared_address_space)
    return tmp_path / "home"
