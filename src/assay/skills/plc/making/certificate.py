"""The certificate of a failure: what a model is told so that it can mend a candidate. Short, exact, with lines.

Nothing of sealed tests ever comes here. English, because the words stand beside code; the report for people is made
elsewhere and in both languages.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assay.kernel.texts import text

if TYPE_CHECKING:
    from assay.skills.plc.front.diagnostic import Diagnostic
    from assay.skills.plc.front.source import Source
    from assay.skills.plc.prove.verdict import Trace, Verdict
    from assay.skills.plc.testing.judge import Outcome

_MOST, _ROWS, _COLUMNS, _LONGEST = 3, 4, 8, 900


def of_diagnostics(found: Sequence[Diagnostic], source: Source) -> str:
    """The first errors, each with the line that it stands in."""
    lines = []
    for one in found[:_MOST]:
        row = source.position(one.span.start).line
        sentence = text(one.key, "en", **one.values)
        lines.append(f"line {row}: `{source.line_text(one.span.start).strip()}`: {sentence}")
    return "\n".join(lines)[:_LONGEST]


def of_verdicts(found: Sequence[Verdict], source: Source) -> str:
    """The properties that do not hold, the first with its shortest trace and the lines that ran last in it."""
    lines = [f"{one.id} does not hold: {one.text}" for one in found[:_MOST]]
    first = found[0]
    if first.trace is not None:
        lines += table(first.trace)
        rows = sorted({source.position(span.start).line for span in first.trace.spans if span.source == source.name})
        if rows:
            lines.append("lines that ran in the last scan: " + ", ".join(map(str, rows[:12])))
    return "\n".join(lines)[:_LONGEST]


def of_tests(found: Sequence[Outcome]) -> str:
    """The failed cases: what was set, expected and got."""
    lines = []
    for one in found[:_MOST]:
        bad = one.failures[0]
        what = f"fault {bad.fault.kind}" if bad.fault else f"{bad.variable} is {bad.got}, expected {bad.expected}"
        lines.append(f"test {one.case.name!r}, scan {bad.scan}: {what}")
    return "\n".join(lines)[:_LONGEST]


def table(trace: Trace) -> list[str]:
    """The last scans of a trace, one line each."""
    names = [*trace.inputs, *trace.outputs, *trace.others][:_COLUMNS]
    lines = []
    for row in trace.rows[-_ROWS:]:
        seen: dict[str, Any] = {**row.after, **row.inputs}
        shown = [name for name in names if name in seen] or list(seen)[:_COLUMNS]
        told = ", ".join(f"{name}={_short(seen[name])}" for name in shown)
        lines.append(f"scan {row.scan} (t={row.now_ns // 1_000_000} ms): {told}")
    return lines


def _short(value: object) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return str(value)[:20]
