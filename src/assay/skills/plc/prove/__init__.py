"""Properties of checked programs: proved, bounded, refuted with a trace, or unknown."""

from __future__ import annotations

from assay.kernel.texts import register_texts

register_texts("plc_prove", "assay.skills.plc.prove")
