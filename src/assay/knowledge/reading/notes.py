"""Sentences about what could not be read, in both languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from assay.kernel.texts import LANGS, text

if TYPE_CHECKING:
    from assay.knowledge.reading.xml import Package


def note(key: str, /, **params: object) -> Mapping[str, str]:
    """A note by its key in this room's texts; a parameter ``x_zh`` or ``x_en`` is said in its own language."""
    return {lang: text(f"reading.{key}", lang, **params) for lang in LANGS}


def file_notes(package: Package) -> Iterator[Mapping[str, str]]:
    """What an office file carries besides its text: files in it that were not opened, macros that were not run."""
    if embedded := package.embedded():
        shown = ", ".join(embedded[:5]) + (" ..." if len(embedded) > 5 else "")
        yield note("embedded", count=len(embedded), names=shown)
    if package.macros():
        yield note("macros")
