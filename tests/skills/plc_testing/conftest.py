"""A small unit made by hand, so that formats are tested without a parser."""

from __future__ import annotations

import pytest

from assay.skills.plc.ir import types
from assay.skills.plc.ir.nodes import Project, Unit, Variable
from assay.skills.plc.testing.layout import Layout

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
