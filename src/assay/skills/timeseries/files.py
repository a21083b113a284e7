"""A result as files: every row as CSV, the chart as PNG, SVG, HTML and its Vega-Lite spec."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from assay.kernel.answer_page import answer_page
from assay.kernel.charts import png, svg
from assay.kernel.errors import InputError
from assay.kernel.texts import Lang, text
from assay.plant.atomic import replacing
from assay.plant.series import Frame
from assay.skills.timeseries.charts import detect_chart, forecast_chart
from assay.skills.timeseries.runner import Outcome
from assay.skills.timeseries.tables import TABLES


def write_files(
    view: str, outcome: Outcome, frame: Frame, folder: Path, lang: Lang, *, status: str, replay: str
) -> dict[str, Path]:
    """Write ``VIEW.csv``, ``VIEW.html`` (the answer with its chart) and ``VIEW.png|svg|vl.json``; existing ones are
    replaced. ``status`` and ``replay`` are sentences of the page. InputError when the folder cannot be written to."""
    value = outcome.value
    spec = forecast_chart(value, frame) if view == "forecast" else detect_chart(value, frame)
    drawn = svg(spec)
    page = answer_page(
        outcome.answer,
        text(f"timeseries.title_{view}", lang),
        lang,
        status=status,
        replay=replay,
        notes=outcome.notes,
        figures=[(drawn, text(f"timeseries.caption_{view}", lang))],
        table=TABLES[view](value, lang),
    )
    content: dict[str, bytes] = {
        "csv": _csv(*(_forecast_rows(value) if view == "forecast" else _detect_rows(value))),
        "vl.json": json.dumps(spec, ensure_ascii=False).encode("utf-8"),
        "svg": drawn.encode("utf-8"),
        "png": png(spec),
        "html": page.encode("utf-8"),
    }
    return {suffix: _write(folder / f"{view}.{suffix}", raw) for suffix, raw in content.items()}


def write_predictions(value: Any, path: Path) -> None:
    """Every predicted row of a model as CSV; InputError when the file cannot be written."""
    header = ("time", value["target"], "low", "high")
    _write(path, _csv(header, zip(*(value[key] for key in ("times", "median", "low", "high")), strict=True)))


def _write(path: Path, raw: bytes) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:
            temporary.write_bytes(raw)
    except OSError as error:
        raise InputError("timeseries.out", path=path, reason=error.strerror or error) from error
    return path


def _csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue().encode("utf-8")


def _forecast_rows(value: Any) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
    header = ("time", "target", "unit", "median", "low", "high")
    rows = (
        (time, one["target"], one["unit"], one["median"][k], one["low"][k], one["high"][k])
        for one in value["targets"]
        for k, time in enumerate(one["times"])
    )
    return header, rows


def _detect_rows(value: Any) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
    rows, methods = value["rows"], value["rows"]["methods"]
    columns = [rows["time"], rows["score"], [int(one) for one in rows["alarm"]], rows["mode"], *methods.values()]
    limits = [value["threshold"]] * len(rows["time"])
    columns.insert(2, limits)
    return ("time", "score", "threshold", "alarm", "mode", *methods), zip(*columns, strict=True)
