"""What the processes of ``test_records_processes`` do."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from assay.kernel.actions import ActionService
from assay.kernel.errors import AssayError
from assay.kernel.evidence import Evidence, EvidenceKind
from assay.kernel.policy import Policy
from assay.kernel.ports import TagLimits
from assay.plant.records import open_records

POLICY = Policy.parse(
    """
users: {li: [shift_lead], agent: [agent]}
roles: [shift_lead, agent]
zones: [control]
rules: [{role: agent, effect: write, tool: action.propose}]
approvals: [{role: shift_lead, zone: control}]
"""
)


class FilePlant:
    """A plant that is a file; every write adds a line."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def limits(self, tag: str) -> TagLimits | None:
        return TagLimits(tag, "%", "control", 0.0, 100.0, True)

    def names(self) -> frozenset[str]:
        return frozenset({"XMV_10"})

    async def read(self, tag: str) -> float:
        lines = self.path.read_text(encoding="utf-8").split() if self.path.exists() else []
        return float(lines[-1]) if lines else 40.0

    async def write(self, tag: str, value: float) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{value}\n")


def main(what: str, folder: Path, argument: str) -> None:
    """``store``: a hundred pieces of evidence; ``execute``: one action."""
    with open_records(folder / "records.db") as records:
        if what == "store":
            for n in range(50):
                records.evidence.put(
                    Evidence.make(
                        kind=EvidenceKind.OBSERVATION,
                        producer="a.b",
                        version="1",
                        inputs={"who": argument if n % 2 else "both"},
                        value=n,
                        run=f"run_{argument}",
                    )
                )
                records.audit.add(argument, "stored", str(n))
            print("stored")
            return
        plant = FilePlant(folder / "plant.txt")
        service = ActionService(records.actions, POLICY, plant, plant, settle=0.0)
        try:
            print(asyncio.run(service.execute(argument, by=f"process {id(service)}")).state.value)
        except AssayError as error:
            print(type(error).__name__)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
