"""``assay cases``: fault records become cases; what is alike, what fails how, and which cause it is."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli import cases_dialogue
from assay.cli.cases_library import cases_of_documents
from assay.cli.cases_parts import (
    AccessOption,
    AclOption,
    AsOption,
    JsonOption,
    LangOption,
    StoreOption,
    about,
    ask_cases,
    asker_of,
    open_cases,
    show,
    tell,
)
from assay.cli.knowledge_parts import LibraryOption, Where
from assay.cli.language import help_lang, resolve_lang
from assay.cli.output import print_json, say, warn
from assay.kernel.errors import InputError
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from assay.skills.cases.case import Case
    from assay.skills.cases.runner import Outcome
    from assay.skills.cases.tables import Imported

app = typer.Typer(help=text("cli.about_cases", help_lang()), no_args_is_help=True)
cases_dialogue.register(app)


@app.command(help=about("add"))
def add(
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE..", help=about("files"))] = None,
    story: Annotated[str | None, typer.Option("--story", metavar="TEXT", help=about("story"))] = None,
    asset: Annotated[str, typer.Option("--asset", metavar="NAME", help=about("asset"))] = "",
    author: Annotated[str, typer.Option("--author", metavar="NAME", help=about("author"))] = "",
    documents: Annotated[
        list[str] | None, typer.Option("--from-library", metavar="DOCUMENT", help=about("from_library"))
    ] = None,
    library: LibraryOption = None,
    user: AsOption = None,
    access: AccessOption = None,
    acl: AclOption = None,
    store: StoreOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep cases."""
    from assay.kernel.policy import local_user
    from assay.knowledge.rights import EVERYONE

    spoken, groups = resolve_lang(lang), tuple(acl or (EVERYONE,))
    if not files and story is None and not documents:
        raise InputError("cli.cases_nothing")
    read = [_read(file, asset, author, groups, spoken) for file in files or ()]
    if story is not None:
        read.append(_told(sys.stdin.read() if story == "-" else story, asset, author, groups, spoken))
    if documents:
        read += cases_of_documents(documents, Where(library, access=access, user=user, lang=lang), asset, author, acl)
    found = [case for one in read if one is not None for case in one.cases]
    left_out = sum(one.left_out for one in read if one is not None)
    if not found:
        raise typer.Exit(2)  # why is said already
    with open_cases(store) as opened:
        new = opened.add(found, by=author or local_user(), regroup=bool(acl))
    if as_json:
        print_json({"read": len(found), "new": new, "left_out": left_out, "cases": [case.plain() for case in found]})
    else:
        _say_added(found, new, left_out, spoken)


def _read(file: Path, asset: str, author: str, groups: tuple[str, ...], lang: Lang) -> Imported | None:
    """The cases of a file; None for one that cannot be read, which is said: the others go on."""
    from assay.skills.cases.tables import SUFFIXES, read_cases
    from assay.skills.cases.written import read_written

    try:
        if file.suffix.lower() in SUFFIXES:
            return read_cases(file, groups=groups)
        return read_written(file, asset=asset, author=author, groups=groups)
    except InputError as error:
        said = error.render(lang)
        warn(said if file.name in said else f"{file.name}: {said}")
        return None


def _told(story: str, asset: str, author: str, groups: tuple[str, ...], lang: Lang) -> Imported:
    from assay.skills.cases.story import read_story
    from assay.skills.cases.tables import Imported

    source = text("cli.cases_dictated", lang)
    return Imported((read_story(story, asset=asset, author=author, source=source, groups=groups),))


def _say_added(found: list[Case], new: int, left_out: int, lang: Lang) -> None:
    from assay.cli.evidence import visible
    from assay.skills.cases.wording import label

    say(text("cli.cases_added", lang, read=len(found), new=new, left_out=left_out))
    for case in found:
        if case.state == "proposed":
            about = {"equipment": case.equipment, "cause": label(case.cause, lang) or "-"}
            say(visible(text("cli.cases_proposed", lang, id=case.id, **about)))


