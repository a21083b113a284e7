"""``assay plc check``: what is wrong with a program, before anything runs."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from assay.cli.language import resolve_lang
from assay.cli.output import print_json, say
from assay.cli.plc_parts import (
    DialectOption,
    FilesArgument,
    JsonOption,
    LangOption,
    about,
    as_document,
    checked_apart,
    show,
)
from assay.kernel.texts import text

_LENIENT = {"auto": None, "error": False, "warn": True}


def register(app: typer.Typer) -> None:
    """Put the command into its group."""
    app.command("check", help=about("about_check"))(check)


def check(
    files: FilesArgument,
    dialect: DialectOption = "auto",
    missing: Annotated[
        Literal["auto", "error", "warn"],
        typer.Option("--missing-libraries", metavar="auto|error|warn", help=about("missing")),
    ] = "auto",
    no_lints: Annotated[bool, typer.Option("--no-lints", help=about("no_lints"))] = False,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Parse, resolve and type; exit 0 when no error was found, else 1."""
    speaks = resolve_lang(lang)
    parts, sources = checked_apart(files, dialect, lenient=_LENIENT[missing], lints=not no_lints)
    found = [one for part in parts for one in part.diagnostics]
    ok = all(one.ok for one in parts)
    counts = {one: sum(each.severity == one for each in found) for one in ("error", "warning", "info")}
    if as_json:
        print_json(
            {
                "ok": ok,
                "counts": counts,
                "units": [{"name": one.name, "kind": one.kind} for part in parts for one in part.project.own()],
                "left_out": [name for part in parts for name in part.left_out],
                "diagnostics": [as_document(one, sources, speaks) for one in found],
            }
        )
    else:
        show(found, sources, speaks)
        key = "cli.plc_check_ok" if ok else "cli.plc_check_bad"
        say(text(key, speaks, files=len(sources), errors=counts["error"], warnings=counts["warning"]))
    raise typer.Exit(0 if ok else 1)
