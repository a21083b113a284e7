"""Frames and plain data kept by their content's hash, so that evidence over a file can be replayed after it is gone."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from assay.kernel.errors import InputError, IntegrityError
from assay.kernel.evidence import canonical_json, jsonable
from assay.plant.atomic import replacing
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


def keep_json(value: Any) -> str:
    """Keep plain data (see ``evidence.jsonable``) and return the digest of its canonical JSON."""
    content = canonical_json(jsonable(value)).encode("utf-8")
    sha = hashlib.sha256(content).hexdigest()
    path = _path(sha, "json")
    with store_errors(path):
        private_folder(path.parent)
        if not path.exists():
            with replacing(path) as temporary:
                temporary.write_bytes(content)
    return sha


def load_json(sha: str) -> Any:
    """The data with that digest; IntegrityError when it is missing or was changed."""
    if not _SHA.fullmatch(sha):
        raise InputError("plant.history_blob_name", sha=sha[:80])
    path = _path(sha, "json")
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise IntegrityError("plant.history_blob_missing", sha=sha, path=path.parent) from None
    if hashlib.sha256(content).hexdigest() != sha:
        raise IntegrityError("plant.history_blob_changed", sha=sha, path=path)
    return json.loads(content)


def _path(sha: str, suffix: str = "parquet") -> Path:
    return home() / "blobs" / sha[:2] / f"{sha}.{suffix}"


def _holds(path: Path, sha: str) -> bool:
    try:
        return Frame.from_parquet(path).digest() == sha
    except InputError:
        return False
