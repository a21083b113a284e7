"""Several processes on one file at once."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assay.kernel.action import ActionState, Proposal, Write
from assay.kernel.actions import ActionService
from assay.plant.records import open_records

WORKER = Path(__file__).with_name("records_worker.py")


def together(what: str, folder: Path, arguments: list[str]) -> list[str]:
    """Start one process for each argument, all at once; what each printed."""
    started = [
        subprocess.Popen([sys.executable, str(WORKER), what, str(folder), argument], stdout=subprocess.PIPE, text=True)
        for argument in arguments
    ]
    return [process.communicate(timeout=120)[0].strip() for process in started]


def test_processes_that_create_and_fill_the_same_file(tmp_path: Path) -> None:
    assert together("store", tmp_path, ["a", "b", "c"]) == ["stored"] * 3
    with open_records(tmp_path / "records.db") as records:
        assert len(records.evidence.ids()) == 25 + 3 * 25
        assert [len(records.evidence.of_run(f"run_{who}")) for who in "abc"] == [50, 50, 50]
        assert records.verify_audit() == 150
    assert not list(tmp_path.glob("*.bak-*"))


def test_of_processes_that_execute_one_action_exactly_one_writes(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("records_worker", WORKER)
    assert spec is not None and spec.loader is not None
    worker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(worker)
    with open_records(tmp_path / "records.db") as records:
        plant = worker.FilePlant(tmp_path / "plant.txt")
        service = ActionService(records.actions, worker.POLICY, plant, plant)
        proposal = Proposal(
            plant="p",
            zone="control",
            writes=(Write(tag="XMV_10", value=41.0, unit="%", before=40.0),),
            reason="x",
            evidence=("ev_1",),
            expires=datetime.now(UTC) + timedelta(hours=1),
        )
        action = service.propose(proposal, run="r", caller=worker.POLICY.caller("agent"))
        service.decide(action.id, person="li", role="shift_lead", digest=proposal.digest, approve=True)
        said = together("execute", tmp_path, [action.id] * 3)
        assert sorted(said)[-1] == "executed" and said.count("executed") == 1, said
        assert set(said) <= {"executed", "Refused", "BusyError"}
        assert plant.path.read_text(encoding="utf-8") == "41.0\n"
        assert records.actions.get(action.id).state is ActionState.EXECUTED
        records.verify_audit()
