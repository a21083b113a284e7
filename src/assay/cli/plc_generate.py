"""``assay plc generate`` and ``assay plc blocks``: programs that are released only with a verdict."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli.language import help_lang, resolve_lang
from assay.cli.output import print_json, say, warn
from assay.cli.plc_parts import JsonOption, LangOption
from assay.kernel.errors import InputError
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from assay.kernel.answer import Answer
    from assay.kernel.evidence import Evidence
    from assay.skills.plc.making.requirement import Requirement
    from assay.skills.plc.making.searching import Candidate
    from assay.skills.plc.making.work import Made, Task

_HELP = help_lang()


def about(name: str) -> str:
    """The help of an option or command."""
    return text(f"cli.plc_{name}", _HELP)


RequirementOption = Annotated[Path, typer.Option("--requirement", metavar="R.md", help=about("requirement"))]
InterfaceOption = Annotated[Path | None, typer.Option("--interface", metavar="I.st", help=about("interface"))]
PropertiesOption = Annotated[Path | None, typer.Option("--properties", metavar="P.json", help=about("properties"))]
TestsOption = Annotated[Path | None, typer.Option("--tests", metavar="T.json", help=about("tests"))]
SealedOption = Annotated[Path | None, typer.Option("--sealed-tests", metavar="S.json", help=about("sealed"))]
ScanOption = Annotated[str, typer.Option("--scan", metavar="TIME", help=about("scan"))]


def register(app: typer.Typer) -> None:
    """Adds the commands to the group."""
    app.command("generate", help=about("about_generate"))(generate)
    app.command("blocks", help=about("about_blocks"))(library)


def generate(
    requirement: RequirementOption,
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help=about("out_folder"))],
    interface: InterfaceOption = None,
    properties: PropertiesOption = None,
    tests: TestsOption = None,
    sealed_tests: SealedOption = None,
    candidates: Annotated[int, typer.Option("--candidates", min=1, max=100, help=about("candidates"))] = 10,
    scan: ScanOption = "100ms",
    block: Annotated[str | None, typer.Option("--block", metavar="BLOCK", help=about("take_block"))] = None,
    yes: Annotated[bool, typer.Option("--yes", help=about("yes"))] = False,
    no_model: Annotated[bool, typer.Option("--no-model", help=about("no_model"))] = False,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """From a requirement to a program with its verdict."""
    import asyncio
    from dataclasses import replace

    from assay.cli.plc_confirm import How, settle
    from assay.skills.plc.making.bundle import write
    from assay.skills.plc.making.requirement import read_requirement

    speaks = resolve_lang(lang)
    asked = read_requirement(requirement)
    given = _text(interface) if interface is not None else None
    task = replace(_task(asked, given, properties, tests, sealed_tests, candidates, _scan(scan)), block=block)
    how = How(out, speaks, yes, as_json, model=not no_model)
    task = settle(task, how, propose_properties=properties is None)
    made, model = asyncio.run(_make(task, no_model, speaks))
    made, answer, evidence = _recorded(made, speaks, out)
    value = write(made, out, speaks, model, answer, evidence)
    if as_json:
        print_json(value)
    else:
        _tell(value, out, speaks)
    raise typer.Exit(0 if made.release.released else 1)


def _recorded(made: Made, lang: Lang, out: Path) -> tuple[Made, Answer | None, Evidence | None]:
    """The program in the records, like every other answer."""
    import asyncio

    from assay.plant.home import home
    from assay.plant.records import open_records
    from assay.skills.plc.making.runner import record

    with open_records(home() / "records.db") as records:
        return asyncio.run(record(made, records, lang, out))


def _tell(value: dict[str, Any], out: Path, lang: Lang) -> None:
    say(text(f"plc_making.status_{value['status']}", lang))
    for one in value["reasons"]:
        say(f"  {one['text']}")
        for each in one["sentences"]:
            say(f"    {each['id']}: {each['text']}")
    texts = {one["id"]: one["text"] for one in value["verdicts"] if one["text"]}
    for claim in value["claims"]:
        said = next((texts[one] for one in texts if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", claim, re.A)), "")
        say(f"- {claim}{f' ({said})' if said else ''}")
    say(text("plc_making.written", lang, path=out))
    if value["evidence"]:
        say(text("plc_making.replay", lang, id=value["evidence"]))


def library(
    name: Annotated[str | None, typer.Argument(metavar="BLOCK|WORDS", help=about("block"))] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help=about("set"))] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help=about("out"))] = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """The library: listed, found by words, made with parameters."""
    from assay.skills.plc.blocks.block import block, blocks
    from assay.skills.plc.blocks.building import build
    from assay.skills.plc.blocks.choosing import search

    speaks = resolve_lang(lang)
    one = block(name) if name is not None else None
    if one is None:
        found = list(blocks()) if name is None else search(name)
        if not found:
            raise InputError("cli.plc_no_block", words=(name or "")[:80])
        rows = [{"id": each.id, "title": each.title[speaks], "about": each.about[speaks]} for each in found]
        if as_json:
            print_json(rows)
        for row in rows if not as_json else ():
            say(f"{row['id']:20} {row['title']}")
        return
    built = build(one, dict(_pair(each) for each in settings or ()), lang=speaks)
    if out is not None:
        out.write_text(built.st, encoding="utf-8")
    if as_json:
        print_json({"id": one.id, "parameters": dict(built.values), "program": built.st,
                    "properties": list(built.properties), "tests": built.tests})  # fmt: skip
    elif out is None:
        say(built.st.rstrip())


def _pair(given: str) -> tuple[str, str]:
    name, equals, value = given.partition("=")
    if not equals:
        raise InputError("cli.plc_set_form", given=given[:60])
    return name.strip().upper(), value.strip()


def _task(
    asked: Requirement, interface: str | None, properties: Path | None, tests: Path | None, sealed: Path | None,
    candidates: int, scan_ns: int,
) -> Task:  # fmt: skip
    from assay.skills.plc.making.work import Task

    wanted = _json(properties) if properties is not None else []
    if not isinstance(wanted, list):
        wanted = [wanted]
    return Task(
        asked,
        interface,
        wanted,
        _json(tests) if tests else None,
        _json(sealed) if sealed else None,
        candidates,
        scan_ns,
    )


async def _make(task: Task, no_model: bool, lang: Lang) -> tuple[Any, str]:
    from assay.cli.investigate import open_or_none
    from assay.skills.plc.making.work import make

    model = None if no_model else open_or_none(lang)

    def told(one: Candidate) -> None:
        origin = text(f"plc_making.origin_{one.origin}", lang)
        stage = text(f"plc_making.stage_{one.gated.stage}", lang)
        warn(text("plc_making.told", lang, number=one.number, origin=origin, stage=stage))

    try:
        return await make(task, model, told), model.name if model is not None else ""
    finally:
        if model is not None:
            await model.close()


def _scan(given: str) -> int:
    from assay.skills.plc.testing.durations import milliseconds

    found = milliseconds(given)
    if found is None or found <= 0:
        raise InputError("cli.plc_bad_scan", given=given[:40])
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("plc_making.unreadable", path=str(path), problem=str(error)[:100]) from error


def _json(path: Path) -> Any:
    try:
        return json.loads(_text(path))
    except json.JSONDecodeError as error:
        raise InputError("plc_making.bad_json", path=str(path), line=error.lineno, column=error.colno) from error
