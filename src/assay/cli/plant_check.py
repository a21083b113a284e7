"""``assay plant check | list | show``: the commands about a plant's files, for the group ``assay plant``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from assay.cli.language import help_lang, resolve_lang
from assay.cli.output import print_json, say, warn
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from assay.plant.model import Plant
    from assay.plant.model_schema import Tag

_HELP: Lang = help_lang()
_PLANT = typer.Argument(..., metavar="PLANT", help=text("plant.check_help_plant", _HELP))
_JSON = typer.Option(False, "--json", help=text("plant.check_help_json", _HELP))
_LANG = typer.Option(None, "--lang", metavar="zh|en", help=text("plant.check_help_lang", _HELP))


def register(app: typer.Typer) -> None:
    """Add the commands to the group."""
    app.command("check", help=text("plant.check_help_check", _HELP))(check)
    app.command("list", help=text("plant.check_help_list", _HELP))(list_plants)
    app.command("show", help=text("plant.check_help_show", _HELP))(show)


def check(plant: str = _PLANT, as_json: bool = _JSON, lang: str | None = _LANG) -> None:
    """Report every fault of a plant's files, each with file and line. Exit 0 when there is none, else 2."""
    from assay.plant.check import check_plant

    language = resolve_lang(lang)
    faults = check_plant(plant)
    if as_json:
        rows = [
            {"file": fault.file, "line": fault.line, "key": fault.key, "message": fault.message(language)}
            for fault in faults
        ]
        print_json({"plant": plant, "faults": rows})
    else:
        for fault in faults:
            say(fault.render(language))
        if faults:
            warn(text("plant.check_result_faults", language, plant=plant, count=len(faults)))
        else:
            say(text("plant.check_result_clean", language, plant=plant))
    if faults:
        raise typer.Exit(2)


def list_plants(as_json: bool = _JSON, lang: str | None = _LANG) -> None:
    """The plants that come with Assay."""
    from assay.plant.model import load_plant, shipped_plants

    language = resolve_lang(lang)
    plants = [load_plant(name) for name in shipped_plants()]
    if as_json:
        print_json([_summary(plant) for plant in plants])
        return
    for plant in plants:
        say(f"{plant.id}  {plant.spec.name.get(language)}")


def show(
    plant: str = _PLANT,
    tag: str | None = typer.Argument(None, metavar="[TAG]", help=text("plant.check_help_tag", _HELP)),
    as_json: bool = _JSON,
    lang: str | None = _LANG,
) -> None:
    """A plant's tags with unit, range and limits; with TAG, all that is known of one tag."""
    from assay.plant.model import load_plant

    language = resolve_lang(lang)
    loaded = load_plant(plant)
    if tag is not None:
        _show_tag(loaded, loaded.tag(tag), as_json, language)
    elif as_json:
        print_json(loaded.document())
    else:
        say(text("plant.check_show_head", language, **_summary(loaded), title=loaded.spec.name.get(language)))
        for item in loaded.tags:
            low, high = item.range
            limits = "  ".join(f"{name} {limit.at:g}" for name, limit in item.alarms.items())
            name = item.name.get(language)
            say(f"  {item.id:24}{low:g}..{high:g} {item.unit}  {name}  {limits}".rstrip())


def _summary(plant: Plant) -> dict[str, Any]:
    return {
        "id": plant.id,
        "name_zh": plant.spec.name.zh,
        "name_en": plant.spec.name.en,
        "tags": len(plant.tags),
        "equipment": len(plant.equipment),
        "loops": len(plant.loops),
        "modes": len(plant.spec.modes),
        "twin": plant.twin.control if plant.twin is not None else "-",
        "path": str(plant.path),
        "digest": plant.digest,
    }


def _show_tag(plant: Plant, tag: Tag, as_json: bool, language: Lang) -> None:
    loop = plant.loop_of(tag.id)
    if as_json:
        print_json({**tag.model_dump(mode="json"), "zone": plant.zone_of(tag.id), "loop": loop.id if loop else None})
        return
    low, high = tag.range
    say(f"{tag.id}  {tag.name.get(language)}")
    rows: list[tuple[str, str]] = [
        ("range", f"{low:g}..{high:g} {tag.unit}"),
        ("equipment", plant.equipment_of(tag.id).name.get(language)),
        ("zone", plant.zone(plant.zone_of(tag.id)).name.get(language)),
        ("loop", loop.name.get(language) if loop else "-"),
        ("node", tag.node or "-"),
        ("writable", _write_window(tag)),
    ]
    for name, limit in tag.alarms.items():
        words = (text(f"plant.check_word_{word}", language) for word in (limit.priority, limit.basis))
        rows.append((name, f"{limit.at:g} {tag.unit}  ({', '.join(words)})"))
    for key, value in rows:
        label = text(f"plant.check_show_{key}", language) if key.islower() else key
        say(f"  {label}: {value}")


def _write_window(tag: Tag) -> str:
    if not tag.writable:
        return "-"
    low, high = tag.write_range or tag.range
    return f"{low:g}..{high:g} {tag.unit}"
