"""The command line: one thin module a command group."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run ``assay`` with the given arguments (default: the process's own) and leave with its exit code."""
    from assay.cli.root import run

    sys.exit(run(sys.argv[1:] if arguments is None else list(arguments)))
