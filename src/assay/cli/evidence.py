"""``assay evidence``: show evidence, run it again and compare, verify the audit record."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli.language import help_lang, resolve_lang
from assay.cli.output import print_json, say, say_error, warn
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.kernel.evidence import Evidence
    from assay.kernel.replay import Replayer, ReplayResult
    from assay.plant.records import Records

_HELP = help_lang()
_SHOWN = 4000
"""Characters of a value that are printed without ``--json``."""

app = typer.Typer(help=text("cli.about_evidence", _HELP), no_args_is_help=True)

IdArgument = Annotated[str | None, typer.Argument(metavar="ID", help=text("cli.evidence_id", _HELP))]
RunOption = Annotated[str | None, typer.Option("--run", metavar="RUN", help=text("cli.evidence_run", _HELP))]
LangOption = Annotated[str | None, typer.Option("--lang", metavar="zh|en", help=text("cli.about_lang", _HELP))]
JsonOption = Annotated[bool, typer.Option("--json", help=text("cli.about_json", _HELP))]
AllOption = Annotated[bool, typer.Option("--all", help=text("cli.evidence_all", _HELP))]


@app.command(help=text("cli.evidence_show", _HELP))
def show(id: IdArgument = None, run: RunOption = None, lang: LangOption = None, as_json: JsonOption = False) -> None:
    """One piece of evidence in full, or a line for each of a run."""
    spoken = resolve_lang(lang)
    with _records() as records:
        found = _chosen(records, id, run)
    if as_json:
        documents = [{"id": one.id, **one.model_dump(mode="json")} for one in found]
        print_json(documents[0] if id is not None else documents)
        return
    if id is not None:
        _show_one(found[0], spoken)
        return
    for one in found:
        line = {
            "id": one.id,
            "kind": one.kind.value,
            "producer": visible(one.producer),
            "created": one.created.isoformat(),
        }
        say(text("cli.evidence_line", spoken, **line))


@app.command(help=text("cli.evidence_feedback", _HELP))
def feedback(
    run: Annotated[str, typer.Option("--run", metavar="RUN", help=text("cli.evidence_run", _HELP))],
    cause: Annotated[str, typer.Option("--cause", metavar="ID", help=text("cli.evidence_cause", _HELP))],
    comment: Annotated[str, typer.Option("--comment", help=text("cli.evidence_comment", _HELP))] = "",
    lang: LangOption = None,
) -> None:
    """Record what turned out to be the true cause of a run's upset; the answer itself stays as it was."""
    from assay.kernel.policy import local_user

    spoken = resolve_lang(lang)
    with _records() as records:
        records.feedback.add(run, person=local_user(), true_cause=cause, comment=comment)
        plant = records.runs.get(run).plant
    say(text("cli.evidence_feedback_kept", spoken, run=run, cause=visible(cause)))
    if not _in_library(plant, cause):
        warn(text("plant.feedback_outside", spoken, cause=visible(cause), plant=plant))


def _in_library(plant: str, cause: str) -> bool:
    """Whether the plant's failure library knows the cause; True where the plant itself cannot be found any more."""
    from assay.kernel.errors import InputError
    from assay.models.twin import NONE
    from assay.plant.failures import load_failures
    from assay.plant.model import load_plant

    try:
        return cause == NONE or cause in load_failures(load_plant(plant))
    except InputError:
        return True


@app.command(help=text("cli.evidence_replay", _HELP))
def replay(
    id: IdArgument = None,
    run: RunOption = None,
    everything: AllOption = False,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run evidence again; exit 1 when any differs or cannot be run."""
    spoken = resolve_lang(lang)
    replayers = _replayers(spoken)
    with _records() as records:
        ids = records.evidence.ids() if everything else [one.id for one in _chosen(records, id, run)]
        results = asyncio.run(_replay_all(records, ids, replayers, None if as_json else spoken))
    counts = {verdict: sum(one.verdict.value == verdict for one in results) for verdict in _VERDICTS}
    if as_json:
        rows = [
            {"id": one.id, "producer": one.producer, "verdict": one.verdict.value, "detail": one.detail}
            for one in results
        ]
        print_json({"results": rows, "counts": counts})
    else:
        say(text("cli.evidence_counts", spoken, total=len(results), **counts))
    if not all(one.good for one in results):
        raise typer.Exit(1)


@app.command(help=text("cli.evidence_audit", _HELP))
def audit(lang: LangOption = None, as_json: JsonOption = False) -> None:
    """Verify the chain of the audit record."""
    spoken = resolve_lang(lang)
    with _records() as records:
        rows = records.verify_audit()
    if as_json:
        print_json({"rows": rows, "unchanged": True})
        return
    say(text("cli.evidence_audit_good", spoken, rows=rows))


_VERDICTS = ("same", "different", "recorded", "cannot")


def _records() -> Records:
    from assay.plant.home import home
    from assay.plant.records import open_records

    return open_records(home() / "records.db")


def _chosen(records: Records, id: str | None, run: str | None) -> Sequence[Evidence]:
    from assay.kernel.errors import InputError

    if (id is None) == (run is None):
        raise InputError("cli.evidence_which")
    if id is not None:
        return [records.evidence.get(id)]
    found = records.evidence.of_run(str(run))
    if not found:
        raise InputError("cli.evidence_no_run", run=run)
    return found


def _replayers(lang: Lang) -> dict[str, Replayer]:
    """The replayers of all installed skills; a skill that does not load is named, and its evidence cannot replay."""
    from assay.kernel.replay import replayers_of
    from assay.skills.door import discover

    found = discover()
    for one in found:
        if one.problem is not None:
            say_error(one.problem, lang)
    return replayers_of(one.skill for one in found if one.skill is not None)


async def _replay_all(
    records: Records, ids: Sequence[str], replayers: dict[str, Replayer], lang: Lang | None
) -> list[ReplayResult]:
    """One after the other, printed as they finish; evidence that was changed is a difference, not the end."""
    from assay.kernel.errors import IntegrityError
    from assay.kernel.replay import ReplayContext, ReplayResult, ReplayVerdict
    from assay.kernel.replay import replay as replay_one

    context = ReplayContext(records.evidence)
    results: list[ReplayResult] = []
    for id in ids:
        try:
            result = await replay_one(records.evidence.get(id), replayers, context)
        except IntegrityError as error:
            result = ReplayResult(id, "-", ReplayVerdict.DIFFERENT, error.render(lang or "en"))
        results.append(result)
        if lang is not None:
            verdict = text(f"cli.evidence_{result.verdict.value}", lang)
            line = text("cli.evidence_result", lang, id=id, producer=visible(result.producer), verdict=verdict)
            say(f"{line} {visible(result.detail)}".rstrip())
    return results


def _show_one(evidence: Evidence, lang: Lang) -> None:
    for name, value in evidence.model_dump(mode="json", exclude={"value"}).items():
        say(f"{name}: {visible(value) if isinstance(value, str) else _json(value)}")
    shown = _json(evidence.value, indent=2)
    if not evidence.trusted:
        warn(text("cli.evidence_untrusted", lang))
    say(f"value: {shown[:_SHOWN]}")
    if len(shown) > _SHOWN:
        say(text("cli.evidence_cut", lang, shown=_SHOWN, total=len(shown)))


def _json(value: Any, indent: int | None = None) -> str:
    return visible(json.dumps(value, ensure_ascii=False, indent=indent), keep="\n")


def visible(content: str, keep: str = "") -> str:
    """Text from outside without control characters: it must not steer the terminal."""
    return "".join(c if c.isprintable() or c in keep else "\ufffd" for c in content)
