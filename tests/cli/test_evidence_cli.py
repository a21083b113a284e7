from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from assay.cli.root import run
from assay.kernel.action import Action, ActionState, Proposal, Write
from assay.kernel.context import RunContext
from assay.kernel.evidence import Evidence, EvidenceKind
from assay.kernel.policy import local_user
from assay.kernel.skill import Skill
from assay.kernel.tool import Effect, Result, Tool
from assay.plant.records import Records, open_records
from assay.skills.door import Found


class Arguments(BaseModel):
    x: int


async def double(arguments: Arguments, context: RunContext) -> Result:
    return Result({"y": 2 * arguments.x})


SKILL = Skill("demo", (Tool("demo.double", Effect.COMPUTE, Arguments, double, "a", "b"),), "texts")


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Records]:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path))
    monkeypatch.setenv("ASSAY_LANG", "en")
    monkeypatch.delenv("ASSAY_POLICY", raising=False)
    found = Found("demo", "demo", "1", "demo:skill", SKILL, None)
    monkeypatch.setattr("assay.skills.door.discover", lambda: [found])
    with open_records(tmp_path / "records.db") as opened:
        yield opened


def put(records: Records, x: int, y: int, **changes: Any) -> str:
    fields: dict[str, Any] = {"kind": EvidenceKind.COMPUTATION, "producer": "demo.double", "version": "1"}
    made = Evidence.make(**{**fields, **changes}, inputs={"x": x}, value={"y": y}, run=f"run_{x}")
    records.evidence.put(made)
    return made.id


def test_show_and_replay(records: Records, capsys: pytest.CaptureFixture[str]) -> None:
    right = put(records, 2, 4)
    assert run(["evidence", "show", right]) == 0
    assert '"y": 4' in capsys.readouterr().out
    assert run(["evidence", "show", right, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["value"] == {"y": 4}
    assert run(["evidence", "replay", right]) == 0
    choice = put(records, 3, 3, kind=EvidenceKind.CHOICE)
    assert run(["evidence", "replay", "--all"]) == 0
    assert "2 replayed: 1 same, 0 different, 1 recorded, 0 cannot" in capsys.readouterr().out
    assert run(["evidence", "show", "--run", "run_3", "--lang", "zh"]) == 0
    assert choice in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changes", "verdict"), [({}, "different"), ({"producer": "x.y"}, "cannot"), ({"version": "0"}, "cannot")]
)
def test_any_difference_ends_with_one(
    records: Records, capsys: pytest.CaptureFixture[str], changes: dict[str, Any], verdict: str
) -> None:
    put(records, 2, 4)
    wrong = put(records, 2, 5, **changes)
    assert run(["evidence", "replay", "--run", "run_2", "--json"]) == 1
    result = json.loads(capsys.readouterr().out)
    assert result["counts"][verdict] == 1
    assert [row["id"] for row in result["results"] if row["verdict"] == verdict] == [wrong]


def test_changed_evidence_is_a_difference_and_the_rest_goes_on(
    records: Records, capsys: pytest.CaptureFixture[str]
) -> None:
    put(records, 1, 2)
    broken = put(records, 2, 4)
    with records.evidence._database.write() as connection:
        connection.exec_driver_sql(f"UPDATE evidence SET value = '{{}}' WHERE id = '{broken}'")
    assert run(["evidence", "replay", "--all"]) == 1
    assert "1 same, 1 different" in capsys.readouterr().out


def test_what_is_not_there_is_one_sentence(records: Records, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["show", "ev_0"], ["show"], ["replay"], ["show", "--run", "run_9"], ["show", "a", "--run", "b"]):
        assert run(["evidence", *arguments]) == 2
        error = capsys.readouterr().err
        assert error.startswith("assay: ") and error.count("\n") == 1


def test_text_from_outside_cannot_steer_the_terminal(records: Records, capsys: pytest.CaptureFixture[str]) -> None:
    id = put(records, 1, 2, producer="a\x1b[2Jb", trusted=False)
    assert run(["evidence", "show", id]) == 0
    shown = capsys.readouterr()
    assert "\x1b" not in shown.out and "outside" in shown.err


def propose(records: Records, id: str = "act_1") -> Action:
    proposal = Proposal(
        plant="p",
        zone="control",
        writes=(Write(tag="XMV_10", value=45.0, unit="%", before=40.0),),
        reason="more cooling",
        evidence=("ev_1",),
        expires=datetime.now(UTC) + timedelta(hours=1),
    )
    action = Action(id=id, run="run_1", state=ActionState.PROPOSED, proposal=proposal)
    records.actions.create(action)
    return action


def allow(tmp_path: Path) -> None:
    policy = {
        "users": {local_user(): ["shift_lead"]},
        "roles": ["shift_lead"],
        "zones": ["control"],
        "approvals": [{"role": "shift_lead", "zone": "control"}],
    }
    (tmp_path / "policy.yaml").write_text(json.dumps(policy), encoding="utf-8")


def test_nobody_approves_without_a_policy(records: Records, capsys: pytest.CaptureFixture[str]) -> None:
    action = propose(records)
    digest = action.proposal.digest
    assert run(["actions", "approve", "act_1", "--role", "shift_lead", "--digest", digest]) == 3
    assert records.actions.get("act_1").state is ActionState.PROPOSED
    assert "refused" in records.audit.rows("act_1")[-1].what


def test_a_person_approves_what_was_shown(
    records: Records, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(tmp_path)
    action = propose(records)
    assert run(["actions", "list"]) == 0
    assert "40 -> 45 %" in capsys.readouterr().out
    assert run(["actions", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["digest"] == action.proposal.digest
    assert run(["actions", "approve", "act_1", "--role", "shift_lead", "--digest", "0" * 64]) == 3
    assert run(["actions", "approve", "act_1", "--role", "shift_lead", "--digest", action.proposal.digest]) == 0
    approved = records.actions.get("act_1")
    assert approved.state is ActionState.APPROVED and approved.approval is not None
    assert approved.approval.person == local_user()
    assert run(["actions", "reject", "act_1", "--role", "shift_lead", "--digest", action.proposal.digest]) == 3
    propose(records, "act_2")
    monkeypatch.setattr("typer.confirm", lambda question, abort: True)
    assert run(["actions", "reject", "act_2", "--role", "shift_lead", "--lang", "zh"]) == 0
    assert "已拒绝" in capsys.readouterr().out
    assert run(["actions", "list", "--all"]) == 0
    assert "rejected" in capsys.readouterr().out


def test_the_audit_record_is_verified(records: Records, capsys: pytest.CaptureFixture[str]) -> None:
    propose(records)
    assert run(["evidence", "audit"]) == 0
    with records.evidence._database.write() as connection:
        connection.exec_driver_sql("UPDATE audit SET who = 'x'")
    assert run(["evidence", "audit"]) == 1
    assert "row 1" in capsys.readouterr().err


def test_feedback_names_a_cause_outside_the_library(records: Records, capsys: pytest.CaptureFixture[str]) -> None:
    records.runs.start("run_1", caller="li", plant="tennessee_eastman", question="why?")
    for cause, said in (("IDV1", ""), ("none", ""), ("IDV99", "IDV99 is no cause of the failure library")):
        assert run(["evidence", "feedback", "--run", "run_1", "--cause", cause]) == 0
        out, err = capsys.readouterr()
        assert cause in out and err.startswith(said) and bool(err) == bool(said)
    assert [entry.true_cause for entry in records.feedback.of_run("run_1")] == ["IDV1", "none", "IDV99"]
