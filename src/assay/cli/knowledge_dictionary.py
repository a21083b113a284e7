"""``assay knowledge dictionary``: what the words of a question bring into a search; checks a plant's own file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli.evidence import visible
from assay.cli.knowledge_parts import JsonOption, LangOption, PlantOption, about
from assay.cli.language import resolve_lang
from assay.cli.output import print_json, say
from assay.kernel.errors import InputError
from assay.kernel.texts import text

if TYPE_CHECKING:
    from assay.knowledge.search.dictionary import Dictionary


def register(app: typer.Typer) -> None:
    """Put the command into its group."""
    app.command(help=about("dictionary"))(dictionary)


def dictionary(
    words: Annotated[str | None, typer.Argument(metavar="WORDS", help=about("dictionary_words"))] = None,
    file: Annotated[Path | None, typer.Option("--file", metavar="FILE", help=about("dictionary_file"))] = None,
    plant: PlantOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """What words bring."""
    speaks = resolve_lang(lang)
    if words is None and file is None:
        raise InputError("cli.knowledge_dictionary_what")
    used, own = _used(file, plant)
    found: dict[str, Any] = {"groups": len(used.groups), "own_groups": own, "words": words}
    expansions = [] if words is None else used.expand(words)
    found["brings"] = [{"said": one.said, "forms": list(one.forms), "spoken": one.spoken} for one in expansions]
    if as_json:
        print_json(found)
        return
    say(text("cli.knowledge_dictionary_groups", speaks, groups=found["groups"], own=own))
    for one in expansions:
        say(f"  {visible(one.said)} -> {visible(', '.join(one.forms))}")
    if words is not None and not expansions:
        say(text("cli.knowledge_dictionary_nothing", speaks))


def _used(file: Path | None, plant: str | None) -> tuple[Dictionary, int]:
    """The dictionary that searches use (with this file in place of the configured one), and how much of it is own."""
    from assay.knowledge.indexing import words_of
    from assay.knowledge.search.dictionary_files import load, shipped
    from assay.plant.model import load_plant

    used = words_of(None if plant is None else load_plant(plant), None if file is None else load(file))
    return used, len(used.groups) - len(shipped().groups)
