"""Alarm analysis: key figures, bad actors, floods, replayed advice, one alarm explained, and whom to send."""

from __future__ import annotations

from assay.kernel.skill import Skill
from assay.kernel.texts import register_texts
from assay.skills.alarms.checks import CHECKS
from assay.skills.alarms.dispatch.tools import DISPATCH
from assay.skills.alarms.explain import tools as explaining
from assay.skills.alarms.plan import plan
from assay.skills.alarms.tools import TOOLS

register_texts("alarms", "assay.skills.alarms")

skill = Skill(
    name="alarms", tools=(*TOOLS, *explaining.TOOLS, DISPATCH), texts="assay.skills.alarms", checks=CHECKS, plan=plan
)
