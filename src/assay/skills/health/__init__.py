"""Machine health: state, trend, remaining life with its interval, reasons, and the date to act."""

from __future__ import annotations

from assay.kernel.skill import Skill
from assay.kernel.texts import register_texts
from assay.skills.health.checks import CHECKS
from assay.skills.health.plan import plan
from assay.skills.health.tools import TOOLS

register_texts("health", "assay.skills.health")
register_texts("machine_health", "assay.models.health")

skill = Skill(name="health", tools=TOOLS, texts="assay.skills.health", checks=CHECKS, plan=plan)
