"""Claims over health evidence: typed relations, filled and rendered by code."""

from __future__ import annotations

from typing import Any

from assay.kernel.claim import Claim, NameSlot, NamesSlot, NumberSlot, Operand, Operation, Slot, TimeSlot
from assay.kernel.evidence import Evidence

_SHOWN = {one: f"health.name_{one}" for one in ("deviation", "fouling", "efficiency", "pressure_drop", "stick_band")}


def number(
    found: Evidence, path: str, unit: str = "", decimals: int | None = None, operation: Operation = Operation.VALUE
) -> NumberSlot:
    """One number of a piece of evidence; decimals by its size when none are given."""
    if decimals is None:
        decimals = _decimals(found.at(path))
    return NumberSlot(
        operands=(Operand(evidence=found.id, path=path),), unit=unit, decimals=decimals, operation=operation
    )


def _decimals(value: Any) -> int:
    size = abs(float(value)) if isinstance(value, int | float) else 0.0
    if size >= 100 or size == 0:
        return 0
    return 1 if size >= 10 else 2 if size >= 1 else 3 if size >= 0.1 else 5


def name(found: Evidence, path: str, key: str | None = None) -> NameSlot:
    """One name of a piece of evidence."""
    return NameSlot(operand=Operand(evidence=found.id, path=path), text_key=key)


def moment(found: Evidence, path: str) -> TimeSlot:
    """One time of a piece of evidence."""
    return TimeSlot(operand=Operand(evidence=found.id, path=path))


def claim(key: str, topic: str, at: str = "", /, **slots: Slot) -> Claim:
    """A claim whose id is its key, with ``at`` where there are several."""
    return Claim(id=f"{key}{at}", topic=topic, key=f"health.{key}", slots=slots)


def health_claims(found: Evidence) -> list[Claim]:
    """State, remaining life, trend, reasons and the date to act: whatever the value holds."""
    value: Any = found.value
    clock = value["clock"]
    said = [_state(found)]
    if value["method"] == "vibration":
        said += _vibration(found)
    if value["life"] is not None:
        said += _life(found, clock)
    if value["trend"] is not None:
        said += _trend(found, clock)
    said += _reasons(found, clock)
    if value.get("heat_transfer") is not None:
        now, limit = (number(found, f"heat_transfer/{one}", "%", 0, Operation.PERCENT) for one in ("now", "limit"))
        said.append(claim("claim_heat_transfer", "trend", now=now, limit=limit))
    if value["method"] == "process":
        said.append(_process(found))
    if value.get("diagnosis") is not None:
        said += _diagnosis(found)
    if value.get("fleet") is not None:
        said.append(_fleet(found))
    if value.get("weibull") is not None:
        said.append(_weibull(found, clock))
    if value["act"] is not None:
        said += _act(found, clock)
    return said


def _state(found: Evidence) -> Claim:
    value: Any = found.value
    slots: dict[str, Slot] = {
        "asset": name(found, "asset"),
        "state": name(found, "state", f"health.state_{value['state']}"),
    }
    if value["because"] in ("soon", "cheapest"):
        slots["lead"] = number(found, "rules/lead", value["clock"])
    return claim(f"claim_state_{value['because']}", "state", **slots)


def _life(found: Evidence, clock: str) -> list[Claim]:
    life: Any = found.at("life")
    share = number(found, "life/confidence", "%", 0, Operation.PERCENT)
    if life["median"] is None or life["low"] is None:
        return (
            []
            if life["low"] is None
            else [claim("claim_life_low", "life", low=number(found, "life/low", clock), share=share)]
        )
    slots: dict[str, Slot] = {"low": number(found, "life/low", clock), "share": share}
    slots["median"] = number(found, "life/median", clock)
    capped = life["cap"] is not None and life["median"] >= life["cap"]
    if life["high"] is not None and not life["open"]:
        said = [claim("claim_life", "life", high=number(found, "life/high", clock), **slots)]
    elif capped:
        del slots["median"]
        said = [claim("claim_life_beyond", "life", cap=number(found, "life/cap", clock), **slots)]
    else:
        said = [claim("claim_life_open", "life", **slots)]
    if life["cap"] is not None:
        said.append(claim("claim_cap", "cap", cap=number(found, "life/cap", clock)))
    if life.get("median_at"):
        about: dict[str, Slot] = {"median": moment(found, "life/median_at"), "low": moment(found, "life/low_at")}
        if life.get("high_at"):
            said.append(claim("claim_dates", "life", high=moment(found, "life/high_at"), **about))
        else:
            said.append(claim("claim_dates_open", "life", **about))
    return said


