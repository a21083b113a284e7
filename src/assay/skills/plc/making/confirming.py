"""A second opinion before release: does the requirement alone lead to the same program?

The model is told the properties, so a candidate that keeps them may only repeat them: where they say something else
than the requirement, it would be wrong with a proof. A program that was written so is released only when a draft for
which the model saw nothing but the requirement has the same outputs, scan by scan, or when somebody's tests passed.
"""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING

from assay.kernel.ports import LanguageModel
from assay.skills.plc.front.source import Source
from assay.skills.plc.making.adequacy import told_apart
from assay.skills.plc.making.completing import safe_values
from assay.skills.plc.making.drafting import STYLES, Draft, fresh
from assay.skills.plc.making.gates import Gated, Wanted
from assay.skills.plc.making.interface import assemble
from assay.skills.plc.making.release import Release
from assay.skills.plc.making.searching import draft

if TYPE_CHECKING:
    from assay.skills.plc.making.work import Made


async def confirmed(made: Made, model: LanguageModel | None) -> Made:
    """The same with its release taken back when nothing but the properties stands behind the program."""
    best = made.search.passed
    told = best is not None and best.origin in ("model", "repair")
    if not (made.release.released and told and made.best is not None and model is not None):
        return made
    if made.wanted.tests is not None or made.release.sealed:
        return made
    if await repeated(made.task.requirement.text, made.wanted, made.best, model):
        return made
    return dataclasses.replace(made, release=Release("not_released", (("not_repeated", {}),)))


async def repeated(requirement: str, wanted: Wanted, best: Gated, model: LanguageModel) -> bool:
    """Whether one of the drafts written from the requirement alone, a draft for each way of asking, is the same
    program as seen from outside. Each is also compared after safe values, as the search does it."""
    blind = dataclasses.replace(wanted, properties=(), tests=None)
    for start in range(len(STYLES)):
        said = await draft(model, fresh(requirement, blind, start), wanted.interface)
        if said is None:
            return False
        own = said[0]
        safe = Draft(own.local, f"{safe_values(wanted.interface)}\n{own.body}", own.raw)
        for one in (own, safe):
            if await asyncio.to_thread(_same, assemble(wanted.interface, one.local, one.body), wanted, best):
                return True
    return False


def _same(text: str, wanted: Wanted, best: Gated) -> bool:
    from assay.skills.plc.typed.check import check

    if text == best.text:
        return True
    checked = check([Source("program.st", text)])
    name = wanted.interface.name
    if not checked.ok or best.project is None or checked.project.unit(name) is None:
        return False
    return not told_apart(best.project, checked.project, name, wanted.scan_ns)
