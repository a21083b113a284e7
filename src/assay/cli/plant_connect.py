"""``assay plant connect``: record a plant from its own OPC UA server, for the group ``assay plant``."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.language import help_lang, resolve_lang
from assay.cli.plant_screen import Screen, stop_event
from assay.kernel.errors import InputError
from assay.kernel.texts import text

if TYPE_CHECKING:
    from assay.connectors.connected import ConnectedPlant

_LISTED = 5  # tags that the status line names


def _help(name: str) -> str:
    return text(f"cli.plant_connect_{name}", help_lang())


ENDPOINT_HELP = text("cli.plant_connect_endpoint", help_lang())
SECURE_HELP = text("cli.plant_connect_secure", help_lang())


def register(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command("connect", help=_help("about"))(connect)


def connect(
    plant: Annotated[str, typer.Argument(metavar="PLANT", help=_help("plant"))],
    endpoint: Annotated[str | None, typer.Option("--endpoint", metavar="opc.tcp://..", help=ENDPOINT_HELP)] = None,
    hours: Annotated[float | None, typer.Option("--hours", help=_help("hours"))] = None,
    no_history: Annotated[
        bool, typer.Option("--no-history", help=text("cli.plant_run_no_history", help_lang()))
    ] = False,
    secure: Annotated[bool, typer.Option("--secure", help=SECURE_HELP)] = False,
    mode: Annotated[int | None, typer.Option("--mode", help=_help("mode"))] = None,
    lang: Annotated[
        str | None, typer.Option("--lang", metavar="zh|en", help=text("cli.about_lang", help_lang()))
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=text("cli.plant_run_json", help_lang()))] = False,
) -> None:
    if hours is not None and not (math.isfinite(hours) and hours > 0):
        raise InputError("cli.plant_run_hours_wrong", hours=hours)
    screen = Screen("plant_connect", resolve_lang(lang), as_json=as_json)
    asyncio.run(_connect(screen, plant, endpoint, hours, history=not no_history, secure=secure, mode=mode))


async def _connect(
    screen: Screen,
    plant: str,
    endpoint: str | None,
    hours: float | None,
    *,
    history: bool,
    secure: bool,
    mode: int | None,
) -> None:
    from assay.connectors.connected import connected_plant

    stop = stop_event()
    async with connected_plant(
        plant, endpoint=endpoint, secure=secure, history=history, mode=mode, on_event=screen.link_event
    ) as connected:
        tags = len(connected.link.nodes)
        screen.line("started", plant=connected.plant.id, endpoint=connected.endpoint, tags=tags)
        if connected.engine is None:
            screen.line("no_alarms", mode=mode)
        await _watch(connected, screen, stop, hours)
    screen.finished(_status(connected), stored=history)


async def _watch(connected: ConnectedPlant, screen: Screen, stop: asyncio.Event, hours: float | None) -> None:
    clock = asyncio.get_running_loop().time
    end = math.inf if hours is None else clock() + hours * 3600.0
    while not stop.is_set() and clock() < end:
        _show(connected, screen)
        try:
            await asyncio.wait_for(stop.wait(), min(screen.period, end - clock()))
        except TimeoutError:
            continue


def _show(connected: ConnectedPlant, screen: Screen) -> None:
    status = connected.status()
    newest = connected.link.newest
    local = "-" if newest is None else newest.astimezone(connected.plant.timezone).strftime("%Y-%m-%d %H:%M:%S")
    screen.status(status, time=local, link="●" if connected.link.connected else "○", **_listed(status))


def _status(connected: ConnectedPlant) -> dict[str, object]:
    status = connected.status()
    return {**status, "refused_count": len(connected.link.refused), "bad_count": len(connected.quality.bad)}


def _listed(status: dict[str, object]) -> dict[str, object]:
    """The tags that are bad or refused, shortened for a line."""
    shown: dict[str, object] = {}
    for key in ("bad", "refused"):
        tags = status[key]
        assert isinstance(tags, list)
        rest = f" +{len(tags) - _LISTED}" if len(tags) > _LISTED else ""
        shown[key] = (", ".join(tags[:_LISTED]) + rest) or "-"
    return shown
