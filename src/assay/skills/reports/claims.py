"""Claims of a report: each sentence says the figure with its tag or alarm; the report shows the figure alone."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assay.kernel.claim import Claim, NameSlot, NumberSlot, Operand, Operation, Slot, TimeSlot
from assay.kernel.evidence import Evidence
from assay.kernel.render import Renderer, Texts
from assay.kernel.texts import Lang, text
from assay.plant.model import Plant
from assay.skills.reports.fields import FIELDS
from assay.skills.reports.template import Placeholder

TAG = "reports.name_tag"
ALARM_FIGURES: Mapping[str, tuple[str, int]] = {
    "count": ("annunciations", 0),
    "rate": ("rate/per_hour", 1),
    "peak": ("rate/max", 0),
    "floods": ("floods/count", 0),
}
"""Field -> (path in the key figures, decimals)."""
DIGITS = 4
"""Significant digits of a figure."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A field's claims with the line that the report shows for each, or the reason why there is none."""

    placeholder: Placeholder
    claims: tuple[Claim, ...] = ()
    lines: tuple[str, ...] = ()
    reason: str = ""
    picture: Mapping[str, Any] | None = field(default=None)


def texts_of(plant: Plant) -> Texts:
    """Texts by key, with the plant's names for its tags."""

    def find(key: str, lang: Lang = "en", /, **params: object) -> str:
        name = str(params.get("name", ""))
        return plant.tag(name).name.get(lang) if key == TAG and plant.has_tag(name) else text(key, lang, **params)

    return find


def made(one: Placeholder, found: Evidence, lang: Lang, renderer: Renderer) -> Shown:
    """The claims over one field's evidence."""
    kind = FIELDS[one.name].kind
    if kind == "alarms":
        return _alarms(one, found, lang, renderer)
    if kind == "list":
        return _list(one, found, lang, renderer)
    return _figure(one, found, lang, renderer)


def _slot(found: Evidence, path: str, unit: str = "", decimals: int = 0, of: Operation = Operation.VALUE) -> NumberSlot:
    operand = Operand(evidence=found.id, path=path)
    return NumberSlot(operands=(operand,), unit=unit, decimals=decimals, operation=of)


def _name(found: Evidence, path: str, key: str | None = None) -> NameSlot:
    return NameSlot(operand=Operand(evidence=found.id, path=path), text_key=key)


def _figure(one: Placeholder, found: Evidence, lang: Lang, renderer: Renderer) -> Shown:
    value: Any = found.value
    if value["value"] is None:
        return Shown(one, reason=text("reports.open_no_data", lang, tag=value["tag"]))
    what = value["what"]
    figure = _figure_slot(found, value)
    slots: dict[str, Slot] = {
        "tag": _name(found, "tag", TAG),
        "value": figure,
        "samples": _slot(found, "samples"),
    }
    if value["limit"] is not None:
        slots["limit"] = _slot(found, "limit", value["unit"], _decimals(value["limit"]))
    claim = Claim(id=one.raw, topic=what, key=f"reports.claim_{what}", slots=slots)
    return Shown(one, (claim,), (renderer.slot(figure, {found.id: found}),))


def charted(one: Placeholder, figures: Sequence[Evidence], lang: Lang, renderer: Renderer) -> Shown:
    """How many samples each line of a chart stands on; open where none has any."""
    drawn = [found for found in figures if found.at("value") is not None]
    if not drawn:
        return Shown(one, reason=text("reports.open_no_data", lang, tag=", ".join(one.arguments)))
    claims = []
    for found in drawn:
        slots: dict[str, Slot] = {"tag": _name(found, "tag", TAG), "value": _slot(found, "samples")}
        claims.append(Claim(id=f"{one.raw}#{found.id}", topic="chart", key="reports.claim_chart", slots=slots))
    evidence = {found.id: found for found in drawn}
    return Shown(one, tuple(claims), tuple(renderer.body(claim, evidence) for claim in claims))


def _figure_slot(found: Evidence, value: Mapping[str, Any]) -> NumberSlot:
    if value["what"] == "good":
        return _slot(found, "value", "%", 1, Operation.PERCENT)
    if value["what"].startswith("hours_"):
        return _slot(found, "value", "h", 2)
    return _slot(found, "value", value["unit"], _decimals(value["value"]))


def _decimals(value: float) -> int:
    """So many that DIGITS significant ones are shown."""
    if value == 0.0 or not math.isfinite(value):
        return 1
    return min(6, max(0, DIGITS - 1 - math.floor(math.log10(abs(value)))))


def _alarms(one: Placeholder, found: Evidence, lang: Lang, renderer: Renderer) -> Shown:
    path, decimals = ALARM_FIGURES[one.arguments[0]]
    if found.at(path) is None:
        return Shown(one, reason=text("reports.open_unproved", lang))
    slot = _slot(found, path, "", decimals)
    claim = Claim(id=one.raw, topic="alarms", key=f"reports.claim_alarms_{one.arguments[0]}", slots={"value": slot})
    return Shown(one, (claim,), (renderer.slot(slot, {found.id: found}),))


def _list(one: Placeholder, found: Evidence, lang: Lang, renderer: Renderer) -> Shown:
    value: Any = found.value
    if not value["list"]:
        slots: dict[str, Slot] = {"count": _slot(found, "count")}
        claim = Claim(id=one.raw, topic="list", key=f"reports.claim_none_{value['kind']}", slots=slots)
        return Shown(one, (claim,), (text("reports.none", lang),))
    claims = [_row(one, found, index, row, lang) for index, row in enumerate(value["list"])]
    if value["count"] > value.get("shown", value["count"]):
        part: dict[str, Slot] = {"shown": _slot(found, "shown"), "count": _slot(found, "count")}
        key = "reports.claim_part_first" if value["first"] else "reports.claim_part_last"
        claims.append(Claim(id=f"{one.raw}#part", topic="list", key=key, slots=part))
    lines = [renderer.body(claim, {found.id: found}) for claim in claims]
    return Shown(one, tuple(claims), tuple(lines))


def _row(one: Placeholder, found: Evidence, index: int, row: Mapping[str, Any], lang: Lang) -> Claim:
    path = f"list/{index}"
    slots: dict[str, Slot] = {"name": _name(found, f"{path}/name")}
    if "times" in row:
        slots["times"] = _slot(found, f"{path}/times")
        key = "claim_top"
    else:
        slots["time"] = TimeSlot(operand=Operand(evidence=found.id, path=f"{path}/time"))
        key = "claim_event" if row["what"] else "claim_event_bare"
        if row["what"]:
            slots["what"] = _name(found, f"{path}/said/{lang}" if row.get("said") else f"{path}/what")
    return Claim(id=f"{one.raw}#{index}", topic="list", key=f"reports.{key}", slots=slots)
