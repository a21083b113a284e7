"""The best measure of an investigation as a proposal: the same for the demonstration and for ``assay actions``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from assay.kernel.action import Proposal, Write

if TYPE_CHECKING:
    from assay.kernel.answer import Answer
    from assay.kernel.evidence import Evidence
    from assay.plant.model import Plant

PRODUCER = "investigate.measures"
SHORTEST = timedelta(minutes=15)


def measures_of(found: Sequence[Evidence]) -> Evidence | None:
    """The evidence of the measures among a run's evidence; the last one, None without any."""
    return next((one for one in reversed(found) if one.producer == PRODUCER), None)


def measure_proposal(plant: Plant, answer: Answer, found: Sequence[Evidence], life: timedelta) -> Proposal | None:
    """The best measure of a run as a proposal that expires after ``life``; every value comes from its evidence.

    None when no measure is worth a write, and when the answer was refused or does not state the measure: what did not
    pass the checks of the answer is not proposed either.
    """
    relief = measures_of(found)
    value: Any = None if relief is None else relief.value
    if relief is None or value["best"] is None or not _stated(answer, relief, len(value["best"]["writes"])):
        return None
    best = value["best"]
    return Proposal(
        plant=plant.id,
        zone=plant.zone_of(best["writes"][0]["tag"]),
        writes=tuple(Write(tag=w["tag"], value=w["value"], unit=w["unit"], before=w["before"]) for w in best["writes"]),
        reason=value["cause"],
        predicted={"alarms": len(best["alarms"]), "trips": best["trips"] > 0},
        evidence=(relief.id,),
        expires=datetime.now(UTC) + life,
    )


def _stated(answer: Answer, relief: Evidence, writes: int) -> bool:
    if answer.status.value == "refused":
        return False
    stated = [s for s in answer.sentences if s.claim.topic == "measure" and relief.id in s.evidence]
    return len(stated) >= writes
