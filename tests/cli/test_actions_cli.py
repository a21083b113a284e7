"""From a run or a person's idea to a write on a foreign OPC UA server and back, through the commands."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

_CONFTEST = Path(__file__).parents[1] / "connectors" / "conftest.py"
_spec = importlib.util.spec_from_file_location("assay_tests_connectors", _CONFTEST)
assert _spec is not None and _spec.loader is not None
_shared = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_shared)
own_home = _shared.own_home  # the fixture

from assay_tests_foreign import Threaded, plant_folder, threaded  # noqa: E402

from assay.cli.root import run  # noqa: E402
from assay.kernel.action import Action, ActionState, Proposal, Write  # noqa: E402
from assay.kernel.answer import Answer, Sentence, Status  # noqa: E402
from assay.kernel.claim import Claim  # noqa: E402
from assay.kernel.evidence import Evidence, EvidenceKind  # noqa: E402
from assay.kernel.policy import local_user  # noqa: E402
from assay.plant.home import home  # noqa: E402
from assay.plant.records import Records, open_records  # noqa: E402

RUN = "run_1"


@pytest.fixture(autouse=True)
def policy(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The local user may propose and approve in the control zone."""
    monkeypatch.setenv("ASSAY_LANG", "en")
    monkeypatch.delenv("ASSAY_POLICY", raising=False)
    return allow("shift_lead", "engineer")


def allow(*roles: str) -> Path:
    rules = [{"role": "engineer", "effect": "write", "tool": "action.propose", "zone": "control"}]
    content = {
        "users": {local_user(): list(roles)},
        "roles": ["engineer", "shift_lead"],
        "zones": ["control"],
        "rules": rules,
        "approvals": [{"role": "shift_lead", "zone": "control"}],
    }
    path = home() / "policy.yaml"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.fixture
def records(own_home: Path) -> Iterator[Records]:
    with open_records(home() / "records.db") as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return plant_folder(tmp_path / "vessel")


@pytest.fixture
def server(own_home: Path) -> Iterator[Threaded]:
    with threaded() as held:
        yield held


def measured(records: Records, folder: Path, value: float = 55.0, before: float = 50.0) -> Evidence:
    """A run whose best measure raises the set point."""
    write = {"tag": "SP_LEVEL", "value": value, "before": before, "unit": "%"}
    found = Evidence.make(
        kind=EvidenceKind.COMPUTATION,
        producer="investigate.measures",
        version="1",
        inputs={"plant": str(folder)},
        value={"cause": "leak", "best": {"writes": [write], "alarms": ["LEVEL H"], "trips": 0.0}},
        run=RUN,
    )
    records.evidence.put(found)
    return found


def answered(records: Records, relief: Evidence, status: Status = Status.VERIFIED, topic: str = "measure") -> None:
    claim = Claim(id="claim_write_0", topic=topic, key="investigate.claim_write", slots={})
    stated = Sentence(claim=claim, text="Raise the set point.", evidence=(relief.id,))
    records.runs.start(RUN, caller="li", plant="vessel", question="?")
    records.runs.finish(Answer(run=RUN, status=status, lang="en", sentences=(stated,)))


def act(records: Records, folder: Path, *, approve: bool = True, **changes: Any) -> Action:
    """An action as proposed, and approved by the local user."""
    relief = measured(records, folder)
    fields = {
        "plant": "vessel",
        "zone": "control",
        "writes": (Write(tag="SP_LEVEL", value=55.0, unit="%", before=50.0),),
        "reason": "leak",
        "evidence": (relief.id,),
        "expires": datetime.now(UTC) + timedelta(hours=1),
    }
    proposal = Proposal(**{**fields, **changes})
    action = Action(id="act_1", run=RUN, state=ActionState.PROPOSED, proposal=proposal)
    records.actions.create(action)
    if approve:
        assert run(["actions", "approve", "act_1", "--role", "shift_lead", "--digest", proposal.digest]) == 0
    return action


def state(records: Records) -> ActionState:
    return records.actions.get("act_1").state


