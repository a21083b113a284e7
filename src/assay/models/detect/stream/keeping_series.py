"""One online series as plain parts and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError
from assay.models.detect.stream.likelihood import Likelihood
from assay.models.detect.stream.measures import KEPT, USUAL, Measures
from assay.models.detect.stream.ordered import Ordered
from assay.models.detect.stream.recent import Recent
from assay.models.detect.stream.seasons import DayProfile
from assay.models.detect.stream.univariate import OnlineUnivariate
from assay.models.library.parts import Parts

Floats = NDArray[np.float64]

FORMAT = "assay.detect.series/1"
_PLAIN = ("ignored", "_time", "_since", "_peak")


def to_parts(series: OnlineUnivariate) -> Parts:
    """Settings and counts as JSON, what it remembers as arrays."""
    about = {
        "format": FORMAT,
        "settings": {"threshold": series.threshold, "rest": series.rest, "growth": series.growth},
        "state": {name: getattr(series, name) for name in _PLAIN} if series.started else None,
    }
    arrays = {f"likelihood.{name}": one.seen.in_time() for name, one in series._likelihoods.items()}
    if series._measures is not None:
        arrays |= _taken(series._measures)
    return Parts(about=cast(Mapping[str, Any], about), arrays=arrays)


def from_parts(parts: Parts) -> OnlineUnivariate:
    """InputError when the parts are of another kind or version."""
    about = cast(Mapping[str, Any], parts.about)
    if about.get("format") != FORMAT:
        raise InputError("stream.parts_unfit", found=str(about.get("format")), known=FORMAT)
    series = OnlineUnivariate(**about["settings"])
    for name in series._likelihoods:
        series._likelihoods[name] = Likelihood(_floats(parts, f"likelihood.{name}"))
    if about["state"] is not None:
        for name, value in about["state"].items():
            setattr(series, name, value)
        series._measures = _put(parts)
    return series


def _taken(measures: Measures) -> dict[str, Floats]:
    found = {"recent": measures.recent.rows().copy(), "usual": measures.usual.in_time()}
    found |= {f"spread.{name}": one.in_time() for name, one in measures.spreads.items()}
    for name, profile in (("hour", measures.hour), ("hours", measures.hours)):
        found[name] = np.stack([np.full_like(profile.means, profile.level), profile.means, profile.seen])
    return found


def _put(parts: Parts) -> Measures:
    measures = Measures(0.0)
    measures.recent = Recent(KEPT, _floats(parts, "recent"))
    measures.usual = Ordered(USUAL, _floats(parts, "usual"))
    for name in measures.spreads:
        measures.spreads[name] = Ordered(USUAL, _floats(parts, f"spread.{name}"))
    for name in ("hour", "hours"):
        level, means, seen = _floats(parts, name)
        setattr(measures, name, DayProfile(float(level[0]), means, seen))
    return measures


def _floats(parts: Parts, name: str) -> Floats:
    return np.asarray(parts.arrays[name], dtype=np.float64)
