"""From a requirement to a program that is released only with a verdict."""

from __future__ import annotations

from assay.kernel.texts import register_texts

register_texts("plc_making", "assay.skills.plc.making")
