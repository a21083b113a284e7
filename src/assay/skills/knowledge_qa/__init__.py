"""Cited answers from documents: every sentence opens the place on the page, or the question is refused."""

from __future__ import annotations

from assay.kernel.skill import Skill
from assay.kernel.texts import register_texts
from assay.skills.knowledge_qa.checks import CHECKS
from assay.skills.knowledge_qa.plan import plan
from assay.skills.knowledge_qa.replaying import replay_find, replay_open
from assay.skills.knowledge_qa.tools import FIND, OPEN, TOOLS

register_texts("knowledge_qa", "assay.skills.knowledge_qa")

skill = Skill(
    name="knowledge_qa",
    tools=TOOLS,
    texts="assay.skills.knowledge_qa",
    checks=CHECKS,
    plan=plan,
    replayers={FIND.name: replay_find, OPEN.name: replay_open},
)
