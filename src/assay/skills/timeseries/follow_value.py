"""What an alarm of the live detector is, computed from kept rows: when it is told, and again when it is replayed."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, JsonValue

from assay.kernel.errors import InputError, TerminalError
from assay.kernel.evidence import Evidence, jsonable
from assay.kernel.replay import ReplayContext, Replayer
from assay.plant.blobs import load_blob, load_json
from assay.plant.series import Frame, to_datetime

if TYPE_CHECKING:
    from assay.models.detect import Detector
    from assay.models.detect.stream import StreamDetector

_HELD = 1e-6  # share of its value by which a tag that stands still must move to have left it
PRODUCER, VERSION = "timeseries.follow", "1"

Floats = NDArray[np.float64]


class FollowArguments(BaseModel):
    """What an alarm was computed from. ``normal``: digest of the rows that were learned, or ``model``: NAME@VERSION of
    the library; ``memory``: digest of what the stream remembered before the rows ``window`` (a digest), whose last row
    raised the alarm."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    normal: str | None = None
    model: str | None = None
    false_alarms: float = 0.01
    memory: str
    window: str


def learned_detector(normal: str | None, model: str | None, false_alarms: float, *, replaying: bool) -> Detector:
    """The detector fitted on kept rows, or the library's; Refused for a model that stood back or is retired."""
    from assay.models.detect import Detector
    from assay.models.library.detector_kind import DetectorModel
    from assay.models.library.opened import open_model
    from assay.models.library.store import Library

    if normal is not None:
        return Detector(false_alarms=false_alarms).fit(load_blob(normal))
    library = Library()
    ref = library.find(str(model))
    opened = open_model(library, ref, stood_back=replaying, retired=replaying).model
    if not isinstance(opened, DetectorModel):
        raise InputError("timeseries.follow_no_detector", model=str(ref))
    return opened.detector


def memory_of(stream: StreamDetector) -> dict[str, Any]:
    """What the stream remembers, without its detector, as plain JSON data that keeps every bit."""
    parts = stream.to_parts()
    arrays = {name: _packed(array) for name, array in parts.arrays.items()}
    return {"about": jsonable(dict(parts.about)), "arrays": arrays}


def stream_with(detector: Detector, memory: dict[str, Any]) -> StreamDetector | None:
    """A stream over ``detector`` that goes on from ``memory``; None when that is of a detector that was built otherwise
    (an older Assay's), or is no memory at all."""
    from assay.models.detect.stream import StreamDetector
    from assay.models.library.parts import Parts

    fresh = StreamDetector(detector).to_parts()
    try:
        arrays = {name: _unpacked(one) for name, one in memory["arrays"].items()}
        fits = arrays.keys() == fresh.arrays.keys() and memory["about"].keys() == fresh.about.keys()
    except (KeyError, ValueError, TypeError, AttributeError):
        return None
    columns = {name: array.shape[-1:] for name, array in arrays.items()}
    if not fits or columns != {name: array.shape[-1:] for name, array in fresh.arrays.items()}:
        return None
    return StreamDetector.from_parts(Parts(about=memory["about"], arrays=arrays, children=fresh.children))


def alarm_value(detector: Detector, memory: dict[str, Any], window: Frame) -> dict[str, Any]:
    """The alarm at the last row of ``window``: its score, the first row of it, the tags that make it with shares.

    ``moved``: tags that had stood still in normal operation and left their value, which have no share.
    """
    from assay.models.detect.contributions import contributions
    from assay.models.detect.intervals import WITHIN

    stream = stream_with(detector, memory)
    if stream is None:
        raise TerminalError("timeseries.follow_other_memory")
    scores = stream.update(window.times, window.values)
    counted = np.flatnonzero(np.isfinite(scores.joint))
    latest = counted[-WITHIN:]
    above = latest[scores.joint[latest] > detector.threshold]
    first = int(above[0]) if len(above) else int(latest[-1])
    rows = int((counted >= first).sum())
    kept = stream.to_parts().arrays
    z, gaps = kept["before"].astype(np.float64), kept["gaps"].astype(bool)
    rows = min(rows, len(z))
    tags = contributions(detector.learned, z, len(z) - rows, len(z) - 1, gaps) if rows else ()
    found: dict[str, Any] = jsonable(
        {
            "time": to_datetime(window.times[-1]),
            "begun": to_datetime(window.times[first]),
            "score": float(f"{scores.joint[-1]:.6g}"),
            "threshold": float(f"{detector.threshold:.6g}"),
            "alarm": bool(scores.alarm[-1]),
            "tags": [
                {"tag": one.tag, "share": float(f"{one.share:.4g}"), "kind": one.kind, "size": float(f"{one.size:.4g}")}
                for one in tags
            ],
            "moved": _moved(detector, window.values[-1]),
        }
    )
    return found


def _moved(detector: Detector, row: Floats) -> list[str]:
    learned = detector.learned
    pairs = zip(learned.baseline.held.tolist(), learned.baseline.held_at.tolist(), strict=True)
    found = [learned.tags[column] for column, at in pairs if abs(row[column] - at) > _HELD * max(abs(at), _HELD)]
    return found[:10]


def _packed(array: NDArray[Any]) -> dict[str, Any]:
    little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    content = base64.b64encode(little.tobytes()).decode("ascii")
    return {"type": little.dtype.str, "shape": list(array.shape), "content": content}


def _unpacked(kept: dict[str, Any]) -> NDArray[Any]:
    flat = np.frombuffer(base64.b64decode(kept["content"]), dtype=np.dtype(kept["type"]))
    return flat.reshape(kept["shape"])


def _replay(evidence: Evidence, context: ReplayContext) -> JsonValue:
    """Learn again from the kept rows (once for all alarms of the same), and judge the kept window."""
    if evidence.version != VERSION:
        raise TerminalError("kernel.replay_version", id=evidence.id, old=evidence.version, new=VERSION)
    given = FollowArguments.model_validate(evidence.inputs)
    key = f"{PRODUCER}:{given.normal}:{given.model}:{given.false_alarms}"
    if key not in context.resources:
        context.resources[key] = learned_detector(given.normal, given.model, given.false_alarms, replaying=True)
    value: JsonValue = alarm_value(context.resources[key], load_json(given.memory), load_blob(given.window))
    return value


REPLAYERS: dict[str, Replayer] = {PRODUCER: _replay}
