"""``assay alarms``: key figures of an alarm log and what follows from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli import alarms_dispatch, alarms_explain
from assay.cli.alarms_parts import (
    ColumnOption,
    FromOption,
    HistoryOption,
    JsonOption,
    LangOption,
    LogOption,
    MapOption,
    PlantOption,
    PresetOption,
    Source,
    ToOption,
    ZoneOption,
    about,
)
from assay.cli.language import help_lang, resolve_lang
from assay.cli.output import print_json, say, warn
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from assay.skills.alarms.runner import Outcome

app = typer.Typer(help=text("cli.about_alarms", help_lang()), no_args_is_help=True)
alarms_explain.register(app)
alarms_dispatch.register(app)


@app.command(help=about("kpi"))
def kpi(
    log: LogOption = None,
    plant: PlantOption = None,
    column: ColumnOption = None,
    map_file: MapOption = None,
    preset: PresetOption = None,
    zone: ZoneOption = None,
    start: FromOption = None,
    end: ToOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Key figures."""
    source = Source(log, plant, column, map_file, preset, zone, start, end, resolve_lang(lang))
    _answer("kpi", source, {}, as_json)


@app.command("bad-actors", help=about("bad_actors"))
def bad_actors(
    log: LogOption = None,
    plant: PlantOption = None,
    column: ColumnOption = None,
    map_file: MapOption = None,
    preset: PresetOption = None,
    zone: ZoneOption = None,
    start: FromOption = None,
    end: ToOption = None,
    most: Annotated[int, typer.Option("--top", min=1, max=200, help=about("top"))] = 20,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """What makes the load."""
    source = Source(log, plant, column, map_file, preset, zone, start, end, resolve_lang(lang))
    _answer("bad_actors", source, {"most": most}, as_json)


@app.command(help=about("floods"))
def floods(
    log: LogOption = None,
    plant: PlantOption = None,
    column: ColumnOption = None,
    map_file: MapOption = None,
    preset: PresetOption = None,
    zone: ZoneOption = None,
    start: FromOption = None,
    end: ToOption = None,
    most: Annotated[int, typer.Option("--top", min=1, max=100, help=about("floods_top"))] = 10,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Floods one by one."""
    source = Source(log, plant, column, map_file, preset, zone, start, end, resolve_lang(lang))
    _answer("floods", source, {"most": most}, as_json)


@app.command(help=about("advise"))
def advise(
    log: LogOption = None,
    plant: PlantOption = None,
    history: HistoryOption = None,
    historian: Annotated[bool, typer.Option("--historian", help=about("historian"))] = False,
    upset: Annotated[list[str] | None, typer.Option("--upset", metavar="FROM..TO", help=about("upset"))] = None,
    column: ColumnOption = None,
    map_file: MapOption = None,
    preset: PresetOption = None,
    zone: ZoneOption = None,
    start: FromOption = None,
    end: ToOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Better settings, replayed."""
    source = Source(log, plant, column, map_file, preset, zone, start, end, resolve_lang(lang))
    more: dict[str, Any] = {"upsets": tuple(source.stretch(one) for one in upset or ())}
    if history is not None or historian:
        more["history"] = source.values(history)
    _answer("advise", source, more, as_json)


def _answer(view: str, source: Source, more: dict[str, Any], as_json: bool) -> None:
    import asyncio

    from assay.plant.file_times import zone_named
    from assay.plant.home import home
    from assay.plant.records import open_records
    from assay.skills.alarms.runner import Question, ask

    log, notes = source.read()
    told = tuple(note.render(source.lang) for note in notes)
    question = Question(
        view=view,
        log=log,
        plant=source.plant,
        start=source.start,
        end=source.end,
        lang=source.lang,
        zone=zone_named(source.zone or "UTC"),
        notes=told,
        more=more,
    )
    with open_records(home() / "records.db") as records:
        outcome = asyncio.run(ask(question, records))
    if as_json:
        print_json(outcome.document())
    else:
        _tell(view, outcome, source.lang)
    raise typer.Exit(3 if outcome.answer.status.value == "refused" else 0)


def _tell(view: str, outcome: Outcome, lang: Lang) -> None:
    from assay.skills.alarms.tables import TABLES

    for note in outcome.notes:
        warn(f"- {note}")
    say(text(f"cli.investigate_status_{outcome.answer.status.value}", lang))
    for sentence in outcome.answer.sentences:
        say(f"- {sentence.text}  [{', '.join(sentence.evidence)}]")
    for unknown in outcome.answer.missing:
        say(f"? {unknown}")
    if outcome.value is not None:
        for line in TABLES[view](outcome.value, lang):
            say(line)
    say(text("cli.investigate_replay", lang, run=outcome.answer.run))
