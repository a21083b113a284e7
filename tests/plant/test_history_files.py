from __future__ import annotations

import math
import re
import string
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plant_frames import frames

from assay.kernel.errors import InputError
from assay.kernel.texts import catalogue
from assay.plant.blobs import history_blob, load_blob
from assay.plant.file_units import refuse_other_units, unit_changes
from assay.plant.files import ImportResult, read_history, write_csv
from assay.plant.model import load_plant
from assay.plant.series import BAD, UNCERTAIN, Frame

PlainText = str | bytes


def read(tmp_path: Path, content: PlainText, name: str = "h.csv", **options: object) -> ImportResult:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    result = read_history(path, **options)  # type: ignore[arg-type]
    for note in result.notes:
        assert note.render("en") != note.render("zh")
    return result


def keys(result: ImportResult) -> set[str]:
    return {note.key.removeprefix("plant.") for note in result.notes} - {"import_few_rows"}


def params(result: ImportResult, key: str) -> dict[str, object]:
    return next(note.params for note in result.notes if note.key == f"plant.{key}")


def iso(result: ImportResult) -> list[str]:
    return [str(time)[:19] for time in result.frame.times]


def same(values: np.ndarray, expected: list[list[float]]) -> bool:
    return np.array_equal(values, np.array(expected, float), equal_nan=True)


NAN = math.nan
WIDE = "time,A,B\n2026-01-01T00:00:00,1,2\n2026-01-01T00:01:00,3,-4.5e3\n2026-01-01T00:02:00,5,6\n"


@pytest.mark.parametrize(
    ("encoding", "noted"), [("utf-8", False), ("utf-8-sig", False), ("gb18030", True), ("utf-16", False)]
)
def test_encodings(tmp_path: Path, encoding: str, noted: bool) -> None:
    result = read(tmp_path, WIDE.replace("time", "时间").replace("A", "反应器温度").encode(encoding))

    assert result.frame.tags == ("反应器温度", "B")
    assert same(result.frame.values, [[1, 2], [3, -4500], [5, 6]])
    assert ("import_encoding" in keys(result)) == noted


@pytest.mark.parametrize(
    ("separator", "cell", "value"),
    [
        (",", '"1,234.5"', 1234.5),
        (",", "1 234.5", 1234.5),
        ("\t", "1,234", 1234.0),
        (";", "1,5", 1.5),
        (";", "1.234,5", 1234.5),
        (";", "1 234,5", 1234.5),
        (";", "1.5", 1.5),
        (";", "1.234.567", 1234567.0),
        (",", "+.5", 0.5),
        (",", " 7 ", 7.0),
        (",", "1e-3", 0.001),
    ],
)
def test_separators_and_numbers(tmp_path: Path, separator: str, cell: str, value: float) -> None:
    lines = [["time", "A", "B"], ["2026-01-01T00:00:00", cell, "2"], ["2026-01-01T00:01:00", "9", "3"]]

    result = read(tmp_path, "\n".join(separator.join(line) for line in lines))

    assert same(result.frame.values, [[value, 2], [9, 3]])


@pytest.mark.parametrize("cell", ["", "NaN", "nan", "null", "NULL", "Bad", "#N/A", "No Data", "坏值", "-", "#VALUE!"])
def test_missing_marks_are_missing_without_a_note(tmp_path: Path, cell: str) -> None:
    result = read(tmp_path, f"time,A,B\n2026-01-01,{cell},1\n2026-01-02,2,2\n")

    assert same(result.frame.values, [[NAN, 1], [2, 2]])
    assert keys(result) == {"import_constant_columns"}


def test_beside_decimal_commas_a_dot_groups_thousands(tmp_path: Path) -> None:
    result = read(tmp_path, "time;A;B\n2026-01-01;1.234;0,5\n2026-01-02;2.500;1,5\n")

    assert same(result.frame.values, [[1234, 0.5], [2500, 1.5]])


