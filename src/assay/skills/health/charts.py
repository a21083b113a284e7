"""Charts as Vega-Lite specs of the evidence's own numbers: the indicator with its limit, the remaining life, the cost
of waiting. They hold no words of a language; captions stand beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from assay.kernel.errors import InputError

Spec = dict[str, Any]
INK, GREY, LINE, ALARM, BAND, GREEN = "#1a1a1a", "#767676", "#0072b2", "#c1121f", "#bfd9ea", "#00664b"
_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_CONFIG: Spec = {"font": "sans-serif", "background": "white", "view": {"stroke": None}}


def _field(name: str, title: str | None = None, **scale: Any) -> Spec:
    axis: Spec = {"title": title, "grid": name == "y"}
    return {"field": name, "type": "quantitative", "axis": axis, "scale": {"zero": False, **scale}}


def _layer(values: list[Spec], mark: Spec, clock: str, **more: Spec) -> Spec:
    encoding = {"x": _field("x", clock, nice=False), "y": _field("y"), **more}
    return {"data": {"values": values}, "mark": mark, "encoding": encoding}


def _chart(layers: list[Spec]) -> Spec:
    return {"$schema": _SCHEMA, "width": 560, "height": 240, "config": _CONFIG, "layer": layers}


def indicator_chart(value: Any) -> Spec | None:
    """The indicator over the clock, its trend and limit, and the 90 % interval of the end of life on the time axis."""
    course, life, clock = value["indicator"], value["life"], value["clock"]
    if course is None:
        return None
    points = [{"x": x, "y": y} for x, y in zip(course["time"], course["value"], strict=True)]
    layers: list[Spec] = []
    now = value["now"]["time"]
    if life is not None and life["low"] is not None:
        high = life["high"] if life["high"] is not None else max(life["low"], *(q or 0.0 for q in life["quantiles"]))
        band = [{"x": now + life["low"], "x2": now + high}]
        layers.append(_layer(band, {"type": "rect", "color": BAND, "opacity": 0.6}, clock, x2={"field": "x2"}))
        del layers[-1]["encoding"]["y"]
        if life["median"] is not None:
            layers.append(_upright(now + life["median"], GREEN, clock))
    layers.append(_layer(points, {"type": "line", "color": INK, "strokeWidth": 1.5}, clock))
    if "fitted" in course:
        fitted = [{"x": x, "y": y} for x, y in zip(course["time"], course["fitted"], strict=True)]
        layers.append(_layer(fitted, {"type": "line", "color": LINE, "strokeDash": [6, 3]}, clock))
    if course.get("limit") is not None:
        ends = [{"x": course["time"][0], "y": course["limit"]}, {"x": now, "y": course["limit"]}]
        layers.append(_layer(ends, {"type": "line", "color": ALARM, "strokeDash": [2, 3]}, clock))
    layers.append(_upright(now, GREY, clock))
    return _chart(layers)


def cost_chart(value: Any) -> Spec | None:
    """Cost per unit of time over the wait, with the wait that costs least."""
    act, clock = value["act"], value["clock"]
    if act is None:
        return None
    pairs = zip(act["curve"]["wait"], act["curve"]["rate"], strict=True)
    points = [{"x": x, "y": y} for x, y in pairs if y is not None]
    layers = [_layer(points, {"type": "line", "color": INK, "strokeWidth": 1.5}, clock)]
    if act["wait"] is not None:
        layers.append(_upright(act["wait"], GREEN, clock))
    return _chart(layers)


def _upright(x: float, colour: str, clock: str) -> Spec:
    layer = _layer([{"x": x}], {"type": "rule", "color": colour, "strokeWidth": 1.5}, clock)
    del layer["encoding"]["y"]
    return layer


def write_charts(value: Any, folder: Path) -> list[Path]:
    """Each chart as ``.vl.json`` and ``.svg`` in a folder; the files written. InputError when that is impossible."""
    import vl_convert

    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, spec in (("indicator", indicator_chart(value)), ("cost", cost_chart(value))):
            if spec is None:
                continue
            for suffix, content in (
                (".vl.json", json.dumps(spec, ensure_ascii=False, indent=1, allow_nan=False)),
                # Specs carry their data; an empty list lets none be fetched.
                (".svg", vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])),
            ):
                path = folder / f"health_{name}{suffix}"
                path.write_text(content, encoding="utf-8")
                written.append(path)
    except OSError as error:
        raise InputError("health.out_unwritable", folder=folder, reason=error.strerror or str(error)) from error
    return written
