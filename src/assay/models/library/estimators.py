"""Fitted scikit-learn estimators in skops' format: no pickle, and only types that are trusted are ever made.

Trusted are the types that skops itself knows to be harmless (scikit-learn, numpy, scipy), further classes of
scikit-learn, and those that a kind declares. Anything else in a file is refused before one object is made.
"""

from __future__ import annotations

import importlib
import warnings
import zipfile
from collections.abc import Sequence
from typing import Any

from assay.kernel.errors import InputError, IntegrityError


def dump_estimator(estimator: Any, trusted: Sequence[str] = ()) -> bytes:
    """The estimator as a skops file; InputError when it could not be read again."""
    import skops.io

    try:
        content: bytes = skops.io.dumps(estimator)
        unknown = _untrusted(content, trusted)
    # skops raises what the estimator's own pieces raise.
    except Exception as error:
        kind = type(estimator).__name__
        raise InputError(
            "library.estimator_unstorable", kind=kind, reason=f"{type(error).__name__}: {error}"
        ) from error
    if unknown:
        raise InputError("library.estimator_untrusted", kind=type(estimator).__name__, types=", ".join(unknown[:5]))
    return content


def load_estimator(content: bytes, trusted: Sequence[str] = ()) -> Any:
    """The estimator of a skops file; IntegrityError when it is damaged or asks for a type that is not trusted."""
    import skops.io

    try:
        unknown = _untrusted(content, trusted)
        if unknown:
            raise IntegrityError("library.file_untrusted", types=", ".join(unknown[:5]))
        asked = skops.io.get_untrusted_types(data=content)
        with warnings.catch_warnings():
            # Another version of scikit-learn than the one that wrote the file; the card says both.
            warnings.filterwarnings("ignore", module="sklearn")
            return skops.io.loads(content, trusted=asked)
    except IntegrityError:
        raise
    # A damaged file makes skops, zipfile and json raise many kinds of errors; the file is refused in any case.
    except (Exception, zipfile.BadZipFile) as error:
        raise IntegrityError("library.files_unreadable", reason=f"{type(error).__name__}: {error}"[:200]) from error


def _untrusted(content: bytes, trusted: Sequence[str]) -> list[str]:
    import skops.io

    asked = skops.io.get_untrusted_types(data=content)
    return [name for name in asked if name not in trusted and not _is_class_of_sklearn(name)]


def _is_class_of_sklearn(name: str) -> bool:
    module, _, last = name.rpartition(".")
    if module.partition(".")[0] != "sklearn":
        return False
    try:
        found = getattr(importlib.import_module(module), last, None)
    except ImportError:
        return False
    # A function of scikit-learn could be called with a file's own arguments; a class is only filled.
    return isinstance(found, type) and found.__module__.partition(".")[0] == "sklearn"
