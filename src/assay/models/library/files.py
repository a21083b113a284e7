"""A trained model's parts as files that run no code when they are read.

``model.json`` holds settings and says which file holds what; numbers are ``.npy`` without pickle, a library's own text
format is ``.txt``, scikit-learn estimators are ``.skops``. File names are counted, never taken from the model.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from assay.kernel.errors import InputError, IntegrityError
from assay.models.library.estimators import dump_estimator, load_estimator
from assay.models.library.parts import Parts

MODEL = "model.json"


def to_files(parts: Parts, trusted: Sequence[str] = ()) -> dict[str, bytes]:
    """The files of a model by name; InputError for what cannot be kept without pickle."""
    files: dict[str, bytes] = {}
    tree = _written(parts, files, trusted)
    # Bounds may be infinite: Python's JSON writes and reads them to the bit.
    files[MODEL] = json.dumps(tree, ensure_ascii=False).encode("utf-8")
    return files


def from_files(files: Mapping[str, bytes], trusted: Sequence[str] = ()) -> Parts:
    """The model's parts; IntegrityError when a file is not what ``to_files`` writes or asks for an untrusted type."""
    try:
        return _read(json.loads(files[MODEL].decode("utf-8")), files, trusted)
    except (KeyError, ValueError, TypeError, AttributeError, EOFError) as error:
        raise IntegrityError("library.files_unreadable", reason=f"{type(error).__name__}: {error}"[:200]) from error


def _written(parts: Parts, files: dict[str, bytes], trusted: Sequence[str]) -> dict[str, Any]:
    tree: dict[str, Any] = {"about": dict(parts.about), "arrays": {}, "texts": {}, "estimators": {}}
    for name, array in parts.arrays.items():
        tree["arrays"][name] = _add(files, "npy", _array_bytes(name, np.asarray(array)))
    for name, content in parts.texts.items():
        tree["texts"][name] = _add(files, "txt", content.encode("utf-8"))
    for name, estimator in parts.estimators.items():
        tree["estimators"][name] = _add(files, "skops", dump_estimator(estimator, trusted))
    tree["children"] = {name: _written(child, files, trusted) for name, child in parts.children.items()}
    return tree


def _read(tree: Any, files: Mapping[str, bytes], trusted: Sequence[str]) -> Parts:
    def content(names: Mapping[str, str]) -> dict[str, bytes]:
        return {name: files[file] for name, file in names.items()}

    return Parts(
        about=tree["about"],
        arrays={name: np.load(io.BytesIO(raw), allow_pickle=False) for name, raw in content(tree["arrays"]).items()},
        texts={name: raw.decode("utf-8") for name, raw in content(tree["texts"]).items()},
        estimators={name: load_estimator(raw, trusted) for name, raw in content(tree["estimators"]).items()},
        children={name: _read(child, files, trusted) for name, child in tree["children"].items()},
    )


def _add(files: dict[str, bytes], suffix: str, content: bytes) -> str:
    name = f"part{len(files):04d}.{suffix}"
    files[name] = content
    return name


def _array_bytes(name: str, array: np.ndarray[Any, Any]) -> bytes:
    if array.dtype.hasobject:
        raise InputError("library.array_of_objects", name=name)
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()
