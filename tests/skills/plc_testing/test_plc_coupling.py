"""A program in closed loop with a tank."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from assay.kernel.errors import InputError
from assay.models.mechanism import Inputs, Trajectory, Variable
from assay.skills.plc.ir.nodes import Project
from assay.skills.plc.run.machine import machine
from assay.skills.plc.testing.coupling import ModelProcess, closed_loop, wires
from assay.skills.plc.testing.layout import Layout

LEVEL = """
FUNCTION_BLOCK TwoPoint
VAR_INPUT level : REAL; full : BOOL; count : USINT; END_VAR
VAR_OUTPUT fill : BOOL; opening : REAL; END_VAR
IF level < 2.0 THEN fill := TRUE; ELSIF level > 3.0 THEN fill := FALSE; END_IF;
IF fill THEN opening := 1.0; ELSE opening := 0.0; END_IF;
END_FUNCTION_BLOCK
"""


class Tank:
    """Level rises by the inflow and falls by 0.5 m a second."""

    parameters: Sequence[Variable] = ()
    digest = "tank"
    inputs = (Variable("valve", "1", "input"),)
    outputs = (Variable("level", "m", "output", start=0.0), Variable("high", "1", "output", start=0.0))

    def get_state(self) -> object | None:
        return None

    def set_state(self, state: object | None) -> None:
        raise NotImplementedError

    def simulate(
        self,
        start: float,
        stop: float,
        step: float,
        inputs: Inputs | None = None,
        parameters: Mapping[str, float] | None = None,
        state: object | None = None,
    ) -> Trajectory:
        assert isinstance(inputs, Mapping)
        level = 0.0 if state is None else float(state)  # type: ignore[arg-type]
        after = max(0.0, level + (stop - start) * (2.0 * inputs["valve"] - 0.5))
        times = np.array([start, stop])
        columns = {"level": np.array([level, after]), "high": np.array([level > 3, after > 3], dtype=float)}
        return Trajectory(times, columns, final_state=after)


@pytest.fixture
def loop(checked: Callable[..., Project]) -> tuple[Any, Layout]:
    project = checked(LEVEL)
    unit = project.unit("TwoPoint")
    assert unit is not None
    return machine(project, "TwoPoint"), Layout(project, unit)


def test_the_loop_holds_the_level_between_its_limits(loop: tuple[Any, Layout]) -> None:
    runs, layout = loop
    wired = wires(["level=level", "full = high", "count=level", "opening=valve"], layout, Tank())
    ran = closed_loop(runs, layout, ModelProcess(Tank()), wired, scan_ns=100_000_000, scans=400)
    levels = [values["level"] for _, values in ran.rows]
    assert len(levels) == 400 and levels[0] == 0.0
    settled = levels[50:]
    assert 1.8 < min(settled) < 2.0 and 3.0 < max(settled) < 3.3
    assert any(values["fill"] for _, values in ran.rows[50:]) and not all(values["fill"] for _, values in ran.rows[50:])
    for _, values in ran.rows:
        assert values["full"] == (values["level"] > 3) or abs(values["level"] - 3) < 1e-6
        assert abs(values["count"] - values["level"]) <= 0.5 + 1e-6


@pytest.mark.parametrize("pair", ["nothing=level", "level=nothing", "fill=level", "level"])
def test_a_wrong_wire_is_one_sentence(loop: tuple[Any, Layout], pair: str) -> None:
    with pytest.raises(InputError, match=pair.split("=")[0]):
        wires([pair], loop[1], Tank())
    with pytest.raises(InputError):
        wires([], loop[1], Tank())
    with pytest.raises(InputError):
        wires(["level=level", "LEVEL=high"], loop[1], Tank())
