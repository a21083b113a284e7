"""Where Assay keeps what it makes for a user: ``$ASSAY_HOME``, by default ``~/.local/share/assay``."""

from __future__ import annotations

import os
from pathlib import Path


def assay_home() -> Path:
    """The folder of Assay's own files; it need not exist yet."""
    configured = os.environ.get("ASSAY_HOME", "").strip()
    if configured:
        return Path(configured).expanduser()
    return Path.home() / ".local" / "share" / "assay"


def models_folder() -> Path:
    """The folder that holds assembled model files."""
    return assay_home() / "models"
