"""What the tools compute, as plain JSON data in no language."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assay.kernel.evidence import jsonable
from assay.models.library.opened import Opened
from assay.plant.blobs import load_blob
from assay.plant.notes import Note
from assay.plant.series import Frame
from assay.skills.timeseries.arguments import (
    DetectArguments,
    ForecastArguments,
    HistoryArguments,
    ModelArguments,
    ModelsArguments,
    frame_of,
)

NEAR = 16  # rows between change points that are told as one


def forecast_value(arguments: ForecastArguments) -> dict[str, Any]:
    """``ForecastResult.to_json`` with the unit of each target."""
    from assay.models.forecast import forecast

    result = forecast(
        frame_of(arguments),
        arguments.targets,
        arguments.horizon,
        interval=arguments.interval,
        known_future=None if arguments.known_future is None else load_blob(arguments.known_future),
        seasons=arguments.seasons,
        bounds=arguments.bounds or None,
        nonnegative=arguments.nonnegative,
        checkpoint=None if arguments.checkpoint is None else Path(arguments.checkpoint),
        seconds=arguments.seconds,
    )
    value: dict[str, Any] = jsonable(result.to_json())
    for one in value["targets"]:
        one["unit"] = arguments.units.get(one["target"], "")
    return value


def detect_value(arguments: DetectArguments) -> dict[str, Any]:
    """``Detection.to_json`` with notes as keys and parameters, the normal part's times, and units."""
    from assay.models.detect import RuleSet, detect

    frame = frame_of(arguments)
    looked_at = frame if arguments.tags is None else frame.select(arguments.tags)
    result = detect(
        looked_at,
        train_rows=arguments.train_rows,
        normal=arguments.normal,
        false_alarms=arguments.false_alarms,
        rules=None if arguments.rules is None else RuleSet.of(arguments.rules),
        profile=arguments.profile,
    )
    value = result.to_json()
    first, last = result.fitted_rows
    value["normal"] = {"rows": last - first, "start": _time(frame, first), "end": _time(frame, last - 1)}
    value["alarm_rows"] = int(result.scores.alarm.sum())
    value["level_changes"] = level_changes(value["change_points"])
    value["notes"] = _notes(result.notes)
    value["units"] = dict(arguments.units)
    found: dict[str, Any] = jsonable(value)
    return found


def level_changes(points: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Change points joined where the same tag moves first and only a few rows lie between: what is one event."""
    found: list[dict[str, Any]] = []
    open_ones: dict[str, dict[str, Any]] = {}
    for one in points:
        group = open_ones.get(one["tags"][0])
        if group is None or one["row"] - group["last"] > NEAR:
            group = {"tags": [], "start": one["time"], "count": 0, "size": 0.0}
            open_ones[one["tags"][0]] = group
            found.append(group)
        group["tags"] = list(dict.fromkeys([*group["tags"], *one["tags"]]))
        group["count"] += 1
        group["end"], group["last"] = one["time"], one["row"]
        group["size"] = max(group["size"], one["size"], key=abs)
    return found


def model_test_value(arguments: ModelArguments, *, replaying: bool = False) -> dict[str, Any]:
    """``library.testing.examine``; Refused for a retired model."""
    from assay.models.library.testing import examine

    (opened,) = _opened([arguments.model], arguments, replaying, stood_back=True)
    found: dict[str, Any] = jsonable(examine(opened, frame_of(arguments)))
    return found


def model_compare_value(arguments: ModelsArguments, *, replaying: bool = False) -> dict[str, Any]:
    """``library.comparing.compare``; Refused for a retired model."""
    from assay.models.library.comparing import compare

    opened = _opened(arguments.models, arguments, replaying, stood_back=True)
    found: dict[str, Any] = jsonable(compare(opened, frame_of(arguments)))
    return found


def model_predict_value(arguments: ModelArguments, *, replaying: bool = False) -> dict[str, Any]:
    """Each row's prediction with its interval, and how far the rows are from the training; Refused for a model that
    stood back or is retired."""
    (opened,) = _opened([arguments.model], arguments, replaying, stood_back=False)
    frame = frame_of(arguments).good()
    said = opened.model.predict(frame)
    moved = opened.drift(frame)
    known = np.flatnonzero(~np.isnan(said.median))
    return {
        "model": str(opened.ref),
        "target": opened.card.target,
        "unit": opened.card.target_unit,
        "level": opened.model.level,
        "coverage": opened.card.coverage,
        "rows": len(frame),
        "predicted_rows": len(known),
        "times": [_time(frame, int(row)) for row in known],
        "median": _plain(said.median[known]),
        "low": _plain(said.low[known]),
        "high": _plain(said.high[known]),
        "rows_outside": moved["rows_outside"],
        "weight_drifted": moved["weight_drifted"],
        "reasons": moved["reasons"],
    }


def _opened(names: Sequence[str], about: HistoryArguments, replaying: bool, *, stood_back: bool) -> list[Opened]:
    from assay.models.library.opened import open_model
    from assay.models.library.store import Library

    library = Library()
    refs = [library.find(name) for name in names]
    return [open_model(library, ref, stood_back=stood_back or replaying, retired=replaying) for ref in refs]


def _notes(notes: Sequence[Note]) -> list[dict[str, Any]]:
    return [{"key": note.key, "params": {name: _said(one) for name, one in note.params.items()}} for note in notes]


def _said(value: Any) -> Any:
    return value if isinstance(value, int | float | str) else str(value)


def _plain(values: np.ndarray[Any, np.dtype[np.float64]]) -> list[float | None]:
    return [float(f"{one:.9g}") if np.isfinite(one) else None for one in values]


def _time(frame: Frame, row: int) -> str:
    from assay.plant.series import to_datetime

    return to_datetime(frame.times[row]).isoformat().replace("+00:00", "Z")
