"""A checkpoint as read from its folder, and the check that its tensors are those which its configuration asks for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError
from pydantic_core import ErrorDetails

from assay.kernel.errors import InputError
from assay.models.forecast.foundation.weights import Tensors, read_weights

CONFIG_LIMIT = 1024**2
"""Bytes of ``config.json``."""
LAYER_LIMIT = 256
"""Layers that a configuration may ask for; the published ones have at most 12."""

Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One folder's content: ``where`` stands in error sentences, ``name`` in cards and evidence."""

    name: str
    where: str
    config: Mapping[str, JsonValue]
    tensors: Tensors
    config_sha256: str
    weights_sha256: str

    @property
    def digest(self) -> str:
        """SHA-256 over configuration and weights: another one means another model."""
        return hashlib.sha256(f"{self.config_sha256} {self.weights_sha256}".encode()).hexdigest()


def read_checkpoint(folder: Path) -> Checkpoint:
    """Read ``config.json`` and ``model.safetensors`` from a local folder; InputError names what is wrong."""
    if not folder.is_dir():
        raise InputError("foundation.no_folder", path=folder)
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise InputError(_why_no_weights(folder), path=folder)
    config, config_sha256 = _read_config(folder / "config.json")
    tensors, weights_sha256 = read_weights(weights)
    return Checkpoint(folder.resolve().name, str(folder), config, tensors, config_sha256, weights_sha256)


def _why_no_weights(folder: Path) -> str:
    if (folder / "model.safetensors.index.json").is_file():
        return "foundation.sharded"
    if any(folder.glob("pytorch_model*.bin")) or any(folder.glob("*.ckpt")) or any(folder.glob("*.pt")):
        return "foundation.pickle_only"
    return "foundation.no_weights"


def _read_config(path: Path) -> tuple[dict[str, JsonValue], str]:
    if not path.is_file():
        raise InputError("foundation.no_config", path=path.parent)
    try:
        size = path.stat().st_size
        if size > CONFIG_LIMIT:
            raise InputError("foundation.too_large", path=path, size=size, limit=CONFIG_LIMIT)
        raw = path.read_bytes()
    except OSError as error:
        raise InputError("foundation.unreadable", path=path, reason=error.strerror or error) from error
    try:
        config = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError("foundation.not_json", path=path) from error
    if not isinstance(config, dict):
        raise InputError("foundation.not_json", path=path)
    return config, hashlib.sha256(raw).hexdigest()


class Settings(BaseModel):
    """What an architecture reads from ``config.json``; other fields (training, tokens, versions) are left aside."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


S = TypeVar("S", bound=Settings)


def read_settings(kind: type[S], checkpoint: Checkpoint, reasons: Mapping[str, str]) -> S:
    """The settings of an architecture; the first field that cannot be run is refused by name.

    reasons: text keys for fields whose refusal needs more than its name and value.
    """
    try:
        return kind.model_validate(dict(checkpoint.config))
    except ValidationError as error:
        raise _refused(checkpoint, error.errors()[0], reasons) from error


def _refused(checkpoint: Checkpoint, error: ErrorDetails, reasons: Mapping[str, str]) -> InputError:
    """The first thing that is wrong; a field that contradicts others is named by the validator's ValueError."""
    where, found = [str(part) for part in error["loc"]], error["input"]
    if error["type"] == "value_error":
        where.append(str(error["ctx"]["error"]))
        found = found.get(where[-1])
    key = "foundation.setting_missing" if error["type"] == "missing" else "foundation.setting"
    return InputError(reasons.get(where[0], key), path=checkpoint.where, field=".".join(where), found=_short(found))


def _short(value: Any) -> str:
    shown = json.dumps(value, default=str, ensure_ascii=False)
    return shown if len(shown) <= 60 else shown[:57] + "..."


def check_tensors(checkpoint: Checkpoint, expected: Shapes, unused: Collection[str] = ()) -> None:
    """InputError unless the checkpoint holds exactly the expected tensors in exactly the expected shapes.

    unused: names that may stand there as well.
    """
    found = checkpoint.tensors
    missing, extra = sorted(expected.keys() - found.keys()), sorted(found.keys() - expected.keys() - set(unused))
    for key, names in (("foundation.missing_tensors", missing), ("foundation.extra_tensors", extra)):
        if names:
            raise InputError(key, path=checkpoint.where, count=len(names), names=", ".join(names[:3]))
    for name, shape in expected.items():
        if found[name].shape != shape:
            raise InputError(
                "foundation.shape",
                path=checkpoint.where,
                tensor=name,
                found=list(found[name].shape),
                expected=list(shape),
            )