def _trend(found: Evidence, clock: str) -> list[Claim]:
    trend: Any = found.at("trend")
    slots: dict[str, Slot] = {
        "indicator": name(found, "trend/indicator", _SHOWN.get(trend["indicator"])),
        "level": number(found, "trend/level"),
        "limit": number(found, "trend/limit"),
    }
    if trend["kind"] == "none":
        return [claim("claim_no_trend", "trend", **slots)]
    slots["slope"] = NumberSlot(
        operands=(Operand(evidence=found.id, path="trend/slope"),),
        unit=f"1/{clock}" if clock != "cycles" else "",
        decimals=_decimals(trend["slope"]),
        signed=True,
    )
    kind = "dated" if trend["since_at"] else "counted"
    slots["since"] = moment(found, "trend/since_at") if trend["since_at"] else number(found, "trend/since", clock)
    said = [claim(f"claim_trend_{kind}", "trend", **slots)]
    if trend["tested"]:
        tested, inside = number(found, "trend/tested", decimals=0), number(found, "trend/inside", decimals=0)
        said.append(claim("claim_own_past", "trend", tested=tested, inside=inside))
    return said


def _reasons(found: Evidence, clock: str) -> list[Claim]:
    value: Any = found.value
    said = []
    if value["reasons"] and value["method"] == "fleet":
        less = [i for i, one in enumerate(value["reasons"]) if one["value"] < 0 and one["tag"] != "age"][:3]
        if less:
            paths = tuple(Operand(evidence=found.id, path=f"reasons/{i}/tag") for i in less)
            most = number(found, f"reasons/{less[0]}/value", clock)
            said.append(claim("claim_shortened", "reasons", tags=NamesSlot(operands=paths), most=most))
    elif (
        value["reasons"]
        and value["trend"] is not None
        and (value["trend"]["abnormal"] or value["trend"]["kind"] != "none")
    ):
        paths = tuple(Operand(evidence=found.id, path=f"reasons/{i}/tag") for i in range(min(3, len(value["reasons"]))))
        share = number(found, "reasons/0/share", "%", 0, Operation.PERCENT)
        said.append(claim("claim_deviates", "reasons", tags=NamesSlot(operands=paths), share=share))
    if value.get("outside"):
        paths = tuple(Operand(evidence=found.id, path=f"outside/{i}/tag") for i in range(min(5, len(value["outside"]))))
        said.append(claim("claim_outside", "reasons", tags=NamesSlot(operands=paths)))
    return said


def _process(found: Evidence) -> Claim:
    """The figure now with its uncertainty, and against the clean one at the same load."""
    process: Any = found.at("process")
    if process["kind"] == "valve":
        slots: dict[str, Slot] = {one: number(found, f"process/{one}", "%", 2) for one in ("level", "sigma", "jump")}
        return claim("claim_valve", "figure", turns=number(found, "process/reversals", decimals=0), **slots)
    share = {one: number(found, f"process/{one}", "%", 1, Operation.PERCENT) for one in ("share", "share_sigma")}
    rows = number(found, "process/rows/used", decimals=0)
    if process["unit"] == "1":
        figure = {one: number(found, f"process/{one}", "%", 1, Operation.PERCENT) for one in ("level", "sigma")}
    else:
        figure = {one: number(found, f"process/{one}", process["unit"]) for one in ("level", "sigma")}
    key = "claim_efficiency" if process["unit"] == "1" else "claim_drop"
    return claim(f"{key}_assumed" if process["accuracy_assumed"] else key, "figure", rows=rows, **figure, **share)


