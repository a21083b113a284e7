"""``assay plc explain``, ``review`` and ``hmi``: what a program does, what is wrong with it, and a screen for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli.language import help_lang, resolve_lang
from assay.cli.output import print_json, say
from assay.cli.plc_parts import DialectOption, FilesArgument, JsonOption, LangOption, checked, checked_project
from assay.kernel.errors import InputError
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from assay.skills.plc.explain.sentences import Sentence
    from assay.skills.plc.front.source import Source
    from assay.skills.plc.ir.nodes import Project, Unit

_HELP = help_lang()


def _about(name: str) -> str:
    return text(f"cli.plc_{name}", _HELP)


PouOption = Annotated[str | None, typer.Option("--pou", metavar="NAME", help=_about("pou"))]


def register(app: typer.Typer) -> None:
    """Adds the commands to the group."""
    app.command("explain", help=_about("about_explain"))(explain)
    app.command("review", help=_about("about_review"))(review)
    app.command("hmi", help=_about("about_hmi"))(hmi)


def explain(
    files: FilesArgument,
    pou: PouOption = None,
    dialect: DialectOption = "auto",
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sentences with their lines."""
    from assay.skills.plc.explain.sentences import explain as sentences

    speaks = resolve_lang(lang)
    project, sources = checked_project(files, dialect, speaks, as_json=as_json)
    made: list[dict[str, Any]] = []
    for unit in _units(project, pou):
        told = [_line(one, sources, speaks) for one in sentences(project, unit)]
        made.append({"unit": unit.name, "kind": unit.kind, "sentences": told})
    if as_json:
        print_json(made)
        return
    for one in made:
        say(f"# {one['unit']}")
        for each in one["sentences"]:
            say(f"  {each['text']}  [{', '.join(each['lines'])}]")


def review(
    files: FilesArgument,
    timeout: Annotated[float, typer.Option("--timeout", metavar="S", min=1.0, help=_about("timeout"))] = 30.0,
    dialect: DialectOption = "auto",
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Findings with places and traces; exit code 1 when one of them is an error."""
    from assay.skills.plc.explain.review import review as reviewed

    speaks = resolve_lang(lang)
    found, sources = checked(files, dialect, lints=True)
    rows: list[dict[str, Any]] = []
    for one in reviewed(found, timeout=timeout):
        source = sources.get(one.span.source)
        line = source.position(one.span.start).line if source is not None else 0
        rows.append(
            {"code": one.code, "severity": one.severity, "file": one.span.source, "line": line,
             "message": one.text(speaks), "trace": list(one.trace)}
        )  # fmt: skip
    if as_json:
        print_json(rows)
    for row in rows if not as_json else ():
        severity = text(f"cli.plc_severity_{row['severity']}", speaks)
        say(f"{row['file']}:{row['line']}: {severity} {row['code']}: {row['message']}")
        for told in row["trace"]:
            say(f"    {told}")
    if not rows and not as_json:
        say(text("cli.plc_review_clean", speaks))
    raise typer.Exit(1 if any(row["severity"] == "error" for row in rows) else 0)


def hmi(
    files: FilesArgument,
    pou: PouOption = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="SCREEN.svg", help=_about("screen_out"))] = None,
    check: Annotated[Path | None, typer.Option("--check", metavar="SCREEN.svg", help=_about("screen_check"))] = None,
    dialect: DialectOption = "auto",
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """A proposed screen whose bindings are checked, or the check of somebody's screen."""
    from assay.skills.plc.explain.screen import bindings, check_bindings, screen

    speaks = resolve_lang(lang)
    project, _ = checked_project(files, dialect, speaks, as_json=as_json)
    if check is not None:
        svg = _read(check)
    else:
        (unit, *_) = _units(project, pou)
        svg = screen(project, unit, speaks)
    found = bindings(svg)
    wrong = [
        {"tag": one.tag, "message": text(f"plc_explain.{key}", speaks, tag=one.tag, type=one.type)}
        for one, key in check_bindings(project, found)
    ]
    if check is None and out is not None:
        _write(out, svg)
    if as_json:
        shown = [{"tag": one.tag, "type": one.type, "access": one.access} for one in found]
        print_json({"bindings": shown, "wrong": wrong, "svg": svg if check is None and out is None else None})
    elif check is None and out is None:
        say(svg.rstrip())
    else:
        for each in wrong:
            say(each["message"])
        say(text("cli.plc_hmi_done", speaks, bound=len(found), wrong=len(wrong)))
    raise typer.Exit(1 if wrong else 0)


def _line(one: Sentence, sources: dict[str, Source], lang: Lang) -> dict[str, Any]:
    places = []
    for span in one.spans:
        source = sources.get(span.source)
        if source is not None:
            row = source.position(span.start).line
            places.append(f"{source.name}:{row}" if len(sources) > 1 else str(row))
    return {
        "topic": one.topic,
        "subject": one.subject,
        "text": one.text(lang),
        "lines": list(dict.fromkeys(places)),
    }


def _units(project: Project, name: str | None) -> list[Unit]:
    """The unit of that name, or all that the user wrote and that have a body."""
    if name is None:
        found = [one for one in project.own() if one.kind in ("program", "function_block", "function")]
        if not found:
            raise InputError("plc_testing.nothing_to_run")
        return found
    unit = project.unit(name)
    if unit is None:
        raise InputError("cli.plc_no_unit", name=name[:60])
    return [unit]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError("plc_explain.unreadable", file=path, problem=error.strerror or error) from error
    except UnicodeDecodeError as error:
        raise InputError("plc_explain.not_svg", problem=path.name) from error


def _write(path: Path, svg: str) -> None:
    try:
        path.write_text(svg, encoding="utf-8")
    except OSError as error:
        raise InputError("plc_explain.unwritable", file=path, problem=error.strerror or error) from error
