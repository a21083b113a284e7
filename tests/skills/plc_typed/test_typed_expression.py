"""Expressions of properties over a checked unit."""

from __future__ import annotations

import pytest
from plc_typed_st import checked

from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as t
from assay.skills.plc.typed.expression import expression

SOURCE = """TYPE Mode : (Off, Manual, Auto); END_TYPE
VAR_GLOBAL limit : INT := 5; END_VAR
FUNCTION Twice : INT VAR_INPUT x : INT; END_VAR Twice := 2 * x; END_FUNCTION
FUNCTION_BLOCK F VAR_INPUT a : INT; b : BOOL; END_VAR VAR_OUTPUT q : BOOL; END_VAR
VAR t1 : TON; mode : Mode; arr : ARRAY[0..3] OF INT; END_VAR
t1(IN := b, PT := T#1s); q := t1.Q; IF Twice(a) > limit THEN mode := Auto; END_IF
END_FUNCTION_BLOCK"""


def made(text: str, *, history: bool = True) -> ir.Expr | None:
    """The expression, None after an error."""
    return expression(checked(SOURCE).project, "F", text, history=history)[0]


@pytest.mark.parametrize(
    "text",
    [
        "a > 3", "instance.a > 3 AND F.q", "t1.ET >= T#5s", "mode = Auto", "mode = Mode#Auto OR mode = Mode.Off",
        "Twice(a) = 4", "arr[a] < limit", "ROSE(q) OR FELL(b)", "PREV(a) + 1 = a", "a > 3 --> q", "(a > 3 --> q) AND b",
        "b --> (q --> a = 1)", "q & NOT b",
    ],
)  # fmt: skip
def test_expressions_that_are_right(text: str) -> None:
    found = made(text)
    assert found is not None
    assert found.type == t.BOOL


def test_the_instance_is_the_unit_itself() -> None:
    found = made("instance.a")
    assert isinstance(found, ir.Load)
    assert isinstance(found.place, ir.LocalVar)


def test_implication_is_weaker_than_or_and_taken_from_the_right() -> None:
    whole, plain = (made(one) for one in ("b OR q --> b --> q", "NOT (b OR q) OR (NOT b OR q)"))
    assert isinstance(whole, ir.Binary)
    assert isinstance(plain, ir.Binary)
    assert whole.op == "or"
    assert isinstance(whole.left, ir.Unary)
    assert isinstance(whole.right, ir.Binary)


@pytest.mark.parametrize(
    ("text", "place"), [("a > nope", (4, 8)), ("b --> nope", (6, 10)), ("a AND b", (0, 7)), ("a >", None), ("", None)]
)
def test_mistakes_have_their_place_in_the_text(text: str, place: tuple[int, int] | None) -> None:
    found, problems = expression(checked(SOURCE).project, "F", text)
    assert found is None
    assert [one.severity for one in problems] == ["error"]
    assert place is None or (problems[0].span.start, problems[0].span.end) == place


def test_history_only_where_it_is_allowed() -> None:
    assert made("ROSE(q)", history=False) is None
    assert expression(checked(SOURCE).project, "Nowhere", "a")[1][0].severity == "error"
