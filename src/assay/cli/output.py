"""What the commands print with: UTF-8 whatever the locale says, JSON for programs, one sentence for a mistake."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from assay.kernel.errors import AssayError


def use_utf8() -> None:
    """Make the standard streams UTF-8: under ``LANG=C`` Chinese text would otherwise end the program.

    Output replaces what cannot be encoded (a lone surrogate from a file name) instead of failing.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")


def say(message: str) -> None:
    """One line on standard output, at once."""
    print(message, flush=True)


def warn(message: str) -> None:
    """One line on standard error, at once."""
    print(message, file=sys.stderr, flush=True)


def print_json(value: object) -> None:
    """A JSON document on standard output; characters beyond ASCII stay readable, NaN is an error."""
    print(json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2), flush=True)


def say_error(error: AssayError, lang: Lang) -> int:
    """Print an error as one sentence on standard error; returns its exit code."""
    warn(text("cli.error", lang, sentence=error.render(lang)))
    return error.exit_code


def say_unexpected(error: BaseException, lang: Lang, folder: Path) -> int:
    """Write the traceback of a fault of ours into a log file and print one sentence with its path; returns 1."""
    name = type(error).__name__
    try:
        path = _write_log(error, folder)
    except OSError as problem:
        warn("".join(traceback.format_exception(error)))
        warn(text("cli.unexpected_unlogged", lang, kind=name, folder=folder, reason=problem.strerror or problem))
    else:
        warn(text("cli.unexpected", lang, kind=name, path=path))
    return 1


def _write_log(error: BaseException, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    path = folder / f"error-{stamp}-{os.getpid()}.log"
    path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    with contextlib.suppress(OSError):
        path.chmod(0o600)  # a traceback may quote a file's content
    return path
