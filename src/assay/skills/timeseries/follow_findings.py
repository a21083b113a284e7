"""Alarms of the live detector as evidence and as events of the plant's records: each one once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from assay.kernel.context import new_run_id
from assay.kernel.evidence import Evidence, EvidenceKind
from assay.kernel.texts import text
from assay.plant.blobs import history_blob, keep_json
from assay.plant.records import Event, EventKind, Records
from assay.plant.series import Frame
from assay.skills.timeseries.follow_value import PRODUCER, VERSION, FollowArguments
from assay.skills.timeseries.tools import TOLERANCE

SOURCE = "assay.skills.timeseries.follow"
RAISED, RETURNED = "detector_alarm", "detector_returned"


@dataclass(slots=True)
class Findings:
    """Writes for one plant (``plant``: its id) what one judge (``judge``: normal, model, false_alarms) found."""

    records: Records
    plant: str
    judge: dict[str, Any]
    run: str = field(default_factory=new_run_id)

    def raised(self, value: dict[str, Any], memory: dict[str, Any], window: Frame) -> tuple[dict[str, Any], bool]:
        """Keep the rows, the evidence and the event of an alarm; what is told of it, and whether it is new."""
        time = datetime.fromisoformat(value["time"])
        if (known := self._known(time, RAISED)) is not None:
            return {**value, "evidence": known.data.get("evidence")}, False
        given = FollowArguments(**self.judge, memory=keep_json(memory), window=history_blob(window))
        evidence = Evidence.make(
            kind=EvidenceKind.COMPUTATION,
            producer=PRODUCER,
            version=VERSION,
            inputs=given.model_dump(mode="json"),
            value=value,
            run=self.run,
            tolerance=TOLERANCE,
        )
        self.records.evidence.put(evidence)
        told = {**value, "evidence": evidence.id}
        self._add(time, RAISED, "follow_alarm", told)
        return told, True

    def returned(self, alarm: dict[str, Any], time: datetime) -> tuple[dict[str, Any], bool]:
        """Keep the event of an alarm's end; what is told of it, and whether it is new."""
        told = {**alarm, "ended": time.isoformat().replace("+00:00", "Z")}
        if self._known(time, RETURNED) is not None:
            return told, False
        self._add(time, RETURNED, "follow_ended", told)
        return told, True

    def _known(self, time: datetime, state: str) -> Event | None:
        found = self.records.events.query(
            self.plant, time, time + timedelta(microseconds=1), kinds=[EventKind.FINDING], limit=1000
        )
        mine = (one for one in found if one.source == SOURCE and one.state == state)
        return next((one for one in mine if one.data.get("judge") == self.judge), None)

    def _add(self, time: datetime, state: str, key: str, told: dict[str, Any]) -> None:
        event = Event(
            time=time,
            plant=self.plant,
            tag=leading(told),
            kind=EventKind.FINDING,
            state=state,
            message=text(f"timeseries.{key}", "en", **shown(told)),
            source=SOURCE,
            data={**told, "judge": self.judge},
        )
        self.records.events.add([event])


def leading(told: dict[str, Any]) -> str:
    """The tag that makes most of the alarm."""
    names = [*told["moved"], *(one["tag"] for one in told["tags"])]
    return str(names[0]) if names else ""


def shown(told: dict[str, Any]) -> dict[str, Any]:
    """What an alarm's sentence is filled with."""
    names = [*told["moved"][:3], *(f"{one['tag']} {100 * one['share']:.0f} %" for one in told["tags"][:5])]
    figures: dict[str, Any] = {name: f"{told[name]:.3g}" for name in ("score", "threshold", "peak") if name in told}
    return {**told, **figures, "tags": ", ".join(names) or "-", "count": len(told["tags"])}
