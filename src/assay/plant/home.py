"""The folder in which Assay keeps a user's data: history, evidence blobs, records.

``ASSAY_HOME`` moves it. Everything inside belongs to one user: folders are made with mode 0700.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from importlib import resources
from pathlib import Path

from assay.kernel.errors import TerminalError

HOME_VARIABLE = "ASSAY_HOME"


def home() -> Path:
    """The data folder, created on demand."""
    configured = os.environ.get(HOME_VARIABLE, "").strip()
    folder = Path(configured).expanduser() if configured else Path.home() / ".local" / "share" / "assay"
    return private_folder(folder.absolute())


def plant_folder(plant_name: str) -> Path:
    """The data folder of one plant, created on demand.

    ``plant_name`` is what a user types: the name of a shipped plant, a free name, or the path of a plant folder.
    The same plant always gets the same folder (see ``plant_slug``).
    """
    return private_folder(home() / "plants" / plant_slug(plant_name))


def plant_slug(plant_name: str) -> str:
    """A stable, file-system-safe name for a plant.

    A shipped plant or a free name keeps its name. A folder gets its base name and eight hexadecimal digits of the hash
    of its absolute path, so two folders that are both called ``plant`` do not share data.
    """
    name = unicodedata.normalize("NFC", plant_name.strip())
    path = Path(name)
    if name and _is_path(name, path):
        path = Path(os.path.realpath(path.expanduser()))
        if os.path.isfile(path):  # the plant.yaml itself
            path = path.parent
        return f"{_safe(path.name)}-{_short_hash(str(path))}"
    safe = _safe(name)
    return safe if safe == name else f"{safe}-{_short_hash(name)}"


def private_folder(folder: Path) -> Path:
    """Create ``folder`` (and what is missing above it) for this user only; TerminalError when that is impossible."""
    try:
        missing = [folder, *folder.parents]
        for each in reversed([one for one in missing if not one.exists()]):
            each.mkdir(mode=0o700, exist_ok=True)
        if not folder.is_dir():
            raise NotADirectoryError(20, "not a directory")
    except OSError as error:
        raise TerminalError("plant.history_folder", path=folder, reason=error.strerror or error) from error
    return folder


def _is_path(name: str, path: Path) -> bool:
    if "/" in name or os.sep in name or name.startswith("~") or name in {".", ".."}:
        return True
    return not _is_shipped(name) and os.path.exists(path)


def _is_shipped(name: str) -> bool:
    return os.path.isfile(str(resources.files("assay.plants").joinpath(name, "plant.yaml")))


def _safe(name: str) -> str:
    return re.sub(r"[^\w.-]+", "_", name).strip("._-")[:60] or "plant"


def _short_hash(content: str) -> str:
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:8]