def test_a_runs_measure_is_proposed_approved_written_read_back_and_rolled_back(
    records: Records, folder: Path, server: Threaded, capsys: pytest.CaptureFixture[str]
) -> None:
    answered(records, measured(records, folder))
    assert run(["actions", "propose", "--run", RUN, "--valid", "30min", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    id, digest = made["id"], made["digest"]
    assert made["proposal"]["reason"] == "leak" and made["proposal"]["predicted"] == {"alarms": 1, "trips": False}
    left = datetime.fromisoformat(made["proposal"]["expires"]) - datetime.now(UTC)
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)
    assert run(["actions", "execute", id, "--endpoint", server.endpoint]) == 3  # nobody has approved it
    assert server.shows("SP_LEVEL") == 50.0
    assert run(["actions", "approve", id, "--role", "shift_lead", "--digest", digest]) == 0
    assert f"assay actions execute {id}" in capsys.readouterr().out
    assert run(["actions", "execute", id, "--endpoint", server.endpoint]) == 0
    said = capsys.readouterr().out
    assert server.shows("SP_LEVEL") == 55.0
    assert "SP_LEVEL = 55" in said and f"assay actions rollback {id}" in said
    assert run(["actions", "execute", id, "--endpoint", server.endpoint]) == 3  # once only
    assert run(["actions", "rollback", id, "--endpoint", server.endpoint, "--lang", "zh"]) == 0
    assert server.shows("SP_LEVEL") == 50.0 and "已回滚" in capsys.readouterr().out
    assert run(["actions", "rollback", id, "--endpoint", server.endpoint]) == 3
    assert records.verify_audit() > 0


@pytest.mark.long
def test_as_a_process_of_its_own(records: Records, folder: Path, server: Threaded) -> None:
    act(records, folder)
    for command, value, after in (("execute", 55.0, "executed"), ("rollback", 50.0, "rolled_back")):
        line = [sys.executable, "-m", "assay", "actions", command, "act_1", "--json"]
        environment = {**os.environ, "ASSAY_OPCUA_ENDPOINT": server.endpoint}
        done = subprocess.run(line, capture_output=True, text=True, timeout=60, env=environment, check=False)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["state"] == after and server.shows("SP_LEVEL") == value


def test_a_person_proposes_from_the_present_value(
    records: Records, folder: Path, server: Threaded, capsys: pytest.CaptureFixture[str]
) -> None:
    server.do(server.server.put("SP_LEVEL", 47.5))
    relief = measured(records, folder)
    line = ["actions", "propose", "--plant", str(folder), "--endpoint", server.endpoint, "--reason", "leak"]
    assert run([*line, "--set", "SP_LEVEL=60", "--evidence", relief.id]) == 0
    assert "47.5 -> 60 %" in capsys.readouterr().out
    for given, code in (("SP_LEVEL=95", 3), ("LEVEL=50", 3), ("SP_LEVEL=high", 2), ("NOWHERE=1", 2)):
        assert run([*line, "--set", given, "--evidence", relief.id]) == code
    assert run([*line, "--set", "SP_LEVEL=60"]) == 3  # no evidence
    assert run([*line, "--set", "SP_LEVEL=60", "--evidence", "ev_0"]) == 2
    assert server.shows("SP_LEVEL") == 47.5
    allow("shift_lead")
    assert run([*line, "--set", "SP_LEVEL=60", "--evidence", relief.id]) == 3
    assert "action.propose" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("status", "topic", "value", "code"),
    [
        (Status.PARTLY_VERIFIED, "measure", 55.0, 0),
        (Status.REFUSED, "measure", 55.0, 3),
        (Status.VERIFIED, "effect", 55.0, 3),  # the measure itself did not pass the answer's checks
        (Status.VERIFIED, "measure", 95.0, 3),  # beyond the limit of the tag
    ],
)
def test_only_what_an_answer_states_is_proposed(
    records: Records, folder: Path, status: Status, topic: str, value: float, code: int
) -> None:
    answered(records, measured(records, folder, value), status, topic)
    assert run(["actions", "propose", "--run", RUN]) == code
    assert len(records.actions.list()) == (code == 0)


