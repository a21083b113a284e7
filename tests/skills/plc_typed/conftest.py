"""The helpers of these tests are loaded by path because tests are no package."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

for name in ("plc_typed_st",):
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
