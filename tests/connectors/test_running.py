"""The whole running plant: socket, history, alarms and events, with a scripted stand-in for the twin."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path

import pytest
from assay_tests_tank import fails, run, until

from assay.connectors.running import running_plant
from assay.connectors.schedule import ScheduledFault
from assay.kernel.errors import BusyError, InputError
from assay.plant.historian import open_historian
from assay.plant.home import home
from assay.plant.model import Plant, load_plant
from assay.plant.records import EventKind, open_records


class Script:
    """The tags of a plant at their normal values; disturbance 1 lifts the reactor pressure by 1 kPa a plant minute."""

    def __init__(self, plant: Plant) -> None:
        self.hours = 0.0
        self.tripped: str | None = None
        self.since = math.inf
        self.units = {tag.id: tag.unit for tag in plant.tags}
        self.base = {tag.id: tag.normal if tag.normal is not None else sum(tag.range) / 2 for tag in plant.tags}

    def tags(self) -> Mapping[str, str]:
        return self.units

    def values(self) -> Mapping[str, float]:
        rise = max(self.hours - self.since, 0.0) * 60.0
        return self.base | {"XMEAS_7": 2705.0 + rise}

    def advance(self, hours: float) -> None:
        self.hours += hours
        if self.values()["XMEAS_7"] > 3000.0:
            self.tripped = "High reactor pressure"

    def write(self, tag: str, value: float) -> None:
        self.base[tag] = value

    def start_disturbance(self, idv: int, magnitude: float) -> None:
        self.since = self.hours

    def stop_disturbance(self, idv: int) -> None:
        self.since = math.inf


@pytest.fixture(scope="module")
def plant() -> Plant:
    return load_plant("tennessee_eastman")


def test_everything_published_is_in_the_history_and_events_are_recorded(plant: Plant) -> None:
    async def main() -> None:
        process = Script(plant)
        faults = [ScheduledFault(0.1, 1)]
        async with running_plant("tennessee_eastman", process, faults=faults, paused=True) as running:
            begin = running.server.time
            await running.server.step(10)
            await running.link.write("SP_REACTOR_TEMPERATURE", 121.0)
            assert process.base["SP_REACTOR_TEMPERATURE"] == 121.0
            await running.server.step(590)  # 6 h: the pressure passes its limits and the plant trips
            assert await running.caught_up()
            assert running.historian is not None
            frame = running.historian.read(["XMEAS_7", "XMEAS_9"], begin, None)
            status = running.status()
            assert status["state"] == "tripped" and status["lag_seconds"] == 0.0 and not status["gaps"]
            published = running.server.publications
        # One row a publication and one for the write; all values of the pressure are there.
        assert published <= len(frame) <= published + 1
        pressure = frame.values[:, 0]
        assert pressure[~(pressure != pressure)].max() > 3000.0
        with open_records(home() / "records.db") as records:
            events = records.events.query(plant.id, begin, running.server.time.replace(year=2200))
        alarms = [e for e in events if e.kind is EventKind.ALARM and e.tag == "XMEAS_7"]
        assert [e.data["type"] for e in alarms][:1] == ["H"] and alarms[0].state == "unacknowledged"
        (write,) = (e for e in events if e.kind is EventKind.OPERATOR)
        assert (write.tag, write.data["after"]) == ("SP_REACTOR_TEMPERATURE", 121.0)
        (trip,) = (e for e in events if e.kind is EventKind.FINDING)
        assert (trip.state, trip.message) == ("tripped", "High reactor pressure")
        json.dumps(status)

    run(main)


def test_a_second_run_begins_after_the_first(plant: Plant) -> None:
    async def main() -> None:
        async with running_plant("tennessee_eastman", Script(plant), paused=True) as running:
            await running.server.step(300)  # three hours ahead of the clock
            first_end = running.server.time
            with pytest.raises(BusyError):
                async with running_plant("tennessee_eastman", Script(plant), paused=True):
                    pass
        async with running_plant("tennessee_eastman", Script(plant), paused=True) as running:
            assert running.server.time > first_end
            await running.server.step(3)
            assert await running.caught_up()
        with open_historian("tennessee_eastman", "reader") as reader:
            assert len(reader.read(["XMEAS_1"])) == 301 + 4

    run(main)


def test_as_fast_as_the_link_keeps_up_and_encrypted(plant: Plant, own_home: Path) -> None:
    async def main() -> None:
        options = {"speed": None, "hours": 1.0, "secure": True}
        async with running_plant("tennessee_eastman", Script(plant), **options) as running:  # type: ignore[arg-type]
            await running.run_until(1.0)
            assert await running.caught_up()
            assert running.link.received == 101 * len(plant.tags)
            assert not running.link.gaps
        keys = [path for path in (own_home / "pki").iterdir() if "key" in path.name or "password" in path.name]
        assert len(keys) == 3 and all(path.stat().st_mode & 0o077 == 0 for path in keys)

    run(main)


def test_without_history_nothing_is_stored(plant: Plant) -> None:
    async def main() -> None:
        async with running_plant("tennessee_eastman", Script(plant), history=False, paused=True) as running:
            await running.server.step(5)
            await until(lambda: running.forward.stored == 6 * len(plant.tags))
        assert not (home() / "plants").exists() and not (home() / "records.db").exists()

    run(main)


def test_other_modes_have_no_alarms_and_unknown_ones_are_refused(plant: Plant) -> None:
    async def main() -> None:
        async with running_plant(plant, Script(plant), mode=3, history=False, paused=True) as running:
            assert running.engine is None
        await fails(running_plant(plant, mode=9, history=False).__aenter__(), InputError)

    run(main)
