"""Investigate an upset: since when, where, which cause, tested on the plant's twin, and what would relieve it."""

from __future__ import annotations

from assay.kernel.skill import Skill
from assay.kernel.texts import register_texts
from assay.skills.investigate.checks import CHECKS
from assay.skills.investigate.plan import plan
from assay.skills.investigate.tools import TOOLS

register_texts("investigate", "assay.skills.investigate")

skill = Skill(name="investigate", tools=TOOLS, texts="assay.skills.investigate", checks=CHECKS, plan=plan)
