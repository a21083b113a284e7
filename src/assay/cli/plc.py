"""``assay plc``: Structured Text checked, run, tested, proved, generated and explained.

Each module ``plc_*`` holds some commands and adds them with ``register(app)``.
"""

from __future__ import annotations

import typer

from assay.cli import plc_check, plc_explain, plc_format, plc_generate, plc_prove, plc_run
from assay.cli.language import help_lang
from assay.kernel.texts import text

app = typer.Typer(help=text("cli.about_plc", help_lang()), no_args_is_help=True)
plc_check.register(app)
plc_explain.register(app)
plc_format.register(app)
plc_generate.register(app)
plc_prove.register(app)
plc_run.register(app)
