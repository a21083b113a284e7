"""What the commands about models share: options, the question to the skill, and figures beside the answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from assay.kernel.errors import InputError
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from assay.cli.series_parts import Source
    from assay.skills.timeseries.runner import Outcome


def pairs(given: list[str] | None) -> dict[str, str]:
    """``K=V`` texts as a mapping."""
    found = {}
    for one in given or ():
        name, separator, value = one.partition("=")
        if not separator or not name.strip():
            raise InputError("cli.models_param_wrong", value=one)
        found[name.strip()] = value.strip()
    return found


def ask_model(view: str, more: dict[str, Any], source: Source, lang: Lang) -> Outcome:
    """An answer over models of the library on a history."""
    import asyncio

    from assay.cli.series_parts import zone_of
    from assay.plant.home import home
    from assay.plant.records import open_records
    from assay.skills.timeseries.runner import Question, ask

    question = Question(view=view, frame=source.frame, more=more, plant=source.plant, lang=lang, zone=zone_of(source))
    with open_records(home() / "records.db") as records:
        return asyncio.run(ask(question, records))


def test_lines(found: Any, versions: Mapping[str, list[str]], state: str, lang: Lang) -> Iterator[str]:
    """What a test rests on: drifted inputs, changes of unit, other versions, and the model's state now."""
    from assay.models.library.opened import reasons_in_words

    if found is not None:
        why = reasons_in_words(tuple(found["reasons"]))[f"why_{lang}"]
        verdict = text(f"library.verdict_{found['verdict']}", lang)
        yield text("cli.models_verdict", lang, name=found["name"], verdict=f"{verdict} ({why})" if why else verdict)
        yield from _drift_lines(found["drift"]["features"], lang)
    if versions:
        named = ", ".join(f"{name} {then} -> {now}" for name, (then, now) in versions.items())
        yield text("cli.models_versions", lang, versions=named)
    yield text("cli.models_state_now", lang, state=text(f"library.state_{state}", lang))


def _drift_lines(features: Mapping[str, Any], lang: Lang) -> Iterator[str]:
    moved = {tag: one for tag, one in features.items() if one["drifted"] or one["unit"] or one["outside"]}
    for tag, one in sorted(moved.items(), key=lambda item: -item[1]["psi"])[:10]:
        about = {"psi": number(one["psi"]), "bound": number(one["bound"]), "outside": percent(one["outside"])}
        yield f"  {text('cli.models_feature', lang, tag=tag, **about)}"
        if one["unit"]:
            where = {"conversion": one["unit"]["conversion"], "since": one["unit"]["since"]}
            yield f"  {text('cli.models_unit', lang, tag=tag, **where)}"


def compare_lines(found: Any, lang: Lang) -> Iterator[str]:
    """Everybody's figures and the pairs."""
    if found is None:
        return
    for one in found["models"]:
        figures = {name: number(one[name]) for name in ("mae", "rmse", "bias")}
        coverage = percent(one["coverage"])
        yield f"  {text('cli.models_row', lang, name=one['name'], coverage=coverage, **figures)}"
    for pair in found["pairs"]:
        key = "cli.models_pair" if pair["distinguishable"] else "cli.models_pair_same"
        ends = {name: number(pair[name]) for name in ("difference", "low", "high")}
        yield text(key, lang, first=pair["first"], second=pair["second"], **ends)


def number(value: float | None) -> str:
    """Four digits, or ``-``."""
    return "-" if value is None else f"{value:.4g}"


def percent(value: float | None) -> str:
    """A share as per cent, or ``-``."""
    return "-" if value is None else f"{100.0 * value:.1f} %"
