"""Charts as Vega-Lite specs. They hold the result's own numbers and no words of a language beyond tags and units."""

from __future__ import annotations

from typing import Any

import numpy as np

from assay.plant.series import Floats, Frame, to_datetime

Spec = dict[str, Any]
INK, GREY, BLUE, BAND, ALARM = "#1a1a1a", "#767676", "#0072b2", "#c9ddec", "#c1121f"
_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_CONFIG: Spec = {"background": "white", "view": {"stroke": None}, "axis": {"gridColor": "#ececec"}}
_WIDTH, _HEIGHT = 760, 180
_POINTS, _TARGETS, _PAST, _BLAMED = 1500, 8, 4, 4
_TIME: Spec = {
    "field": "time",
    "type": "temporal",
    "scale": {"type": "utc"},
    "title": None,
    "axis": {"format": "%m-%d %H:%M", "labelAngle": 0},
}


def forecast_chart(value: Any, frame: Frame) -> Spec:
    """For each target the end of its history, the median and the interval."""
    return _stacked([_one_forecast(one, frame) for one in value["targets"][:_TARGETS]])


def detect_chart(value: Any, frame: Frame) -> Spec:
    """The score with its threshold, alarms as bands, changes of level as lines; below it the tags that make most of
    the alarms, each as it was measured."""
    times, score = value["rows"]["time"], value["rows"]["score"]
    points = [{"time": times[k], "y": score[k]} for k in _highest(score)]
    bands = [{"time": one["start"], "end": one["end"]} for one in value["intervals"]]
    changes = [{"time": one["time"]} for one in value["change_points"]]
    x2 = {"x": _TIME, "x2": {"field": "end"}}
    shade: Spec = {"data": {"values": bands}, "mark": {"type": "rect", "color": ALARM, "opacity": 0.18}, "encoding": x2}
    layers: list[Spec] = [
        shade,
        {"data": {"values": changes}, "mark": {"type": "rule", "color": BLUE}, "encoding": {"x": _TIME}},
        _line(points, INK),
        {
            "data": {"values": [{"y": value["threshold"]}]},
            "mark": {"type": "rule", "color": ALARM, "strokeDash": [4, 3]},
            "encoding": {"y": _axis("y")},
        },
    ]
    return _stacked([{"layer": layers}, *(_one_tag(tag, frame, shade) for tag in _blamed(value))])


def _blamed(value: Any) -> list[str]:
    """The tags with the largest shares in the alarms, each alarm counted by its rows."""
    shares: dict[str, float] = {}
    for one in value["intervals"]:
        for each in one["contributions"]:
            rows = one["last"] - one["first"] + 1
            shares[each["tag"]] = shares.get(each["tag"], 0.0) + rows * each["share"]
    return sorted(shares, key=lambda tag: -shares[tag])[:_BLAMED]


def _one_tag(tag: str, frame: Frame, shade: Spec) -> Spec:
    column = frame.good().column(tag)
    rows = _kept(column)
    points = [{"time": _iso(frame, k), "y": float(column[k])} for k in rows]
    return {
        "title": {"text": tag, "anchor": "start", "fontSize": 12},
        "height": 90,
        "layer": [shade, _line(points, INK)],
    }


def _kept(column: Floats) -> list[int]:
    """At most twice ``_POINTS`` rows: the lowest and the highest known value of each stretch."""
    known = np.flatnonzero(~np.isnan(column))
    found: set[int] = set()
    for group in np.array_split(known, min(len(known), _POINTS)) if len(known) else []:
        found |= {int(group[column[group].argmin()]), int(group[column[group].argmax()])}
    return sorted(found)


def _one_forecast(one: Any, frame: Frame) -> Spec:
    column = frame.good().column(one["target"])
    rows = range(max(0, len(frame) - _PAST * len(one["times"])), len(frame))
    past = [{"time": _iso(frame, k), "y": float(column[k])} for k in rows if column[k] == column[k]]
    keys = ("low", "median", "high")
    future = [
        {"time": time, **dict(zip(keys, ends, strict=True))}
        for time, *ends in zip(one["times"], *(one[key] for key in keys), strict=True)
    ]
    middle = [{"time": each["time"], "y": each["median"]} for each in future]
    edges = {"x": _TIME, "y": _axis("low"), "y2": {"field": "high"}}
    band: Spec = {"data": {"values": future}, "mark": {"type": "area", "color": BAND}, "encoding": edges}
    title = f"{one['target']} [{one['unit']}]" if one["unit"] else one["target"]
    layers = [band, _line(past[-_POINTS:], INK), _line(middle, BLUE)]
    return {"title": {"text": title, "anchor": "start", "fontSize": 12}, "layer": layers}


def _line(points: list[Spec], colour: str) -> Spec:
    mark = {"type": "line", "color": colour, "strokeWidth": 1.3}
    return {"data": {"values": points}, "mark": mark, "encoding": {"x": _TIME, "y": _axis("y")}}


def _axis(field: str) -> Spec:
    return {"field": field, "type": "quantitative", "title": None, "scale": {"zero": False}}


def _stacked(charts: list[Spec]) -> Spec:
    sized = [{"width": _WIDTH, "height": _HEIGHT, **chart} for chart in charts]
    return {"$schema": _SCHEMA, "config": _CONFIG, "vconcat": sized}


def _highest(score: list[float | None]) -> list[int]:
    """At most ``_POINTS`` places that keep every stretch's highest score."""
    groups = min(len(score), _POINTS)
    kept = []
    for group in range(groups):
        places = range(group * len(score) // groups, (group + 1) * len(score) // groups)
        kept.append(max(places, key=lambda k: -1.0 if score[k] is None else float(score[k] or 0.0)))
    return kept


def _iso(frame: Frame, row: int) -> str:
    return to_datetime(frame.times[row]).isoformat().replace("+00:00", "Z")
