"""``assay skill``: list the installed skills, make a new one, check one."""

from __future__ import annotations

from pathlib import Path

import typer

from assay.cli.language import help_lang, resolve_lang
from assay.cli.output import print_json, say
from assay.kernel.texts import text

_LANG = typer.Option(None, "--lang", metavar="zh|en", help=text("cli.about_lang", help_lang()))
_JSON = typer.Option(False, "--json", help=text("cli.about_json", help_lang()))

app = typer.Typer(help=text("cli.about_skill", help_lang()), no_args_is_help=True)


@app.command("list", help=text("cli.about_skill_list", help_lang()))
def list_skills(lang: str | None = _LANG, as_json: bool = _JSON) -> None:
    """Every installed skill; one that cannot be loaded is named with its problem (and the exit code stays 0)."""
    from assay.skills.door import discover

    language = resolve_lang(lang)
    found = discover()
    if as_json:
        print_json(
            [
                {
                    "name": one.name,
                    "distribution": one.distribution,
                    "version": one.version,
                    "loaded": one.skill is not None,
                    "tools": [tool.name for tool in one.skill.tools] if one.skill else [],
                    "problem": one.problem.render(language) if one.problem else None,
                }
                for one in found
            ]
        )
        return
    for one in found:
        if one.skill is None:
            assert one.problem is not None
            say(text("cli.skill_line_skipped", language, name=one.name, problem=one.problem.render(language)))
        else:
            tools = ", ".join(tool.name for tool in one.skill.tools)
            params = {"name": one.name, "distribution": one.distribution, "version": one.version, "tools": tools}
            say(text("cli.skill_line", language, **params))
    if not found:
        say(text("cli.skill_none", language))


@app.command("new", help=text("cli.about_skill_new", help_lang()))
def new(
    name: str = typer.Argument(metavar="NAME"),
    folder: Path = typer.Option(Path(), "--in", help=text("cli.about_skill_in", help_lang())),
    lang: str | None = _LANG,
) -> None:
    """Make a folder with a skill that works and passes every check."""
    from assay.cli.skill_new import new_skill

    language = resolve_lang(lang)
    made = new_skill(name, folder)
    say(text("cli.skill_made", language, path=made, name=name))


@app.command("check", help=text("cli.about_skill_check", help_lang()))
def check(
    name_or_path: str = typer.Argument(metavar="NAME|PATH"),
    lang: str | None = _LANG,
    as_json: bool = _JSON,
) -> None:
    """Run every check; exit 1 unless all pass."""
    from assay.cli.skill_check import Outcome, check_skill

    language = resolve_lang(lang)
    lines = []
    for line in check_skill(name_or_path, language):
        lines.append(line)
        if not as_json:
            mark = text(f"cli.skill_mark_{line.outcome.value}", language)
            say(f"{mark} {text(f'cli.skill_check_{line.check}', language)}")
            for detail in line.details:
                say(f"     {detail}")
    passed = all(line.outcome is Outcome.PASS for line in lines)
    if as_json:
        rows = [{"check": one.check, "outcome": one.outcome.value, "details": list(one.details)} for one in lines]
        print_json({"passed": passed, "checks": rows})
    else:
        say(text("cli.skill_passed" if passed else "cli.skill_failed", language))
    raise typer.Exit(0 if passed else 1)
