"""The library of proved function blocks with parameters."""

from __future__ import annotations

from assay.kernel.texts import register_texts

register_texts("plc_blocks", "assay.skills.plc.blocks")
