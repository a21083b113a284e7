"""The alarm engine: dead-band, delay, states, and the offline replay."""

from __future__ import annotations

import math
import time as clock
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.kernel.errors import InputError
from assay.plant.alarms import AlarmEngine, AlarmEvent, alarms_of, first_alarm
from assay.plant.model import Plant, load_plant
from assay.plant.records.events import AlarmState, EventKind

START = datetime(2024, 3, 1, tzinfo=UTC)
TAG = "XMEAS_7"  # H derived with a delay, HH 2895 published without


@dataclass(frozen=True)
class Stretch:
    times: Any
    tags: tuple[str, ...]
    values: Any
    quality: Any = None


@pytest.fixture(scope="module")
def plant() -> Plant:
    return load_plant("tennessee_eastman")


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def stretch(values: Sequence[Sequence[float]], tags: tuple[str, ...], step: int = 60, quality: Any = None) -> Stretch:
    times = np.datetime64("2024-03-01T00:00:00", "ns") + np.arange(len(values)) * np.timedelta64(step, "s")
    return Stretch(times, tags, np.asarray(values, dtype=float), quality)


def states(events: list[AlarmEvent]) -> list[tuple[str, str]]:
    return [(event.type, event.state.value) for event in events]


def test_dead_band(plant: Plant) -> None:
    engine = AlarmEngine(plant)
    limit = plant.tag(TAG).alarms["HH"]
    values = [2890, limit.at, limit.at + 1, limit.at - limit.deadband + 0.1, limit.at - limit.deadband, limit.at + 1]
    seen = [[e.key for e in engine.update(at(k), {TAG: v}) if e.type == "HH"] for k, v in enumerate(values)]
    assert seen == [[], [], ["plant.alarm_raised"], [], ["plant.alarm_returned"], ["plant.alarm_raised"]]


def test_the_delay_must_run_without_a_break(plant: Plant) -> None:
    engine = AlarmEngine(plant)
    limit = plant.tag(TAG).alarms["H"]
    assert limit.delay == 15
    high, low = limit.at + 5, limit.at - 5
    assert engine.update(at(0), {TAG: high}) == []
    assert engine.update(at(10), {TAG: low}) == []
    assert engine.update(at(20), {TAG: high}) == []
    assert engine.update(at(34), {TAG: high}) == []
    assert states(engine.update(at(35), {TAG: high})) == [("H", "unacknowledged")]


def test_bad_quality_and_nan_hold_the_state(plant: Plant) -> None:
    engine = AlarmEngine(plant)
    engine.update(at(0), {TAG: 2950.0})
    engine.update(at(60), {TAG: 2950.0})
    assert engine.state(TAG, "HH") is AlarmState.UNACKNOWLEDGED
    assert engine.update(at(61), {TAG: math.nan}) == []
    assert engine.update(at(62), {TAG: 2705.0}, {TAG: -0x8000}) == []
    assert engine.update(at(63), {TAG: math.inf}) == []
    assert engine.state(TAG, "HH") is AlarmState.UNACKNOWLEDGED
    assert len(engine.update(at(64), {TAG: 2705.0}, {TAG: 0})) == 2


def test_acknowledge_and_return_in_both_orders(plant: Plant) -> None:
    engine = AlarmEngine(plant)
    engine.update(at(0), {TAG: 2950.0})
    assert states(engine.acknowledge(at(1), TAG, "HH")) == [("HH", "acknowledged")]
    assert engine.acknowledge(at(2), TAG, "HH") == []
    assert ("HH", "normal") in states(engine.update(at(3), {TAG: 2705.0}))
    engine.update(at(4), {TAG: 2950.0})
    assert ("HH", "returned_unacknowledged") in states(engine.update(at(5), {TAG: 2705.0}))
    assert states(engine.acknowledge(at(6), TAG, "HH")) == [("HH", "normal")]
    assert engine.standing() == ()


def test_shelving_hides_and_ends_by_itself(plant: Plant) -> None:
    engine = AlarmEngine(plant)
    assert states(engine.shelve(at(0), TAG, "HH", at(100))) == [("HH", "shelved")]
    assert [e for e in engine.update(at(50), {TAG: 2950.0}) if e.type == "HH"] == []
    assert engine.acknowledge(at(60), TAG, "HH") == []
    ended = [e for e in engine.update(at(100), {TAG: 2950.0}) if e.type == "HH"]
    assert [(e.previous.value, e.state.value) for e in ended] == [("shelved", "unacknowledged")]
    with pytest.raises(InputError):
        engine.shelve(at(100), TAG, "HH", at(100))


