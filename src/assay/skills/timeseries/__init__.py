"""Time series: forecasts with honest intervals, anomalies with their tags, and the models of the library."""

from __future__ import annotations

from assay.kernel.skill import Skill
from assay.kernel.texts import register_texts
from assay.skills.timeseries.checks import CHECKS
from assay.skills.timeseries.follow_value import REPLAYERS as FOLLOW_REPLAYERS
from assay.skills.timeseries.plan import plan
from assay.skills.timeseries.tools import REPLAYERS, TOOLS

register_texts("timeseries", "assay.skills.timeseries")

skill = Skill(
    name="timeseries",
    tools=TOOLS,
    texts="assay.skills.timeseries",
    checks=CHECKS,
    plan=plan,
    replayers=REPLAYERS | FOLLOW_REPLAYERS,
)
