"""``assay history``: import measurements into a plant's history, show and count what is there."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from assay.cli.language import help_lang, resolve_lang
from assay.cli.output import print_json, say, warn
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from assay.plant.model import Plant
    from assay.plant.notes import Note
    from assay.plant.series import Frame

_ROWS_SHOWN, _TAGS_SHOWN = 20, 6


def _help(name: str) -> str:
    return text(f"plant.history_cli_{name}", help_lang())


app = typer.Typer(help=_help("about"), no_args_is_help=True)

_PLANT = typer.Argument(metavar="PLANT", help=_help("plant"))
_FILE = typer.Argument(metavar="FILE", help=_help("file"))
_TAGS = typer.Option([], "--tag", help=_help("tag"))
_CSV = typer.Option(None, "--csv", metavar="OUT", help=_help("csv"))
_LANG = typer.Option(None, "--lang", metavar="zh|en", help=text("cli.about_lang", help_lang()))
_JSON = typer.Option(False, "--json", help=text("cli.about_json", help_lang()))


@app.command("import", help=_help("import"))
def import_(
    plant: str = _PLANT,
    file: Path = _FILE,
    max_mb: int = typer.Option(1000, "--max-mb", help=_help("max_mb")),
    lang: str | None = _LANG,
    as_json: bool = _JSON,
) -> None:
    """Read a file, keep its samples, and say what was found on the way."""
    from assay.plant.files import read_history
    from assay.plant.historian import open_historian

    language, model = resolve_lang(lang), _load(plant)
    tags = [tag.id for tag in model.tags]
    result = read_history(file, zone=str(model.timezone), known_tags=tags, max_bytes=max_mb * 1_000_000)
    notes: list[Note] = list(result.notes)
    with open_historian(plant, "owner", on_warning=notes.append) as historian:
        written = historian.write(result.frame)
        folder = historian.folder
    frame = result.frame
    about = {
        "values": written,
        "tags": len(frame.tags),
        "rows": len(frame),
        "start": _iso(frame.start),
        "end": _iso(frame.end),
        "folder": str(folder),
    }
    if as_json:
        print_json(about | {"notes": _notes_json(notes, language)})
        return
    say(text("plant.history_cli_imported", language, **about))
    _say_notes(notes, language)


@app.command(help=_help("show"))
def show(
    plant: str = _PLANT,
    tag: list[str] = _TAGS,
    start: str | None = typer.Option(None, "--from", metavar="TIME", help=_help("from")),
    end: str | None = typer.Option(None, "--to", metavar="TIME", help=_help("to")),
    step: float | None = typer.Option(None, "--step", metavar="SECONDS", help=_help("step")),
    csv: Path | None = _CSV,
    lang: str | None = _LANG,
    as_json: bool = _JSON,
) -> None:
    """Print or export samples."""
    from assay.plant.historian import open_historian

    language, model = resolve_lang(lang), _load(plant)
    zone = str(model.timezone)
    with open_historian(plant) as historian:
        frame = historian.read(tag or None, _moment(start, zone), _moment(end, zone), step=step)
    if csv is not None:
        _export(frame, csv)
        if not as_json:
            say(text("plant.history_cli_written", language, rows=len(frame), tags=len(frame.tags), path=csv))
    if as_json:
        print_json(_frame_json(frame) if csv is None else {"rows": len(frame), "tags": frame.tags, "csv": str(csv)})
    elif csv is None:
        _say_frame(frame, language)


@app.command(help=_help("stats"))
def stats(plant: str = _PLANT, lang: str | None = _LANG, as_json: bool = _JSON) -> None:
    """Count what is there."""
    from assay.plant.historian import open_historian

    language = resolve_lang(lang)
    _load(plant)
    with open_historian(plant) as historian:
        found = historian.stats()
    rows = [{"tag": t.tag, "samples": t.samples, "first": _iso(t.first), "last": _iso(t.last)} for t in found.tags]
    about = {"folder": str(found.folder), "samples": found.samples, "recent": found.recent, "parts": found.parts}
    if as_json:
        notes = _notes_json(found.notes, language)
        print_json(about | {"bytes": found.bytes, "owner": found.owner, "tags": rows, "notes": notes})
        return
    size = f"{found.bytes / 1e6:.1f}"
    say(text("plant.history_cli_stats_head", language, **about, tags=len(rows), size=size))
    if found.owner is not None:
        say(text("plant.history_cli_owner", language, pid=found.owner))
    _say_notes(found.notes, language)
    if rows:
        say("  ".join(text("plant.history_cli_columns", language).split(",")))
        for row in rows:
            say("  ".join("-" if cell is None else str(cell) for cell in row.values()))


def _load(plant: str) -> Plant:
    from assay.plant.model import load_plant

    return load_plant(plant)


def _moment(value: str | None, zone: str) -> datetime | None:
    if value is None:
        return None
    from assay.plant.file_times import moment

    return moment(value, zone)


def _export(frame: Frame, path: Path) -> None:
    from assay.plant.files import write_csv
    from assay.plant.hot import store_errors

    with store_errors(path):
        write_csv(frame, path)


def _say_frame(frame: Frame, lang: Lang) -> None:
    if not len(frame):
        warn(text("plant.history_cli_nothing", lang))
        return
    from assay.plant.series import to_datetime

    tags = frame.tags[:_TAGS_SHOWN]
    say("  ".join(["time".ljust(27), *(tag.rjust(12) for tag in tags)]))
    for i in range(min(len(frame), _ROWS_SHOWN)):
        cells = [f"{frame.values[i, j]:.6g}".replace("nan", "-").rjust(12) for j in range(len(tags))]
        say("  ".join([(_iso(to_datetime(frame.times[i])) or "").ljust(27), *cells]))
    rows, more = len(frame) - _ROWS_SHOWN, len(frame.tags) - len(tags)
    if rows > 0 or more > 0:
        say(text("plant.history_cli_more", lang, rows=max(rows, 0), tags=max(more, 0)))


def _frame_json(frame: Frame) -> dict[str, Any]:
    import numpy as np

    from assay.plant.series import to_datetime

    finite = np.isfinite(frame.values)
    values = [
        [value if known else None for value, known in zip(row, row_known, strict=True)]
        for row, row_known in zip(frame.values.tolist(), finite.tolist(), strict=True)
    ]
    return {"tags": frame.tags, "times": [_iso(to_datetime(each)) for each in frame.times], "values": values}


def _say_notes(notes: list[Note] | tuple[Note, ...], lang: Lang) -> None:
    for note in notes:
        say(f"- {note.render(lang)}")


def _notes_json(notes: list[Note] | tuple[Note, ...], lang: Lang) -> list[dict[str, Any]]:
    return [{"key": note.key, "text": note.render(lang), "params": note.params} for note in notes]


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")
