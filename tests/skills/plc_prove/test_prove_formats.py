"""Properties from files, from comments and from benchmark records; the command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from assay.cli.plc import app
from assay.kernel.errors import InputError
from assay.skills.plc.front.source import Source
from assay.skills.plc.prove.agents4plc import in_st, read_records
from assay.skills.plc.prove.property import Bound, load_properties, parse_properties, properties_in

PROGRAM = """FUNCTION_BLOCK Latch
VAR_INPUT set, reset : BOOL; END_VAR
VAR_OUTPUT q : BOOL; END_VAR
//@ [P] implication reset => NOT q -- reset wins
(*@ forbidden q AND reset;
    response set AND NOT reset => q within 0 scans *)
IF reset THEN q := FALSE; ELSIF set THEN q := TRUE; END_IF;
// @ no property
END_FUNCTION_BLOCK
"""


def test_a_file_of_properties() -> None:
    found = parse_properties(
        [
            {"id": "A", "kind": "response", "when": "a", "then": "b", "within": {"time": "T#1s500ms"}},
            {"kind": "stays", "when": "a", "then": "b", "for": {"scans": 3}, "pou": "F", "text": "words"},
            {"kind": "exclusive", "of": ["a", "b"]},
        ]
    )
    assert [one.id for one in found] == ["A", "P2", "P3"]
    assert found[0].within == Bound(time_ns=1_500_000_000) and found[1].lasting == Bound(scans=3)


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"kind": "implication"}, "not_a_list"),
        (["x"], "not_an_object"),
        ([{"kind": "always"}], "kind_unknown"),
        ([{"kind": "implication", "when": "a"}], "field_missing"),
        ([{"kind": "invariant", "then": "a", "unless": "b"}], "field_unknown"),
        ([{"kind": "response", "when": "a", "then": "b", "within": {"scans": -1}}], "bound_wrong"),
        ([{"kind": "exclusive", "of": ["a"]}], "field_missing"),
        ([{"kind": "invariant", "then": 5}], "field_wrong"),
        ([{"id": "X", "kind": "invariant", "then": "a"}] * 2, "id_twice"),
    ],
)
def test_a_wrong_entry_is_named(data: Any, key: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_properties(data)
    assert caught.value.key == f"plc_prove.{key}"


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_a_broken_file_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "P.json"
    path.write_bytes(content)
    with pytest.raises(InputError):
        load_properties(path)


def test_properties_in_comments() -> None:
    source = Source("latch.st", PROGRAM)
    found = properties_in(source)
    assert [(one.id, one.kind) for one in found] == [("P", "implication"), ("C2", "forbidden"), ("C3", "response")]
    assert found[0].text == "reset wins" and found[2].within == Bound(scans=0)
    assert source.position(found[0].span.start).line == 4
    with pytest.raises(InputError, match=r"line\.st:1"):
        properties_in(Source("line.st", "//@ always q"))


def test_records_one_after_the_other_with_literals_inside_strings(tmp_path: Path) -> None:
    inner = {"job_req": "pattern", "pattern_id": "pattern-implication", "pattern_params": {"0": "a", "1": "b && !c"}}
    late = {"job_req": "pattern", "pattern_id": "pattern-repeatability", "pattern_params": {"1": "a"}}
    record = {
        "id": "T",
        "instruction": "Do it.\n\nFUNCTION_BLOCK F\nVAR_INPUT a : BOOL; END_VAR\nEND_FUNCTION_BLOCK ",
        "properties_to_be_validated": repr(
            [{"property": inner}, {"property": late}, {"property": {"job_req": "assertion"}}]
        ),
    }
    path = tmp_path / "set.jsonl"
    path.write_text(json.dumps(record) + "\n" + json.dumps(record, indent=2), encoding="utf-8")
    first, second = read_records(path)
    assert first == second and first.interface.startswith("FUNCTION_BLOCK F")
    (made, nothing), (none, reason), (_, asserted) = first.properties
    assert made is not None and made.then == "b AND NOT c" and nothing is None
    assert none is None and reason is not None and reason[0] == "unsound_pattern"
    assert asserted is not None and asserted[0] == "unsound_assertion"
    assert in_st("x == 1 || y != 2") == "x = 1 OR y <> 2"


def run(tmp_path: Path, *more: str) -> Any:
    path = tmp_path / "latch.st"
    path.write_text(PROGRAM, encoding="utf-8")
    return CliRunner().invoke(app, ["prove", str(path), *more])


def test_the_command_gives_each_a_verdict(tmp_path: Path) -> None:
    found = run(tmp_path, "--json")
    assert found.exit_code == 0, found.output
    (unit,) = json.loads(found.stdout)["units"]
    assert [one["status"] for one in unit["properties"]] == ["PROVED"] * 3
    assert unit["properties"][0]["line"] == 4


def test_the_command_shows_the_run_that_refutes(tmp_path: Path) -> None:
    path = tmp_path / "P.json"
    path.write_text(json.dumps([{"kind": "implication", "when": "set", "then": "q"}]), encoding="utf-8")
    found = run(tmp_path, "--properties", str(path), "--no-obligations", "--lang", "zh")
    assert found.exit_code == 1
    assert "REFUTED P1" in found.stdout and "被推翻" in found.stdout and "python, c" in found.stdout


def test_the_command_refuses_a_wrong_scan_time(tmp_path: Path) -> None:
    found = run(tmp_path, "--scan", "often")
    assert found.exit_code != 0 and isinstance(found.exception, InputError)
