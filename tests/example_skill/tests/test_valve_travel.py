from __future__ import annotations

import asyncio
import math

import pytest
from assay.kernel.check import Verdict
from assay.kernel.claim import Claim, NumberSlot, Operand
from assay.kernel.context import RunContext
from assay.kernel.errors import InputError
from assay.kernel.memory import MemoryEvidenceStore
from assay.kernel.policy import Caller, Policy, Rule

from assay_skill_valve_travel.checks import TravelIsPlausible
from assay_skill_valve_travel.tools import TRAVEL
from assay_skill_valve_travel.travel import travel


def context() -> RunContext:
    rule = Rule(role="engineer", effect=("compute",), tool="valve_travel.*")
    policy = Policy(roles=("engineer",), rules=(rule,))
    return RunContext(run="run_1", caller=Caller("li", ("engineer",)), policy=policy, store=MemoryEvidenceStore())


def test_travel_and_reversals() -> None:
    found = travel([10, 30, math.nan, 20, 20, 25])
    assert (found.positions, found.travel, found.range, found.reversals) == (5, 35, 20, 2)


def test_noise_inside_the_dead_band_is_no_travel() -> None:
    assert travel([50, 50.2, 49.9, 50.1], dead_band=0.5).travel == 0


def test_the_tool_gives_evidence_that_the_check_accepts() -> None:
    call = asyncio.run(context().call(TRAVEL, {"positions": [10, 30, 20]}))
    slot = NumberSlot(operands=(Operand(evidence=call.evidence.id, path="travel"),), unit="percent")
    claim = Claim(id="c1", topic="travel", key="valve_travel.travel_summary", slots={"travel": slot})
    assert TravelIsPlausible()(claim, "", {call.evidence.id: call.evidence}).verdict is Verdict.PASS
    assert TravelIsPlausible()(claim, "", {}).verdict is Verdict.UNKNOWN


def test_one_position_is_too_few() -> None:
    with pytest.raises(InputError) as caught:
        asyncio.run(context().call(TRAVEL, {"positions": [10]}))
    assert "1" in caught.value.render("zh")
