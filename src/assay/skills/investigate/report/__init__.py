"""The report of an investigation: one HTML file, Markdown and JSON, in zh or en."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from assay.kernel.errors import TerminalError
from assay.kernel.evidence import canonical_json, jsonable
from assay.kernel.texts import Lang
from assay.skills.investigate.report.document import Document

__all__ = ["document", "write_report"]


def document(result: dict[str, Any], lang: Lang) -> Document:
    """The report as plain blocks, with its charts as Vega-Lite specs.

    Raises InputError when the result is not that of an investigation.
    """
    from assay.skills.investigate.report.content import build
    from assay.skills.investigate.report.model import read
    from assay.skills.investigate.report.words import Words

    found = read(result)
    return build(found, Words.of(lang, found.zone))


def write_report(result: dict[str, Any], folder: Path, lang: Lang) -> dict[str, Path]:
    """Write ``report.html``, ``report.md`` and ``report.json`` into ``folder`` and give their paths by suffix.

    The folder is made where it is absent; files of an earlier report are replaced, each as a whole. ``report.json`` is
    the result itself as canonical JSON. Raises InputError for a result that cannot be read, TerminalError when the
    folder cannot be written.
    """
    from assay.plant.atomic import replacing
    from assay.skills.investigate.report.html import page
    from assay.skills.investigate.report.markdown import markdown

    built = document(result, lang)
    contents = {
        "html": page(built),
        "md": markdown(built),
        "json": canonical_json(jsonable(result)) + "\n",
    }
    paths = {suffix: folder / f"report.{suffix}" for suffix in contents}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for suffix, path in paths.items():
            with replacing(path) as temporary:
                # A lone half of a surrogate pair in a foreign text must not cost the report.
                temporary.write_text(contents[suffix], encoding="utf-8", errors="replace", newline="\n")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise TerminalError("investigate.report_not_written", folder=folder, problem=reason) from error
    return paths
