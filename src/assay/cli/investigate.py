"""``assay investigate``: an upset in a history file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli.language import help_lang, resolve_lang
from assay.cli.output import print_json, say, warn
from assay.kernel.errors import InputError
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from assay.kernel.ports import LanguageModel
    from assay.plant.model import Plant
    from assay.plant.notes import Note
    from assay.plant.series import Frame

_HELP = help_lang()
AT_WORK_SECONDS = 15.0
app = typer.Typer(add_completion=False, rich_markup_mode=None)


def _help(name: str) -> str:
    return text(f"cli.investigate_{name}", _HELP)


@app.command(help=_help("help"))
def investigate(
    plant: Annotated[str, typer.Option("--plant", help=_help("plant"))],
    history: Annotated[Path, typer.Option("--history", help=_help("history"))],
    at: Annotated[str | None, typer.Option("--at", help=_help("at"))] = None,
    normal: Annotated[str | None, typer.Option("--normal", help=_help("normal"))] = None,
    exclude: Annotated[list[str] | None, typer.Option("--exclude", help=_help("exclude"))] = None,
    out: Annotated[Path | None, typer.Option("--out", help=_help("out"))] = None,
    no_model: Annotated[bool, typer.Option("--no-model", help=_help("no_model"))] = False,
    lang: Annotated[str | None, typer.Option("--lang", help=_help("lang"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_help("json"))] = False,
) -> None:
    import asyncio

    from assay.plant.file_units import refuse_other_units, unit_changes
    from assay.plant.files import read_history
    from assay.plant.model import load_plant
    from assay.skills.investigate.runner import Request

    spoken = resolve_lang(lang)
    model = load_plant(plant)
    tags = [tag.id for tag in model.tags]
    read = read_history(history, zone=str(model.timezone), known_tags=tags)
    refuse_other_units(history, read.frame, model.tags)
    until, stretch = _moment(at, model), _stretch(normal, model)
    _inside(history, read.frame, until, stretch)
    worth = _worth_saying(read.notes, model)
    request = Request(
        plant=model,
        frame=read.frame,
        at=until,
        normal=stretch,
        exclude=tuple(exclude or ()),
        lang=spoken,
        notes=tuple(note.render(spoken) for note in [*unit_changes(read.frame, model.tags), *worth]),
    )
    result = asyncio.run(_run(request, spoken, no_model, quiet=as_json))
    files: dict[str, Path] = {}
    if out is not None:
        from assay.skills.investigate.report import write_report

        files = write_report(result, out, spoken)
    if as_json:
        print_json({key: value for key, value in result.items() if key != "sentences"})
    else:
        _tell(result, files, spoken)
    raise typer.Exit(3 if result["status"] == "refused" else 0)


async def _run(request: Any, lang: Lang, no_model: bool, *, quiet: bool) -> dict[str, Any]:
    import asyncio

    from assay.plant.home import home
    from assay.plant.records import open_records
    from assay.skills.investigate.runner import investigate as run

    told = -1
    working = None if quiet else asyncio.create_task(_say_at_work(lang, lambda: told < 0))

    def progress(stage: str, done: int, total: int) -> None:
        nonlocal told
        percent = 100 * done // total
        if not quiet and percent >= told + 10:
            told = percent
            warn(text("cli.investigate_progress", lang, percent=percent))

    language_model = None if no_model else open_or_none(lang)
    try:
        with open_records(home() / "records.db") as records:
            outcome = await run(request, records, model=language_model, progress=progress)
    finally:
        if working is not None:
            working.cancel()
        if language_model is not None:
            await language_model.close()
    return outcome.result


async def _say_at_work(lang: Lang, silent: Callable[[], bool]) -> None:
    """Say once that it goes on, where nothing else told of progress: training for a new set of tags takes minutes."""
    import asyncio

    await asyncio.sleep(AT_WORK_SECONDS)
    if silent():
        warn(text("investigate.at_work", lang))


def open_or_none(lang: Lang) -> LanguageModel | None:
    """The configured language model; where it is not installed, one sentence says so and code takes every choice."""
    from assay.kernel.errors import MissingDependency
    from assay.llm.config import open_model

    try:
        return open_model()
    except MissingDependency as error:
        warn(text("cli.investigate_without_model", lang, problem=error.render(lang)))
        return None


def _worth_saying(notes: list[Note], plant: Plant) -> list[Note]:
    """Notes without what the plant explains: a history seldom holds set points, some valves stand still by design."""
    from assay.plant.notes import Note

    expected = {tag.id for tag in plant.tags if tag.kind == "setpoint"}
    expected |= set(plant.twin.constant if plant.twin is not None else ())
    kept: list[Note] = []
    for note in notes:
        tags = note.params.get("tags")
        if isinstance(tags, list):
            left = [tag for tag in tags if tag not in expected]
            if not left:
                continue
            if len(left) == len(tags):
                kept.append(note)
                continue
            note = Note(note.key, {**note.params, "tags": left, "count": len(left), "columns": ", ".join(left)})
        kept.append(note)
    return kept


def _moment(value: str | None, plant: Plant) -> datetime | None:
    from assay.plant.file_times import moment

    return None if value is None else moment(value, str(plant.timezone))


def _stretch(value: str | None, plant: Plant) -> tuple[datetime, datetime] | None:
    if value is None:
        return None
    first, separator, last = value.partition("..")
    start, end = _moment(first, plant), _moment(last, plant)
    if not separator or start is None or end is None or end <= start:
        raise InputError("cli.investigate_normal_wrong", value=value)
    return start, end


def _inside(path: Path, frame: Frame, at: datetime | None, normal: tuple[datetime, datetime] | None) -> None:
    """InputError where a time asked for lies outside the history; its own span is said."""
    if frame.start is None or frame.end is None:
        return
    span = {"path": path, "first": _shown(frame.start), "last": _shown(frame.end)}
    if at is not None and at < frame.start:
        raise InputError("investigate.at_before", at=_shown(at), **span)
    if normal is not None and (normal[1] <= frame.start or normal[0] >= frame.end):
        raise InputError("investigate.normal_outside", start=_shown(normal[0]), end=_shown(normal[1]), **span)


def _shown(time: datetime) -> str:
    from datetime import UTC

    return time.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _tell(result: dict[str, Any], files: dict[str, Path], lang: Lang) -> None:
    say(text(f"cli.investigate_status_{result['status']}", lang))
    for sentence in result["claims"]:
        say(f"- {sentence['text']}  [{', '.join(sentence['evidence'])}]")
    for unknown in result["not_known"]:
        say(f"? {unknown}")
    say(text("cli.investigate_replay", lang, run=result["run"]))
    for kind, path in files.items():
        say(f"{kind}: {path}")