@app.command("list", help=about("list"))
def list_cases(
    user: AsOption = None,
    access: AccessOption = None,
    store: StoreOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """What is there."""
    from assay.cli.evidence import visible

    spoken = resolve_lang(lang)
    with open_cases(store) as opened:
        found = opened.readable(asker_of(user, access))
    if as_json:
        print_json([case.plain() for case in found])
        return
    for case in found:
        cause = "; ".join(said.text for said in case.causes) or "-"
        state = text(f"cli.cases_state_{case.state}", spoken)
        say(visible(f"{case.id}  {case.equipment}  {cause}  [{state}]  {case.source}"))


@app.command(help=about("confirm"))
def confirm(
    ids: Annotated[list[str], typer.Argument(metavar="ID..")],
    user: AsOption = None,
    access: AccessOption = None,
    store: StoreOption = None,
    lang: LangOption = None,
) -> None:
    """A person stands for proposed cases."""
    with open_cases(store) as opened:
        done = opened.confirm(ids, asker_of(user, access))
    say(text("cli.cases_confirmed", resolve_lang(lang), count=done))


@app.command(help=about("remove"))
def remove(
    id: Annotated[str, typer.Argument(metavar="ID")],
    user: AsOption = None,
    access: AccessOption = None,
    store: StoreOption = None,
    lang: LangOption = None,
) -> None:
    """Take a case out."""
    with open_cases(store) as opened:
        opened.remove(id, asker_of(user, access))
    say(text("cli.cases_removed", resolve_lang(lang), id=id))


@app.command(help=about("graph"))
def graph(
    words: Annotated[list[str] | None, typer.Argument(metavar="WORD..", help=about("words"))] = None,
    page: Annotated[Path | None, typer.Option("--html", metavar="FILE", help=about("html"))] = None,
    user: AsOption = None,
    access: AccessOption = None,
    store: StoreOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """What fails how."""
    spoken = resolve_lang(lang)
    arguments = {"lang": spoken, "words": tuple(words or ())}
    outcome = ask_cases("graph", arguments, asker_of(user, access), store, spoken)
    if page is not None and outcome.answer.sentences:
        _write_page(page, outcome, spoken)
    if as_json:
        print_json(outcome.document())
    else:
        show(outcome, spoken, _lines(outcome, spoken))
    raise typer.Exit(3 if outcome.answer.status.value == "refused" else 0)


def _lines(outcome: Outcome, lang: Lang) -> list[str]:
    """The graph's lines for a terminal."""
    from assay.cli.evidence import visible
    from assay.skills.cases.drawing import tree

    return [] if outcome.value is None else [visible(line) for line in tree(outcome.value, lang)]


def _write_page(path: Path, outcome: Outcome, lang: Lang) -> None:
    from assay.plant.atomic import replacing
    from assay.skills.cases.drawing import graph_page

    said = [
        *(one.text for one in outcome.answer.sentences),
        text("cli.investigate_replay", lang, run=outcome.answer.run),
    ]
    try:
        with replacing(path) as temporary:
            temporary.write_text(graph_page(outcome.value, said, lang), encoding="utf-8")
    except OSError as error:
        raise InputError("cli.report_unwritable", path=path, problem=error.strerror or error) from None


@app.command(help=about("similar"))
def similar(
    description: Annotated[str, typer.Argument(metavar="TEXT", help=about("description"))],
    asset: Annotated[str, typer.Option("--asset", metavar="NAME", help=about("asset"))] = "",
    user: AsOption = None,
    access: AccessOption = None,
    store: StoreOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """What was alike."""
    spoken = resolve_lang(lang)
    arguments = {"equipment": asset, "description": description}
    tell("similar", arguments, asker_of(user, access), store, spoken, as_json)
