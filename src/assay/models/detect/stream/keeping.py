"""Streams as plain parts and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy as np

from assay.kernel.errors import InputError
from assay.models.detect.detector import Detector
from assay.models.detect.stream.detector import StreamDetector
from assay.models.library.parts import Parts

FORMAT = "assay.detect.stream/1"


def to_parts(stream: StreamDetector) -> Parts:
    """The fitted detector as a child, the stream's memory as arrays and JSON."""
    admission, standing = stream.admission, stream.standing
    about = {
        "format": FORMAT,
        "lanes": list(stream.lanes),
        "gap": stream.gap,
        "counts": {"last": admission.last, "late": admission.late, "empty": admission.empty},
        "standing": {"recent": standing.recent, "stands": standing.stands},
    }
    arrays = {
        "before": stream._before,
        "gaps": stream._gaps,
        "slow": stream._slow.state,
        "since": stream._changes.since,
    }
    return Parts(about=cast(Mapping[str, Any], about), arrays=arrays, children={"detector": stream.detector.to_parts()})


def from_parts(parts: Parts) -> StreamDetector:
    """InputError when the parts are of another kind or version."""
    about = cast(Mapping[str, Any], parts.about)
    if about.get("format") != FORMAT:
        raise InputError("stream.parts_unfit", found=str(about.get("format")), known=FORMAT)
    stream = StreamDetector(Detector.from_parts(parts.children["detector"]), lanes=about["lanes"], gap=about["gap"])
    for name, value in about["counts"].items():
        setattr(stream.admission, name, value)
    for name, value in about["standing"].items():
        setattr(stream.standing, name, value)
    stream._before = np.array(parts.arrays["before"], dtype=np.float64)
    stream._gaps = np.array(parts.arrays["gaps"], dtype=bool)
    stream._slow.state = np.array(parts.arrays["slow"], dtype=np.float64)
    stream._changes.since = np.array(parts.arrays["since"], dtype=np.int64)
    return stream
