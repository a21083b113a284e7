"""The skill's tools give JSON that replays, and refuse a program with errors in one sentence."""

from __future__ import annotations

import asyncio
import json
from typing import Any, cast

import pytest

from assay.kernel.context import RunContext
from assay.kernel.errors import InputError
from assay.kernel.tool import Effect
from assay.skills.plc import skill
from assay.skills.plc.tools import TOOLS

LATCH = """FUNCTION_BLOCK L VAR_INPUT s, r : BOOL; END_VAR VAR_OUTPUT q : BOOL; END_VAR
q := (s OR q) AND NOT r;
END_FUNCTION_BLOCK"""
NAMED = {one.name: one for one in TOOLS}


def call(name: str, **arguments: Any) -> Any:
    tool = NAMED[name]
    result = asyncio.run(tool.run(tool.arguments.model_validate(arguments), cast(RunContext, None)))  # type: ignore[arg-type]
    assert result.trusted is False
    return json.loads(json.dumps(result.value, allow_nan=False))


def test_the_skill_offers_its_tools_and_none_of_them_writes() -> None:
    assert [one.name for one in skill.tools] == ["plc.check", "plc.prove", "plc.test", "plc.explain", "plc.block"]
    assert all(one.effect is Effect.COMPUTE for one in skill.tools)


def test_a_program_is_checked_proved_tested_and_explained() -> None:
    assert call("plc.check", program=LATCH)["ok"] is True
    assert call("plc.check", program=LATCH.replace("NOT r", "NOT x"))["ok"] is False
    wanted = [
        {"id": "a", "kind": "implication", "when": "r", "then": "NOT q"},
        {"id": "b", "kind": "invariant", "then": "q"},
    ]
    proved = call("plc.prove", program=LATCH, properties=wanted)
    assert [one["status"] for one in proved["verdicts"][:2]] == ["PROVED", "REFUTED"] and proved["clean"] is False
    assert call("plc.prove", program=LATCH, properties=wanted) == proved
    tests = {
        "scan": "100ms",
        "cases": [{"name": "set", "steps": [{"set": {"s": True}, "scans": 1, "expect": {"q": True}}]}],
    }
    assert call("plc.test", program=LATCH, tests=tests) == {
        "unit": "L", "passed": True, "cases": [{"name": "set", "passed": True, "scans": 1}],
    }  # fmt: skip
    told = call("plc.explain", program=LATCH)["sentences"]
    assert any("自保持" in one["text"]["zh"] for one in told)


def test_what_cannot_be_done_is_one_sentence() -> None:
    with pytest.raises(InputError, match="line 1"):
        call("plc.prove", program="FUNCTION_BLOCK L q := 1; END_FUNCTION_BLOCK")
    with pytest.raises(InputError):
        call("plc.block", block="nothing")
    assert "T#30ms" in call("plc.block", block="debounce", parameters={"STABLE_TIME": "T#30ms"})["program"]
