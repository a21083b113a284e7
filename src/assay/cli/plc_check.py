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
    checked,
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
    found, sources = checked(files, dialect, lenient=_LENIENT[missing], lints=not no_lints)
    counts = {
        one: sum(each.severity == one for each in found.diagnostics) for one in ("error", "warning", "info")
    }  # fmt: skip
    if as_json:
        print_json(
            {
                "ok": found.ok,
                "counts": counts,
                "units": [{"name": one.name, "kind": one.kind} for one in found.project.own()],
                "left_out": list(found.left_out),
                "diagnostics": [as_document(one, sources, speaks) for one in found.diagnostics],
            }
        )
    else:
        show(found.diagnostics, sources, speaks)
        key = "cli.plc_check_ok" if found.ok else "cli.plc_check_bad"
        say(text(key, speaks, files=len(sources), errors=counts["error"], warnings=counts["warning"]))
    raise typer.Exit(0 if found.ok else 1)