def test_cells_that_are_no_numbers_are_noted_with_their_line(tmp_path: Path) -> None:
    result = read(tmp_path, "time,A\n2026-01-01,1\n2026-01-02,1.2.3\n2026-01-03,inf\n2026-01-04,0x10\n2026-01-05,2\n")

    assert same(result.frame.values, [[1], [NAN], [NAN], [NAN], [2]])
    assert params(result, "import_bad_cells") == {
        "count": 3, "columns": "A", "column": "A", "line": 3, "text": "1.2.3",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-01-01 08:00:00", "2026-01-01T00:00:00"),
        ("2026-01-01T08:00", "2026-01-01T00:00:00"),
        ("2026/1/1 8:00", "2026-01-01T00:00:00"),
        ("2026年1月1日 8时00分", "2026-01-01T00:00:00"),
        ("2026-01-01T08:00:00Z", "2026-01-01T08:00:00"),
        ("2026-01-01 08:00:00+09:00", "2025-12-31T23:00:00"),
        ("2026-01-01T08:00:00.250-0130", "2026-01-01T09:30:00"),
        ("1767225600", "2026-01-01T00:00:00"),
        ("1767225600000", "2026-01-01T00:00:00"),
        ("2026-01-01", "2025-12-31T16:00:00"),
    ],
)
def test_times(tmp_path: Path, written: str, utc: str) -> None:
    result = read(tmp_path, f"time,A\n{written},1\n", zone="Asia/Shanghai")

    assert iso(result) == [utc]


@pytest.mark.parametrize("written", ["0.5", "45000.25", "yesterday", "31/12/2026", "2026-13-01", "9999-01-01", "12:00"])
def test_times_that_cannot_be_meant_are_refused(tmp_path: Path, written: str) -> None:
    with pytest.raises(InputError, match="2026-01-31T08:00:00"):
        read(tmp_path, f"time,A\n{written},1\n")


def test_naive_and_zoned_times_may_be_mixed(tmp_path: Path) -> None:
    result = read(tmp_path, "time,A\n2026-01-01 08:00:00,1\n2026-01-01T00:01:00Z,2\n", zone="Asia/Shanghai")

    assert iso(result) == ["2026-01-01T00:00:00", "2026-01-01T00:01:00"]


def test_the_hour_that_clocks_show_twice_and_the_one_they_leave_out(tmp_path: Path) -> None:
    autumn = ["01:30", "02:00", "02:30", "02:00", "02:30", "03:00"]
    rows = "".join(f"2026-10-25 {clock},{i}\n" for i, clock in enumerate(autumn))
    result = read(tmp_path, f"time,A\n{rows}", zone="Europe/Berlin")

    assert result.frame.column("A").tolist() == [0, 1, 2, 3, 4, 5]
    assert [each[11:16] for each in iso(result)] == ["23:30", "00:00", "00:30", "01:00", "01:30", "02:00"]
    assert params(result, "import_hour_twice")["count"] == 4

    spring = read(tmp_path, "time,A\n2026-03-29 01:59,1\n2026-03-29 02:30,2\n", zone="Europe/Berlin")
    assert iso(spring) == ["2026-03-29T00:59:00", "2026-03-29T01:30:00"]
    assert "import_hour_never" in keys(spring)


