"""Traces in CSV and tests in JSON: what is accepted, and the sentence for everything that is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from assay.kernel.errors import InputError
from assay.skills.plc.ir import types
from assay.skills.plc.testing.judge import bind
from assay.skills.plc.testing.layout import Layout
from assay.skills.plc.testing.running import moments
from assay.skills.plc.testing.suites import load_suites, suites_of
from assay.skills.plc.testing.traces import read_trace, write_trace

SCHEMA = Path(__file__).parents[3] / "docs" / "schemas" / "plc-tests.schema.json"


def trace(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "in.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_trace_is_read_in_every_usual_form(tmp_path: Path, layout: Layout, separator: str, encoding: str) -> None:
    rows = ["T_MS,start,delay,name", "0,1,T#5s,水泵", "", "100,,,", "250.5,FALSE,1500,"]
    content = "\r\n".join(rows).replace(",", separator).encode(encoding)
    read = read_trace(trace(tmp_path, content), layout)
    assert [path for path, _ in read.columns] == ["Start", "delay", "name"]
    assert [row.t_ns for row in read.rows] == [0, 100_000_000, 250_500_000]
    assert read.rows[0].values == {"Start": True, "delay": 5 * 10**9, "name": "水泵"}
    assert read.rows[1].values == {}
    assert read.rows[2].values == {"Start": False, "delay": 1_500_000_000}
    assert read.rows[2].line == 5


@pytest.mark.parametrize(
    ("content", "key", "line"),
    [
        ("", "empty_trace", None),
        ("\n\n", "empty_trace", None),
        ("t_ms,start\n", "no_rows", None),
        ("start\n1\n", "no_time_column", None),
        ("t_ms,T_MS\n1,1\n", "no_time_column", None),
        ("t_ms,stop\n0,1\n", "unknown_column", None),
        ("t_ms,start,START\n0,1,1\n", "column_twice", None),
        ("t_ms,Q\n0,1\n", "not_settable", None),
        ("t_ms,tmp\n0,1\n", "not_settable", None),
        ("t_ms,start\n0,1\n100\n", "ragged", 3),
        ("t_ms,start\n0,1\n0,1\n", "time_falls", 3),
        ("t_ms,start\n100,1\n50,1\n", "time_falls", 3),
        ("t_ms,start\n-1,1\n", "no_moment", 2),
        ("t_ms,start\nx,1\n", "no_moment", 2),
        ("t_ms,count\n0,abc\n", "not_a_value", 2),
        ("t_ms,speed\n0,NaN\n", "not_finite", 2),
        ('t_ms,start\n0,"1\n', "no_csv", None),
        (b"t_ms,\x00\xff\xff\n", "no_text", None),
    ],
)
def test_a_broken_trace_is_one_sentence(
    tmp_path: Path, layout: Layout, content: str | bytes, key: str, line: int | None
) -> None:
    with pytest.raises(InputError) as caught:
        read_trace(trace(tmp_path, content), layout)
    assert caught.value.key == f"plc_testing.{key}"
    for lang in ("en", "zh"):
        said = caught.value.render(lang)
        assert "in.csv" in said and (line is None or str(line) in said)


def test_a_missing_file_is_one_sentence(tmp_path: Path, layout: Layout) -> None:
    with pytest.raises(InputError):
        read_trace(tmp_path / "gone.csv", layout)


def test_a_written_trace_reads_again(tmp_path: Path, layout: Layout) -> None:
    columns = (("Start", types.BOOL), ("delay", types.TIME), ("speed", types.REAL), ("mode", layout.find("mode")[1]))  # type: ignore[index]
    path = tmp_path / "out.csv"
    write_trace(path, columns, [(1_500_000, {"Start": True, "delay": 10**6 + 1, "speed": 0.5, "mode": 5})])
    assert path.read_text(encoding="utf-8") == "t_ms,Start,delay,speed,mode\n1.5,TRUE,1.000001,0.5,Run\n"
    assert read_trace(path, layout).rows[0].values == {"Start": True, "delay": 1000001, "speed": 0.5, "mode": 5}


def test_rows_are_held_between_scans_and_every_row_is_seen(tmp_path: Path, layout: Layout) -> None:
    read = read_trace(trace(tmp_path, "t_ms,start\n0,0\n250,1\n260,0\n500,1\n"), layout)
    at = [(time // 10**6, [row.line for row in rows]) for time, rows in moments(read, 100_000_000, None)]
    assert at == [(0, [2]), (100, []), (200, []), (300, [3, 4]), (400, []), (500, [5])]
    own = [(time // 10**6, len(rows)) for time, rows in moments(read, None, 6)]
    assert own == [(0, 1), (250, 1), (260, 1), (500, 1), (740, 0), (980, 0)]
    assert [time for time, _ in moments(None, 10, 3)] == [0, 10, 20]


# --- tests in JSON ---


def suite(**changes: Any) -> dict[str, Any]:
    step: dict[str, Any] = {"set": {"start": True}, "scans": 3, "expect": {"Q": False}, "when": "each"}
    step |= changes.pop("step", {})
    case: dict[str, Any] = {"name": "one", "steps": [step]} | changes.pop("case", {})
    return {"pou": "FB_Motor", "scan": "100ms", "cases": [case]} | changes


GOOD = [
    suite(),
    [suite(), suite()],
    suite(scan=50),
    suite(scan="T#1s500ms", text="words"),
    suite(step={"tolerance": 0.5}),
    suite(step={"tolerance": {"q": 1}, "restart": True, "fault": "div_zero", "scan": 5}),
    suite(case={"proposed": True, "requirement": "R1", "scan": "5s"}),
]
BAD = [
    (suite(cases=[]), "not_list", "cases"),
    ([], "no_cases", ""),
    ("x", "not_object", ""),
    (suite(scan=0), "no_scan", "scan"),
    (suite(scan="soon"), "no_scan", "scan"),
    (suite(scan=True), "no_scan", "scan"),
    (suite(pou=" "), "not_text", "pou"),
    (suite(steps=[]), "unknown_key", ""),
    (suite(case={"steps": []}), "not_list", "cases[0].steps"),
    (suite(case={"name": 5}), "not_text", "cases[0].name"),
    (suite(step={"scans": 0}), "scans", "cases[0].steps[0].scans"),
    (suite(step={"scans": True}), "scans", "cases[0].steps[0].scans"),
    (suite(step={"scans": 10**9}), "scans", "cases[0].steps[0].scans"),
    (suite(step={"when": "never"}), "one_of", "cases[0].steps[0].when"),
    (suite(step={"tolerance": -1}), "no_tolerance", "cases[0].steps[0].tolerance"),
    (suite(step={"tolerance": {"q": "x"}}), "no_tolerance", "cases[0].steps[0].tolerance"),
    (suite(step={"fault": "oops"}), "one_of", "cases[0].steps[0].fault"),
    (suite(step={"set": []}), "not_object", "cases[0].steps[0].set"),
    (suite(step={"expects": {}}), "unknown_key", "cases[0].steps[0]"),
    (suite(step={"restart": 1}), "not_bool", "cases[0].steps[0].restart"),
]


@pytest.mark.parametrize("document", GOOD)
def test_the_schema_and_the_reader_accept_the_same(document: Any) -> None:
    jsonschema.validate(document, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert suites_of(document)


@pytest.mark.parametrize(("document", "key", "place"), BAD)
def test_the_schema_and_the_reader_refuse_the_same(document: Any, key: str, place: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, json.loads(SCHEMA.read_text(encoding="utf-8")))
    with pytest.raises(InputError) as caught:
        suites_of(document)
    assert caught.value.key == f"plc_testing.{key}"
    assert place in caught.value.render("zh") and place in caught.value.render("en")


def test_two_cases_of_one_name_are_refused() -> None:
    document = suite()
    document["cases"] = document["cases"] * 2
    with pytest.raises(InputError, match="one"):
        suites_of(document)


@pytest.mark.parametrize(
    ("content", "key"),
    [('{"pou": "a",\n}', "no_json"), ('{"pou": "a", "pou": "b"}', "key_twice"), (b"\xff\xfe\x00", "no_text")],
)
def test_what_is_no_json_is_said_with_its_line(tmp_path: Path, content: str | bytes, key: str) -> None:
    path = tmp_path / "T.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError) as caught:
        load_suites(path)
    assert caught.value.key == f"plc_testing.{key}"
    assert "T.json" in caught.value.render("zh")


@pytest.mark.parametrize(
    ("step", "key"),
    [
        ({"set": {"nothing": 1}}, "unknown_path"),
        ({"set": {"tmp": 1}}, "not_settable"),
        ({"set": {"count": 99999}}, "out_of_range"),
        ({"expect": {"mode": "Gone"}}, "no_member"),
        ({"expect": {"t1": {"IX": 1}}}, "no_member"),
        ({"tolerance": {"count": 1}}, "tolerance_of_nothing"),
    ],
)
def test_paths_and_values_are_bound_to_the_unit(layout: Layout, step: dict[str, Any], key: str) -> None:
    (read,) = suites_of(suite(step=step))
    with pytest.raises(InputError) as caught:
        bind(read.cases, layout)
    assert caught.value.key == f"plc_testing.{key}"
    assert "cases[0].steps[0]" in caught.value.render("en")


def test_parts_of_blocks_are_set_one_by_one(layout: Layout) -> None:
    (read,) = suites_of(suite(step={"set": {"t1": {"in": True}}, "expect": {"t1": {"ET": "T#1s"}}}))
    (bound,) = bind(read.cases, layout)
    assert bound.steps[0].sets == {"t1.IN": True}
    assert [(path, value) for path, _, value, _ in bound.steps[0].expect] == [("t1.ET", 10**9)]


def test_a_decimal_comma_is_read_where_the_separator_is_a_semicolon(layout: Layout, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("t_ms;speed;name\r\n0,5;1,25;1,5\r\n100;-2;\r\n".encode("utf-8-sig"))
    trace = read_trace(path, layout)
    assert [(row.t_ns, dict(row.values)) for row in trace.rows] == [
        (500_000, {"speed": 1.25, "name": "1,5"}),
        (100_000_000, {"speed": -2.0}),
    ]
    path.write_text('t_ms,speed\n0,"1,250"\n', encoding="utf-8")  # A thousand and a quarter, or one and a quarter?
    with pytest.raises(InputError, match="1,250"):
        read_trace(path, layout)
