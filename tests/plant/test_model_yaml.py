"""YAML with line numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.plant.model_units import pint_expression, registry, unit_known
from assay.plant.model_yaml import read_source


def read(tmp_path: Path, raw: bytes | str) -> tuple[object, list[tuple[str, int]]]:
    path = tmp_path / "x.yaml"
    path.write_bytes(raw if isinstance(raw, bytes) else raw.encode("utf-8"))
    source = read_source(path)
    return source.data, [(fault.key.removeprefix("plant.check_"), fault.line) for fault in source.faults]


def test_scalars_follow_the_core_schema(tmp_path: Path) -> None:
    data, faults = read(tmp_path, "a: no\nb: 1e5\nc: '1'\nd: 2024-01-01\ne: ~\nf: true\ng: 1:30\nh: -.5\ni: 0123\n")
    assert not faults
    expected = {
        "a": "no",
        "b": 1e5,
        "c": "1",
        "d": "2024-01-01",
        "e": None,
        "f": True,
        "g": "1:30",
        "h": -0.5,
        "i": 123,
    }
    assert data == expected


def test_every_path_has_its_line(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("a:\n  - id: x\n    v: 1\n  - {id: y,\n     v: 2}\n", encoding="utf-8")
    source = read_source(path)
    assert source.mark(("a", 0, "v")).line == 3
    assert source.mark(("a", 1, "v")).line == 5
    assert source.mark(("a", 1, "missing")).line == 4


@pytest.mark.parametrize(
    ("raw", "key", "line"),
    [
        ("a: 1\n\tb: 2\n", "tab", 2),
        ("a: [1, 2\nb: 3\n", "syntax", 2),
        (b"a: 1\nb: \xff\xfe\n", "encoding", 2),
        (b"\xff\xfea\x00:\x00", "encoding", 1),
        ("", "empty_file", 1),
        ("# only a comment\n", "empty_file", 1),
        ("a: 1\nb: 2\na: 3\n", "duplicate_key", 3),
        ("a: 1\nb: !!python/object/apply:os.system [ls]\n", "yaml_tag", 2),
        ("a: 1\n? [x, y]\n: 2\n", "key_not_text", 2),
        ("a: 1\nb: &b [*b]\n", "too_deep", 2),
        ("a: \x00\n", "syntax", 1),
    ],
)
def test_bad_files_are_reported_with_their_line(tmp_path: Path, raw: bytes | str, key: str, line: int) -> None:
    _, faults = read(tmp_path, raw)
    assert (key, line) in faults


def test_a_bomb_of_aliases_is_refused_quickly(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    data, faults = read(tmp_path, "\n".join(lines))
    assert data is None and faults[0][0] == "too_deep"


def test_a_missing_file_and_a_folder_are_reported(tmp_path: Path) -> None:
    assert [f.key for f in read_source(tmp_path / "none.yaml").faults] == ["plant.check_unreadable"]
    assert [f.key for f in read_source(tmp_path).faults] == ["plant.check_unreadable"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=200))
def test_any_bytes_give_data_or_a_fault(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(raw)
    source = read_source(path)
    for fault in source.faults:
        assert fault.line >= 1 and fault.render("zh") and fault.render("en")
    # Only an explicit null is neither data nor a fault.
    assert source.data is not None or source.faults or raw.decode("utf-8-sig").strip()


@pytest.mark.parametrize(
    "unit", ["Cel", "kPa", "%", "m3/h", "kg/h", "kscmh", "kW", "mol%", "m/s", "kPa{gauge}", "L/min"]
)
def test_known_units(unit: str) -> None:
    assert unit_known(unit)
    registry().parse_expression(pint_expression(unit))


@pytest.mark.parametrize("unit", ["", "furlongish", "kPa kPa)(", "m3/", "x" * 100, "__import__('os')", "{}"])
def test_unknown_units(unit: str) -> None:
    assert not unit_known(unit)
