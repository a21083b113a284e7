"""``assay alarms``: key figures of an alarm log and what follows from them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli.language import help_lang, resolve_lang
from assay.cli.output import print_json, say, warn
from assay.kernel.errors import InputError
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from datetime import datetime

    from assay.plant.model import Plant
    from assay.plant.notes import Note
    from assay.plant.series import Frame
    from assay.skills.alarms.log import AlarmLog
    from assay.skills.alarms.runner import Outcome

_HELP = help_lang()


def _help(name: str) -> str:
    return text(f"cli.alarms_{name}", _HELP)


app = typer.Typer(help=text("cli.about_alarms", _HELP), no_args_is_help=True)

LogOption = Annotated[Path | None, typer.Option("--log", metavar="FILE", help=_help("log"))]
PlantOption = Annotated[str | None, typer.Option("--plant", metavar="PLANT", help=_help("plant"))]
ColumnOption = Annotated[list[str] | None, typer.Option("--column", metavar="FIELD=HEADER", help=_help("column"))]
MapOption = Annotated[Path | None, typer.Option("--map", metavar="FILE", help=_help("map"))]
PresetOption = Annotated[str | None, typer.Option("--preset", metavar="NAME", help=_help("preset"))]
ZoneOption = Annotated[str | None, typer.Option("--zone", metavar="ZONE", help=_help("zone"))]
FromOption = Annotated[str | None, typer.Option("--from", metavar="TIME", help=_help("from"))]
ToOption = Annotated[str | None, typer.Option("--to", metavar="TIME", help=_help("to"))]
LangOption = Annotated[str | None, typer.Option("--lang", metavar="zh|en", help=text("cli.about_lang", _HELP))]
JsonOption = Annotated[bool, typer.Option("--json", help=text("cli.about_json", _HELP))]


@app.command(help=_help("kpi"))
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
    source = _Source(log, plant, column, map_file, preset, zone, start, end, resolve_lang(lang))
    _answer("kpi", source, {}, as_json)


@app.command("bad-actors", help=_help("bad_actors"))
def bad_actors(
    log: LogOption = None,
    plant: PlantOption = None,
    column: ColumnOption = None,
    map_file: MapOption = None,
    preset: PresetOption = None,
    zone: ZoneOption = None,
    start: FromOption = None,
    end: ToOption = None,
    most: Annotated[int, typer.Option("--top", min=1, max=200, help=_help("top"))] = 20,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """What makes the load."""
    source = _Source(log, plant, column, map_file, preset, zone, start, end, resolve_lang(lang))
    _answer("bad_actors", source, {"most": most}, as_json)


@app.command(help=_help("floods"))
def floods(
    log: LogOption = None,
    plant: PlantOption = None,
    column: ColumnOption = None,
    map_file: MapOption = None,
    preset: PresetOption = None,
    zone: ZoneOption = None,
    start: FromOption = None,
    end: ToOption = None,
    most: Annotated[int, typer.Option("--top", min=1, max=100, help=_help("floods_top"))] = 10,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Floods one by one."""
    source = _Source(log, plant, column, map_file, preset, zone, start, end, resolve_lang(lang))
    _answer("floods", source, {"most": most}, as_json)


@app.command(help=_help("advise"))
def advise(
    log: LogOption = None,
    plant: PlantOption = None,
    history: Annotated[Path | None, typer.Option("--history", metavar="FILE", help=_help("history"))] = None,
    historian: Annotated[bool, typer.Option("--historian", help=_help("historian"))] = False,
    upset: Annotated[list[str] | None, typer.Option("--upset", metavar="FROM..TO", help=_help("upset"))] = None,
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
    source = _Source(log, plant, column, map_file, preset, zone, start, end, resolve_lang(lang))
    more: dict[str, Any] = {"upsets": tuple(source.stretch(one) for one in upset or ())}
    if history is not None or historian:
        more["history"] = source.values(history)
    _answer("advise", source, more, as_json)


class _Source:
    """What the options say about the log."""

    def __init__(
        self,
        log: Path | None,
        plant: str | None,
        column: list[str] | None,
        map_file: Path | None,
        preset: str | None,
        zone: str | None,
        start: str | None,
        end: str | None,
        lang: Lang,
    ) -> None:
        from assay.plant.model import load_plant

        if log is None and plant is None:
            raise InputError("cli.alarms_source")
        self.lang, self._log, self._name = lang, log, plant or ""
        self._values: Frame | None = None
        self._map = (tuple(column or ()), map_file, preset)
        self.plant: Plant | None = None if plant is None else load_plant(plant)
        self.zone = zone or (str(self.plant.timezone) if self.plant is not None else None)
        self.start, self.end = self._moment(start), self._moment(end)

    def read(self) -> tuple[AlarmLog, list[Note]]:
        """The log and what was noted about it."""
        if self._log is not None:
            from assay.skills.alarms.mapping import make_mapping
            from assay.skills.alarms.reading import read_log

            found = read_log(self._log, zone=self.zone, mapping=make_mapping(*self._map))
            return found.log, found.notes
        from assay.plant.home import home
        from assay.plant.records import open_records
        from assay.skills.alarms.stored import stored_log

        assert self.plant is not None
        with open_records(home() / "records.db") as records:
            try:
                return stored_log(records.events, self.plant.id, self.start, self.end), []
            except InputError:
                if self._values is None:
                    raise
        # The values tell what the plant's alarm engine would have recorded.
        from assay.skills.alarms.advice import engine_log

        return engine_log(self.plant, self._values), []

    def values(self, file: Path | None) -> str:
        """Keep the values of a file, or of the plant's own history, and return their digest."""
        from assay.plant.blobs import history_blob
        from assay.plant.files import read_history
        from assay.plant.historian import open_historian

        if self.plant is None:
            raise InputError("cli.alarms_values_plant")
        if file is not None:
            frame = read_history(file, zone=self.zone or "UTC", known_tags=[tag.id for tag in self.plant.tags]).frame
        else:
            with open_historian(self._name) as historian:
                frame = historian.read(None, self.start, self.end)
        self._values = frame
        return history_blob(frame)

    def stretch(self, value: str) -> tuple[datetime, datetime]:
        """``FROM..TO`` as two moments."""
        first, separator, last = value.partition("..")
        start, end = (self._moment(one or None) for one in (first, last))
        if not separator or start is None or end is None or end <= start:
            raise InputError("cli.alarms_upset_wrong", value=value)
        return start, end

    def _moment(self, value: str | None) -> datetime | None:
        from assay.plant.file_times import moment

        return None if value is None else moment(value, self.zone or "UTC")


def _answer(view: str, source: _Source, more: dict[str, Any], as_json: bool) -> None:
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