def _fleet(found: Evidence) -> Claim:
    units = number(found, "fleet/failed", decimals=0)
    return claim("claim_fleet", "basis", units=units, life=number(found, "fleet/median_life", found.at("clock")))  # type: ignore[arg-type]


def _weibull(found: Evidence, clock: str) -> Claim:
    failures, running = (number(found, f"weibull/{one}", decimals=0) for one in ("failures", "running"))
    shape = {one: number(found, f"weibull/{one}", decimals=2) for one in ("shape", "shape_low", "shape_high")}
    shape["share"] = number(found, "weibull/confidence", "%", 0, Operation.PERCENT)
    scale = number(found, "weibull/scale", clock)
    return claim("claim_weibull", "basis", failures=failures, running=running, scale=scale, **shape)


def _act(found: Evidence, clock: str) -> list[Claim]:
    act: Any = found.at("act")
    rate = number(found, "act/rate")
    if act["wait"] is None:
        key = "claim_run_to_failure" if act["run_to_failure"] else "claim_not_in_sight"
        said = [claim(key, "act", rate=rate)]
    elif act["wait"] == 0:
        said = [claim("claim_act_now", "act", rate=rate)]
    else:
        risk = number(found, "act/risk", "%", 1, Operation.PERCENT)
        slots: dict[str, Slot] = {"wait": number(found, "act/wait", clock), "rate": rate, "risk": risk}
        said = [claim("claim_act", "act", **slots)]
        if act.get("at"):
            said.append(claim("claim_act_at", "act", at=moment(found, "act/at")))
    if act["wait"] is not None and act["rate_failure"] is not None and act["rate"]:
        failing = number(found, "act/rate_failure")
        said.append(claim("claim_against_failure", "act", rate=rate, failure=failing))
    half, double = (act["if_failure_cost"][one] for one in ("half", "double"))
    if act["wait"] is not None and half is not None and double is not None:
        waits = {one: number(found, f"act/if_failure_cost/{one}", clock) for one in ("half", "double")}
        said.append(claim("claim_sensitivity", "act", half=waits["half"], double=waits["double"]))
    return said


def _vibration(found: Evidence) -> list[Claim]:
    value: Any = found.value
    said = []
    if value["velocity"] is not None:
        slots: dict[str, Slot] = {"velocity": number(found, "velocity", "mm/s")}
        if value["zone"] is not None:
            said.append(
                claim(
                    "claim_zone", "severity", zone=name(found, "zone"), standard=name(found, "zone_standard"), **slots
                )
            )
        else:
            said.append(claim("claim_velocity", "severity", **slots))
    if value["bearing"] is not None:
        element = value["bearing"]["element"]
        sure = number(found, "bearing/probability", "%", 0, Operation.PERCENT)
        shown = name(found, "bearing/element", f"health.element_{element}")
        said.append(claim("claim_bearing", "bearing", element=shown, sure=sure))
    return said


def _diagnosis(found: Evidence) -> list[Claim]:
    ranked: Any = found.at("diagnosis/ranked")
    if not ranked:
        return [claim("claim_no_failure", "diagnosis", mode=name(found, "diagnosis/mode"))]
    said = []
    for index, one in enumerate(ranked[:2]):
        path = f"diagnosis/ranked/{index}"
        slots: dict[str, Slot] = {
            "standard": name(found, "diagnosis/standard"),
            "mode": name(found, f"{path}/mode", "health.name_mode"),
            "mechanism": name(found, f"{path}/mechanism", "health.name_mechanism"),
            "findings": NamesSlot(
                operands=tuple(Operand(evidence=found.id, path=f"{path}/for/{i}") for i in range(len(one["for"]))),
                text_keys=("health.name_finding",) * len(one["for"]),
            ),
        }
        if one["rule"] is not None:
            slots["rule"] = name(found, f"{path}/rule", "health.name_rule")
        key = "claim_failure" if one["rule"] is not None else "claim_failure_cases"
        said.append(claim(key, "diagnosis", f"_{index}", **slots).model_copy(update={"hedge": "health.probably"}))
    return said
