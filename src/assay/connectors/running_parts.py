"""The parts that a running plant is put together from: its process, its stores, its alarms."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from assay.connectors.loopback import LiveProcess
from assay.kernel.errors import InputError

if TYPE_CHECKING:
    from assay.plant.alarms import AlarmEngine
    from assay.plant.historian import Historian
    from assay.plant.model import Plant
    from assay.plant.records import Records


def twin_process(plant: Plant, mode: int, seed: int) -> LiveProcess:
    """The plant's mechanism model as a live process. InputError for a plant without one, or an unknown mode."""
    twin = plant.twin
    if twin is None or twin.model != "tennessee_eastman":
        raise InputError("connectors.plant_without_process", plant=plant.id)
    plant.mode(str(mode))
    from assay.models.tep.live import LiveTep

    return LiveTep(twin.control, mode=mode, seed=seed)


async def open_stores(stack: AsyncExitStack, name: str) -> tuple[Historian, Records]:
    """The plant's history, owned by this process, and the records. BusyError when another process owns it."""
    from assay.plant.historian import open_historian
    from assay.plant.home import home
    from assay.plant.records import open_records

    historian = stack.enter_context(await asyncio.to_thread(open_historian, name, "owner"))
    records = stack.enter_context(open_records(home() / "records.db"))
    return historian, records


def alarm_engine(plant: Plant, mode: int | None) -> AlarmEngine | None:
    """The plant's alarms; None in a mode for which its limits do not hold. Without a mode they are taken to hold."""
    from assay.plant.alarms import AlarmEngine

    holds = plant.spec.alarms_hold_in
    return AlarmEngine(plant) if mode is None or not holds or f"mode{mode}" in holds else None


def loading_name(plant: Plant, name: str) -> str:
    """What any process, in whatever folder it works, can load the plant by: a shipped name or an absolute folder."""
    from assay.plant.model import shipped_plants

    return name if name in shipped_plants() else str(plant.folder.absolute())


def start_time(historian: Historian | None) -> datetime:
    """Plant time of a new run's beginning: now, or after the newest sample that is stored."""
    now = datetime.now(UTC).replace(microsecond=0)
    span = None if historian is None else historian.span()
    # Runs faster than the clock leave samples in the future; two runs must not be mixed at the same times.
    return now if span is None or span[1] < now else span[1].replace(microsecond=0) + timedelta(minutes=1)


def buffer_path(name: str) -> Path:
    """Where samples wait while the history cannot take them."""
    from assay.plant.home import plant_folder

    return plant_folder(name) / "link-buffer.db"