def test_suppression_and_out_of_service(plant: Plant) -> None:
    engine = AlarmEngine(plant)
    assert states(engine.suppress(at(0), TAG, "HH")) == [("HH", "suppressed_by_design")]
    assert states(engine.suppress(at(0), TAG, "HH", by_design=False)) == [("HH", "out_of_service")]
    engine.update(at(1), {TAG: 2950.0})
    engine.update(at(2), {TAG: 2705.0})
    assert states(engine.restore(at(3), TAG, "HH")) == [("HH", "normal")]
    assert engine.restore(at(4), TAG, "HH") == []


def test_samples_that_go_back_in_time_are_left_out_and_counted(plant: Plant) -> None:
    engine = AlarmEngine(plant)
    engine.update(at(10), {TAG: 2705.0})
    assert engine.update(at(9), {TAG: 2950.0}) == []
    assert engine.late == 1 and engine.standing() == ()


def test_the_order_of_time_is_each_tags_own(plant: Plant) -> None:
    engine = AlarmEngine(plant)
    engine.update(at(10), {"XMEAS_8": 75.0})
    # This instrument's clock is behind the other's.
    raised = [engine.update(at(second), {TAG: 2950.0}) for second in (1, 2)]
    assert any(event.raised for events in raised for event in events) and engine.late == 0


def test_a_delay_ends_without_a_further_sample(plant: Plant) -> None:
    engine = AlarmEngine(plant)
    assert engine.update(at(0), {TAG: 2800.0}) == [] and engine.elapse(at(0)) == []
    raised = engine.elapse(at(20))
    assert {event.tag for event in raised} == {TAG} and all(event.raised for event in raised)
    assert engine.elapse(at(21)) == []
    engine = AlarmEngine(plant)
    engine.update(at(0), {TAG: 2800.0})
    engine.update(at(1), {TAG: 2800.0}, {TAG: -1})  # bad quality ends the delay
    assert engine.elapse(at(20)) == []


def test_wrong_calls_are_input_errors(plant: Plant) -> None:
    engine = AlarmEngine(plant)
    with pytest.raises(InputError):
        engine.update(datetime(2024, 3, 1), {TAG: 1.0})
    with pytest.raises(InputError):
        engine.state(TAG, "LL")
    assert engine.update(at(0), {"UNKNOWN": 1e9, "XMV_12": 100.0}) == []


def test_messages_and_records(plant: Plant) -> None:
    event = next(e for e in AlarmEngine(plant).update(at(0), {TAG: 2950.0}) if e.type == "HH")
    assert "反应器压力" in event.message(plant, "zh") and "2950 kPa" in event.message(plant, "en")
    record = event.event(plant)
    assert record.kind is EventKind.ALARM and record.priority == "critical" and record.data["limit"] == 2895.0


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.floats(2650, 2950) | st.just(math.nan),
            st.floats(20, 110),
            st.sampled_from([0, 0, 0, -0x8000]),
        ),
        min_size=1,
        max_size=40,
    )
)
def test_the_replay_is_the_engine_row_by_row(rows: list[tuple[float, float, int]]) -> None:
    plant = load_plant("tennessee_eastman")
    tags = (TAG, "XMEAS_12")
    values = [[a, b] for a, b, _ in rows]
    quality = np.array([[q, 0] for _, _, q in rows], dtype=np.int16)
    engine = AlarmEngine(plant)
    one_by_one: list[AlarmEvent] = []
    for number, (row, q) in enumerate(zip(values, quality.tolist(), strict=True)):
        one_by_one += engine.update(at(20 * number), dict(zip(tags, row, strict=True)), dict(zip(tags, q, strict=True)))
    replayed = alarms_of(plant, stretch(values, tags, 20, quality))
    key = lambda e: (e.time, e.tag, e.type, e.state)  # noqa: E731
    assert sorted(map(key, one_by_one)) == sorted(map(key, replayed))
    assert [e.time for e in replayed] == sorted(e.time for e in replayed)


def test_a_long_history_is_quick_and_the_first_alarm_is_found(plant: Plant) -> None:
    tags = tuple(tag.id for tag in plant.tags_of("measurement", "valve"))
    rng = np.random.default_rng(5)
    normal = np.array([plant.tag(tag).normal or 0.0 for tag in tags])
    values = normal * (1 + 0.05 * rng.standard_normal((1000, len(tags))))  # far noisier than the plant
    history = stretch(values.tolist(), tags, 180)
    begin = clock.perf_counter()
    events = alarms_of(plant, history)
    assert clock.perf_counter() - begin < 3.0  # 0.3 s on an idle machine
    first = first_alarm(events)
    assert first is not None and first.time == min(e.time for e in events if e.raised)
    assert first_alarm(events, START - timedelta(hours=1)) is None


def test_an_empty_history_has_no_alarms(plant: Plant) -> None:
    empty = Stretch(np.array([], dtype="datetime64[ns]"), (TAG,), np.empty((0, 1)))
    assert alarms_of(plant, empty) == [] and first_alarm([]) is None
