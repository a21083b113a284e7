"""``assay llm``: list, install, test and calibrate language models."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.language import help_lang, resolve_lang
from assay.cli.output import print_json, say, warn
from assay.kernel.errors import InputError
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from assay.llm.calibration import Thresholds
    from assay.llm.inventory import Entry
    from assay.llm.port import LanguageModel
    from assay.llm.probe import ProbeReport

_HELP = help_lang()
app = typer.Typer(help=text("llm.help", _HELP), no_args_is_help=True, add_completion=False, rich_markup_mode=None)

LangOption = Annotated[str | None, typer.Option("--lang", help=text("llm.help_lang", _HELP))]
JsonOption = Annotated[bool, typer.Option("--json", help=text("llm.help_json", _HELP))]
BiggerOption = Annotated[bool, typer.Option("--bigger", help=text("llm.help_bigger", _HELP))]
TimeoutOption = Annotated[float, typer.Option("--timeout", min=1.0, help=text("llm.help_timeout", _HELP))]


@app.command("list", help=text("llm.help_list", _HELP))
def list_models(lang: LangOption = None, as_json: JsonOption = False) -> None:
    from assay.llm.config import load_config
    from assay.llm.inventory import inventory

    spoken = resolve_lang(lang)
    entries = inventory(load_config())
    if as_json:
        print_json({"models": [entry.to_json() for entry in entries]})
        return
    for entry in entries:
        say(_entry_line(entry, spoken))


@app.command("install", help=text("llm.help_install", _HELP))
def install(lang: LangOption = None, as_json: JsonOption = False) -> None:
    from assay.llm import assemble

    spoken = resolve_lang(lang)
    last = -1

    def progress(done: int, total: int) -> None:
        nonlocal last
        percent = done * 100 // total
        if not as_json and percent >= last + 10:
            last = percent
            warn(text("llm.install_progress", spoken, percent=percent))

    path = assemble.install(progress=progress)
    if as_json:
        print_json({"path": str(path), "size": assemble.EMBEDDED.size, "sha256": assemble.EMBEDDED.sha256})
        return
    say(text("llm.install_done", spoken, path=path, size=assemble.EMBEDDED.size // 1_000_000))


@app.command("test", help=text("llm.help_test", _HELP))
def test(
    lang: LangOption = None,
    as_json: JsonOption = False,
    bigger: BiggerOption = False,
    verify: Annotated[bool, typer.Option("--verify", help=text("llm.help_verify", _HELP))] = False,
    timeout: TimeoutOption = 120.0,
) -> None:
    from assay.llm.probe import probe
    from assay.llm.threads import cores, run_queue

    spoken = resolve_lang(lang)
    if verify:
        from assay.llm import assemble

        assemble.verify(force=True)

    async def trial() -> ProbeReport:
        model = _configured(bigger)
        try:
            return await probe(model, timeout=timeout)
        finally:
            await model.close()

    queue = run_queue()
    report = asyncio.run(trial())
    if as_json:
        print_json({**report.to_json(), "run_queue": queue, "cores": cores()})
        return
    _say_report(report, queue, cores(), spoken)


@app.command("calibrate", help=text("llm.help_calibrate", _HELP))
def calibrate(
    lang: LangOption = None,
    as_json: JsonOption = False,
    bigger: BiggerOption = False,
    questions: Annotated[Path | None, typer.Option("--set", help=text("llm.help_set", _HELP))] = None,
    timeout: TimeoutOption = 120.0,
) -> None:
    from assay.llm import calibration

    spoken = resolve_lang(lang)

    def progress(done: int, total: int) -> None:
        if not as_json and (done % 12 == 0 or done == total):
            warn(text("llm.calibration_progress", spoken, done=done, total=total))

    async def run() -> Thresholds:
        model = _configured(bigger)
        try:
            return await calibration.calibrate(model, path=questions, timeout=timeout, progress=progress)
        finally:
            await model.close()

    found = asyncio.run(run())
    path = calibration.store(found)
    if as_json:
        print_json({**found.to_json(), "path": str(path)})
        return
    _say_thresholds(found, path, spoken)


def _configured(bigger: bool) -> LanguageModel:
    from assay.llm.config import open_bigger, open_model

    model = open_bigger() if bigger else open_model()
    if model is None:
        raise InputError("llm.no_bigger" if bigger else "llm.no_model")
    return model


def _entry_line(entry: Entry, lang: Lang) -> str:
    mark = "*" if entry.used else " "
    state = text(f"llm.state_{entry.state}", lang)
    line = f"{mark} {entry.role:<10} {entry.backend:<9} {entry.model:<34} {state}  {entry.place}"
    return line if entry.command is None else f"{line}\n    -> {entry.command}"


def _say_report(report: ProbeReport, queue: float, processors: int, lang: Lang) -> None:
    say(text("llm.probe_head", lang, model=report.model, digest=report.digest))
    say(text("llm.probe_start", lang, seconds=f"{report.start_seconds:.1f}", queue=f"{queue:.0f}", cores=processors))
    for chat in report.chats:
        speed = "-" if chat.tokens_per_second is None else f"{chat.tokens_per_second:.1f}"
        say(
            text(
                "llm.probe",
                lang,
                lang=chat.lang,
                seconds=f"{chat.seconds:.1f}",
                first=f"{chat.first_token_seconds:.1f}",
                speed=speed,
                prompt=chat.prompt_tokens,
                output=chat.output_tokens,
                text=chat.text,
            )
        )
    for choice in report.choices:
        key = "llm.probe_choice_unscored" if choice.probability is None else "llm.probe_choice"
        probability = f"{choice.probability or 0.0:.2f}"
        seconds = f"{choice.seconds:.1f}"
        say(text(key, lang, lang=choice.lang, choice=choice.choice, probability=probability, seconds=seconds))
    made = report.embedding
    similarity, seconds = f"{made.similarity:.2f}", f"{made.seconds:.2f}"
    say(text("llm.probe_embedding", lang, dimension=made.dimension, seconds=seconds, similarity=similarity))


def _say_thresholds(found: Thresholds, path: Path, lang: Lang) -> None:
    judged = found.judged
    say(
        text(
            "llm.calibrated",
            lang,
            fit=found.fitted_on,
            judged=judged.questions,
            right=judged.tools_right,
            tools=judged.tools,
            asked=judged.asked,
            found=judged.refusals_found,
            refusals=judged.refusals,
            false=judged.false_refusals,
            refuse_margin=f"{found.refuse_margin:.2f}",
            ask_margin=f"{found.ask_margin:.2f}",
        )
    )
    say(text("llm.calibrated_stored", lang, path=path))
