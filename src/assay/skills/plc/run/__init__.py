"""Executors of checked programs with a virtual clock, as Python and as C."""

from assay.kernel.texts import register_texts

register_texts("plc_run", "assay.skills.plc.run")
