"""The shipped plants: no faults, the published figures, and symptoms that the simulator shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from assay.plant.alarms import alarms_of
from assay.plant.check import check_plant
from assay.plant.failures import load_failures
from assay.plant.model import load_plant, shipped_plants

BOTH = ("tennessee_eastman", "tennessee_eastman_braatz")


@dataclass(frozen=True)
class Stretch:
    times: Any
    tags: tuple[str, ...]
    values: Any
    quality: Any = None


@pytest.mark.parametrize("name", shipped_plants())
def test_no_faults(name: str) -> None:
    assert [fault.render() for fault in check_plant(name)] == []


@pytest.mark.parametrize("name", BOTH)
def test_tags(name: str) -> None:
    plant = load_plant(name)
    assert [tag.id for tag in plant.tags_of("measurement")] == [f"XMEAS_{n}" for n in range(1, 42)]
    assert [tag.id for tag in plant.tags_of("valve")] == [f"XMV_{n}" for n in range(1, 13)]
    for tag in plant.tags:
        assert tag.node == f"ns=2;s={tag.id}"
        assert tag.writable == (tag.kind == "setpoint" or tag.id in (plant.twin.constant if plant.twin else ()))
        for limit in tag.alarms.values():
            assert limit.basis in ("published", "derived")
    analysers = [tag.sampling for tag in plant.tags_of("measurement") if tag.sampling]
    assert analysers == [360] * 14 + [900] * 5


@pytest.mark.parametrize("name", BOTH)
def test_published_limits(name: str) -> None:
    """Downs and Vogel (1993): operating and shutdown limits."""
    plant = load_plant(name)
    assert plant.tag("XMEAS_7").alarms["HH"].at == 2895
    assert plant.tag("XMEAS_9").alarms["HH"].at == 150
    assert [plant.tag("XMEAS_8").alarms[k].at for k in ("LL", "HH")] == [50, 100]
    for level in ("XMEAS_12", "XMEAS_15"):
        assert [plant.tag(level).alarms[k].at for k in ("LL", "HH")] == [30, 100]
    trips = {trip.tag: (trip.low, trip.high) for trip in plant.trip_limits}
    assert trips["XMEAS_7"] == (None, 3000) and trips["XMEAS_9"] == (None, 175)
    # Volumes of the publication through the level scales of the model (cubic feet at 0 % and from 0 to 100 %).
    for tag, (low, high), (zero, span) in (
        ("XMEAS_8", (2.0, 24.0), (84.6, 666.7)),
        ("XMEAS_12", (1.0, 12.0), (27.5, 290.0)),
        ("XMEAS_15", (1.0, 8.0), (78.25, 156.5)),
    ):
        for limit, volume in zip(trips[tag], (low, high), strict=True):
            assert limit == pytest.approx((volume * 35.3145 - zero) / span * 100, abs=0.01)


def test_control_structures() -> None:
    ricker, braatz = (load_plant(name) for name in BOTH)
    assert ricker.twin is not None and ricker.twin.constant == ("XMV_5", "XMV_9", "XMV_12")
    assert braatz.twin is not None and braatz.twin.constant == ("XMV_12",)
    assert len(ricker.spec.modes) == 6 and len(braatz.spec.modes) == 1
    for plant in (ricker, braatz):
        assert plant.twin is not None
        moved = {valve for loop in plant.loops for valve in loop.manipulated}
        assert moved == {f"XMV_{n}" for n in range(1, 13)} - set(plant.twin.constant)
        assert set(plant.twin.setpoints) == {tag.id for tag in plant.tags_of("setpoint")}
        for mode in plant.spec.modes:
            assert set(mode.setpoints) == set(plant.twin.setpoints)


def test_the_loops_are_those_of_the_simulator() -> None:
    pytest.importorskip("tep_studio")
    from tep_studio.control import RICKER_MODE1
    from tep_studio.simulation.modes import mode_setpoints

    plant = load_plant("tennessee_eastman")
    for name in ("reactor_level", "reactor_pressure", "reactor_temperature", "separator_level", "stripper_level"):
        source = getattr(RICKER_MODE1, name)
        assert plant.loop(name).gain == pytest.approx(source.kc)
        assert plant.loop(name).reset_time == pytest.approx(source.ti_hours, rel=1e-4)
    for number in range(1, 7):
        source_points = mode_setpoints(f"mode{number}")
        assert plant.twin is not None
        for tag, value in plant.mode(str(number)).setpoints.items():
            assert value == pytest.approx(getattr(source_points, plant.twin.setpoints[tag]), rel=1e-4)


def test_the_braatz_loops_are_those_of_the_table() -> None:
    from assay.models.tep.braatz_loops import LOOPS

    plant = load_plant("tennessee_eastman_braatz")
    assert len(plant.loops) == len(LOOPS)
    for source in LOOPS:
        loop = plant.loop(f"lg_{source.name}")
        assert loop.gain == pytest.approx(source.gain, rel=1e-4) and loop.period == source.period
        assert loop.measured == (source.measured,)


@pytest.mark.parametrize("name", BOTH)
def test_the_failure_library_is_whole(name: str) -> None:
    plant = load_plant(name)
    library = load_failures(plant)
    wanted = {f"IDV{n}" for n in range(1, 29)} | {f"stuck:XMV_{n}" for n in range(1, 13)}
    wanted |= {f"operator:{tag.id}" for tag in plant.tags if tag.writable}
    assert set(library.ids) == wanted
    for failure in library:
        assert failure.twin is not None
        if failure.id.startswith("IDV"):
            assert failure.twin.idv == int(failure.id[3:])
        for measure in failure.measures:
            limits = plant.limits(measure.tag)
            assert limits is not None and limits.writable
            assert measure.max_step <= limits.maximum - limits.minimum


@pytest.mark.long
@pytest.mark.parametrize(("name", "failure"), [(BOTH[0], "IDV4"), (BOTH[0], "IDV6"), (BOTH[0], "IDV17")])
def test_symptoms_are_what_the_simulator_shows(name: str, failure: str) -> None:
    pytest.importorskip("tep_studio")
    from benchmarks.derive_symptoms import Stage, verify

    assert verify(load_plant(name), Stage("ricker", 2, 8.0), [failure]) == []


@pytest.mark.long
def test_settled_normal_operation_has_no_alarms() -> None:
    pytest.importorskip("tep_studio")
    from benchmarks.tep_runs import COLUMNS, settled, stretch

    run = stretch(settled("ricker", 991), 991, 20.0)
    times = np.datetime64("2024-01-01", "ns") + np.arange(len(run.values)) * np.timedelta64(180, "s")
    assert alarms_of(load_plant("tennessee_eastman"), Stretch(times, COLUMNS, run.values)) == []
