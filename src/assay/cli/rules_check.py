"""``assay rules check``: a design against confirmed rules, clause by clause."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli.knowledge_parts import JsonOption, LangOption
from assay.cli.language import resolve_lang
from assay.cli.output import print_json, say
from assay.cli.rules_parts import about, clause_and_words, write_file
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from assay.skills.rules.runner import Outcome


def register(app: typer.Typer) -> None:
    """Put the command into its group."""
    app.command(help=about("check"))(check)


def check(
    design: Annotated[Path, typer.Argument(metavar="DESIGN", help=about("design"))],
    against: Annotated[Path, typer.Option("--against", metavar="RULES.yaml", help=about("against"))],
    proposed: Annotated[bool, typer.Option("--include-proposed", help=about("proposed"))] = False,
    map_file: Annotated[Path | None, typer.Option("--map", metavar="FIELDS.yaml", help=about("map"))] = None,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help=about("html"))] = None,
    strict: Annotated[bool, typer.Option("--strict", help=about("strict"))] = False,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Clause by clause."""
    import asyncio

    from assay.plant.home import home
    from assay.plant.records import open_records
    from assay.skills.rules.design import read_design
    from assay.skills.rules.lookup import FieldMap
    from assay.skills.rules.rulesfile import read_book
    from assay.skills.rules.runner import check_design

    speaks = resolve_lang(lang)
    book = read_book(against)
    read = read_design(design)
    mapping = None if map_file is None else FieldMap.read(map_file)
    with open_records(home() / "records.db") as records:
        made = check_design(book.rules, read, records, mapping=mapping, proposed=proposed, lang=speaks)
        outcome = asyncio.run(made)
    replay = text("cli.investigate_replay", speaks, run=outcome.answer.run)
    if html is not None and outcome.value is not None:
        _write_page(html, outcome, speaks, replay)
    if as_json:
        print_json(outcome.document())
    else:
        _tell(outcome, speaks, replay)
    raise typer.Exit(_code(outcome, strict))


def _code(outcome: Outcome, strict: bool) -> int:
    if outcome.answer.status.value == "refused":
        return 3
    return 1 if strict and outcome.value["counts"]["fail"] else 0


def _write_page(path: Path, outcome: Outcome, lang: Lang, replay: str) -> None:

    from assay.skills.rules.page import check_page

    said = [one.text for one in outcome.answer.sentences]
    write_file(path, check_page(outcome.value, said, lang, replay=replay))


def _tell(outcome: Outcome, lang: Lang, replay: str) -> None:
    say(text(f"cli.investigate_status_{outcome.answer.status.value}", lang))
    for sentence in outcome.answer.sentences:
        say(f"- {sentence.text}  [{', '.join(sentence.evidence)}]")
    for one in (outcome.value or {"results": ()})["results"]:
        _tell_clause(one, lang)
    for unknown in outcome.answer.missing:
        say(f"? {unknown}")
    say(replay)


def _tell_clause(one: dict[str, Any], lang: Lang) -> None:
    place = one["place"]
    where = text("rules.said_place", lang, document=place["document"], page=place["page"]) if place["document"] else ""
    say(
        f"{text('rules.verdict_' + one['verdict'], lang):<16} "
        f"{clause_and_words(one['clause'], one['quote'])}  ({where})"
    )
    for each in one["found"]:
        tested = each["test"]
        found = f"{tested['shown']} @ {tested['where']}" if tested["where"] else "?"
        verdict = text(f"rules.verdict_{each['verdict']}", lang)
        say(f"    {verdict}: {each['object']}  {tested['test']}  <- {found}")
