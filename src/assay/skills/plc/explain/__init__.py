"""What a program does, made from its dependence graph; review and proposed screens."""

from __future__ import annotations

from assay.kernel.texts import register_texts

register_texts("plc_explain", "assay.skills.plc.explain")