def test_an_unknown_zone(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Mars/Olympus"):
        read(tmp_path, WIDE, zone="Mars/Olympus")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"a,b\n1,2\n", "no time column"),
        (b"time\n2026-01-01\n", "no time column"),
        (b"time,A\n", "no rows"),
        (b"time,A,A\n2026-01-01,1,2\n", "same name"),
        (b"time,A\n2026-01-01,x\n", "no column of a known tag"),
        (b"time,A\n2026-01-01\n2026-01-02,1,2,3\n", "table"),
        (b"\x89PNG\r\n\x1a\n\0\0", "neither text nor Parquet"),
        (b"PK\x03\x04xlsx", "neither text nor Parquet"),
        (b"time,A\n2026-01-01,\xff\xff\xff\n", "neither text nor Parquet"),
        (b"PAR1 and then nothing", "no complete Parquet"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        read(tmp_path, content)


def test_files_that_are_no_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        read_history(tmp_path / "absent.csv")
    with pytest.raises(InputError, match="folder"):
        read_history(tmp_path)
    with pytest.raises(InputError, match="limit of 0 MB"):
        read(tmp_path, WIDE, max_bytes=10)


def test_known_tags_pick_rename_and_report(tmp_path: Path) -> None:
    content = "time,XMEAS(2),junk,XMV_1\n2026-01-01,1,2,3\n2026-01-02,4,5,6\n"
    result = read(tmp_path, content, known_tags=["XMV_1", "XMEAS_1", "XMEAS_2"])

    assert result.frame.tags == ("XMV_1", "XMEAS_2")
    assert same(result.frame.values, [[3, 1], [6, 4]])
    assert params(result, "missing_tags")["tags"] == ["XMEAS_1"]
    assert params(result, "import_unknown_columns")["tags"] == ["junk"]
    assert params(result, "import_renamed")["tags"] == ["XMEAS(2) = XMEAS_2"]
    with pytest.raises(InputError, match="known tag"):
        read(tmp_path, WIDE, known_tags=["X"])


def test_an_exact_name_is_never_taken_by_a_similar_one(tmp_path: Path) -> None:
    result = read(tmp_path, "time,a 1,A_1\n2026-01-01,1,2\n", known_tags=["A_1"])

    assert same(result.frame.values, [[2]])
    assert params(result, "import_unknown_columns")["tags"] == ["a 1"]


def test_duplicates_keep_the_last_row(tmp_path: Path) -> None:
    result = read(tmp_path, "time,A\n2026-01-01,1\n2026-01-02,2\n2026-01-02,3\n")

    assert same(result.frame.values, [[1], [3]])
    assert params(result, "import_duplicates") == {"count": 1, "time": "2026-01-02T00:00:00Z"}


def test_a_clock_that_jumps_back_is_named_with_its_line(tmp_path: Path) -> None:
    result = read(tmp_path, "# made by a logger\ntime,A\n2026-01-01,1\n2026-01-03,2\n2026-01-02,3\n")

    assert same(result.frame.values, [[1], [3], [2]])
    assert params(result, "import_clock_back") == {
        "line": 5, "before": "2026-01-03T00:00:00Z", "after": "2026-01-02T00:00:00Z",
    }  # fmt: skip


def test_a_file_in_descending_order_is_sorted(tmp_path: Path) -> None:
    rows = "".join(f"2026-01-{day:02d},{day}\n" for day in range(20, 0, -1))
    result = read(tmp_path, f"time,A\n{rows}")

    assert result.frame.column("A").tolist() == list(range(1, 21))
    assert keys(result) == {"import_unsorted"}


def test_gaps_constants_empties_and_few_rows_are_noted(tmp_path: Path) -> None:
    rows = "".join(f"2026-01-01T00:{minute:02d}:00,{minute},5,\n" for minute in [*range(10), *range(30, 40)])
    result = read(tmp_path, f"time,A,same,empty\n{rows}")

    assert keys(result) == {"import_uneven", "import_constant_columns", "import_empty_columns"}
    assert params(result, "import_uneven")["gaps"] == 1
    assert params(result, "import_uneven")["share"] == "51.3"
    assert params(result, "import_constant_columns")["tags"] == ["same"]
    assert params(result, "import_empty_columns")["tags"] == ["empty"]
    assert params(result, "import_few_rows") == {"count": 20, "wanted": 30}


def test_rows_that_are_cut_short_are_left_out_and_later_lines_keep_their_numbers(tmp_path: Path) -> None:
    result = read(tmp_path, "time,A,B\n2026-01-01,1,2\n2026-01-02,1\n2026-01-03,oops,2\n2026-01-04,1,3\n2026-01-")

    assert same(result.frame.values, [[1, 2], [NAN, 2], [1, 3]])
    assert params(result, "import_rows_skipped") == {"count": 2, "line": 3}
    assert params(result, "import_bad_cells")["line"] == 4


def test_a_file_cut_off_inside_a_character(tmp_path: Path) -> None:
    result = read(tmp_path, "time,温度\n2026-01-01,1\n2026-01-02,坏".encode()[:-1])

    assert result.frame.tags == ("温度",)
    assert "import_cut_off" in keys(result)


def test_a_row_of_units_below_the_header_is_left_out(tmp_path: Path) -> None:
    result = read(tmp_path, "Timestamp,A\n[-],[degC]\n2026-01-01,1\n")

    assert same(result.frame.values, [[1]])
    assert params(result, "import_bad_times")["line"] == 2


def test_columns_of_words_are_left_out(tmp_path: Path) -> None:
    result = read(tmp_path, ",time,A,state\n0,2026-01-01,1,running\n1,2026-01-02,2,stopped\n")

    assert result.frame.tags == ("A",)
    assert params(result, "import_not_numbers") == {"columns": "state"}


@pytest.mark.parametrize("header", ["time,tag,value,quality", "时间,位号,数值,质量"])
def test_long_files(tmp_path: Path, header: str) -> None:
    rows = [
        "2026-01-01,B,2,Good",
        "2026-01-01,A,1,Bad",
        "2026-01-02,A,Bad,bad",
        "2026-01-02,B,4,Uncertain",
        "2026-01-02,A,7,",
    ]
    result = read(tmp_path, "\n".join([header, *rows]))

    assert result.frame.tags == ("B", "A")
    assert same(result.frame.values, [[2, 1], [4, 7]])
    assert result.frame.quality is not None and result.frame.quality.tolist() == [[0, BAD], [UNCERTAIN, 0]]
    assert params(result, "import_duplicates")["count"] == 1


def test_long_qualities_of_the_classic_scale_and_of_opc_ua(tmp_path: Path) -> None:
    classic = read(tmp_path, "time,tag,value,quality\n2026-01-01,A,1,192\n2026-01-02,A,2,64\n2026-01-03,A,3,0\n")
    assert classic.frame.quality is not None
    assert classic.frame.quality[:, 0].tolist() == [0, UNCERTAIN, BAD]

    ua = read(tmp_path, "time,tag,value,quality\n2026-01-01,A,1,0\n2026-01-02,A,2,2147483648\n2026-01-03,A,3,what\n")
    assert ua.frame.quality is not None and ua.frame.quality[:, 0].tolist() == [0, BAD, BAD]
    assert params(ua, "import_quality_unknown") == {"words": "what"}


def test_a_long_file_grouped_by_tag_is_not_a_clock_that_jumps(tmp_path: Path) -> None:
    rows = [f"2026-01-{day:02d},{tag},{day}" for tag in "AB" for day in range(1, 10)]
    result = read(tmp_path, "\n".join(["time,tag,value", *rows]), known_tags=["B", "C"])

    assert result.frame.tags == ("B",)
    assert keys(result) == {"missing_tags", "import_unknown_columns"}


def test_parquet_wide_and_long(tmp_path: Path) -> None:
    naive = pa.array([datetime(2026, 1, 1, 8), datetime(2026, 1, 1, 9)], pa.timestamp("ms"))
    wide = pa.table({"A": pa.array([1, None], pa.int32()), "ts": naive, "on": [True, False], "note": ["x", "y"]})
    pq.write_table(wide, tmp_path / "wide.parquet")
    result = read_history(tmp_path / "wide.parquet", zone="Asia/Shanghai")
    assert iso(result) == ["2026-01-01T00:00:00", "2026-01-01T01:00:00"]
    assert result.frame.tags == ("A", "on")
    assert same(result.frame.values, [[1, 1], [NAN, 0]])

    zoned = pa.array([datetime(2026, 1, 1, tzinfo=UTC)] * 2, pa.timestamp("us", "UTC"))
    long = pa.table({"time": zoned, "tag": pa.array(["A", "B"]).dictionary_encode(), "value": pa.array([1.0, 2.0])})
    pq.write_table(long, tmp_path / "long.parquet")
    assert same(read_history(tmp_path / "long.parquet").frame.values, [[1, 2]])

    content = (tmp_path / "long.parquet").read_bytes()
    with pytest.raises(InputError, match="Parquet"):
        read(tmp_path, content[: len(content) // 2], "half.parquet")


@given(frame=frames(quality=False))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_exported_csv_reads_back_exactly(frame: Frame, tmp_path: Path) -> None:
    names = tuple(f"T{i}" for i in range(len(frame.tags)))
    named = Frame(frame.times, names, frame.values)
    if not len(named) or np.isnan(named.values).all(axis=1).any():
        return
    write_csv(named, tmp_path / "out.csv")

    assert read_history(tmp_path / "out.csv").frame == named


def test_huge_values_of_both_signs_are_read(tmp_path: Path) -> None:
    times = np.arange(5).astype("datetime64[s]").astype("datetime64[ns]")
    values = np.array([[0.0], [0.0], [0.0], [-1.7e308], [1.7e308]])
    frame = Frame(times, ("T1",), values)
    write_csv(frame, tmp_path / "huge.csv")
    assert read_history(tmp_path / "huge.csv").frame == frame


@given(
    content=st.binary(max_size=300)
    | st.text(max_size=200).map(lambda words: f"time,A\n{words}".encode("utf-8", "replace"))
)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_content_whatever_gives_anything_but_a_frame_or_a_sentence(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    try:
        result = read_history(path)
    except InputError as error:
        assert error.render("zh") != error.render("en")
    else:
        assert len(result.frame) > 0


def test_blobs_are_kept_by_content_and_refuse_a_change(assay_home: Path) -> None:
    frame = Frame(np.array(["2026-01-01"], "datetime64[ns]"), ("A",), np.array([[1.0]]))
    sha = history_blob(frame)
    path = assay_home / "blobs" / sha[:2] / f"{sha}.parquet"
    assert sha == frame.digest() == history_blob(frame)
    assert load_blob(sha) == frame

    Frame(frame.times, ("A",), np.array([[2.0]])).to_parquet(path)
    with pytest.raises(Exception, match="changed"):
        load_blob(sha)
    history_blob(frame)
    assert load_blob(sha) == frame

    content = path.read_bytes()
    for at in range(4, len(content), max(1, len(content) // 40)):
        flipped = bytes([*content[:at], content[at] ^ 0xFF, *content[at + 1 :]])
        path.write_bytes(flipped)
        _same_or_refused(sha, frame)
    path.unlink()
    with pytest.raises(Exception, match="not in"):
        load_blob(sha)
    for wrong in ("../../etc/passwd", "A" * 64, ""):
        with pytest.raises(InputError, match="SHA-256"):
            load_blob(wrong)


def _same_or_refused(sha: str, frame: Frame) -> None:
    from assay.kernel.errors import IntegrityError

    try:
        assert load_blob(sha) == frame  # a bit of the file that carries no content
    except IntegrityError as error:
        assert sha in str(error)


def test_every_text_of_the_history_exists_in_both_languages() -> None:
    source = Path(__file__).parents[2] / "src" / "assay"
    code = "".join(
        path.read_text(encoding="utf-8") for path in [*(source / "plant").glob("*.py"), source / "cli" / "history.py"]
    )
    used = set(re.findall(r'"plant\.((?:history_|import_|missing_)\w+)"', code))
    used |= {f"history_cli_{name}" for name in re.findall(r'_help\("(\w+)"\)', code)}
    assert len(used) > 60
    for key in used:
        fields = [
            {name for _, name, _, _ in string.Formatter().parse(catalogue("plant", lang)[key]) if name}
            for lang in ("en", "zh")
        ]
        assert fields[0] == fields[1], key


def _drifting(rows: int, *levels: float) -> np.ndarray:
    """Noise around a level for each column, never twice the same value."""
    rng = np.random.default_rng(5)
    return np.array(levels) * (1.0 + 0.001 * rng.standard_normal((rows, len(levels))))


def _frame_of(tags: tuple[str, ...], values: np.ndarray) -> Frame:
    start = np.datetime64("2026-03-04T00:00:00", "ns")
    return Frame(start + np.arange(len(values)) * np.timedelta64(180, "s"), tags, values)


UNIT_TAGS = ("XMEAS_1", "XMEAS_2", "XMEAS_7", "XMEAS_9")
NORMAL = (0.25, 3664.0, 2705.0, 120.4)


@pytest.mark.parametrize(
    ("place", "factor", "offset", "unit"),
    [
        (3, 1.0, 273.15, "K"),
        (3, 1.8, 32.0, "°F"),
        (2, 1e-3, 0.0, "MPa"),
        (2, 0.01, 0.0, "bar"),
        (1, 2.204623, 0.0, "lb/h"),
        (0, 1e3, 0.0, "scmh"),
        (1, 1e-3, 0.0, "t/h"),
    ],
)
def test_other_units(place: int, factor: float, offset: float, unit: str) -> None:
    """A whole column in another unit is refused with its name; a change on the way is noted with its time."""
    tags = load_plant("tennessee_eastman").tags
    values = _drifting(80, *NORMAL)
    assert unit_changes(_frame_of(UNIT_TAGS, values), tags) == []
    whole = values.copy()
    whole[:, place] = whole[:, place] * factor + offset
    with pytest.raises(InputError) as refused:
        refuse_other_units(Path("h.csv"), _frame_of(UNIT_TAGS, whole), tags)
    assert f"{UNIT_TAGS[place]} ({unit} ≠" in refused.value.render("en")
    assert refused.value.render("en").count("≠") == 1
    half = values.copy()
    half[40:, place] = whole[40:, place]
    [note] = unit_changes(_frame_of(UNIT_TAGS, half), tags)
    assert note.params["tag"] == UNIT_TAGS[place] and note.params["time"] == "2026-03-04T02:00:00Z"
    assert note.params["new"] == unit and note.render("en") != note.render("zh")
    refuse_other_units(Path("h.csv"), _frame_of(UNIT_TAGS, half), tags)


def test_an_upset_is_no_other_unit() -> None:
    """A lost feed, a hot reactor and another operating point are the process's own."""
    tags = load_plant("tennessee_eastman").tags
    values = _drifting(80, *NORMAL)
    values[40:, 0] = 0.0001 * np.random.default_rng(6).standard_normal(40)
    values[40:, 3] += np.linspace(0.0, 50.0, 40)
    values[:, 1] *= 0.4
    refuse_other_units(Path("h.csv"), _frame_of(UNIT_TAGS, values), tags)
    assert unit_changes(_frame_of(UNIT_TAGS, values), tags) == []


def test_one_tag_stands_still(tmp_path: Path) -> None:
    values = _drifting(60, 10.0, 20.0, 30.0, 40.0)
    values[30:, 1] = values[29, 1]
    write_csv(_frame_of(("A", "B", "C", "D"), values), tmp_path / "still.csv")
    [note] = [n for n in read_history(tmp_path / "still.csv").notes if n.key == "plant.import_standing_still"]
    assert note.params["tags"] == ["B"] and "2026-03-04T01:27:00Z" in note.render("en")
    values[30:] = values[29]  # after a trip: not one transmitter
    write_csv(_frame_of(("A", "B", "C", "D"), values), tmp_path / "trip.csv")
    assert "import_standing_still" not in keys(read_history(tmp_path / "trip.csv"))


def test_some_times_name_no_zone(tmp_path: Path) -> None:
    rows = "time,A\n2026-01-01T08:00:00+08:00,1\n2026-01-01T08:01:00,2\n2026-01-01T08:02:00,3\n"
    result = read(tmp_path, rows, zone="Asia/Shanghai")
    assert iso(result)[1] == "2026-01-01T00:01:00"
    assert params(result, "import_zones_mixed") == {"count": 2, "rows": 3, "zone": "Asia/Shanghai"}
    assert "import_zones_mixed" not in keys(read(tmp_path, rows.replace("+08:00", "")))
