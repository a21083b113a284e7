"""``assay detect``: what is abnormal in a history, against a normal part of it, with rules and physics beside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli.language import help_lang, resolve_lang
from assay.kernel.errors import InputError
from assay.kernel.texts import text

if TYPE_CHECKING:
    from assay.cli.series_parts import Source

_HELP = help_lang()
app = typer.Typer(add_completion=False, rich_markup_mode=None)


def _help(name: str) -> str:
    return text(f"cli.detect_{name}", _HELP)


@app.command(help=_help("help"))
def detect(
    data: Annotated[Path | None, typer.Option("--data", metavar="FILE", help=_help("data"))] = None,
    plant: Annotated[str | None, typer.Option("--plant", metavar="PLANT", help=_help("plant"))] = None,
    train_rows: Annotated[int | None, typer.Option("--train-rows", metavar="N", help=_help("train_rows"))] = None,
    normal: Annotated[str | None, typer.Option("--normal", metavar="FROM..TO", help=_help("normal"))] = None,
    rules: Annotated[Path | None, typer.Option("--rules", metavar="FILE", help=_help("rules"))] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help=_help("tag"))] = None,
    false_alarms: Annotated[float, typer.Option("--false-alarms", metavar="SHARE", help=_help("false_alarms"))] = 0.01,
    profile: Annotated[bool, typer.Option("--profile", help=_help("profile"))] = False,
    start: Annotated[str | None, typer.Option("--from", metavar="TIME", help=_help("from"))] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="TIME", help=_help("to"))] = None,
    zone: Annotated[str | None, typer.Option("--zone", metavar="ZONE", help=_help("zone"))] = None,
    follow: Annotated[bool, typer.Option("--follow", help=_help("follow"))] = False,
    duration: Annotated[str | None, typer.Option("--for", metavar="DURATION", help=_help("follow_for"))] = None,
    model: Annotated[str | None, typer.Option("--model", metavar="NAME", help=_help("follow_model"))] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FOLDER", help=_help("out"))] = None,
    lang: Annotated[str | None, typer.Option("--lang", metavar="zh|en", help=text("cli.about_lang", _HELP))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=text("cli.about_json", _HELP))] = False,
) -> None:
    """Alarms, their tags, changes of level, broken rules."""
    from assay.cli.series_parts import answer, read_source, told, zone_of
    from assay.skills.timeseries.runner import Question

    spoken = resolve_lang(lang)
    if follow:
        from assay.cli.detect_follow import follow_plant

        unfit = {"--data": data, "--train-rows": train_rows, "--rules": rules, "--to": end, "--out": out}
        given = [name for name, value in {**unfit, "--profile": profile or None}.items() if value is not None]
        about: dict[str, Any] = {"normal": normal, "model": model, "start": start, "zone": zone, "duration": duration}
        about |= {"tags": tuple(dict.fromkeys(tag or ())), "false_alarms": false_alarms, "unfit": given}
        return follow_plant(plant, lang=spoken, as_json=as_json, **about)
    if duration is not None or model is not None:
        raise InputError("cli.detect_follow_with")
    if (train_rows is None) == (normal is None):
        raise InputError("cli.detect_normal_one")
    source = read_source(data, plant, zone, start, end)
    more: dict[str, Any] = {"train_rows": train_rows, "false_alarms": false_alarms, "profile": profile}
    more["normal"] = None if normal is None else source.stretch(normal)
    more["tags"] = None if not tag else tuple(dict.fromkeys(tag))
    more["rules"] = _rules(rules, source, more["tags"])
    question = Question(
        view="detect",
        frame=source.frame,
        more=more,
        plant=source.plant,
        units=source.units,
        lang=spoken,
        zone=zone_of(source),
        notes=told(source, spoken),
    )
    raise typer.Exit(answer(question, out, as_json))


def _rules(path: Path | None, source: Source, tags: tuple[str, ...] | None) -> dict[str, Any] | None:
    """The file's rules, and the plant's own limits of the tags that are looked at where a plant is named."""
    from assay.models.detect import RuleSet
    from assay.skills.timeseries.plant_rules import joined, limit_rules

    own = None if path is None else RuleSet.read(path).model_dump(mode="json", by_alias=True)
    limits = None if source.plant is None else limit_rules(source.plant, tags or source.frame.tags)
    if own is not None and source.plant is not None:
        own["units"] = {**source.units, **own["units"]}
    return joined(own, limits)
