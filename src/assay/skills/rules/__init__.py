"""Rules: clauses with conditions and limits as tests that code evaluates on designs, once a person confirmed them."""

from __future__ import annotations

from assay.kernel.skill import Skill
from assay.kernel.texts import register_texts
from assay.skills.rules.checks import CHECKS
from assay.skills.rules.plan import plan
from assay.skills.rules.tools import TOOLS

register_texts("rules", "assay.skills.rules")

skill = Skill(name="rules", tools=TOOLS, texts="assay.skills.rules", checks=CHECKS, plan=plan)
