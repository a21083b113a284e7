"""What the skill ``valve_travel`` offers to Assay."""

from __future__ import annotations

from assay.kernel.skill import Skill
from assay.kernel.texts import register_texts

from assay_skill_valve_travel.checks import TravelIsPlausible
from assay_skill_valve_travel.tools import TRAVEL

register_texts("valve_travel", "assay_skill_valve_travel")

skill = Skill(
    name="valve_travel",
    tools=(TRAVEL,),
    checks=(TravelIsPlausible(),),
    texts="assay_skill_valve_travel",
)
