"""``assay plant``: check, list, show, and run a reference plant."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import signal
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli import plant_check
from assay.cli.language import help_lang, resolve_lang
from assay.cli.output import say, warn
from assay.kernel.errors import InputError
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from assay.connectors.running import RunningPlant
    from assay.connectors.samples import LinkEvent
    from assay.connectors.schedule import ScheduledFault


def _help(name: str) -> str:
    return text(f"cli.plant_run_{name}", help_lang())


app = typer.Typer(help=text("cli.about_plant", help_lang()), no_args_is_help=True, add_completion=False)
plant_check.register(app)


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

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        # Ctrl-C is the usual way to end this command: it must end the plant, not the storing of what it published.
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C cancels the task instead
            loop.add_signal_handler(number, stop.set)
    screen = _Screen(options)
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
    screen.finished(running)


async def _watch(running: RunningPlant, screen: _Screen, stop: asyncio.Event, options: _Options) -> None:
    told = False
    while not stop.is_set():
        screen.status(running)
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


class _Screen:
    """One live line on a terminal, a line now and then in a log, JSON lines for programs."""

    def __init__(self, options: _Options) -> None:
        self._json = options.as_json
        self._lang = options.lang
        self._live = sys.stderr.isatty() and not options.as_json
        self.period = 0.5 if self._live else 1.0 if self._json else 10.0

    def line(self, name: str, **parameters: object) -> None:
        """A sentence of its own."""
        sentence = text(f"cli.plant_run_{name}", self._lang, **parameters)
        if self._json:
            self._print({"event": name, **parameters})
        else:
            self._clear()
            say(sentence)

    def status(self, running: RunningPlant) -> None:
        """The present state."""
        status = running.status()
        if self._json:
            self._print({"event": "status", **status})
            return
        status["time"] = running.server.time.astimezone(running.plant.timezone).strftime("%Y-%m-%d %H:%M:%S")
        sentence = text("cli.plant_run_status", self._lang, **status)
        if self._live:
            sys.stderr.write(f"\r\x1b[2K{sentence}")
            sys.stderr.flush()
        else:
            warn(sentence)

    def link_event(self, event: LinkEvent) -> None:
        """What happens to the link, in a sentence; the first connection is part of the start."""
        from assay.connectors.samples import LinkState

        gap = event.gap
        parameters = {"samples": event.samples, "problem": event.detail}
        if gap is not None:
            parameters |= {"start": gap.start.isoformat(), "end": gap.end.isoformat()}
        if event.state is not LinkState.CONNECTED and event.detail != "closed":
            self.line(f"link_{event.state.value}", **parameters)

    def finished(self, running: RunningPlant) -> None:
        """The last line, after everything is stored and closed."""
        status = running.status()
        if self._json:
            self._print({"event": "finished", **status})
            return
        self._clear()
        key = "finished" if running.historian is not None else "finished_unstored"
        say(text(f"cli.plant_run_{key}", self._lang, **status))

    def _clear(self) -> None:
        if self._live:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()

    @staticmethod
    def _print(value: dict[str, object]) -> None:
        print(json.dumps(value, ensure_ascii=False, allow_nan=False), flush=True)
