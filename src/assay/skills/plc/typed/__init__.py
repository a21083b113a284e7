"""From the syntax tree to the intermediate form: names, types, conversions, and what is wrong with them."""

from __future__ import annotations

from assay.kernel.texts import register_texts

register_texts("plc_typed", "assay.skills.plc.typed")
