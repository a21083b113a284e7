"""``assay forecast``: how tags will go on, with an interval that was tested on earlier data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from assay.cli.language import help_lang, resolve_lang
from assay.kernel.errors import InputError
from assay.kernel.texts import text

_HELP = help_lang()
app = typer.Typer(add_completion=False, rich_markup_mode=None)


def _help(name: str) -> str:
    return text(f"cli.forecast_{name}", _HELP)


@app.command(help=_help("help"))
def forecast(
    horizon: Annotated[int, typer.Option("--horizon", metavar="ROWS", help=_help("horizon"))],
    target: Annotated[list[str], typer.Option("--target", metavar="TAG", help=_help("target"))],
    data: Annotated[Path | None, typer.Option("--data", metavar="FILE", help=_help("data"))] = None,
    plant: Annotated[str | None, typer.Option("--plant", metavar="PLANT", help=_help("plant"))] = None,
    known_future: Annotated[Path | None, typer.Option("--known-future", metavar="FILE", help=_help("known"))] = None,
    interval: Annotated[float, typer.Option("--interval", help=_help("interval"))] = 0.9,
    season: Annotated[list[int] | None, typer.Option("--season", min=1, metavar="ROWS", help=_help("season"))] = None,
    bound: Annotated[list[str] | None, typer.Option("--bound", metavar="TAG=LOW..HIGH", help=_help("bound"))] = None,
    nonnegative: Annotated[bool, typer.Option("--nonnegative", help=_help("nonnegative"))] = False,
    checkpoint: Annotated[Path | None, typer.Option("--checkpoint", metavar="FOLDER", help=_help("checkpoint"))] = None,
    seconds: Annotated[float, typer.Option("--seconds", help=_help("seconds"))] = 120.0,
    start: Annotated[str | None, typer.Option("--from", metavar="TIME", help=_help("from"))] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="TIME", help=_help("to"))] = None,
    zone: Annotated[str | None, typer.Option("--zone", metavar="ZONE", help=_help("zone"))] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FOLDER", help=_help("out"))] = None,
    lang: Annotated[str | None, typer.Option("--lang", metavar="zh|en", help=text("cli.about_lang", _HELP))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=text("cli.about_json", _HELP))] = False,
) -> None:
    """The next rows of each target."""
    from assay.cli.series_parts import answer, read_source, told, zone_of
    from assay.plant.files import read_history
    from assay.skills.timeseries.runner import Question

    spoken = resolve_lang(lang)
    source = read_source(data, plant, zone, start, end)
    more: dict[str, Any] = {"targets": _targets(target), "horizon": horizon, "interval": interval, "seconds": seconds}
    more["bounds"] = _bounds(bound or [], more["targets"])
    # A season of one row is none.
    more |= {"nonnegative": nonnegative or None, "seasons": None if not season else tuple(s for s in season if s > 1)}
    more["checkpoint"] = None if checkpoint is None else str(checkpoint.absolute())
    future = None if known_future is None else read_history(known_future, zone=source.zone)
    question = Question(
        view="forecast",
        frame=source.frame,
        more=more,
        known_future=None if future is None else future.frame,
        plant=source.plant,
        units=source.units,
        lang=spoken,
        zone=zone_of(source),
        notes=(*told(source, spoken), *(note.render(spoken) for note in (future.notes if future else ()))),
    )
    raise typer.Exit(answer(question, out, as_json))


def _targets(given: list[str]) -> tuple[str, ...]:
    """Several options, or one with commas."""
    return tuple(dict.fromkeys(part.strip() for one in given for part in one.split(",") if part.strip()))


def _bounds(given: list[str], targets: tuple[str, ...]) -> dict[str, tuple[float | None, float | None]]:
    """Limits by target; InputError for a tag that is not forecast."""
    found = dict(_bound(one) for one in given)
    strange = [tag for tag in found if tag not in targets]
    if strange:
        raise InputError("cli.forecast_bound_target", tag=strange[0], targets=", ".join(targets))
    return found


def _bound(value: str) -> tuple[str, tuple[float | None, float | None]]:
    tag, _, ends = value.rpartition("=")
    low, separator, high = ends.partition("..")
    try:
        found = tuple(float(one) if one.strip() else None for one in (low, high))
    except ValueError:
        separator = ""
    if not tag or not separator:
        raise InputError("cli.forecast_bound_wrong", value=value)
    return tag.strip(), (found[0], found[1])
