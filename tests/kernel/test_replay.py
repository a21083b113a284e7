from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from assay.kernel.context import RunContext
from assay.kernel.errors import InputError
from assay.kernel.evidence import Evidence, EvidenceKind
from assay.kernel.memory import MemoryEvidenceStore
from assay.kernel.replay import ReplayContext, ReplayVerdict, difference, replay, replayers_of
from assay.kernel.skill import Skill
from assay.kernel.tool import Effect, Result, Tool


def made(kind: EvidenceKind, value: Any, tolerance: float = 1e-9, producer: str = "a.b") -> Evidence:
    return Evidence.make(
        kind=kind, producer=producer, version="1", inputs={"x": 3}, value=value, run="r", tolerance=tolerance
    )


def run(evidence: Evidence, value: Any) -> tuple[str, str]:
    def replayer(one: Evidence, context: ReplayContext) -> Any:
        if isinstance(value, Exception):
            raise value
        return value

    result = asyncio.run(replay(evidence, {"a.b": replayer}, ReplayContext(MemoryEvidenceStore())))
    return result.verdict.value, result.detail


@pytest.mark.parametrize(
    ("kind", "old", "new", "verdict"),
    [
        (EvidenceKind.OBSERVATION, [1.0, 2.0], [1.0, 2.0], "same"),
        (EvidenceKind.OBSERVATION, [1.0, 2.0], [1.0, 2.0 + 4e-16], "different"),
        (EvidenceKind.TEXT, "a", "a", "same"),
        (EvidenceKind.TEXT, "a", "b", "different"),
        (EvidenceKind.COMPUTATION, {"a": [1.0, 2]}, {"a": [1.0 + 1e-12, 2.0]}, "same"),
        (EvidenceKind.COMPUTATION, {"a": 1.0}, {"a": 1.0 + 1e-8}, "different"),
        (EvidenceKind.COMPUTATION, {"a": 1.0}, {"a": 1.0, "b": 2}, "different"),
        (EvidenceKind.COMPUTATION, [1, 2], [1], "different"),
        (EvidenceKind.COMPUTATION, True, 1, "different"),
        (EvidenceKind.COMPUTATION, None, 0.0, "different"),
        (EvidenceKind.COMPUTATION, 0.0, 1e-300, "different"),
        (EvidenceKind.COMPUTATION, "x", "X", "different"),
        (EvidenceKind.COMPUTATION, 1.0, InputError("kernel.evidence_unknown", id="e"), "cannot"),
        (EvidenceKind.COMPUTATION, 1.0, RuntimeError("boom"), "cannot"),
        (EvidenceKind.CHOICE, "a", "b", "recorded"),
        (EvidenceKind.ACTION, "a", "b", "recorded"),
    ],
)
def test_verdicts(kind: EvidenceKind, old: Any, new: Any, verdict: str) -> None:
    assert run(made(kind, old), new)[0] == verdict


def test_the_place_of_a_difference_is_named() -> None:
    assert run(made(EvidenceKind.COMPUTATION, {"c": [{"p": 0.5}]}), {"c": [{"p": 0.6}]})[1] == "/c/0/p: 0.5 -> 0.6"


def test_unknown_producers_cannot_replay() -> None:
    result = asyncio.run(
        replay(made(EvidenceKind.COMPUTATION, 1, producer="x.y"), {}, ReplayContext(MemoryEvidenceStore()))
    )
    assert result.verdict is ReplayVerdict.CANNOT and not result.good


values = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(values, values)
def test_difference_is_none_exactly_for_equal_values(first: Any, second: Any) -> None:
    assert difference(first, first, 0.0) is None
    same = made(EvidenceKind.COMPUTATION, first).hash == made(EvidenceKind.COMPUTATION, second).hash
    if same:
        assert difference(first, second, 0.0) is None


class Arguments(BaseModel):
    x: int


async def double(arguments: Arguments, context: RunContext) -> Result:
    return Result(2 * arguments.x)


def test_a_tool_without_replayer_is_run_again_unless_its_version_changed() -> None:
    tool = Tool("s.double", Effect.COMPUTE, Arguments, double, "s.a", "s.b", version="2")
    replayers = replayers_of([Skill("s", (tool,), "texts")])
    context = ReplayContext(MemoryEvidenceStore())

    def evidence(value: int, version: str) -> Evidence:
        return Evidence.make(
            kind=EvidenceKind.COMPUTATION, producer="s.double", version=version, inputs={"x": 4}, value=value, run="r"
        )

    cases = [(8, "2"), (9, "2"), (8, "1")]
    verdicts = [asyncio.run(replay(evidence(*case), replayers, context)).verdict.value for case in cases]
    assert verdicts == ["same", "different", "cannot"]
