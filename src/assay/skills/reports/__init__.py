"""Reports and letters: a template's fields are filled from evidence, and what cannot be proved stays marked open."""

from __future__ import annotations

from assay.kernel.skill import Skill
from assay.kernel.texts import register_texts
from assay.skills.reports.checks import CHECKS
from assay.skills.reports.tools import TOOLS

register_texts("reports", "assay.skills.reports")

skill = Skill(name="reports", tools=TOOLS, texts="assay.skills.reports", checks=CHECKS)
