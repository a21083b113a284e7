"""Experience: fault records become cases, a graph of what fails how, and a dialogue that finds the cause."""

from __future__ import annotations

from assay.kernel.skill import Skill
from assay.kernel.texts import register_texts
from assay.skills.cases.checks import CHECKS
from assay.skills.cases.plan import plan
from assay.skills.cases.tools import TOOLS

register_texts("cases", "assay.skills.cases")

skill = Skill(name="cases", tools=TOOLS, texts="assay.skills.cases", checks=CHECKS, plan=plan)
