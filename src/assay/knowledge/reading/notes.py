"""Sentences about what could not be read, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from assay.kernel.texts import LANGS, text


def note(key: str, /, **params: object) -> Mapping[str, str]:
    """A note by its key in this room's texts; a parameter ``x_zh`` or ``x_en`` is said in its own language."""
    return {lang: text(f"reading.{key}", lang, **params) for lang in LANGS}
