"""``assay demo``: a live plant, an upset, its cause, a measure that a person approves, and its confirmation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.language import help_lang, resolve_lang
from assay.kernel.texts import text

_HELP = help_lang()
app = typer.Typer(add_completion=False, rich_markup_mode=None)


def _help(name: str) -> str:
    return text(f"cli.demo_{name}", _HELP)


@app.command(help=_help("help"))
def demo(
    once: Annotated[bool, typer.Option("--once", help=_help("once"))] = False,
    approve_as: Annotated[str | None, typer.Option("--approve-as", help=_help("approve_as"))] = None,
    out: Annotated[Path | None, typer.Option("--out", help=_help("out"))] = None,
    plant: Annotated[str, typer.Option("--plant", help=_help("plant"))] = "tennessee_eastman",
    speed: Annotated[float, typer.Option("--speed", help=_help("speed"))] = 600.0,
    seed: Annotated[int, typer.Option("--seed", help=_help("seed"))] = 7,
    no_model: Annotated[bool, typer.Option("--no-model", help=_help("no_model"))] = False,
    lang: Annotated[str | None, typer.Option("--lang", help=_help("lang"))] = None,
) -> None:
    import asyncio

    from assay.cli.demo_story import Options, story

    options = Options(
        once=once,
        approve_as=approve_as,
        out=out,
        plant=plant,
        speed=speed,
        seed=seed,
        use_model=not no_model,
        lang=resolve_lang(lang),
    )
    raise typer.Exit(asyncio.run(story(options)))
