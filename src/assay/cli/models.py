"""``assay models``: train models, see their cards, test and compare them on new data, retire them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from assay.cli.language import help_lang, resolve_lang
from assay.cli.output import print_json, say, warn
from assay.kernel.texts import Lang, text

_HELP = help_lang()


def _help(name: str) -> str:
    return text(f"cli.models_{name}", _HELP)


app = typer.Typer(help=text("cli.about_models", _HELP), no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(metavar="NAME[@VERSION]", help=_help("name"))]
DataOption = Annotated[Path, typer.Option("--data", metavar="FILE", help=_help("data"))]
PlantOption = Annotated[str | None, typer.Option("--plant", metavar="PLANT", help=_help("plant"))]
ZoneOption = Annotated[str | None, typer.Option("--zone", metavar="ZONE", help=_help("zone"))]
LangOption = Annotated[str | None, typer.Option("--lang", metavar="zh|en", help=text("cli.about_lang", _HELP))]
JsonOption = Annotated[bool, typer.Option("--json", help=text("cli.about_json", _HELP))]


@app.command(help=_help("train"))
def train(
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help=_help("kind"))],
    data: DataOption,
    target: Annotated[str, typer.Option("--target", metavar="TAG", help=_help("target"))],
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help=_help("new_name"))] = None,
    param: Annotated[list[str] | None, typer.Option("--param", metavar="K=V", help=_help("param"))] = None,
    plant: PlantOption = None,
    zone: ZoneOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Train, measure on later data, keep with a card."""
    from assay.cli.models_parts import pairs
    from assay.kernel.policy import local_user
    from assay.models.library.store import Library
    from assay.models.library.training import train as train_model

    spoken = resolve_lang(lang)
    found = _data(data, zone, plant, spoken)
    library = Library()
    ref = train_model(
        library, kind, found.frame, target, name=name, params=pairs(param), units=found.units, who=local_user()
    )
    _show(library, str(ref), spoken, as_json)


@app.command("list", help=_help("list"))
def list_models(lang: LangOption = None, as_json: JsonOption = False) -> None:
    """Every model and version with its state."""
    from assay.models.library.listing import listed
    from assay.models.library.store import Library

    spoken = resolve_lang(lang)
    found = listed(Library())
    if as_json:
        print_json(found)
        return
    for one in found:
        if "problem" in one:
            say(text("cli.models_line_broken", spoken, name=one["name"], problem=one["problem"][spoken]))
            continue
        state = text(f"library.state_{one['state']}", spoken)
        about = {key: one[key] for key in ("name", "kind", "target", "created")}
        say(text("cli.models_line", spoken, state=state, **about))
    if not found:
        say(text("cli.models_none", spoken))


@app.command(help=_help("card"))
def card(name: NameArgument, lang: LangOption = None, as_json: JsonOption = False) -> None:
    """A model's card and history."""
    from assay.models.library.store import Library

    _show(Library(), name, resolve_lang(lang), as_json)


@app.command(help=_help("test"))
def test(
    name: NameArgument,
    data: DataOption,
    plant: PlantOption = None,
    zone: ZoneOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """A verdict on new data, which is recorded."""
    from assay.cli.models_parts import test_lines
    from assay.kernel.policy import local_user
    from assay.models.library.store import Library
    from assay.models.library.testing import test as test_model

    spoken = resolve_lang(lang)
    frame = _data(data, zone, plant, spoken).frame
    library = Library()
    found = test_model(library, library.find(name), frame, local_user())
    if as_json:
        print_json(found)
        return
    for line in test_lines(found, spoken):
        say(line)
    say(text("cli.models_state_now", spoken, state=text(f"library.state_{found['state']}", spoken)))


@app.command(help=_help("compare"))
def compare(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help=_help("names"))],
    data: DataOption,
    plant: PlantOption = None,
    zone: ZoneOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Models and naive rivals on the same rows."""
    from assay.cli.models_parts import compare_lines
    from assay.models.library.comparing import compare as compare_models
    from assay.models.library.opened import open_model
    from assay.models.library.store import Library

    spoken = resolve_lang(lang)
    frame = _data(data, zone, plant, spoken).frame
    library = Library()
    refs = dict.fromkeys(library.find(name) for name in names)
    found = compare_models([open_model(library, ref, stood_back=True) for ref in refs], frame)
    if as_json:
        print_json(found)
        return
    for line in compare_lines(found, spoken):
        say(line)


@app.command(help=_help("retire"))
def retire(
    name: NameArgument,
    why: Annotated[str, typer.Option("--why", metavar="REASON", help=_help("why"))],
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Never use a model again."""
    from assay.kernel.policy import local_user
    from assay.models.library.store import Library

    library = Library()
    ref = library.find(name)
    library.retire(ref, local_user(), why)
    if as_json:
        print_json({"name": str(ref), "state": library.standing(ref).state.value, "why": why})
    else:
        say(text("cli.models_retired", resolve_lang(lang), name=ref))


def _data(path: Path, zone: str | None, plant: str | None, lang: Lang) -> Any:
    from assay.cli.models_parts import read_data

    found = read_data(path, zone, plant)
    for note in found.notes:
        warn(f"- {note.render(lang)}")
    return found


def _show(library: Any, name: str, lang: Lang, as_json: bool) -> None:
    from assay.models.library.listing import card_document
    from assay.models.library.show import card_lines

    ref = library.find(name)
    if as_json:
        print_json(card_document(library, ref))
        return
    now = library.standing(ref)
    for line in card_lines(library.card(ref), now, now.manifest, lang):
        say(line)
