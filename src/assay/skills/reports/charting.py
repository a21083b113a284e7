"""A chart of tags over the report's period: a Vega-Lite spec with its own data, thinned to what can be seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assay.kernel.errors import InputError
from assay.kernel.texts import Lang
from assay.plant.blobs import load_blob
from assay.plant.model import Plant
from assay.plant.series import to_datetime
from assay.skills.reports.gathering import Source

POINTS = 600
"""Points of a line: more than a page shows."""


def chart(source: Source, plant: Plant, tags: Sequence[str], lang: Lang) -> dict[str, Any]:
    """One panel a tag, good samples only, times in the plant's zone. Raises InputError for an unknown tag."""
    frame = load_blob(source.history).good()
    panels = []
    for tag in tags:
        if tag not in source.tags or not plant.has_tag(tag):
            raise InputError("reports.no_tag", tag=tag)
        values = frame.column(tag)
        step = max(1, len(values) // POINTS)
        rows = [
            {"t": to_datetime(time).astimezone(plant.timezone).isoformat()[:19], "v": float(value)}
            for time, value in zip(frame.times[::step], values[::step], strict=True)
            if value == value
        ]
        about = plant.tag(tag)
        panels.append(
            {
                "width": 560,
                "height": 120,
                "data": {"values": rows},
                "mark": {"type": "line", "strokeWidth": 1.2},
                "encoding": {
                    "x": {
                        "field": "t",
                        "type": "temporal",
                        "title": None,
                        "axis": {"format": "%m-%d %H:%M", "tickCount": 6},
                    },
                    "y": {
                        "field": "v",
                        "type": "quantitative",
                        "scale": {"zero": False},
                        "title": f"{tag} [{about.unit}]",
                    },
                },
                "title": {"text": about.name.get(lang), "anchor": "start", "fontSize": 12},
            }
        )
    return {"$schema": "https://vega.github.io/schema/vega-lite/v6.json", "vconcat": panels}
