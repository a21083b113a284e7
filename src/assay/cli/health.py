"""``assay health``: a machine's state, its trend, its remaining life with an interval, and the date to act."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli.language import help_lang, resolve_lang
from assay.cli.output import print_json, say, warn
from assay.kernel.errors import InputError
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.models.health.fleet_file import Columns
    from assay.skills.health.runner import Outcome
    from assay.skills.health.source import Request

_HELP = help_lang()
_Many = list[str] | None
_FIELDS = ("unit", "clock", "rul", "failed")


def _help(name: str) -> str:
    return text(f"cli.health_{name}", _HELP)


app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(help=_help("help"))
def health(
    context: typer.Context,
    data: Annotated[Path, typer.Option("--data", metavar="FILE", help=_help("data"))],
    asset: Annotated[str, typer.Option("--asset", metavar="NAME", help=_help("asset"))],
    fleet: Annotated[Path | None, typer.Option("--fleet", metavar="FILE", help=_help("fleet"))] = None,
    costs: Annotated[str | None, typer.Option("--costs", metavar="failure=..,planned=..", help=_help("costs"))] = None,
    indicator: Annotated[str | None, typer.Option("--indicator", metavar="TAG", help=_help("indicator"))] = None,
    limit: Annotated[float | None, typer.Option("--limit", metavar="X", help=_help("limit"))] = None,
    falling: Annotated[bool, typer.Option("--falling", help=_help("falling"))] = False,
    normal: Annotated[float | None, typer.Option("--normal", min=0.05, max=0.85, help=_help("normal"))] = None,
    cap: Annotated[float | None, typer.Option("--cap", min=1e-6, help=_help("cap"))] = None,
    lead: Annotated[float | None, typer.Option("--lead", min=0.0, help=_help("lead"))] = None,
    interval: Annotated[float, typer.Option("--interval", min=0.5, max=0.99, help=_help("interval"))] = 0.9,
    column: Annotated[list[str] | None, typer.Option("--column", metavar="FIELD=HEADER", help=_help("column"))] = None,
    running: Annotated[list[str] | None, typer.Option("--running", metavar="UNIT", help=_help("running"))] = None,
    rate: Annotated[float | None, typer.Option("--rate", metavar="HZ", help=_help("rate"))] = None,
    unit: Annotated[str, typer.Option("--unit", metavar="UNIT", help=_help("unit"))] = "g",
    rpm: Annotated[float | None, typer.Option("--rpm", metavar="RPM", help=_help("rpm"))] = None,
    bearing: Annotated[str | None, typer.Option("--bearing", metavar="N,d,D,ANGLE", help=_help("bearing"))] = None,
    iso: Annotated[str | None, typer.Option("--iso20816", metavar="GROUP,SUPPORT", help=_help("iso"))] = None,
    equipment_class: Annotated[str | None, typer.Option("--class", metavar="CODE", help=_help("class"))] = None,
    teeth: Annotated[int | None, typer.Option("--teeth", metavar="N", help=_help("teeth"))] = None,
    mains: Annotated[float | None, typer.Option("--mains", metavar="HZ", help=_help("mains"))] = None,
    before: Annotated[float | None, typer.Option("--before", metavar="MM/S", help=_help("before"))] = None,
    exchanger: Annotated[
        str | None, typer.Option("--exchanger", metavar="ROLE=TAG,..", help=_help("exchanger"))
    ] = None,
    process: Annotated[str | None, typer.Option("--process", metavar="KIND", help=_help("process"))] = None,
    role: Annotated[_Many, typer.Option("--role", metavar="ROLE=TAG,..", help=_help("role"))] = None,
    role_unit: Annotated[_Many, typer.Option("--role-unit", metavar="ROLE=UNIT", help=_help("role_unit"))] = None,
    role_accuracy: Annotated[_Many, typer.Option("--role-accuracy", metavar="ROLE=X", help=_help("accuracy"))] = None,
    plant: Annotated[str | None, typer.Option("--plant", metavar="PLANT", help=_help("role_plant"))] = None,
    cases: Annotated[Path | None, typer.Option("--cases", metavar="FILE", help=_help("cases"))] = None,
    zone: Annotated[str, typer.Option("--zone", metavar="ZONE", help=_help("zone"))] = "UTC",
    out: Annotated[Path | None, typer.Option("--out", metavar="FOLDER", help=_help("out"))] = None,
    lang: Annotated[str | None, typer.Option("--lang", metavar="zh|en", help=text("cli.about_lang", _HELP))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=text("cli.about_json", _HELP))] = False,
) -> None:
    """One machine."""
    request = _request(context.params)
    spoken = resolve_lang(lang)
    outcome = _asked(request, spoken)
    files = _drawn(outcome, out)
    if as_json:
        print_json({**outcome.document(), "files": [str(one) for one in files]})
    else:
        _tell(outcome, files, spoken)
    raise typer.Exit(3 if outcome.answer.status.value == "refused" else 0)


def _request(given: dict[str, Any]) -> Request:
    from dataclasses import fields

    from assay.skills.health.machine_source import Machine
    from assay.skills.health.source import Request

    machine = Machine(**{one.name: given[one.name] for one in fields(Machine)})
    named = {one.name for one in fields(Request)} & given.keys() - {"column"}
    columns, waveform = _columns(given["column"] or (), given["running"] or ())
    return Request(
        **{name: given[name] for name in named},
        confidence=given["interval"],
        columns=columns,
        column=waveform,
        machine=machine,
    )


def _columns(written: Sequence[str], running: Sequence[str]) -> tuple[Columns, str | None]:
    """Which columns are what in a fleet's table, and a vibration record's column (the one without a field)."""
    from assay.models.health.fleet_file import Columns

    found: dict[str, str] = {}
    waveform = None
    for one in written:
        name, equals, header = (part.strip() for part in one.partition("="))
        if not equals and name:
            waveform = name
        elif name not in _FIELDS or not header:
            raise InputError("cli.health_column_wrong", value=one, known=", ".join(_FIELDS))
        else:
            found[name] = header
    unit, clock, after, ended = (found.get(name) for name in _FIELDS)
    return Columns(unit, clock, after, ended, running=tuple(running)), waveform


def _asked(request: Request, lang: Lang) -> Outcome:
    import asyncio

    from assay.plant.file_times import zone_named
    from assay.plant.home import home
    from assay.plant.records import open_records
    from assay.skills.health.runner import Question, ask
    from assay.skills.health.source import calls_for

    zone = zone_named(request.zone)
    calls = calls_for(request)
    notes = tuple(note.render(lang) for note in request.notes)
    with open_records(home() / "records.db") as records:
        return asyncio.run(ask(Question(request.asset, calls, lang, zone, notes), records))


def _drawn(outcome: Outcome, folder: Path | None) -> list[Path]:
    from assay.skills.health.charts import write_charts

    value = outcome.main()
    return [] if folder is None or value is None else write_charts(value, folder)


def _tell(outcome: Outcome, files: list[Path], lang: Lang) -> None:
    for note in outcome.notes:
        warn(f"- {note}")
    say(text(f"cli.investigate_status_{outcome.answer.status.value}", lang))
    for sentence in outcome.answer.sentences:
        say(f"- {sentence.text}  [{', '.join(sentence.evidence)}]")
    for unknown in outcome.answer.missing:
        say(f"? {unknown}")
    for path in files:
        say(str(path))
    say(text("cli.investigate_replay", lang, run=outcome.answer.run))
