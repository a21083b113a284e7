"""``assay plc prove``: properties and obligations of a program, each with a verdict."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.language import resolve_lang
from assay.cli.output import print_json, say
from assay.cli.plc_parts import DialectOption, FilesArgument, JsonOption, LangOption, about, checked_project
from assay.kernel.errors import InputError


def register(app: typer.Typer) -> None:
    """Put the command into its group."""
    app.command("prove", help=about("about_prove"))(prove)


def prove(
    files: FilesArgument,
    properties: Annotated[
        Path | None, typer.Option("--properties", metavar="P.json", help=about("prove_properties"))
    ] = None,
    pou: Annotated[str | None, typer.Option("--pou", metavar="NAME", help=about("prove_pou"))] = None,
    scan: Annotated[str, typer.Option("--scan", metavar="100ms|varying", help=about("prove_scan"))] = "100ms",
    depth: Annotated[int, typer.Option("--depth", metavar="K", min=1, max=10_000, help=about("prove_depth"))] = 30,
    timeout: Annotated[float, typer.Option("--timeout", metavar="S", min=0.1, help=about("prove_timeout"))] = 60.0,
    no_obligations: Annotated[bool, typer.Option("--no-obligations", help=about("prove_no_obligations"))] = False,
    dialect: DialectOption = "auto",
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Decide every property and obligation; exit 1 when one is refuted."""
    from assay.skills.plc.prove.property import load_properties
    from assay.skills.plc.prove.session import grouped, in_comments

    speaks = resolve_lang(lang)
    scan_ns = _scan(scan)
    wanted = [] if properties is None else load_properties(properties)
    project, sources = checked_project(files, dialect, speaks, as_json=as_json)
    wanted += in_comments(project, sources.values())
    groups = grouped(project, wanted, pou)

    from assay.skills.plc.prove.proving import Options
    from assay.skills.plc.prove.proving import prove as decide
    from assay.skills.plc.prove.report import document, rendered

    options = Options(scan_ns=scan_ns, depth=depth, timeout=timeout, obligations=not no_obligations)
    reports = [decide(project, unit.name, mine, options) for unit, mine in groups]
    if as_json:
        units = [document(one, project, sources, speaks) for one in reports]
        print_json({"clean": all(one.clean for one in reports), "scan_ns": scan_ns, "units": units})
    else:
        for one in reports:
            for line in rendered(one, project, sources, speaks):
                say(line)
    raise typer.Exit(0 if all(one.clean for one in reports) else 1)


def _scan(text: str) -> int | None:
    """The scan time in nanoseconds, None when it varies. Raises InputError."""
    from assay.skills.plc.testing.durations import duration

    if text.strip().lower() == "varying":
        return None
    found = duration(text)
    if found is None or not 0 < found <= 10**13:
        raise InputError("plc_prove.bad_scan", text=text[:40])
    return found
