"""A small unit made by hand, so that formats are tested without a parser, and one that is parsed and checked."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assay.skills.plc.front.source import Source
from assay.skills.plc.ir import types
from assay.skills.plc.ir.nodes import Project, Unit, Variable
from assay.skills.plc.testing.layout import Layout
from assay.skills.plc.typed.check import check

MODE = types.Enum("E_Mode", types.INT, (("Idle", 0), ("Run", 5), ("Hold", 6)))
POINT = types.Struct("ST_Point", (("x", types.REAL), ("n", types.SINT)))


@pytest.fixture
def layout() -> Layout:
    variables = (
        Variable("Start", types.BOOL, "input"),
        Variable("delay", types.TIME, "input"),
        Variable("speed", types.REAL, "input"),
        Variable("count", types.INT, "input"),
        Variable("mask", types.BYTE, "input"),
        Variable("mode", MODE, "input"),
        Variable("name", types.Text(False, 5), "input"),
        Variable("grid", types.Array(((1, 2), (0, 1)), types.INT), "in_out"),
        Variable("points", types.Array(((3, 4),), POINT), "static"),
        Variable("t1", types.Block("TON"), "static"),
        Variable("day", types.DATE, "input"),
        Variable("level", types.Subrange(types.INT, 0, 100), "input"),
        Variable("Q", types.BOOL, "output"),
        Variable("tmp", types.INT, "temp"),
    )
    timer = Unit(
        "TON", "function_block", (Variable("IN", types.BOOL, "input"), Variable("ET", types.TIME, "output")), (),
        library=True,
    )  # fmt: skip
    unit = Unit("FB_Motor", "function_block", variables, ())
    project = Project({"FB_MOTOR": unit, "TON": timer}, {"GVL.Speed": Variable("GVL.Speed", types.INT, "global")})
    return Layout(project, unit)


MOTOR = """
TYPE E_Mode : (Idle := 0, Run := 5, Hold := 6); END_TYPE
FUNCTION_BLOCK FB_Motor
VAR_INPUT
  start, stop : BOOL;
  level : INT;
END_VAR
VAR_OUTPUT
  run : BOOL;
  late : BOOL;
  mode : E_Mode;
  load : REAL;
END_VAR
VAR
  t1 : TON;
  edge : R_TRIG;
  i, sum : INT;
END_VAR
edge(CLK := start);
IF stop THEN
  run := FALSE;
ELSIF edge.Q AND level > 10 THEN
  run := TRUE;
END_IF;
t1(IN := run, PT := T#300ms);
late := t1.Q;
CASE level OF
  0: mode := E_Mode.Idle;
  1..5: mode := E_Mode.Hold;
ELSE
  mode := E_Mode.Run;
END_CASE;
sum := 0;
FOR i := 1 TO level DO
  sum := sum + i;
  IF i >= 20 THEN EXIT; END_IF;
END_FOR;
load := sum / 10.0;
END_FUNCTION_BLOCK
"""


@pytest.fixture(scope="session")
def checked() -> Callable[..., Project]:
    """ST text as a checked project."""

    def read(text: str) -> Project:
        found = check([Source("p.st", text, "codesys")])
        assert found.ok, [(one.code, one.values) for one in found.diagnostics]
        return found.project

    return read


@pytest.fixture(scope="session")
def motor(checked: Callable[..., Project]) -> Project:
    return checked(MOTOR)


@pytest.fixture(scope="session")
def motor_text() -> str:
    return MOTOR
