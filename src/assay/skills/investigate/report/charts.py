"""Charts as Vega-Lite specs. They hold the result's own numbers (thinned, never averaged) and no words of a language:
captions and legends stand beside the drawing, where the page's fonts show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from assay.skills.investigate.report.document import Key, Spec
from assay.skills.investigate.report.model import Curve, Predicted, Screen, TagCurves
from assay.skills.investigate.report.words import Words

LIMIT = 300  # points of one line
INK, GREY, BAND = "#1a1a1a", "#767676", "#dfe3e8"
ALARM, ONSET = "#c1121f", "#0072b2"
# Okabe and Ito's colours, which most colour-blind readers tell apart; dashes tell them apart on a grey print.
STROKES: tuple[tuple[str, tuple[int, ...]], ...] = (("#d55e00", ()), ("#0072b2", (7, 3)), ("#009e73", (2, 2)))
LOG_FROM = 20.0  # times the limit

_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_CONFIG: dict[str, Any] = {
    "font": "sans-serif",
    "background": "white",
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 11,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "labelColor": INK,
        "titleColor": INK,
        "gridColor": "#ececec",
        "domainColor": "#999999",
        "tickColor": "#999999",
    },
}


def thin(values: Sequence[float | None], limit: int = LIMIT) -> list[int]:
    """Places of at most ``limit`` values that keep the drawn shape: of each stretch its lowest, highest and a gap."""
    count = len(values)
    if count <= limit:
        return list(range(count))
    groups = max(1, (limit - 2) // 3)
    kept = {0, count - 1}
    for group in range(groups):
        places = range(group * count // groups, (group + 1) * count // groups)
        seen = [(value, i) for i in places if (value := values[i]) is not None]
        if seen:
            kept |= {min(seen)[1], max(seen)[1]}
        kept |= set([i for i in places if values[i] is None][:1])
    return sorted(kept)


def _points(x: Sequence[Any], values: Curve, limit: int = LIMIT) -> list[dict[str, Any]]:
    values = values[: len(x)]
    return [{"x": x[i], "y": values[i]} for i in thin(values, limit)]


def _line(points: list[dict[str, Any]], colour: str, width: float, dash: Iterable[int] = ()) -> Spec:
    mark: Spec = {"type": "line", "color": colour, "strokeWidth": width, "strokeJoin": "round"}
    if dash:
        mark["strokeDash"] = list(dash)
    return {"data": {"values": points}, "mark": mark, "encoding": {"x": _field("x"), "y": _field("y")}}


def _upright(x: Any, colour: str, dash: Iterable[int] = ()) -> Spec:
    mark: Spec = {"type": "rule", "color": colour, "strokeWidth": 1.5}
    if dash:
        mark["strokeDash"] = list(dash)
    return {"data": {"values": [{"x": x}]}, "mark": mark, "encoding": {"x": _field("x")}}


def _level(y: float, colour: str, dash: Iterable[int]) -> Spec:
    return {
        "data": {"values": [{"y": y}]},
        "mark": {"type": "rule", "color": colour, "strokeDash": list(dash), "strokeWidth": 1.5},
        "encoding": {"y": _field("y")},
    }


def _span(values: list[dict[str, Any]], mark: Spec, x: Spec) -> Spec:
    """Between ``low`` and ``high``: an area along x, or a band over the whole width where ``x`` is empty."""
    encoding = {**x, "y": _field("low"), "y2": {"field": "high"}}
    return {"data": {"values": values}, "mark": mark, "encoding": encoding}


def _field(name: str) -> Spec:
    return {"field": name, "type": "quantitative"}


def _chart(layers: list[Spec], x: Spec, y: Spec, width: int, height: int) -> Spec:
    for layer in layers:
        for channel, axis in (("x", x), ("y", y)):
            if channel in layer["encoding"]:
                layer["encoding"][channel] |= axis
    # The size is that of the whole drawing, so that all charts of a page are scaled alike.
    size = {"width": width, "height": height, "autosize": {"type": "fit", "contains": "padding"}}
    return {"$schema": _SCHEMA, **size, "config": _CONFIG, "layer": layers}


def _hours() -> Spec:
    return {"type": "quantitative", "axis": {"title": "h", "tickCount": 6, "grid": False}, "scale": {"nice": False}}


def _height() -> Spec:
    # Limits of the axis follow the data: a reactor pressure drawn from zero shows nothing. The unit is in the caption.
    return {"axis": {"title": None, "tickCount": 4}, "scale": {"zero": False}}


def score_chart(screen: Screen, onset: Any, words: Words) -> Spec | None:
    """The detector's score over the plant's wall clock with its limit, the onset and the alarm."""
    score = screen.score
    if score is None or not score.times or all(value is None for value in score.values):
        return None
    times = [words.wall(moment) for moment in score.times]
    layers = [
        _line(_points(times, score.values), INK, 1.5),
        _level(score.limit, ALARM, (2, 3)),
    ]
    if onset is not None:
        layers.append(_upright(words.wall(onset), ONSET, (6, 3)))
    if screen.alarm is not None:
        layers.append(_upright(words.wall(screen.alarm.time), ALARM))
    x: Spec = {
        "type": "temporal",
        "scale": {"type": "utc", "nice": False},
        "axis": {"title": words.zone_name, "format": "%m-%d %H:%M", "tickCount": 5, "grid": False},
    }
    peak = max(value for value in score.values if value is not None)
    y: Spec = {"axis": {"title": None, "tickCount": 5}, "scale": {"zero": True}}
    if peak > LOG_FROM * score.limit > 0:
        # Clamping moves only what is drawn below the axis, not the numbers.
        y["axis"]["format"] = "~g"
        y["scale"] = {"type": "log", "clamp": True, "domainMin": score.limit / 20.0, "nice": False}
    return _chart(layers, x, y, 480, 190)


def tag_chart(hours: list[float], curves: TagCurves, causes: Sequence[str]) -> Spec:
    """One tag around the alarm (hour 0): observed, its normal band, and the simulated course of each cause."""
    layers: list[Spec] = []
    band = curves.normal
    if band is not None and band.low is not None and band.high is not None:
        edges = [{"low": band.low, "high": band.high}]
        layers.append(_span(edges, {"type": "rect", "color": BAND}, {}))
    layers.append(_upright(0.0, GREY, (3, 3)))
    for cause, (colour, dash) in zip(causes, STROKES, strict=False):
        if cause in curves.simulated:
            layers.append(_line(_points(hours, curves.simulated[cause]), colour, 1.6, dash))
    layers.append(_line(_points(hours, curves.observed), INK, 2.0))
    return _chart(layers, _hours(), _height(), 350, 175)


def predicted_chart(hours: list[float], predicted: Predicted) -> Spec:
    """One tag from now on: with the measure (median in its band) and without it."""
    rows = zip(hours, predicted.low, predicted.high, strict=False)
    area = [{"x": x, "low": low, "high": high} for x, low, high in rows]
    step = -(-len(area) // LIMIT) or 1
    layers: list[Spec] = [
        _span(area[::step], {"type": "area", "color": "#bfe3d6"}, {"x": _field("x")}),
        _line(_points(hours, predicted.without), STROKES[0][0], 1.6, (7, 3)),
        _line(_points(hours, predicted.median), "#00664b", 2.0),
    ]
    return _chart(layers, _hours(), _height(), 350, 175)


def score_legend(words: Words, *, onset: bool, alarm: bool) -> tuple[Key, ...]:
    """What the strokes of the score chart mean."""
    keys = [Key(words.say("key_score"), INK), Key(words.say("key_limit"), ALARM, (2, 3))]
    if onset:
        keys.append(Key(words.say("key_onset"), ONSET, (6, 3)))
    if alarm:
        keys.append(Key(words.say("key_alarm"), ALARM))
    return tuple(keys)


def tag_legend(words: Words, causes: Sequence[str]) -> tuple[Key, ...]:
    """What the strokes of the tag charts mean; ``causes`` are shown names."""
    simulated = [
        Key(words.say("key_simulated", cause=cause), colour, dash)
        for cause, (colour, dash) in zip(causes, STROKES, strict=False)
    ]
    return (Key(words.say("key_observed"), INK), Key(words.say("key_normal"), BAND, area=True), *simulated)


def predicted_legend(words: Words) -> tuple[Key, ...]:
    """What the strokes of the predicted charts mean."""
    return (
        Key(words.say("key_with"), "#00664b"),
        Key(words.say("key_with_band"), "#bfe3d6", area=True),
        Key(words.say("key_without"), STROKES[0][0], (7, 3)),
    )
