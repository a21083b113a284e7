"""Small programs for the tests of the prover."""

from __future__ import annotations

from assay.skills.plc.front.source import Source
from assay.skills.plc.ir.nodes import Project
from assay.skills.plc.prove.property import Bound, Property
from assay.skills.plc.prove.proving import Options, prove
from assay.skills.plc.prove.verdict import Report, Verdict
from assay.skills.plc.typed.check import check


def project_of(text: str) -> Project:
    """A program that checks without errors."""
    found = check([Source("test.st", text)], lints=False)
    assert found.ok, found.diagnostics
    return found.project


def block(body: str, variables: str = "") -> str:
    """A function block F with a few inputs and outputs."""
    return f"""FUNCTION_BLOCK F
VAR_INPUT a, b, c : BOOL; n : INT; x : REAL; END_VAR
VAR_OUTPUT q, r : BOOL; m : INT; y : REAL; END_VAR
VAR {variables} END_VAR
{body}
END_FUNCTION_BLOCK
"""


def proved(
    text: str,
    *properties: Property,
    scan_ns: int | None = 100_000_000,
    depth: int = 12,
    obligations: bool = False,
    backends: tuple[str, ...] = ("python",),
) -> Report:
    """The report on F."""
    options = Options(scan_ns, depth, 60.0, obligations=obligations, backends=backends)
    return prove(project_of(text), "F", list(properties), options)


def verdict(text: str, kind: str, when: str = "", then: str = "", **more: object) -> Verdict:
    """The verdict on one property of F. ``scans`` or ``time_ns`` give the bound."""
    scans, time_ns = more.pop("scans", None), more.pop("time_ns", None)
    bound = None if scans is None and time_ns is None else Bound(scans, time_ns)  # type: ignore[arg-type]
    own = {key: more.pop(key) for key in ("at", "before", "of") if key in more}
    made = Property("P", kind, when, then, within=bound, lasting=bound, **own)  # type: ignore[arg-type]
    return proved(text, made, **more).properties[0]  # type: ignore[arg-type]
