"""PLC copilot: Structured Text that is checked, run and proved before anyone sees it."""

from __future__ import annotations

from assay.kernel.skill import Skill
from assay.kernel.texts import register_texts
from assay.skills.plc.making.beside import replay_generated
from assay.skills.plc.making.recording import GENERATED
from assay.skills.plc.tools import TOOLS

register_texts("plc", "assay.skills.plc")

#: The tool behind a generated program's evidence takes hashes of what was kept: it is replayed and never offered.
skill = Skill(name="plc", tools=TOOLS, texts="assay.skills.plc", replayers={GENERATED.name: replay_generated})
