from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plant_frames import frames

from assay.kernel.errors import BusyError, InputError, IntegrityError, TerminalError
from assay.plant import parts
from assay.plant.historian import Limits, Sample, history_folder, open_historian
from assay.plant.notes import Note
from assay.plant.peer import ask, socket_path
from assay.plant.series import BAD, Frame, to_time

START = datetime(2026, 1, 1, tzinfo=UTC)
PLANT = "test_plant"


def frame_of(rows: int, tags: int = 3, start: datetime = START, step: float = 60.0) -> Frame:
    times = to_time(start) + (np.arange(rows) * step * 1e9).astype("timedelta64[ns]")
    values = np.random.default_rng(rows).normal(50, 3, (rows, tags))
    return Frame(times, tuple(f"T{i}" for i in range(tags)), values)


def sample(tag: str, second: float, value: float, quality: int = 0) -> Sample:
    return Sample(tag, START + timedelta(seconds=second), value, quality)


@given(written=st.lists(frames(), min_size=1, max_size=3), part_rows=st.sampled_from([1, 5, 1000]))
@settings(max_examples=25, deadline=None)
def test_what_is_read_is_what_was_written(
    written: list[Frame], part_rows: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Last write wins for every tag and time; the owner, a reader beside it and one after it see the same."""
    expected: dict[tuple[str, int], float] = {}
    os.environ["ASSAY_HOME"] = str(tmp_path_factory.mktemp("law"))
    with open_historian(PLANT, "owner", limits=Limits(part_rows=part_rows)) as owner:
        for frame in written:
            owner.write(frame)
            for row, time in enumerate(frame.times.view(np.int64)):
                for column, tag in enumerate(frame.tags):
                    if not np.isnan(frame.values[row, column]) or _said(frame, row, column):
                        expected[tag, int(time)] = float(frame.values[row, column])
        seen = [owner.read(), open_historian(PLANT).read()]
    seen.append(open_historian(PLANT).read())

    assert seen[0] == seen[1] == seen[2]
    got = seen[0]
    for (tag, time), value in expected.items():
        at = int(np.searchsorted(got.times.view(np.int64), time))
        assert np.array_equal(got.values[at, got.tags.index(tag)], value, equal_nan=True)
    known = ~np.isnan(got.values) if got.quality is None else ~np.isnan(got.values) | (got.quality != -0x7F65)
    assert int(known.sum()) == len(expected)


def _said(frame: Frame, row: int, column: int) -> bool:
    return frame.quality is not None and frame.quality[row, column] not in (0, -0x7F65)


def test_the_last_sample_of_a_tag_and_time_counts_even_across_parts() -> None:
    with open_historian(PLANT, "owner") as owner:
        owner.write([sample("A", 0, 1.0), sample("A", 60, 2.0), sample("A", 0, 3.0)])
        owner.flush()
        owner.write([sample("A", 60, 4.0)])
        owner.flush()

        assert owner.read().column("A").tolist() == [3.0, 4.0]


def test_a_clock_that_goes_back_is_tolerated() -> None:
    with open_historian(PLANT, "owner") as owner:
        for second in (100, 200, 150, 50, 300):
            owner.write([sample("A", second, float(second))])

        assert owner.read().column("A").tolist() == [50.0, 100.0, 150.0, 200.0, 300.0]


def test_qualities_and_source_times_are_kept() -> None:
    bad = Sample("A", START, float("nan"), BAD, START - timedelta(seconds=1))
    with open_historian(PLANT, "owner") as owner:
        assert owner.write([bad, sample("B", 0, 1.0)]) == 2
        frame = owner.read()

    assert frame.quality is not None and frame.quality.tolist() == [[BAD, 0]]
    rows = parts.read_part(parts.list_parts(history_folder(PLANT))[0], ["A"], None, None)
    assert rows.source_time.tolist() == [int(to_time(START).astype(np.int64)) - 10**9]


def test_reads_by_tag_and_time() -> None:
    frame = frame_of(100)
    with open_historian(PLANT, "owner", limits=Limits(part_rows=90)) as owner:
        owner.write(frame)
        reader = open_historian(PLANT)
        start, end = START + timedelta(minutes=10), START + timedelta(minutes=20)
        for history in (owner, reader):
            assert history.read(["T2", "T0"], start, end) == frame.select(["T2", "T0"]).between(start, end)
            assert history.tags() == ("T0", "T1", "T2")
            assert history.span() == (frame.start, frame.end)
            with pytest.raises(InputError, match="T9"):
                history.read(["T9"])
            with pytest.raises(InputError, match="zone"):
                history.read(None, datetime(2026, 1, 1))


def test_reading_on_a_grid_knows_what_was_known_before() -> None:
    with open_historian(PLANT, "owner") as owner:
        owner.write([sample("A", -30, 7.0), sample("B", 70, 1.0), sample("A", 130, 8.0)])

        frame = owner.read(["A", "B"], START, START + timedelta(minutes=4), step=60)

    assert frame.column("A").tolist() == [7.0, 7.0, 7.0, 8.0]
    assert np.isnan(frame.column("B")[:2]).all() and frame.column("B")[2:].tolist() == [1.0, 1.0]


def test_a_table_of_samples_can_be_written() -> None:
    times = pa.array([START, START], pa.timestamp("us", "Asia/Shanghai"))
    with open_historian(PLANT, "owner") as owner:
        assert owner.write(pa.table({"tag": ["A", "B"], "time": times, "value": [1, 2]})) == 2
        assert owner.read().values.tolist() == [[1.0, 2.0]]
        for wrong in (
            pa.table({"tag": ["A"], "value": [1.0]}),
            pa.table({"tag": ["A"], "time": pa.array([START], pa.timestamp("us")), "value": [1.0]}),
            pa.table({"tag": pa.array([None], pa.string()), "time": times[:1], "value": [1.0]}),
        ):
            with pytest.raises(InputError, match="batch"):
                owner.write(wrong)


def test_an_empty_history() -> None:
    reader = open_historian(PLANT)
    assert (reader.tags(), reader.span(), len(reader.read())) == ((), None, 0)
    with open_historian(PLANT, "owner") as owner:
        assert owner.write([]) == 0
        assert owner.write(Frame.empty(["A"])) == 0
        assert owner.read().values.shape == (0, 0)
        assert owner.stats().samples == 0


def test_stats_count_recent_and_closed_samples() -> None:
    with open_historian(PLANT, "owner") as owner:
        owner.write(frame_of(10))
        owner.flush()
        owner.write([sample("T0", 10_000, 1.0)])
        stats = open_historian(PLANT).stats()

    assert (stats.samples, stats.recent, stats.parts, stats.owner) == (31, 1, 1, os.getpid())
    assert stats.tags[0].samples == 11 and stats.tags[0].last == START + timedelta(seconds=10_000)
    assert open_historian(PLANT).stats().owner is None


def test_only_one_owner() -> None:
    with open_historian(PLANT, "owner"):
        with pytest.raises(BusyError, match=str(os.getpid())):
            open_historian(PLANT, "owner")
    with open_historian(PLANT, "owner") as owner:
        owner.write([sample("A", 0, 1.0)])


def test_a_closed_owner_takes_nothing_and_closes_twice() -> None:
    owner = open_historian(PLANT, "owner")
    owner.close()
    owner.close()

    with pytest.raises(InputError, match="closed"):
        owner.write([sample("A", 0, 1.0)])


def test_files_belong_to_this_user_alone() -> None:
    with open_historian(PLANT, "owner") as owner:
        owner.write(frame_of(5))
        owner.flush()
        assert owner.folder.stat().st_mode & 0o077 == 0
        for path in owner.folder.iterdir():
            if path.suffix == ".wal":  # DuckDB makes it anew whenever it likes; the folder keeps others out
                continue
            assert path.stat().st_mode & 0o077 == 0, path.name


def test_small_parts_are_merged_without_losing_a_sample() -> None:
    with open_historian(PLANT, "owner") as owner:
        for second in range(40):
            owner.write([sample("A", second, float(second)), sample("B", 0, float(second))])
            owner.flush()
        frame = owner.read()

        assert len(parts.list_parts(owner.folder)) < 16
    assert frame.column("A").tolist() == [float(second) for second in range(40)]
    assert frame.column("B")[0] == 39.0
    assert open_historian(PLANT).read() == frame


def test_a_merge_interrupted_half_way_changes_nothing() -> None:
    with open_historian(PLANT, "owner") as owner:
        for second in range(4):
            owner.write([sample("A", second, float(second))])
            owner.flush()
        folder, before = owner.folder, owner.read()
    old = [(part.path, part.path.read_bytes()) for part in parts.list_parts(folder)]
    parts.merge(folder, parts.list_parts(folder))
    for path, content in old:
        path.write_bytes(content)
    (folder / ".new-123-part").write_bytes(b"half")

    assert open_historian(PLANT).read() == before
    with open_historian(PLANT, "owner") as owner:
        assert owner.read() == before
        assert len(list(folder.glob("part-*.parquet"))) == 1
        assert not list(folder.glob(".new-*"))


def test_retention_removes_old_parts_but_not_for_one_wild_time() -> None:
    limits = Limits(retention_days=10, part_rows=1000)
    with open_historian(PLANT, "owner", limits=limits) as owner:
        owner.write(frame_of(500))
        owner.flush()
        owner.write([sample("T0", 400 * 86_400, 1.0)])
        owner.write(frame_of(500, start=START + timedelta(days=2)))
        owner.flush()
        assert owner.span() == (START, START + timedelta(days=400))

        owner.write(frame_of(400, start=START + timedelta(days=15)))

        # A part goes as a whole: the one with nothing but the wild time stays.
        assert owner.span() == (START + timedelta(days=15), START + timedelta(days=400))
    assert len(open_historian(PLANT).read(["T1"], START, START + timedelta(days=1))) == 0


def test_the_disk_limit_warns_before_it_refuses_and_keeps_what_was_acknowledged() -> None:
    heard: list[Note] = []
    acknowledged = 0
    limits = Limits(disk_bytes=4_000_000, part_rows=20_000)
    with open_historian(PLANT, "owner", limits=limits, on_warning=heard.append) as owner:
        with pytest.raises(TerminalError, match="limit"):
            for day in range(200):
                batch = frame_of(5_000, start=START + timedelta(days=10 * day), step=7.7)
                warned_before = len(heard)
                acknowledged += owner.write(batch)
        assert warned_before == 1 and heard[0].key == "plant.history_limit_near"
        assert [note.key for note in owner.stats().notes] == ["plant.history_limit_near"]
        assert open_historian(PLANT).stats().notes[0].render("zh")
    assert open_historian(PLANT).stats().samples >= acknowledged > 0


def test_a_full_disk_while_a_part_is_closed_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    heard: list[Note] = []
    frame = frame_of(40)
    with open_historian(PLANT, "owner", limits=Limits(part_rows=1000), on_warning=heard.append) as owner:
        owner.write(frame)
        with monkeypatch.context() as patch:
            patch.setattr(parts, "write_part", full)
            with pytest.raises(TerminalError, match="full"):
                owner.flush()
            for row in range(9):
                owner.write(frame_of(100, start=START + timedelta(days=row + 1)))
            assert [note.key for note in heard] == ["plant.history_part_not_written"]
            with pytest.raises(TerminalError, match="full"):
                owner.write(frame_of(500, start=START + timedelta(days=100)))
        assert owner.read(end=START + timedelta(hours=1)) == frame
        assert owner.write(frame_of(1, start=START + timedelta(days=200))) == 3
    assert open_historian(PLANT).stats().samples == 3 * (40 + 900 + 1)


def test_a_disk_with_no_room_refuses_at_once() -> None:
    with open_historian(PLANT, "owner", limits=Limits(free_bytes=1 << 60)) as owner:
        with pytest.raises(TerminalError, match="free"):
            owner.write([sample("A", 0, 1.0)])


def test_a_damaged_part_and_a_damaged_file_are_named() -> None:
    with open_historian(PLANT, "owner") as owner:
        owner.write(frame_of(1000))
        folder = owner.folder
    part = parts.list_parts(folder)[0].path
    content = part.read_bytes()
    part.write_bytes(content[: len(content) // 2])
    with pytest.raises(IntegrityError, match=part.name):
        open_historian(PLANT).read()
    part.write_bytes(content)

    (folder / "recent.duckdb").write_bytes(b"nonsense" * 4096)
    with pytest.raises(IntegrityError, match=r"recent\.duckdb"):
        open_historian(PLANT).read()
    with pytest.raises(IntegrityError, match=r"recent\.duckdb"):
        open_historian(PLANT, "owner")

    (folder / "recent.duckdb").unlink()
    assert len(open_historian(PLANT).read(["T1"])) == 1000
    with open_historian(PLANT, "owner") as owner:
        owner.write([sample("T0", 0, -1.0)])
        assert owner.read().column("T0")[0] == -1.0


@pytest.mark.parametrize(
    "limits",
    [{"retention_days": 0}, {"retention_days": float("nan")}, {"disk_bytes": 0}, {"warn_at": 2}, {"part_rows": 0}],
)
def test_limits_that_make_no_sense_are_refused(limits: dict[str, float]) -> None:
    with pytest.raises(InputError, match=next(iter(limits))):
        Limits(**limits)  # type: ignore[arg-type]


def test_a_data_folder_with_a_long_path_still_has_a_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    monkeypatch.setenv("ASSAY_HOME", str(deep))
    with open_historian(PLANT, "owner") as owner:
        owner.write([sample("A", 0, 1.0)])

        assert open_historian(PLANT).stats().owner == os.getpid()


@pytest.mark.parametrize("asked", [{}, {"tags": 5}, {"tags": [1]}, {"start": "x"}, {"end": 2**70}])
def test_the_owner_answers_only_what_it_understands(asked: dict[str, object]) -> None:
    with open_historian(PLANT, "owner") as owner:
        owner.write([sample("A", 0, 1.0)])
        answer = ask(socket_path(owner.folder), asked)
        assert answer is None or answer[0]["tags"] == ["A"]
        assert open_historian(PLANT).read().column("A").tolist() == [1.0]


def test_a_history_of_too_many_different_times_asks_for_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assay.plant.rows._MAX_CELLS", 100)
    with open_historian(PLANT, "owner") as owner:
        owner.write(frame_of(40))
        with pytest.raises(InputError, match="step"):
            owner.read()
        assert len(owner.read(["T0"])) == 40
        assert len(owner.read(step=600.0)) == 5
