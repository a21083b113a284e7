"""PLC copilot: Structured Text that is checked, run and proved before anyone sees it."""

from __future__ import annotations

from assay.kernel.skill import Skill
from assay.kernel.texts import register_texts
from assay.skills.plc.tools import TOOLS

register_texts("plc", "assay.skills.plc")

skill = Skill(name="plc", tools=TOOLS, texts="assay.skills.plc")
