from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plant_frames import frames

from assay.kernel.errors import InputError
from assay.plant.series import BAD, NO_DATA, Frame, to_datetime, to_time

START = datetime(2026, 1, 1, tzinfo=UTC)


def frame_of(values: list[list[float]], step: int = 60, tags: tuple[str, ...] = ("A", "B")) -> Frame:
    times = to_time(START) + np.arange(len(values)) * np.timedelta64(step, "s")
    return Frame(times, tags, np.array(values, float).reshape(len(values), len(tags)))


@given(frame=frames())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_parquet_and_arrow_keep_the_content(frame: Frame, tmp_path: Path) -> None:
    path = tmp_path / "frame.parquet"
    frame.to_parquet(path)

    assert Frame.from_parquet(path) == frame
    assert Frame.from_arrow(frame.to_arrow()) == frame
    assert [each.name for each in tmp_path.glob("frame*")] == ["frame.parquet"]


@given(frame=frames(), data=st.data())
@settings(max_examples=60, deadline=None)
def test_the_digest_sees_every_change(frame: Frame, data: st.DataObject) -> None:
    if not frame.values.size:
        return
    row = data.draw(st.integers(0, len(frame) - 1))
    column = data.draw(st.integers(0, len(frame.tags) - 1))
    values = frame.values.copy()
    values[row, column] = 1.0 if np.isnan(values[row, column]) else np.nan

    assert Frame(frame.times, frame.tags, values, frame.quality).digest() != frame.digest()
    assert Frame(frame.times, frame.tags, frame.values.copy(), frame.quality).digest() == frame.digest()
    renamed = (frame.tags[0] + "x", *(tag + "y" for tag in frame.tags[1:]))
    assert Frame(frame.times, renamed, frame.values, frame.quality).digest() != frame.digest()


def test_the_digest_is_fixed_for_ever() -> None:
    frame = frame_of([[1.0, np.nan], [2.0, -0.5]])

    assert frame.digest() == "4214b0f94dc80c114c2a261348014501759b2dd251533510067d3ad9c6dfef91"


def test_every_nan_counts_as_the_same() -> None:
    other = np.frombuffer(np.uint64(0xFFF8000000000001).tobytes(), float)[0]

    assert frame_of([[np.nan, 1.0]]).digest() == frame_of([[other, 1.0]]).digest()


@pytest.mark.parametrize(
    "broken",
    [
        lambda: frame_of([[1.0, 2.0]], tags=("A", "A")),
        lambda: frame_of([[1.0, 2.0]], tags=("A", "")),
        lambda: Frame(np.array(["2026", "2026"], "datetime64[ns]"), ("A",), np.ones((2, 1))),
        lambda: Frame(np.array(["2026", "NaT"], "datetime64[ns]"), ("A",), np.ones((2, 1))),
        lambda: Frame(np.array(["2026"], "datetime64[ns]"), ("A",), np.ones((2, 1))),
        lambda: Frame(np.array(["2026"], "datetime64[ns]"), ("A",), np.ones((1, 1)), np.zeros((2, 1), np.int16)),
    ],
)
def test_parts_that_do_not_fit_are_refused(broken) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError):
        broken()


def test_arrays_cannot_be_changed() -> None:
    frame = frame_of([[1.0, 2.0]])

    with pytest.raises(ValueError, match="read-only"):
        frame.values[0, 0] = 5.0


def test_between_is_half_open_and_until_is_not() -> None:
    frame = frame_of([[float(i), 0.0] for i in range(5)])
    one, three = START + timedelta(minutes=1), START + timedelta(minutes=3)

    assert frame.between(one, three).column("A").tolist() == [1.0, 2.0]
    assert frame.between(None, one).column("A").tolist() == [0.0]
    assert frame.between(three, one).column("A").tolist() == []
    assert frame.until(three).column("A").tolist() == [0.0, 1.0, 2.0, 3.0]
    assert frame.end == START + timedelta(minutes=4)


def test_select_keeps_the_order_asked_for_and_names_what_is_missing() -> None:
    frame = frame_of([[1.0, 2.0]])

    assert frame.select(["B", "A"]).values.tolist() == [[2.0, 1.0]]
    with pytest.raises(InputError, match="C"):
        frame.select(["A", "C"])


def test_times_need_a_zone_and_keep_microseconds() -> None:
    moment = datetime(2026, 5, 1, 8, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))

    assert to_datetime(to_time(moment)) == moment
    with pytest.raises(InputError, match="zone"):
        to_time(datetime(2026, 5, 1))
    with pytest.raises(InputError, match="1678"):
        to_time(datetime(1500, 1, 1, tzinfo=UTC))


def test_resample_last_holds_values_and_never_looks_ahead() -> None:
    times = to_time(START) + np.array([0, 50, 130, 400]) * np.timedelta64(1, "s")
    frame = Frame(times, ("A",), np.array([[1.0], [2.0], [np.nan], [4.0]]))

    assert frame.resample(60).column("A").tolist() == [1.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 4.0]
    held = frame.resample(60, hold=100).column("A")
    assert np.isnan(held[[3, 4, 5, 6]]).all() and held[7] == 4.0


def test_a_value_known_to_be_bad_ends_the_hold() -> None:
    times = to_time(START) + np.array([0, 60, 120]) * np.timedelta64(1, "s")
    quality = np.array([[0], [BAD], [NO_DATA]], np.int16)
    frame = Frame(times, ("A",), np.array([[1.0], [np.nan], [np.nan]]), quality)

    resampled = frame.resample(60)

    assert np.isnan(resampled.column("A")[1:]).all()
    assert resampled.quality is not None and resampled.quality[:, 0].tolist() == [0, BAD, BAD]
    assert np.isnan(frame.good().column("A")[1:]).all()


@given(frame=frames(quality=False, regular=True))
@settings(max_examples=50, deadline=None)
def test_resample_laws(frame: Frame) -> None:
    if not len(frame):
        return
    last, mean = frame.resample(300), frame.resample(300, "mean")

    assert last.times.tolist() == mean.times.tolist()
    assert last.resample(300) == last
    for row, time in enumerate(mean.times):
        window = (frame.times > time - np.timedelta64(300, "s")) & (frame.times <= time)
        for column in range(len(frame.tags)):
            known = frame.values[window, column]
            known = known[~np.isnan(known)]
            got = mean.values[row, column]
            assert np.isnan(got) if not len(known) else got == pytest.approx(known.mean(), rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("step", [0, -1, float("nan"), float("inf")])
def test_a_step_must_be_a_positive_number(step: float) -> None:
    with pytest.raises(InputError, match="step"):
        frame_of([[1.0, 2.0]]).resample(step)


def test_a_step_too_small_for_the_stretch_is_refused() -> None:
    with pytest.raises(InputError, match="rows"):
        frame_of([[1.0, 2.0], [1.0, 2.0]], step=100_000).resample(1e-6)


def test_a_damaged_parquet_file_is_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "frame.parquet"
    frame_of([[1.0, 2.0]]).to_parquet(path)
    path.write_bytes(path.read_bytes()[:-20])

    with pytest.raises(InputError, match="Parquet"):
        Frame.from_parquet(path)
