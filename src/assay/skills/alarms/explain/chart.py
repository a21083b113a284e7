"""The chart of the value around an alarm: a Vega-Lite spec that holds the evidence's own numbers."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

Spec = dict[str, Any]
INK, ALARM, LIMIT = "#1a1a1a", "#c1121f", "#8a5a00"
_FONT = {"labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal"}


def spec(course: Any, about: Any, zone: tzinfo) -> Spec:
    """The chart of ``course`` (value of the tool) with the limit and the moment of the alarm, in the plant's zone."""
    points = [{"x": _wall(time, zone), "y": value} for time, value in course["points"]]
    line: Spec = {"type": "line", "color": INK, "strokeWidth": 2, "strokeJoin": "round", "point": len(points) == 1}
    x: Spec = {"field": "x", "type": "temporal", "scale": {"type": "utc", "nice": False}}
    x["axis"] = {"title": None, "format": "%m-%d %H:%M", "tickCount": 5, "grid": False}
    y: Spec = {"field": "y", "type": "quantitative", "scale": {"zero": False}, "axis": {"title": None, "tickCount": 5}}
    layers: list[Spec] = [{"data": {"values": points}, "mark": line, "encoding": {"x": x, "y": y}}]
    upright: Spec = {"type": "rule", "color": ALARM, "strokeWidth": 1.5}
    raised = [{"x": _wall(about["raised"], zone)}]
    layers.append({"data": {"values": raised}, "mark": upright, "encoding": {"x": {"field": "x", "type": "temporal"}}})
    if about["limit"]["at"] is not None:
        level: Spec = {"type": "rule", "color": LIMIT, "strokeWidth": 1.2, "strokeDash": [5, 4]}
        edge = {"y": {"field": "y", "type": "quantitative"}}
        layers.append({"data": {"values": [{"y": about["limit"]["at"]}]}, "mark": level, "encoding": edge})
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": 640,
        "height": 200,
        "layer": layers,
        "config": {"font": "sans-serif", "background": "white", "view": {"stroke": None}, "axis": _FONT},
    }


def _wall(time: str, zone: tzinfo) -> str:
    """The plant's wall clock, marked as UTC so that no reader's own zone moves it."""
    local = datetime.fromisoformat(time).astimezone(zone)
    return local.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
