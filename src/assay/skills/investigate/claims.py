"""Claims of an investigation: typed relations over the evidence of its tools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.kernel.claim import Claim, NameSlot, NamesSlot, NumberSlot, Operand, Operation, Slot, TimeSlot
from assay.kernel.evidence import Evidence
from assay.models.twin import NONE

TAG = "investigate.name_tag"
CAUSE = "investigate.name_cause"
EQUIPMENT = "investigate.name_equipment"
NAMED = 0.5  # from here a cause is called the probable one
SURE = 0.9
WORTH_NAMING = 0.1  # a library cause behind "none of them" that a reader should still hear of
_SIGN_SHIFT = 1.0
_WIDER = 0.4  # log of the ratio of spreads, about half as wide again


def number(
    evidence: Evidence, path: str, unit: str = "", decimals: int = 2, operation: Operation = Operation.VALUE
) -> NumberSlot:
    """One number of a piece of evidence."""
    operand = Operand(evidence=evidence.id, path=path)
    return NumberSlot(operands=(operand,), unit=unit, decimals=decimals, operation=operation)


def moment(evidence: Evidence, path: str) -> TimeSlot:
    """One time of a piece of evidence."""
    return TimeSlot(operand=Operand(evidence=evidence.id, path=path))


def name(evidence: Evidence, path: str, key: str | None) -> NameSlot:
    """One name of a piece of evidence, shown with its display text."""
    return NameSlot(operand=Operand(evidence=evidence.id, path=path), text_key=key)


def claim(key: str, topic: str, hedge: str | None = None, /, **slots: Slot) -> Claim:
    """A claim whose id is its key."""
    return Claim(id=key, topic=topic, key=f"investigate.{key}", slots=slots, hedge=hedge)


def normal_claims(history: Evidence, screen: Evidence) -> list[Claim]:
    """Nothing abnormal: over what, and how near the limit it came."""
    hours = number(history, "hours", "h", 1)
    return [claim("claim_normal", "abnormal", hours=hours, peak=number(screen, "peak", "", 2))]


def abnormal_claims(screen: Evidence) -> list[Claim]:
    """That something is abnormal, the alarm, the onset, and the tag that shows it most."""
    value: Any = screen.value
    detected = moment(screen, "detected")
    claims = [claim("claim_abnormal", "abnormal", time=detected, peak=number(screen, "peak", "", 1))]
    alarm = value["alarm"]
    if alarm and alarm["source"] == "process":
        claims.append(
            claim("claim_alarm", "alarm", tag=name(screen, "alarm/tag", TAG), time=moment(screen, "alarm/time"))
        )
    claims.append(claim("claim_onset", "onset", time=moment(screen, "onset")))
    shown = (_shown(screen, index) for index in range(len(value["contributions"])))
    claims.extend([made for made in shown if made is not None][:2])
    return claims


def _shown(screen: Evidence, index: int) -> Claim | None:
    """What one tag shows: a move, a wider spread, or nothing that a reader could see."""
    value: Any = screen.value
    entry, path = value["contributions"][index], f"contributions/{index}"
    tag = name(screen, f"{path}/tag", TAG)
    unit, decimals = entry["unit"], _decimals(entry["before"])
    moved = entry["after"] is not None and f"{entry['after']:.{decimals}f}" != f"{entry['before']:.{decimals}f}"
    if abs(entry["shift"]) < _SIGN_SHIFT or not moved:
        wider = entry["spread"] > _WIDER
        spread = Claim(id=f"claim_spread_{index}", topic="where", key="investigate.claim_spread", slots={"tag": tag})
        return spread if wider else None
    slots: dict[str, Slot] = {
        "tag": tag,
        "before": number(screen, f"{path}/before", unit, decimals),
        "after": number(screen, f"{path}/after", unit, decimals),
    }
    return Claim(id=f"claim_shift_{index}", topic="where", key="investigate.claim_shift", slots=slots)


def place_claims(place: Evidence) -> list[Claim]:
    """The equipment with the largest share of the deviation."""
    share = number(place, "0/share", "%", 0, Operation.PERCENT)
    return [claim("claim_where", "where", equipment=name(place, "0/equipment", EQUIPMENT), share=share)]


def cause_claims(tested: Evidence) -> list[Claim]:
    """The most probable cause (or that none fits), what it cannot be told from, and what was ruled out."""
    value: Any = tested.value
    first = value["causes"][0]
    probability = number(tested, "causes/0/probability", "%", 0, Operation.PERCENT)
    if first["id"] == NONE or first["probability"] < NAMED:
        claims = [_undecided(tested, first)]
    else:
        hedge = "investigate.hedge_sure" if first["probability"] >= SURE else "investigate.hedge_probable"
        slots: dict[str, Slot] = {"cause": name(tested, "causes/0/id", CAUSE), "probability": probability}
        claims = [claim("claim_cause", "cause", hedge, **slots)]
    if first["id"] == NONE and len(value["causes"]) > 1 and value["causes"][1]["probability"] >= WORTH_NAMING:
        second = number(tested, "causes/1/probability", "%", 0, Operation.PERCENT)
        next_one = name(tested, "causes/1/id", CAUSE)
        claims.append(claim("claim_next", "similar", cause=next_one, probability=second))
    if value.get("similar"):
        names = NamesSlot(
            operands=tuple(Operand(evidence=tested.id, path=f"similar/{key}") for key in ("first", "second")),
            text_keys=(CAUSE, CAUSE),
        )
        claims.append(claim("claim_similar", "similar", causes=names, tag=name(tested, "similar/tag", TAG)))
    claims.extend(_ruled_out(tested, index) for index in range(min(3, len(value.get("ruled_out", ())))))
    return claims


def _undecided(tested: Evidence, first: Mapping[str, Any]) -> Claim:
    value: Any = tested.value
    place = next(index for index, cause in enumerate(value["causes"]) if cause["id"] == NONE)
    probability = number(tested, f"causes/{place}/probability", "%", 0, Operation.PERCENT)
    if first["id"] == NONE:
        return claim("claim_none", "cause", probability=probability)
    best = number(tested, "causes/0/probability", "%", 0, Operation.PERCENT)
    return claim("claim_open", "cause", cause=name(tested, "causes/0/id", CAUSE), probability=best)


def _ruled_out(tested: Evidence, index: int) -> Claim:
    value: Any = tested.value
    entry, path = value["ruled_out"][index], f"ruled_out/{index}"
    decimals = _decimals(entry["observed"])
    slots: dict[str, Slot] = {
        "cause": name(tested, f"{path}/id", CAUSE),
        "tag": name(tested, f"{path}/tag", TAG),
        "observed": number(tested, f"{path}/observed", entry["unit"], decimals),
        "simulated": number(tested, f"{path}/simulated", entry["unit"], decimals),
    }
    return Claim(id=f"claim_ruled_out_{index}", topic="ruled_out", key="investigate.claim_ruled_out", slots=slots)


def twin_claims(tested: Evidence) -> list[Claim]:
    """How well the twin fits the normal stretch, and how many runs were compared."""
    fits = number(tested, "fit/means", "%", 0, Operation.PERCENT)
    spreads = number(tested, "fit/spreads", "%", 0, Operation.PERCENT)
    runs = number(tested, "library_runs", "", 0)
    return [claim("claim_twin", "twin", means=fits, spreads=spreads, runs=runs)]


def measure_claims(relief: Evidence) -> list[Claim]:
    """The best measure with its predicted effect, or that none is worth a write."""
    value: Any = relief.value
    if value["best"] is None:
        return [claim("claim_no_measure", "measure", candidates=number(relief, "candidates", "", 0))]
    claims = [_write(relief, index, write) for index, write in enumerate(value["best"]["writes"])]
    trips, without = value["best"]["trips"], value["nothing"]["trips"]
    if without > trips:
        first = number(relief, "nothing/first_trip_hours", "h", 1)
        key = "claim_trip_avoided" if trips == 0 else "claim_trip_later"
        claims.append(claim(key, "effect", hours=first))
    elif trips > 0:
        claims.append(claim("claim_trip_stays", "effect", hours=number(relief, "best/first_trip_hours", "h", 1)))
    for key in ("cleared", "raised"):
        if tags := value["best"][f"{key}_tags"]:
            operands = tuple(Operand(evidence=relief.id, path=f"best/{key}_tags/{i}") for i in range(len(tags)))
            names = NamesSlot(operands=operands, text_keys=(TAG,) * len(tags))
            claims.append(claim(f"claim_{key}", "effect", tags=names))
    return claims


def _write(relief: Evidence, index: int, write: Mapping[str, Any]) -> Claim:
    path = f"best/writes/{index}"
    decimals = _decimals(write["value"])
    slots: dict[str, Slot] = {
        "tag": name(relief, f"{path}/tag", TAG),
        "before": number(relief, f"{path}/before", write["unit"], decimals),
        "value": number(relief, f"{path}/value", write["unit"], decimals),
    }
    return Claim(id=f"claim_write_{index}", topic="measure", key="investigate.claim_write", slots=slots)


def _decimals(value: float) -> int:
    size = abs(value)
    return 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 1 else 4
