"""A command's help in the user's language: the words that typer itself puts around our texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from typer.core import TyperGroup

from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from typer._click import Command, HelpFormatter

#: Typer's words -> our text keys.
_HEADINGS = {"Options": "cli.options", "Commands": "cli.commands", "Arguments": "cli.arguments"}
_SENTENCES = {"Show this message and exit.": "cli.about_help_command"}
_NOTES = {"[required]": "cli.note_required", "[default: ": "cli.note_default"}


def speak(command: Command, lang: Lang) -> None:
    """Let a command and everything below it print its help in ``lang``; English is what typer speaks already."""
    if lang == "en":
        return
    command.context_class = _context_class(command, lang)
    if isinstance(command, TyperGroup):
        for inner in command.commands.values():
            speak(inner, lang)


def _context_class(command: Command, lang: Lang) -> type:
    formatter = _formatter_class(command.context_class.formatter_class, lang)
    return type("Context", (command.context_class,), {"formatter_class": formatter})


def _formatter_class(base: type[HelpFormatter], lang: Lang) -> type[HelpFormatter]:
    class Formatter(base):  # type: ignore[misc, valid-type]
        """Typer's formatter with our words."""

        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            super().write_usage(prog, args, prefix or text("cli.usage", lang))

        def write_heading(self, heading: str) -> None:
            key = _HEADINGS.get(heading)
            super().write_heading(text(key, lang) if key else heading)

        def write_dl(self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
            super().write_dl([(first, _said(second, lang)) for first, second in rows], col_max, col_spacing)

    return Formatter


def _said(description: str, lang: Lang) -> str:
    if description in _SENTENCES:
        return text(_SENTENCES[description], lang)
    for note, key in _NOTES.items():
        description = description.replace(note, text(key, lang))
    return description
