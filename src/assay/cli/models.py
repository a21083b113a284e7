"""``assay models``: train models, see their cards, test and compare them on new data, retire them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli.language import help_lang, resolve_lang
from assay.cli.output import print_json, say, warn
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from assay.cli.series_parts import Source
    from assay.skills.timeseries.runner import Outcome

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
    from assay.cli.models_ask import pairs
    from assay.kernel.policy import local_user
    from assay.models.library.store import Library
    from assay.models.library.training import train as train_model

    spoken = resolve_lang(lang)
    found = _data(data, zone, plant, spoken, kind, training=True)
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
    from assay.cli.models_ask import ask_model, test_lines
    from assay.kernel.policy import local_user
    from assay.models.library.opened import open_model
    from assay.models.library.store import Library
    from assay.models.library.testing import other_versions, record_verdict

    spoken = resolve_lang(lang)
    library = Library()
    ref = library.find(name)
    opened = open_model(library, ref, stood_back=True)
    versions, kind = other_versions(opened), opened.card.kind
    outcome = ask_model("model_test", {"model": str(ref)}, _data(data, zone, plant, spoken, kind), spoken)
    if outcome.value is not None:
        about = {"run": outcome.answer.run, "evidence": outcome.document()["evidence"]}
        record_verdict(library, ref, outcome.value, local_user(), **about)
    state = library.standing(ref).state.value
    more = {"state": state, "other_versions": versions}
    _end("model_test", outcome, more, test_lines(outcome.value, versions, state, spoken), spoken, as_json)


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
    from assay.cli.models_ask import ask_model, compare_lines
    from assay.models.library.store import Library

    spoken = resolve_lang(lang)
    library = Library()
    found = list(dict.fromkeys(library.find(name) for name in names))
    refs, kind = [str(ref) for ref in found], library.card(found[0]).kind
    outcome = ask_model("model_compare", {"models": refs}, _data(data, zone, plant, spoken, kind), spoken)
    _end("model_compare", outcome, {}, compare_lines(outcome.value, spoken), spoken, as_json)


@app.command(help=_help("predict"))
def predict(
    name: NameArgument,
    data: DataOption,
    plant: PlantOption = None,
    zone: ZoneOption = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE.csv", help=_help("out"))] = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """What an active model says of each row."""
    from assay.cli.models_ask import ask_model
    from assay.models.library.store import Library
    from assay.skills.timeseries.files import write_predictions

    spoken = resolve_lang(lang)
    library = Library()
    ref = library.find(name)
    read = _data(data, zone, plant, spoken, library.card(ref).kind)
    outcome = ask_model("model_predict", {"model": str(ref)}, read, spoken)
    lines = []
    if out is not None and outcome.value is not None:
        write_predictions(outcome.value, out)
        lines.append(f"csv: {out}")
    _end("model_predict", outcome, {}, lines, spoken, as_json)


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


def _data(path: Path, zone: str | None, plant: str | None, lang: Lang, kind: str, *, training: bool = False) -> Source:
    """A history, or a file in a shape of the kind's own."""
    from assay.cli.series_parts import Source, read_source, told
    from assay.models.library.registry import kind_named

    read = getattr(kind_named(kind), "read", None)
    own = None if read is None else read(path, training=training)
    found = read_source(path, plant, zone, None, None) if own is None else Source(own[0], own[1], None, zone or "UTC")
    for note in told(found, lang):
        warn(f"- {note}")
    return found


def _end(view: str, outcome: Outcome, more: dict[str, Any], lines: Iterable[str], lang: Lang, as_json: bool) -> None:
    """The answer, what belongs to it, and the exit code: 3 when it is refused."""
    from assay.cli.series_parts import tell

    if as_json:
        print_json({**outcome.document(), **more})
    else:
        tell(view, outcome, lang)
        for line in lines:
            say(line)
    raise typer.Exit(3 if outcome.answer.status.value == "refused" else 0)


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
