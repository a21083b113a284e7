"""Values, durations and paths as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.kernel.errors import InputError
from assay.skills.plc.ir import types
from assay.skills.plc.testing.durations import clock, day, duration, milliseconds, moment, show_duration, show_point
from assay.skills.plc.testing.layout import Layout
from assay.skills.plc.testing.values import cell, read_value, same, show_value, to_single


@pytest.mark.parametrize(
    ("raw", "nanoseconds"),
    [
        ("T#5s", 5 * 10**9),
        ("t#1h2m3.5s", 3723_500_000_000),
        ("100ms", 10**8),
        ("TIME#-1s", -(10**9)),
        ("-T#1s", -(10**9)),
        ("LT#1us1ns", 1001),
        ("T#1_000ms", 10**9),
        ("5", None),
        ("T#", None),
        ("T#5q", None),
        ("T#5s x", None),
        ("", None),
    ],
)
def test_durations_are_read_exactly(raw: str, nanoseconds: int | None) -> None:
    assert duration(raw) == nanoseconds


def test_bare_numbers_are_milliseconds() -> None:
    assert [milliseconds(one) for one in ("1500", 1500, 0.1, "0.1", "nan", 1e30)] == [
        1_500_000_000, 1_500_000_000, 100_000, 100_000, None, None,
    ]  # fmt: skip


@given(st.integers(-(2**62), 2**62))
def test_a_shown_duration_reads_again(value: int) -> None:
    assert duration(show_duration(value)) == value


@given(st.integers(0, 4 * 10**18))
def test_a_shown_moment_reads_again(value: int) -> None:
    assert moment(show_point(value, "dt")) == value


def test_points_in_time() -> None:
    assert day("D#1970-01-02") == 86400 * 10**9 and day("1970-13-01") is None
    assert clock("TOD#06:30:00.5") == 23400_500_000_000 and clock("25:00:00") is None
    assert moment("DT#1970-01-01-00:00:01") == moment("1970-01-01T00:00:01") == 10**9


@pytest.mark.parametrize(
    ("path", "raw", "value"),
    [
        ("start", "1", True),
        ("START", "true", True),
        ("start", False, False),
        ("delay", "T#2s", 2 * 10**9),
        ("delay", 250, 25 * 10**7),
        ("speed", "0.1", to_single(0.1)),
        ("speed", 3, 3.0),
        ("count", "-32768", -32768),
        ("count", "16#7FFF", 32767),
        ("mask", "2#1010", 10),
        ("mask", "0xff", 255),
        ("mode", "Run", 5),
        ("mode", "E_Mode#hold", 6),
        ("mode", "E_Mode.Idle", 0),
        ("mode", 5, 5),
        ("name", "'ab'", "ab"),
        ("grid", [[1, 2], [3, 4]], [1, 2, 3, 4]),
        ("grid", [1, 2, 3, 4], [1, 2, 3, 4]),
        ("grid", "[1, 2, 3, 4]", [1, 2, 3, 4]),
        ("grid[2,0]", 7, 7),
        ("points[3]", {"X": 1}, {"x": 1.0}),
        ("points[4].n", "-3", -3),
        ("gvl.speed", 4, 4),
        ("instance.count", 4, 4),
        ("level", "100", 100),
        ("day", "2024-02-29", day("D#2024-02-29")),
    ],
)
def test_values_are_read_by_their_type(layout: Layout, path: str, raw: object, value: object) -> None:
    found = layout.find(path)
    assert found is not None
    assert read_value(raw, found[1], "here") == value


@pytest.mark.parametrize(
    ("path", "raw", "key"),
    [
        ("start", "2", "not_bool"),
        ("start", "yes", "not_bool"),
        ("start", 1.0, "not_bool"),
        ("count", "abc", "not_a_value"),
        ("count", True, "not_a_value"),
        ("count", 1.5, "not_a_value"),
        ("count", "2#12", "not_a_value"),
        ("count", 32768, "out_of_range"),
        ("level", 101, "out_of_range"),
        ("mask", -1, "out_of_range"),
        ("speed", "NaN", "not_finite"),
        ("speed", float("inf"), "not_finite"),
        ("speed", "1e39", None),
        ("delay", "soon", "not_time"),
        ("mode", "Gone", "no_member"),
        ("name", "abcdef", "too_long"),
        ("grid", [1, 2, 3], "wrong_count"),
        ("points[3]", {"y": 1}, "no_member"),
        ("t1", 5, "no_value"),
        ("day", "yesterday", "not_date"),
    ],
)
def test_what_is_no_value_is_said_with_its_place(layout: Layout, path: str, raw: object, key: str | None) -> None:
    found = layout.find(path)
    assert found is not None
    if key is None:
        assert read_value(raw, found[1], "here") == float("inf")  # rounds beyond the greatest REAL
        return
    with pytest.raises(InputError) as caught:
        read_value(raw, found[1], "T.json: here")
    assert caught.value.key == f"plc_testing.{key}"
    for lang in ("en", "zh"):
        assert "T.json: here" in caught.value.render(lang)


def test_paths_are_found_without_case_and_only_where_something_stands(layout: Layout) -> None:
    assert layout.find("POINTS[3].X") == ("points[3].x", types.REAL)
    assert layout.find("T1.et") == ("t1.ET", types.TIME)
    for path in ("points[5].x", "grid[1]", "grid[1,2,3]", "nothing", "Q.x", "", "[1]", "points[a]", "points.x"):
        assert layout.find(path) is None, path
    leaves = [path for path, _ in layout.leaves("points", layout.find("points")[1])]  # type: ignore[index]
    assert leaves == ["points[3].x", "points[3].n", "points[4].x", "points[4].n"]


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_a_cell_of_a_real_reads_again(value: float) -> None:
    assert read_value(cell(value, types.REAL), types.REAL, "x") == value


@given(st.integers(-(10**15), 10**15))
def test_a_cell_of_a_time_reads_again(value: int) -> None:
    assert read_value(cell(value, types.TIME), types.TIME, "x") == value


def test_sameness_has_a_tolerance_only_where_numbers_are() -> None:
    assert same(0.1, to_single(0.1), types.REAL, None)
    assert not same(0.1, 0.1001, types.REAL, None)
    assert same(0.1, 0.1001, types.REAL, 0.001)
    assert not same(0.1, float("nan"), types.REAL, 10.0)
    assert same(10**9, 1_050_000_000, types.TIME, 50.0) and not same(10**9, 1_050_000_001, types.TIME, 50.0)
    assert not same(True, False, types.BOOL, 5.0)
    assert same([1, 2], [1, 3], types.Array(((1, 2),), types.INT), 1.0)
    assert show_value([0, 5], types.Array(((1, 2),), types.TIME)) == ["T#0s", "T#5ns"]