def test_runs_without_measures_and_wrong_options_are_one_sentence(
    records: Records, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    records.runs.start(RUN, caller="li", plant="vessel", question="?")
    cases = [(["--run", RUN], 3), (["--run", "run_9"], 2), ([], 2), (["--set", "SP_LEVEL=1"], 2)]
    cases += [(["--run", RUN, "--valid", valid], 2) for valid in ("5min", "25h", "soon")]
    for arguments, code in cases:
        assert run(["actions", "propose", *arguments]) == code
        said = capsys.readouterr().err
        assert said.startswith("assay: ") and said.count("\n") == 1


def test_an_expired_approval_writes_nothing(
    records: Records, folder: Path, server: Threaded, monkeypatch: pytest.MonkeyPatch
) -> None:
    act(records, folder, expires=datetime.now(UTC) + timedelta(minutes=30))
    later = datetime.now(UTC) + timedelta(hours=1)
    # The service's clock is its default argument.
    from assay.kernel.actions import ActionService

    monkeypatch.setattr(ActionService.__init__, "__defaults__", (lambda: later,))
    assert run(["actions", "execute", "act_1", "--endpoint", server.endpoint]) == 3
    assert state(records) is ActionState.EXPIRED and server.shows("SP_LEVEL") == 50.0


def test_a_plant_that_has_moved_on_is_not_written(
    records: Records, folder: Path, server: Threaded, capsys: pytest.CaptureFixture[str]
) -> None:
    act(records, folder)
    server.do(server.server.put("SP_LEVEL", 53.0))
    assert run(["actions", "execute", "act_1", "--endpoint", server.endpoint]) == 3
    assert "53" in capsys.readouterr().err and server.shows("SP_LEVEL") == 53.0
    server.do(server.server.put("SP_LEVEL", 50.0))
    assert run(["actions", "execute", "act_1", "--endpoint", server.endpoint]) == 0
    # An operator has moved it since: what a person did is not undone unseen.
    server.do(server.server.put("SP_LEVEL", 58.0))
    assert run(["actions", "rollback", "act_1", "--endpoint", server.endpoint]) == 3
    assert server.shows("SP_LEVEL") == 58.0 and state(records) is ActionState.EXECUTED


def test_an_approver_who_lost_the_right_is_refused(records: Records, folder: Path, server: Threaded) -> None:
    act(records, folder)
    allow("engineer")
    assert run(["actions", "execute", "act_1", "--endpoint", server.endpoint]) == 3
    assert server.shows("SP_LEVEL") == 50.0


def test_limits_are_those_of_the_plant_file_now(records: Records, folder: Path, server: Threaded) -> None:
    act(records, folder)
    path = folder / "plant.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("[10, 90]", "[10, 52]"), encoding="utf-8")
    assert run(["actions", "execute", "act_1", "--endpoint", server.endpoint]) == 3
    assert server.shows("SP_LEVEL") == 50.0


def test_a_link_that_is_absent_or_wrong_leaves_the_action_as_it_was(
    records: Records, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    act(records, folder)
    assert run(["actions", "execute", "act_1"]) == 2  # no endpoint is known
    assert run(["actions", "execute", "act_1", "--endpoint", "opc.tcp://127.0.0.1:1/"]) == 1
    with threaded(namespace="urn:other:plant") as other:
        assert run(["actions", "execute", "act_1", "--endpoint", other.endpoint]) == 2
        assert other.shows("SP_LEVEL") == 50.0
    assert "urn:acme:vessel" in capsys.readouterr().err
    assert state(records) is ActionState.APPROVED
    moved = records.actions.get("act_1").model_copy(update={"state": ActionState.EXECUTING})
    records.actions.advance(moved, expected="approved", by="test")
    assert run(["actions", "rollback", "act_1", "--interrupted", "--endpoint", "opc.tcp://127.0.0.1:1/"]) == 1
    assert state(records) is ActionState.EXECUTING


def test_an_interrupted_write_is_taken_back(records: Records, folder: Path, server: Threaded) -> None:
    action = act(records, folder)
    moved = records.actions.get("act_1").model_copy(update={"state": ActionState.EXECUTING})
    records.actions.advance(moved, expected="approved", by="test")
    server.do(server.server.put("SP_LEVEL", action.proposal.writes[0].value))
    assert run(["actions", "rollback", "act_1", "--endpoint", server.endpoint]) == 3
    assert run(["actions", "rollback", "act_1", "--endpoint", server.endpoint, "--interrupted"]) == 0
    assert server.shows("SP_LEVEL") == 50.0 and state(records) is ActionState.ROLLED_BACK


def test_a_server_that_takes_no_write_ends_with_one_and_says_so(
    records: Records, folder: Path, server: Threaded, capsys: pytest.CaptureFixture[str]
) -> None:
    act(records, folder)
    server.do(server.server.lock("SP_LEVEL"))
    assert run(["actions", "execute", "act_1", "--endpoint", server.endpoint]) == 1
    assert "check" in capsys.readouterr().out and state(records) is ActionState.FAILED
    assert server.shows("SP_LEVEL") == 50.0


HALF = Write(tag="SP_LEVEL", value=55.4, unit="%", before=50.0)  # a server of whole numbers cannot show it


@pytest.mark.long
def test_a_value_that_does_not_arrive_is_taken_back(records: Records, folder: Path) -> None:
    act(records, folder, writes=(HALF,))
    with threaded(whole=True) as server:
        assert run(["actions", "execute", "act_1", "--endpoint", server.endpoint]) == 1
        assert server.shows("SP_LEVEL") == 50.0
    assert state(records) is ActionState.ROLLED_BACK


@pytest.mark.long
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_who_stops_a_write_leaves_nothing_half_written(records: Records, folder: Path, sign: signal.Signals) -> None:
    act(records, folder, writes=(HALF,))
    with threaded(whole=True) as server:
        line = [sys.executable, "-m", "assay", "actions", "execute", "act_1", "--endpoint", server.endpoint]
        # A test run in the background has Ctrl-C switched off, and children inherit that.
        heard = partial(signal.signal, sign, signal.SIG_DFL)
        process = subprocess.Popen(
            line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heard
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while server.shows("SP_LEVEL") == 50.0:  # written, and waiting for the read-back
            assert time.monotonic() < deadline and process.poll() is None
        process.send_signal(sign)
        _, said = process.communicate(timeout=60)
        assert process.returncode == 130 and "rolled back" in said and "Traceback" not in said
        assert server.shows("SP_LEVEL") == 50.0
    assert state(records) is ActionState.ROLLED_BACK


def test_the_plant_is_found_by_its_evidence_or_named(
    records: Records, folder: Path, server: Threaded, tmp_path: Path
) -> None:
    act(records, folder)
    folder.rename(tmp_path / "moved")
    assert run(["actions", "execute", "act_1", "--endpoint", server.endpoint]) == 2
    assert run(["actions", "execute", "act_1", "--endpoint", server.endpoint, "--plant", "tennessee_eastman"]) == 3
    assert run(["actions", "execute", "act_1", "--endpoint", server.endpoint, "--plant", str(tmp_path / "moved")]) == 0
    assert server.shows("SP_LEVEL") == 55.0
