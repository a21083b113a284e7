"""What the commands of ``assay rules`` share."""

from __future__ import annotations

from pathlib import Path

from assay.cli.language import help_lang
from assay.kernel.errors import InputError
from assay.kernel.texts import text

_HELP = help_lang()


def about(name: str) -> str:
    """The help of an option or command."""
    return text(f"cli.rules_about_{name}", _HELP)


def clause_and_words(clause: str, quote: str) -> str:
    """A clause's number and words in one line, the number once."""
    words = " ".join(quote.split())
    return words if not clause or words.startswith(clause) else f"{clause}  {words}"


def write_file(path: Path, content: str) -> None:
    """Write a file whole or not at all. InputError where the place cannot be written."""
    from assay.plant.atomic import replacing

    try:
        with replacing(path) as temporary:
            temporary.write_text(content, encoding="utf-8")
    except OSError as error:
        raise InputError("cli.rules_unwritable", path=path, reason=error.strerror or error) from error
