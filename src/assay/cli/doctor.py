"""``assay doctor``: what is missing here, in plain sentences, and the command that mends it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from assay.cli.language import help_lang, resolve_lang
from assay.cli.output import print_json, say
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from assay.cli.doctor_checks import Finding

app = typer.Typer(help=text("cli.about_doctor", help_lang()))


@app.command(help=text("cli.about_doctor", help_lang()))
def doctor(
    lang: str | None = typer.Option(None, "--lang", metavar="zh|en", help=text("cli.about_lang", help_lang())),
    as_json: bool = typer.Option(False, "--json", help=text("cli.about_json", help_lang())),
) -> None:
    """Look at this machine; exit 0 if the demonstration can run, else 1."""
    from assay.cli.doctor_checks import Status, all_checks
    from assay.llm.home import assay_home

    language = resolve_lang(lang)
    home = assay_home()
    configuration, backend = check_configuration(home)
    findings = [*all_checks(home, backend), configuration]
    missing = [finding for finding in findings if finding.status is Status.MISSING]
    if as_json:
        print_json({"ready": not missing, "checks": [_as_json(finding, language) for finding in findings]})
    else:
        for finding in findings:
            _say_finding(finding, language)
        say("")
        say(text("cli.doctor_not_ready" if missing else "cli.doctor_ready", language, count=len(missing)))
    raise typer.Exit(1 if missing else 0)


def check_configuration(home: Path) -> tuple[Finding, str]:
    """The configuration, if there is one, can be read and makes sense; with the language back end that it chooses."""
    from assay.cli.doctor_checks import Finding, Status
    from assay.kernel.errors import AssayError
    from assay.llm.config import FILE_NAME, load_config

    path = next((one for one in (Path.cwd() / FILE_NAME, home / FILE_NAME) if one.is_file()), None)
    try:
        config = load_config()
    except AssayError as error:
        return Finding("configuration", Status.MISSING, "configuration_wrong", error=error), "embedded"
    if path is None:
        return Finding("configuration", Status.OK, "configuration_none"), config.backend
    return Finding("configuration", Status.OK, "configuration_ok", {"path": path}), config.backend


def _say_finding(finding: Finding, lang: Lang) -> None:
    mark = text(f"cli.doctor_mark_{finding.status.value}", lang)
    say(f"{mark} {finding.sentence(lang)}")
    if finding.command and finding.status.value != "ok":
        say("     " + text("cli.doctor_mend", lang, command=finding.command))


def _as_json(finding: Finding, lang: Lang) -> dict[str, object]:
    return {
        "check": finding.check,
        "status": finding.status.value,
        "sentence": finding.sentence(lang),
        "command": finding.command if finding.status.value != "ok" else None,
    }
