"""Scikit-learn's conventions without its import: parameters by name, so that ``sklearn.base.clone`` works."""

from __future__ import annotations

import inspect
from typing import Any, Self


class Estimator:
    """``get_params`` and ``set_params`` from the signature of ``__init__``, which only stores its arguments."""

    @classmethod
    def _names(cls) -> list[str]:
        return [name for name in inspect.signature(cls.__init__).parameters if name != "self"]

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The parameters of the constructor as they are set."""
        return {name: getattr(self, name) for name in self._names()}

    def set_params(self, **params: Any) -> Self:
        """Set parameters by name; ValueError for one that does not exist."""
        for name, value in params.items():
            if name not in self._names():
                raise ValueError(f"{type(self).__name__} has no parameter {name!r}")
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.get_params().items())
        return f"{type(self).__name__}({shown})"
