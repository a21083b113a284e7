"""Short ways to check a text and to look at what was found."""

from __future__ import annotations

from assay.skills.plc.front.source import Dialect, Source
from assay.skills.plc.typed.check import Checked, check


def checked(text: str, dialect: Dialect = "codesys", *, lenient: bool = False, lints: bool = False) -> Checked:
    """A text checked alone."""
    return check([Source("t.st", text, dialect)], lenient=lenient, lints=lints)


def keys(found: Checked, *severities: str) -> list[str]:
    """The findings' sentence keys, without their room; errors alone unless severities are named."""
    wanted = severities or ("error",)
    return [one.key.removeprefix("plc_typed.") for one in found.diagnostics if one.severity in wanted]


def body(statements: str, variables: str = "", dialect: Dialect = "codesys") -> Checked:
    """Statements in a program with some variables of every kind."""
    return checked(
        f"""TYPE Color : (Red, Green, Blue); END_TYPE
TYPE Point : STRUCT x : REAL; n : INT := 7; END_STRUCT END_TYPE
FUNCTION Twice : INT VAR_INPUT a : INT; END_VAR Twice := 2 * a; END_FUNCTION
FUNCTION_BLOCK Motor VAR_INPUT go : BOOL; END_VAR VAR_IN_OUT total : DINT; END_VAR VAR_OUTPUT on : BOOL; END_VAR
on := go; total := total + 1; END_FUNCTION_BLOCK
PROGRAM P VAR
b, c : BOOL; byt : BYTE; w : WORD; dw : DWORD; si : SINT; i, j : INT; u : UINT; d : DINT; l : LINT;
r : REAL; lr : LREAL;
t : TIME; s : STRING; ws : WSTRING; a : ARRAY[0..3] OF INT; m : ARRAY[0..1, 0..1] OF REAL; p : Point; col : Color;
timer : TON; motor : Motor; pi : POINTER TO INT; dt1 : DT; da : DATE; small : INT(0..9);
{variables}
END_VAR
VAR CONSTANT k : INT := 3; END_VAR
{statements}
END_PROGRAM""",
        dialect,
    )
