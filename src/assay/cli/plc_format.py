"""``assay plc format`` and ``assay plc convert``: the form of a program, and one form into another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.language import resolve_lang
from assay.cli.output import print_json, say, warn
from assay.cli.plc_parts import (
    DialectOption,
    FilesArgument,
    JsonOption,
    LangOption,
    about,
    as_document,
    choose_dialect,
    show,
)
from assay.kernel.errors import InputError
from assay.kernel.texts import text


def register(app: typer.Typer) -> None:
    """Put the commands into their group."""
    app.command("format", help=about("about_format"))(format_)
    app.command("convert", help=about("about_convert"))(convert)


def format_(
    files: FilesArgument,
    write: Annotated[bool, typer.Option("--write", help=about("format_write"))] = False,
    check: Annotated[bool, typer.Option("--check", help=about("format_check"))] = False,
    dialect: DialectOption = "auto",
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Format; exit 1 when a file has errors or, with ``--check``, is not formatted."""
    from assay.skills.plc.front.format_file import format_file

    speaks, chosen = resolve_lang(lang), choose_dialect(dialect)
    if write and check:
        raise InputError("cli.plc_format_both")
    found = []
    for path in files:
        before, after, whole = format_file(path, chosen)
        found.append({"file": str(path), "changed": before != after, "errors": not whole})
        if write and before != after:
            path.write_bytes(after)
        elif not write and not check and not as_json:
            typer.echo(after.decode("utf-8", "replace"), nl=False)
        if not whole:
            warn(text("cli.plc_format_errors", speaks, file=path))
        elif (write or check) and before != after and not as_json:
            say(text("cli.plc_format_changed" if write else "cli.plc_format_would", speaks, file=path))
    if as_json:
        print_json({"files": found})
    bad = any(one["errors"] or (check and one["changed"]) for one in found)
    raise typer.Exit(1 if bad else 0)


def convert(
    files: FilesArgument,
    to: Annotated[str, typer.Option("--to", metavar="plcopen|scl|st", help=about("convert_to"))],
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help=about("convert_out"))] = None,
    dialect: DialectOption = "auto",
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Convert; what has no equal in the target is said, and the exit code is then 1 where something was not read."""
    from assay.skills.plc.front.convert import TARGETS, convert
    from assay.skills.plc.front.files import read_sources

    speaks = resolve_lang(lang)
    target = next((one for one in TARGETS if one == to.strip().lower()), None)
    if target is None:
        raise InputError("cli.plc_convert_unknown", value=to[:40])
    read, notes = read_sources(files, choose_dialect(dialect))
    written, lost = convert(read, target, files[0].stem)
    found, sources = [*notes, *lost], {one.name: one for one in read}
    if out is not None:
        try:
            out.write_text(written, encoding="utf-8", newline="")
        except OSError:
            raise InputError("cli.plc_convert_unwritable", file=out) from None
    if as_json:
        documents = [as_document(one, sources, speaks) for one in found]
        print_json({"to": target, "out": str(out) if out else None, "text": written, "diagnostics": documents})
    else:
        show(found, sources, speaks)
        if out is None:
            typer.echo(written, nl=False)
        else:
            say(text("cli.plc_convert_done", speaks, file=out, lost=len(found)))
    raise typer.Exit(1 if any(one.severity == "error" for one in found) else 0)
