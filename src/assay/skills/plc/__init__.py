"""PLC copilot: Structured Text that is checked, run and proved before anyone sees it."""

from __future__ import annotations

from assay.kernel.skill import Skill
from assay.kernel.texts import register_texts

register_texts("plc", "assay.skills.plc")

skill = Skill(name="plc", tools=(), texts="assay.skills.plc")
