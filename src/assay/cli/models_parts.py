"""What the commands about models share: the data they read, and how a test and a comparison are told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay.kernel.errors import InputError
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from assay.plant.notes import Note
    from assay.plant.series import Frame


@dataclass(frozen=True, slots=True)
class Data:
    """A file's history, what was noted about it, and units of its tags where a plant tells them."""

    frame: Frame
    notes: list[Note]
    units: Mapping[str, str]


def read_data(path: Path, zone: str | None, plant_name: str | None) -> Data:
    """Read a file; with a plant only its tags are taken, with their units and in its zone."""
    from assay.plant.files import read_history
    from assay.plant.model import load_plant

    if plant_name is None:
        found = read_history(path, zone=zone or "UTC")
        return Data(found.frame, found.notes, {})
    plant = load_plant(plant_name)
    known = [tag.id for tag in plant.tags]
    found = read_history(path, zone=zone or str(plant.timezone), known_tags=known)
    return Data(found.frame, found.notes, {tag.id: tag.unit or "" for tag in plant.tags})


def pairs(given: list[str] | None) -> dict[str, str]:
    """``K=V`` texts as a mapping."""
    found = {}
    for one in given or ():
        name, separator, value = one.partition("=")
        if not separator or not name.strip():
            raise InputError("cli.models_param_wrong", value=one)
        found[name.strip()] = value.strip()
    return found


def test_lines(found: Mapping[str, Any], lang: Lang) -> Iterator[str]:
    """A test's verdict, then the figures it rests on."""
    from assay.models.library.opened import reasons_in_words

    why = reasons_in_words(tuple(found["reasons"]))[f"why_{lang}"]
    verdict = text(f"library.verdict_{found['verdict']}", lang)
    yield text("cli.models_verdict", lang, name=found["name"], verdict=f"{verdict} ({why})" if why else verdict)
    if found["skill"] is not None:
        model, naive = found["metrics"]["model"], found["metrics"]["naive"]
        figures = {"mae": number(model["mae"]), "naive": number(naive["mae"]), "skill": percent(found["skill"])}
        yield text("cli.models_figures", lang, rows=model["rows"], unit=found["unit"], **figures)
    interval = found["interval"]
    if interval["coverage"] is not None:
        shown = {name: percent(interval[name]) for name in ("coverage", "level")}
        yield text("cli.models_interval", lang, **shown)
    drift = found["drift"]
    shares = {name: percent(drift[name]) for name in ("weight_drifted", "rows_outside")}
    yield text("cli.models_drift", lang, **shares)
    moved = {tag: one for tag, one in drift["features"].items() if one["drifted"] or one["unit"] or one["outside"]}
    for tag, one in sorted(moved.items(), key=lambda item: -item[1]["psi"])[:10]:
        about = {"psi": number(one["psi"]), "bound": number(one["bound"]), "outside": percent(one["outside"])}
        yield f"  {text('cli.models_feature', lang, tag=tag, **about)}"
        if one["unit"]:
            where = {"conversion": one["unit"]["conversion"], "since": one["unit"]["since"]}
            yield f"  {text('cli.models_unit', lang, tag=tag, **where)}"
    if found["other_versions"]:
        named = ", ".join(f"{name} {then} -> {now}" for name, (then, now) in found["other_versions"].items())
        yield text("cli.models_versions", lang, versions=named)


def compare_lines(found: Mapping[str, Any], lang: Lang) -> Iterator[str]:
    """Everybody's figures, the pairs, and who is best."""
    yield text("cli.models_compared", lang, rows=found["rows"], target=found["target"], unit=found["unit"])
    for one in found["models"]:
        figures = {name: number(one[name]) for name in ("mae", "rmse", "bias")}
        coverage = percent(one["coverage"])
        yield f"  {text('cli.models_row', lang, name=one['name'], coverage=coverage, **figures)}"
    for pair in found["pairs"]:
        key = "cli.models_pair" if pair["distinguishable"] else "cli.models_pair_same"
        ends = {name: number(pair[name]) for name in ("difference", "low", "high")}
        yield text(key, lang, first=pair["first"], second=pair["second"], **ends)
    yield text("cli.models_best", lang, names=", ".join(found["best"]))


def number(value: float | None) -> str:
    """Four digits, or ``-``."""
    return "-" if value is None else f"{value:.4g}"


def percent(value: float | None) -> str:
    """A share as per cent, or ``-``."""
    return "-" if value is None else f"{100.0 * value:.1f} %"
