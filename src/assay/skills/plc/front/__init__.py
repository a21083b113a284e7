"""Lexing and parsing of Structured Text in its dialects, and the files it comes in."""

from __future__ import annotations

from assay.kernel.texts import register_texts

register_texts("plc_front", "assay.skills.plc.front")
