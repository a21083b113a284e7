"""What a trained model is made of.

Everything that is kept is plain: JSON, numbers, a library's own text format, and scikit-learn estimators that the store
writes with skops, so that reading a model never runs code from its file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue


@dataclass(frozen=True, slots=True)
class Parts:
    """A trained model taken apart.

    about: settings and small results as JSON; ``arrays``: numbers of any shape (no objects); ``texts``: models in a
    library's own text format (LightGBM); ``estimators``: fitted scikit-learn estimators; ``children``: models inside
    this one, by name.
    """

    about: Mapping[str, JsonValue] = field(default_factory=dict)
    arrays: Mapping[str, NDArray[np.generic]] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    estimators: Mapping[str, Any] = field(default_factory=dict)
    children: Mapping[str, Parts] = field(default_factory=dict)


class Storable(Protocol):
    """A trained model that can be taken apart and put together again, with the same predictions to the last bit."""

    def to_parts(self) -> Parts: ...

    @classmethod
    def from_parts(cls, parts: Parts) -> Self: ...
