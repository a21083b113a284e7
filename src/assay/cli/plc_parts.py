"""What the commands of ``assay plc`` share: files and dialect, the checked project, and how findings are shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli.language import help_lang
from assay.cli.output import print_json, warn
from assay.kernel.errors import InputError
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from assay.skills.plc.front.diagnostic import Diagnostic
    from assay.skills.plc.front.source import Dialect, Source
    from assay.skills.plc.ir.nodes import Project
    from assay.skills.plc.typed.check import Checked

_HELP = help_lang()


def about(name: str) -> str:
    """The help of an option or command."""
    return text(f"cli.plc_{name}", _HELP)


FilesArgument = Annotated[list[Path], typer.Argument(metavar="FILES..", help=about("files"))]
DialectOption = Annotated[
    str, typer.Option("--dialect", metavar="auto|iec|codesys|twincat|scl", help=about("dialect"))
]  # fmt: skip
LangOption = Annotated[str | None, typer.Option("--lang", metavar="zh|en", help=text("cli.about_lang", _HELP))]
JsonOption = Annotated[bool, typer.Option("--json", help=text("cli.about_json", _HELP))]


def choose_dialect(value: str) -> Dialect | None:
    """The dialect of the option, None for ``auto``. Raises InputError for another word."""
    from assay.skills.plc.front.source import DIALECTS

    name = value.strip().lower()
    if name == "auto":
        return None
    for one in DIALECTS:
        if one == name:
            return one
    raise InputError("cli.plc_dialect_unknown", value=value[:40])


def checked(
    files: Sequence[Path], dialect: str = "auto", *, lenient: bool | None = None, lints: bool = False
) -> tuple[Checked, dict[str, Source]]:
    """Files read and checked together, and the sources by name. What reading noted stands among the findings."""
    from assay.skills.plc.front.files import read_sources
    from assay.skills.plc.typed.check import check

    sources, notes = read_sources(files, choose_dialect(dialect))
    found = check(sources, lenient=lenient, lints=lints, notes=notes)
    return found, {one.name: one for one in sources}


def checked_apart(
    files: Sequence[Path], dialect: str = "auto", *, lenient: bool | None = None, lints: bool = False
) -> tuple[list[Checked], dict[str, Source]]:
    """As ``checked``, but projects of a solution that declare the same names are checked each by itself."""
    from assay.skills.plc.front.files import read_sources
    from assay.skills.plc.typed.apart import check_apart

    sources, notes = read_sources(files, choose_dialect(dialect))
    found = check_apart(sources, lenient=lenient, lints=lints, notes=notes)
    return found, {one.name: one for one in sources}


def checked_project(
    files: Sequence[Path], dialect: str, lang: Lang, *, as_json: bool = False
) -> tuple[Project, dict[str, Source]]:
    """The project of files for a command that goes on with it; with errors, or when nothing of them can be run, what
    keeps it is shown and the command ends with exit code 1."""
    found, sources = checked(files, dialect)
    errors = [one for one in found.diagnostics if one.severity == "error"]
    if found.ok and (found.project.own() or not found.left_out):
        return found.project, sources
    if found.ok:
        errors = [
            one for one in found.diagnostics if one.severity == "warning" and one.code.startswith(("ST20", "ST29"))
        ]
    if as_json:
        print_json({"diagnostics": [as_document(one, sources, lang) for one in errors]})
    else:
        show(errors, sources, lang)
        if found.ok:
            warn(text("cli.plc_nothing_left", lang))
    raise typer.Exit(1)


def as_document(one: Diagnostic, sources: dict[str, Source], lang: Lang) -> dict[str, Any]:
    """A finding for programs: positions from 1, ``end`` behind the last character."""
    source = sources.get(one.span.source)
    made: dict[str, Any] = {"file": one.span.source, "line": 0, "column": 0, "end_line": 0, "end_column": 0}
    if source is not None:
        start, end = source.position(one.span.start), source.position(one.span.end)
        made |= {"line": start.line, "column": start.column, "end_line": end.line, "end_column": end.column}
    made |= {"code": one.code, "severity": one.severity, "message": sentence(one, lang)}
    rule = one.values.get("rule")
    if rule:
        made["rule"] = rule
    return made


def sentence(one: Diagnostic, lang: Lang) -> str:
    """What a finding says."""
    return text(one.key, lang, **one.values)


def show(found: Sequence[Diagnostic], sources: dict[str, Source], lang: Lang) -> None:
    """Findings on standard error, one line each, with the place of each and what belongs to it."""
    for one in found:
        place = _place(one.span.source, one.span.start, sources)
        rule = f" {one.values['rule']}" if one.values.get("rule") else ""
        severity = text(f"cli.plc_severity_{one.severity}", lang)
        warn(f"{place}: {severity} {one.code}{rule}: {sentence(one, lang)}")
        for span in one.related:
            warn(f"    {text('cli.plc_related', lang, place=_place(span.source, span.start, sources))}")


def _place(name: str, offset: int, sources: dict[str, Source]) -> str:
    source = sources.get(name)
    if source is None:
        return name or "-"
    position = source.position(offset)
    return f"{name}:{position.line}:{position.column}"
