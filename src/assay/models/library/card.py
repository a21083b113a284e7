"""A model's card: what it is, what it was trained on, how it did, and where it may be used."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import metadata

from pydantic import BaseModel, ConfigDict, JsonValue

_LIBRARIES = ("assay", "numpy", "scipy", "scikit-learn", "lightgbm", "statsforecast", "stumpy", "ruptures", "skops")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FeatureLimits(_Frozen):
    """One feature in the training: its unit where known, lowest and highest value, share of missing rows, how much it
    matters (0 to 1, None when unknown)."""

    tag: str
    unit: str = ""
    low: float | None
    high: float | None
    missing: float
    weight: float | None = None


class OriginFigures(_Frozen):
    """One origin of the rolling test: rows trained on, the judged window, and both sides' figures (``metrics``)."""

    train_rows: int
    start: str
    end: str
    model: dict[str, int | float | None]
    naive: dict[str, int | float | None]


class Card(_Frozen):
    """Times are ISO in UTC; ``data`` is the digest of the training frame; ``step`` the median seconds between rows;
    ``skill`` is 1 - error of the model / error of the naive rival over all origins; ``coverage`` was measured on the
    origins, ``level`` is what it should be."""

    name: str
    version: int
    kind: str
    options: dict[str, JsonValue]
    created: str
    by: str
    data: str
    start: str
    end: str
    rows: int
    step: float | None
    target: str
    target_unit: str = ""
    features: tuple[FeatureLimits, ...]
    origins: tuple[OriginFigures, ...]
    mae: float | None
    naive_mae: float | None
    skill: float | None
    level: float | None
    coverage: float | None
    about: dict[str, JsonValue]
    naive_about: dict[str, JsonValue]
    drift_rules: dict[str, JsonValue]
    notes: tuple[str, ...] = ()
    libraries: dict[str, str]


def library_versions() -> dict[str, str]:
    """The versions that may change what a model says."""
    found: dict[str, str] = {"python": ".".join(str(part) for part in sys.version_info[:3])}
    for name in _LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def changed_versions(card: Card) -> Mapping[str, tuple[str, str]]:
    """Libraries whose version differs from the card's: name -> (then, now)."""
    now = library_versions()
    return {name: (then, now.get(name, "-")) for name, then in card.libraries.items() if now.get(name, "-") != then}
