"""Libraries of the extra ``timeseries``."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from assay.kernel.errors import MissingDependency


def library(name: str) -> Any:
    """The library; MissingDependency with the command that installs it."""
    try:
        return import_module(name)
    except ImportError as error:
        raise MissingDependency("detect.library_missing", name=name) from error
