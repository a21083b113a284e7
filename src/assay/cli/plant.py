"""``assay plant``: check, list, show, run a reference plant, connect to a real one."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli import plant_check, plant_connect
from assay.cli.language import help_lang, resolve_lang
from assay.cli.plant_screen import Screen, stop_event
from assay.kernel.errors import InputError
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from assay.connectors.running import RunningPlant
    from assay.connectors.schedule import ScheduledFault


def _help(name: str) -> str:
    return text(f"cli.plant_run_{name}", help_lang())


app = typer.Typer(help=text("cli.about_plant", help_lang()), no_args_is_help=True, add_completion=False)
plant_check.register(app)
plant_connect.register(app)


@dataclass(frozen=True, slots=True)
class _Options:
    """What ``run`` was asked for; ``speed`` None is as fast as the link keeps up."""

    plant: str
    speed: float | None
    faults: tuple[ScheduledFault, ...]
    mode: int
    seed: int
    port: int
    hours: float | None
    history: bool
    secure: bool
    as_json: bool
    lang: Lang


@app.command("run", help=_help("about"))
def run(
    plant: Annotated[str, typer.Argument(metavar="PLANT", help=_help("plant"))],
    speed: Annotated[str, typer.Option("--speed", metavar="N|max", help=_help("speed"))] = "1",
    fault: Annotated[list[str] | None, typer.Option("--fault", metavar="IDVn@TIME", help=_help("fault"))] = None,
    magnitude: Annotated[float, typer.Option("--magnitude", help=_help("magnitude"))] = 1.0,
    mode: Annotated[int, typer.Option("--mode", help=_help("mode"))] = 1,
    seed: Annotated[int, typer.Option("--seed", help=_help("seed"))] = 7,
    port: Annotated[int, typer.Option("--port", help=_help("port"))] = 0,
    hours: Annotated[float | None, typer.Option("--hours", help=_help("hours"))] = None,
    no_history: Annotated[bool, typer.Option("--no-history", help=_help("no_history"))] = False,
    secure: Annotated[bool, typer.Option("--secure", help=_help("secure"))] = False,
    lang: Annotated[
        str | None, typer.Option("--lang", metavar="zh|en", help=text("cli.about_lang", help_lang()))
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_help("json"))] = False,
) -> None:
    from assay.connectors.schedule import parse_faults

    if hours is not None and not (math.isfinite(hours) and hours > 0):
        raise InputError("cli.plant_run_hours_wrong", hours=hours)
    options = _Options(
        plant=plant,
        speed=_speed(speed),
        faults=parse_faults(fault or (), magnitude),
        mode=mode,
        seed=seed,
        port=port,
        hours=hours,
        history=not no_history,
        secure=secure,
        as_json=as_json,
        lang=resolve_lang(lang),
    )
    asyncio.run(_run(options))


def _speed(given: str) -> float | None:
    if given.strip().lower() == "max":
        return None
    try:
        return float(given)
    except ValueError:
        raise InputError("cli.plant_run_speed_wrong", speed=given) from None


async def _run(options: _Options) -> None:
    from assay.connectors.running import running_plant

    stop = stop_event()
    screen = Screen("plant_run", options.lang, as_json=options.as_json, quiet_start=True)
    screen.line("starting", plant=options.plant)
    async with running_plant(
        options.plant,
        speed=options.speed,
        faults=options.faults,
        mode=options.mode,
        seed=options.seed,
        port=options.port,
        hours=options.hours,
        history=options.history,
        secure=options.secure,
        on_event=screen.link_event,
    ) as running:
        screen.line("started", plant=running.plant.id, endpoint=running.server.endpoint)
        if running.engine is None:
            screen.line("no_alarms", mode=options.mode)
        await _watch(running, screen, stop, options)
    screen.finished(running.status(), stored=options.history)


async def _watch(running: RunningPlant, screen: Screen, stop: asyncio.Event, options: _Options) -> None:
    told = False
    while not stop.is_set():
        local = running.server.time.astimezone(running.plant.timezone).strftime("%Y-%m-%d %H:%M:%S")
        screen.status(running.status(), time=local)
        if running.server.ended.is_set() and not told:
            told = True
            screen.line(f"ended_{running.server.state.value}", problem=running.server.problem)
        if told and options.hours is not None:
            return
        waits = [asyncio.create_task(stop.wait())]
        if not told:
            waits.append(asyncio.create_task(running.server.ended.wait()))
        await asyncio.wait(waits, timeout=screen.period, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
