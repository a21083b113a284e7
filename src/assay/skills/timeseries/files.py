"""A result as files: every row as CSV, the chart as PNG, SVG, HTML and its Vega-Lite spec."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from assay.kernel.errors import InputError
from assay.plant.atomic import replacing
from assay.plant.series import Frame
from assay.skills.timeseries.charts import detect_chart, forecast_chart


def write_files(view: str, value: Any, frame: Frame, folder: Path) -> dict[str, Path]:
    """Write ``VIEW.csv`` and ``VIEW.png|svg|html|vl.json``; existing ones are replaced. InputError when the folder
    cannot be written to."""
    import vl_convert

    spec = forecast_chart(value, frame) if view == "forecast" else detect_chart(value)
    content: dict[str, bytes] = {
        "csv": _csv(*(_forecast_rows(value) if view == "forecast" else _detect_rows(value))),
        "vl.json": json.dumps(spec, ensure_ascii=False).encode("utf-8"),
        # Specs carry their data; an empty list lets none be fetched.
        "svg": vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]).encode("utf-8"),
        "png": vl_convert.vegalite_to_png(spec, scale=1.5, allowed_base_urls=[]),
        "html": vl_convert.vegalite_to_html(spec, bundle=True).encode("utf-8"),
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
