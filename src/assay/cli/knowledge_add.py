"""``assay knowledge add``: files and folders into a library, with progress; what is done stays done."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli.evidence import visible
from assay.cli.knowledge_parts import JsonOption, LangOption, LibraryOption, PlantOption, Where, about, day_of
from assay.cli.output import print_json, say, warn
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from assay.knowledge.adding import Added, AddOptions, AddReport, Source
    from assay.knowledge.rights import Asker

_SHOWN = 20
"""Files that are named one by one on screen."""
_LONG = 15.0
"""Seconds after which a file is said to be still being read."""


def register(app: typer.Typer) -> None:
    """Put the command into its group."""
    app.command(help=about("add"))(add)


def add(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH..", help=about("paths"))],
    acl: Annotated[list[str] | None, typer.Option("--acl", metavar="GROUP", help=about("acl"))] = None,
    valid_from: Annotated[str | None, typer.Option("--valid-from", metavar="DATE", help=about("valid_from"))] = None,
    valid_to: Annotated[str | None, typer.Option("--valid-to", metavar="DATE", help=about("valid_to"))] = None,
    replaces: Annotated[list[str] | None, typer.Option("--replaces", metavar="DOC", help=about("replaces"))] = None,
    owner: Annotated[str | None, typer.Option("--owner", metavar="NAME", help=about("owner"))] = None,
    version: Annotated[str | None, typer.Option("--version", metavar="V", help=about("version"))] = None,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help=about("name"))] = None,
    ocr: Annotated[bool, typer.Option("--ocr/--no-ocr", help=about("ocr"))] = True,
    library: LibraryOption = None,
    plant: PlantOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add files."""
    from assay.knowledge.adding import AddOptions, AddState

    options = AddOptions(
        groups=_groups(acl),
        valid_from=day_of("--valid-from", valid_from),
        valid_to=day_of("--valid-to", valid_to),
        replaces=tuple(replaces or ()),
        owner=owner,
        version=version,
        name=name,
        ocr=ocr,
    )
    where = Where(library, plant, lang=lang)
    with where.open(create=True) as opened:
        progress = _Progress(where.speaks)
        try:
            report = opened.add(paths, options, progress=progress, begin=progress.begin)
        except KeyboardInterrupt:
            progress.end()
            warn(text("cli.knowledge_interrupted", where.speaks))
            raise
        finally:
            progress.end()
        asker, _ = where.user_of(opened)
    if as_json:
        files = [_described(item, where.speaks) for item in report.items]
        links = [str(path) for path in report.left_out]
        print_json({"counts": _counts(report), "files": files, "left_out": links})
    else:
        _tell(report, options, asker, where.speaks)
    raise typer.Exit(2 if report.items and report.count(AddState.FAILED) == len(report.items) else 0)


def _groups(acl: list[str] | None) -> tuple[str, ...] | None:
    """Groups, each option one or several with commas between."""
    if acl is None:
        return None
    return tuple(group.strip() for one in acl for group in one.split(",") if group.strip())


class _Progress:
    """How far it is, on standard error: after each file at most every so often, and while one file takes long."""

    def __init__(self, lang: Lang) -> None:
        self._lang = lang
        self._live = sys.stderr.isatty()
        self._pause = 1.0 if self._live else 5.0
        self._begun = self._said = time.monotonic()
        self._file, self._file_begun = "", self._begun
        self._ended = threading.Event()
        threading.Thread(target=self._tick, daemon=True).start()

    def begin(self, source: Source) -> None:
        """A file is begun."""
        self._file, self._file_begun = source.name, time.monotonic()

    def __call__(self, item: Added, done: int, of: int) -> None:
        """One more file is done."""
        now = time.monotonic()
        if now - self._said < self._pause or done == of:
            return
        speed = done / (now - self._begun)
        rest = _duration((of - done) / speed)
        self._say(text("cli.knowledge_progress", self._lang, done=done, of=of, speed=speed, rest=rest))

    def end(self) -> None:
        """Leave the line for what follows."""
        self._ended.set()
        if self._live:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def _tick(self) -> None:
        """A long file must not look like a program that hangs."""
        while not self._ended.wait(_LONG):
            passed = time.monotonic() - self._file_begun
            if self._file and passed >= _LONG:
                name = visible(self._file)
                self._say(text("cli.knowledge_reading", self._lang, name=name, passed=_duration(passed)))

    def _say(self, line: str) -> None:
        self._said = time.monotonic()
        if self._live:
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
        else:
            warn(line)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _counts(report: AddReport) -> dict[str, int]:
    from assay.knowledge.adding import AddState

    return {state.value: report.count(state) for state in AddState}


def _described(item: Added, lang: Lang) -> dict[str, Any]:
    return {
        "path": str(item.path),
        "document": item.name,
        "state": item.state.value,
        "id": item.document,
        "version": item.version,
        "pages": item.pages,
        "doubts": item.doubts,
        "groups": list(item.groups),
        "unresolved": list(item.unresolved),
        "notes": [note.get(lang, "") for note in item.notes],
        "error": None if item.error is None else item.error.render(lang),
    }


def _tell(report: AddReport, options: AddOptions, asker: Asker, lang: Lang) -> None:
    from assay.knowledge.adding import AddState
    from assay.knowledge.rights import EVERYONE

    say(text("cli.knowledge_added", lang, **_counts(report)))
    new = [item for item in report.items if item.state in (AddState.ADDED, AddState.UPDATED, AddState.CHANGED)]
    # Of many, those with something to say about them are named rather than others.
    for item in sorted(new, key=lambda one: not (one.notes or one.unresolved))[:_SHOWN] if len(new) > _SHOWN else new:
        about_it = {"name": visible(item.name), "version": visible(item.version), "pages": item.pages}
        say(text("cli.knowledge_added_file", lang, **about_it))
        for note in item.notes:
            say(f"    {visible(note.get(lang, ''))}")
        for reference in item.unresolved:
            say("    " + text("cli.knowledge_unresolved", lang, name=visible(reference)))
    if len(new) > _SHOWN:
        say(text("cli.knowledge_more", lang, count=len(new) - _SHOWN))
    for item in report.items:
        if item.error is not None:
            warn(text("cli.error", lang, sentence=visible(item.error.render(lang))))
    if report.left_out:
        links = {"count": len(report.left_out), "path": visible(str(report.left_out[0]))}
        warn(text("cli.knowledge_links", lang, **links))
    if any(EVERYONE in item.groups for item in new) and options.groups is None:
        say(text("cli.knowledge_everyone", lang))
    if doubts := sum(item.doubts for item in new):
        say(text("cli.knowledge_doubts_new", lang, count=doubts))
    if hidden := sum(not asker.may_read(item.groups) for item in new):
        groups = visible(", ".join(sorted(asker.groups))) or text("cli.knowledge_unreadable_none", lang)
        say(text("cli.knowledge_unreadable", lang, user=visible(asker.user), count=hidden, groups=groups))
