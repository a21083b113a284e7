"""Frames kept by their content's hash, so that evidence over a file can be replayed after the file is gone."""

from __future__ import annotations

import re
from pathlib import Path

from assay.kernel.errors import InputError, IntegrityError
from assay.plant.home import home, private_folder
from assay.plant.hot import store_errors
from assay.plant.series import Frame

_SHA = re.compile(r"[0-9a-f]{64}")


def history_blob(frame: Frame) -> str:
    """Keep the frame and return its digest. Keeping the same content again changes nothing.

    TerminalError when the disk is full.
    """
    sha = frame.digest()
    path = _path(sha)
    with store_errors(path):
        private_folder(path.parent)
        if not path.exists() or not _holds(path, sha):
            frame.to_parquet(path)
    return sha


def load_blob(sha: str) -> Frame:
    """The frame with that digest; IntegrityError when it is missing or was changed."""
    if not _SHA.fullmatch(sha):
        raise InputError("plant.history_blob_name", sha=sha[:80])
    path = _path(sha)
    if not path.exists():
        raise IntegrityError("plant.history_blob_missing", sha=sha, path=path.parent)
    try:
        frame = Frame.from_parquet(path)
    except InputError as error:
        raise IntegrityError("plant.history_blob_changed", sha=sha, path=path) from error
    if frame.digest() != sha:
        raise IntegrityError("plant.history_blob_changed", sha=sha, path=path)
    return frame


def _path(sha: str) -> Path:
    return home() / "blobs" / sha[:2] / f"{sha}.parquet"


def _holds(path: Path, sha: str) -> bool:
    try:
        return Frame.from_parquet(path).digest() == sha
    except InputError:
        return False
