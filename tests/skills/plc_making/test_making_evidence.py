"""A generated program leaves evidence that is judged again, and coverage that names what did not run."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from assay.cli.root import run
from assay.kernel.evidence import Evidence
from assay.plant.home import home
from assay.plant.records import Records, open_records
from assay.skills.plc.making.bundle import document, write
from assay.skills.plc.making.covering import coverage_document, covered
from assay.skills.plc.making.gates import Wanted, judge
from assay.skills.plc.making.interface import read_interface
from assay.skills.plc.making.release import Release
from assay.skills.plc.making.requirement import parse_requirement
from assay.skills.plc.making.runner import record
from assay.skills.plc.making.work import Made, Task, make

FACE = """FUNCTION_BLOCK FB_Fan
VAR_INPUT Hot : BOOL; Door : BOOL; END_VAR
VAR_OUTPUT Fan : BOOL; END_VAR
END_FUNCTION_BLOCK"""
WANTED = [
    {"id": "P1", "kind": "implication", "when": "Hot AND NOT Door", "then": "Fan", "text": "runs when hot and closed"},
    {"id": "P2", "kind": "implication", "when": "Door", "then": "NOT Fan", "text": "the door stops it"},
    {"id": "P3", "kind": "implication", "when": "NOT Hot", "then": "NOT Fan", "text": "only when hot"},
]


def suite(**expect: bool) -> dict[str, Any]:
    step = {"set": {"Hot": True, "Door": False}, "scans": 2, "expect": expect}
    return {"pou": "FB_Fan", "scan": "100ms", "cases": [{"name": "热且关 1", "steps": [step]}]}


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Records]:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ASSAY_LANG", "en")
    monkeypatch.delenv("ASSAY_POLICY", raising=False)
    with open_records(home() / "records.db") as opened:
        yield opened


@cache
def first() -> Made:
    """A released program with what tested it; making it takes a second."""
    return made()


def quick() -> Made:
    """The same without its small faults: judged again in no time."""
    return replace(first(), adequacy=None)


def made(**more: Any) -> Made:
    asked = parse_requirement("The fan runs when it is hot and the door is closed.")
    task = Task(asked, **{"interface": FACE, "properties": WANTED, "tests": suite(Fan=True), **more})
    return asyncio.run(make(task, None))


def kept(records: Records, result: Made) -> Evidence:
    _, answer, evidence = asyncio.run(record(result, records, "en"))
    assert answer is not None and evidence is not None
    return evidence


def test_what_was_shown_of_a_program_is_recorded_and_judged_again(
    records: Records, capsys: pytest.CaptureFixture[str]
) -> None:
    for lang in ("en", "zh"):
        result, answer, evidence = asyncio.run(record(first(), records, lang))
        assert result.release.released and answer is not None and evidence is not None
        assert answer.status.value == "verified" and not answer.dropped
        said = [one.text for one in answer.sentences]
        assert any("P1" in one and "PROVED" in one for one in said) and any("热且关 1" in one for one in said)
    value: Any = evidence.value
    assert value["status"] == "released" and value["unit"] == "FB_Fan"
    assert [(one["id"], one["status"]) for one in value["properties"]] == [(f"P{n}", "PROVED") for n in (1, 2, 3)]
    assert value["tests"] == [{"name": "热且关 1", "passed": True, "scans": 2}]
    assert value["adequacy"]["killed"] == value["adequacy"]["told_apart"] > 3
    assert {"program", "properties", "tests", "requirement"} <= evidence.inputs.keys()
    assert FACE not in json.dumps(evidence.inputs)
    assert run(["evidence", "replay", evidence.id]) == 0
    assert run(["evidence", "show", evidence.id, "--lang", "zh"]) == 0
    assert "P1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "whole"),
    [
        (lambda value: value["properties"][0].update(status="REFUTED"), False),
        (lambda value: value["tests"][0].update(passed=False), False),
        (lambda value: value["coverage"]["statements"].update(covered=0), False),
        (lambda value: value["adequacy"].update(killed=0), True),
        (lambda value: value.update(status="released", reasons=[]), False),
    ],
    ids=["verdict", "test", "coverage", "adequacy", "release"],
)
def test_a_record_that_says_something_else_does_not_replay(records: Records, change: Any, whole: bool) -> None:
    right = kept(records, first() if whole else quick())
    value = json.loads(json.dumps(right.value))
    change(value)
    forged = Evidence.make(
        kind=right.kind, producer=right.producer, version=right.version, inputs=right.inputs, value=value, run="forged"
    )
    records.evidence.put(forged)
    assert run(["evidence", "replay", forged.id]) == 1


def test_a_kept_program_that_was_altered_does_not_replay(records: Records, capsys: pytest.CaptureFixture[str]) -> None:
    evidence = kept(records, quick())
    sha = str(evidence.inputs["program"])
    path = home() / "blobs" / sha[:2] / f"{sha}.json"
    path.write_text(path.read_text(encoding="utf-8").replace("Fan := TRUE", "Fan := FALSE"), encoding="utf-8")
    assert run(["evidence", "replay", evidence.id]) == 1
    path.unlink()
    assert run(["evidence", "replay", evidence.id]) == 1


def test_another_program_under_the_same_verdicts_does_not_replay(records: Records) -> None:
    from assay.plant.blobs import keep_json, load_json

    right = kept(records, quick())
    program = load_json(str(right.inputs["program"]))
    other = keep_json(program.replace("Fan := TRUE", "Fan := FALSE"))
    assert other != right.inputs["program"]
    forged = Evidence.make(
        kind=right.kind, producer=right.producer, version=right.version, inputs={**right.inputs, "program": other},
        value=right.value, run="forged",
    )  # fmt: skip
    records.evidence.put(forged)
    assert run(["evidence", "replay", forged.id]) == 1


def test_a_bundle_that_was_changed_since_does_not_replay(records: Records, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    result, answer, evidence = asyncio.run(record(quick(), records, "en", folder))
    assert evidence is not None
    write(result, folder, "en", "", answer, evidence)
    files = {one.name: one.read_text(encoding="utf-8") for one in folder.iterdir()}
    assert run(["evidence", "replay", evidence.id]) == 0
    changes = [
        ("program.not_released.st", "Fan := TRUE", "Fan := FALSE"),
        ("bundle.json", '"status": "PROVED"', '"status": "REFUTED"'),
        ("bundle.json", '"status": "not_released"', '"status": "released"'),
        ("properties.json", "NOT Hot", "Hot"),
        ("tests.json", '"Fan": true', '"Fan": false'),
    ]
    for name, old, new in changes:
        assert old in files[name], name
        (folder / name).write_text(files[name].replace(old, new, 1), encoding="utf-8")
        assert run(["evidence", "replay", evidence.id]) == 1, name
        (folder / name).write_text(files[name], encoding="utf-8")
    assert run(["evidence", "replay", evidence.id]) == 0
    (folder / "bundle.json").write_text('{"evidence": "ev_0"}', encoding="utf-8")  # another program stands here now
    assert run(["evidence", "replay", evidence.id]) == 0


def test_a_program_that_is_not_released_is_recorded_as_that(records: Records) -> None:
    failed = made(sealed=suite(Fan=False))
    assert failed.release.reasons == (("failed_sealed", {"failed": 1, "all": 1}),)
    evidence = kept(records, replace(failed, adequacy=None))
    assert evidence.at("status") == "not_released" and "failed_sealed" in str(evidence.at("reasons"))
    assert "热且关" in json.dumps(evidence.value, ensure_ascii=False)
    assert evidence.inputs["sealed_failed"] == 1
    assert run(["evidence", "replay", evidence.id]) == 0
    held = Release("not_released", (("model_stopped", {}),))
    kept_back = kept(records, replace(first(), release=held))
    assert kept_back.at("status") == "not_released" and kept_back.at("reasons") == ["model_stopped"]
    assert run(["evidence", "replay", kept_back.id]) == 0
    alone = kept(records, replace(quick(), wanted=replace(quick().wanted, tests=None)))
    assert "from_properties_alone" in str(alone.at("reasons"))


def test_a_second_judgement_that_differs_keeps_a_program_back(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assay.skills.plc.making import recording

    true = recording.judged
    monkeypatch.setattr(recording, "judged", lambda one, known=None: {**true(one, known), "status": "not_released"})
    result, _, _ = asyncio.run(record(first(), records, "en"))
    assert not result.release.released and result.release.reasons == (("not_judged_alike", {}),)


def coverage(tests: Any, more: list[Any]) -> dict[str, Any]:
    best = first().best
    assert best is not None
    wanted = Wanted(read_interface(FACE), [*WANTED, *more])
    gated = judge(best.text, wanted)
    assert gated.project is not None
    return coverage_document(covered(gated.project, "FB_Fan", tests, gated.report), best.text, "en")


def test_coverage_is_told_in_figures_and_by_line(tmp_path: Path) -> None:
    value = document(first(), "en", "")
    seen = value["coverage"]
    rows = value["program"].split("\n")
    assert seen["cases"] == 1 and 0 < seen["branches"]["covered"] < seen["branches"]["total"]
    assert 0 < seen["statements"]["covered"] < seen["statements"]["total"]
    missed = {rows[one["line"] - 1].strip(): one["missed"] for one in seen["uncovered"]}
    assert missed["IF Door THEN"] == ["never TRUE"] and "did not run" in str(missed["Fan := FALSE;"])
    tests = suite(Fan=True)
    tests["cases"].append({"name": "open", "steps": [{"set": {"Hot": True, "Door": True}, "expect": {"Fan": False}}]})
    tests["cases"].append({"name": "cold", "steps": [{"set": {"Hot": False}, "expect": {"Fan": False}}]})
    whole = coverage(tests, [])
    assert whole["statements"]["covered"] == whole["statements"]["total"] and whole["uncovered"] == []
    for lang, word in (("en", "did not run"), ("zh", "未运行")):
        write(first(), tmp_path, lang, "")
        for name in ("report.md", "report.html"):
            assert word in (tmp_path / name).read_text(encoding="utf-8")


def test_the_runs_that_proofs_show_count_for_coverage() -> None:
    seen = coverage(None, [{"id": "P4", "kind": "reachable", "when": "Fan"}])
    assert (seen["cases"], seen["traces"]) == (0, 1) and seen["statements"]["covered"] > 0
    assert coverage(None, [])["statements"]["covered"] == 0
