"""Verdicts for people and for programs: a table of the trace, the lines of the source, the reasons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.kernel.texts import Lang, text
from assay.skills.plc.front.source import Source, Span
from assay.skills.plc.ir.nodes import Project
from assay.skills.plc.prove.verdict import Report, Row, Trace, Verdict, sentence
from assay.skills.plc.testing.durations import show_duration
from assay.skills.plc.testing.layout import Layout
from assay.skills.plc.testing.values import show_value

#: Most columns and rows of a trace on a screen.
COLUMNS, ROWS = 12, 40

#: Scans at the end of a run that are always shown.
ENDS = 5


def document(report: Report, project: Project, sources: Mapping[str, Source], lang: Lang) -> dict[str, Any]:
    """A report as JSON values."""
    show = _Shown(project, report.unit)
    return {
        "unit": report.unit,
        "clean": report.clean,
        "seconds": round(report.seconds, 3),
        "properties": [_verdict(one, show, sources, lang) for one in report.properties],
        "obligations": [_verdict(one, show, sources, lang) for one in report.obligations],
        "notes": [sentence(one, lang) for one in report.notes],
    }


def _verdict(one: Verdict, show: _Shown, sources: Mapping[str, Source], lang: Lang) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": one.id, "kind": one.kind, "status": one.status, "text": _said(one, lang), "method": one.method,
        "k": one.k, "seconds": round(one.seconds, 3), "severity": one.severity, "invariants": list(one.invariants),
        "why": [sentence(each, lang) for each in one.why], "notes": [sentence(each, lang) for each in one.notes],
    }  # fmt: skip
    place = _place(one.span, sources)
    if place is not None:
        made |= {"file": place[0], "line": place[1], "column": place[2]}
    if one.trace is not None:
        made["trace"] = {
            "inputs": list(one.trace.inputs), "outputs": list(one.trace.outputs), "others": list(one.trace.others),
            "rows": [
                {
                    "scan": row.scan, "t_ms": row.now_ns / 10**6,
                    "inputs": {path: show(path, value) for path, value in row.inputs.items()},
                    "after": {path: show(path, value) for path, value in row.after.items()},
                }
                for row in one.trace.rows
            ],
            "lines": _lines(one.trace, sources), "replayed": list(one.trace.replayed),
        }  # fmt: skip
    return made


def rendered(report: Report, project: Project, sources: Mapping[str, Source], lang: Lang) -> list[str]:
    """A report as lines for a screen: every property, of the obligations those that are not proved."""
    show = _Shown(project, report.unit)
    values = {"unit": report.unit, "count": len(report.properties), "seconds": f"{report.seconds:.2f}"}
    lines = [text("plc_prove.line_unit", lang, **values), *[sentence(one, lang) for one in report.notes]]
    for one in report.properties:
        lines += _told(one, show, sources, lang)
    for one in report.obligations:
        if one.status != "PROVED":
            lines += _told(one, show, sources, lang)
    if report.obligations:
        counts = {
            key.lower(): sum(one.status == key for one in report.obligations)
            for key in ("PROVED", "BOUNDED", "REFUTED", "UNKNOWN")
        }
        lines.append(text("plc_prove.line_obligations", lang, **counts))
    return lines


def _told(one: Verdict, show: _Shown, sources: Mapping[str, Source], lang: Lang) -> list[str]:
    place = _place(one.span, sources)
    where = "" if place is None else f" {place[0]}:{place[1]}"
    method = f" ({one.method}, k={one.k})" if one.method in ("k-induction", "bmc") else ""
    status = text(f"plc_prove.status_{one.status}", lang, k=one.k)
    lines = [f"{one.status} {one.id}{where}: {_said(one, lang)} - {status}{method}"]
    lines += [f"    {sentence(each, lang)}" for each in (*one.why, *one.notes)]
    if one.trace is not None and one.severity == "error":
        lines += [f"    {each}" for each in table(one.trace, show, lang)]
        numbers = ", ".join(map(str, _lines(one.trace, sources)))
        if numbers:
            lines.append("    " + text("plc_prove.line_lines", lang, lines=numbers))
        lines.append("    " + text("plc_prove.line_replayed", lang, names=", ".join(one.trace.replayed)))
    return lines


def _said(one: Verdict, lang: Lang) -> str:
    key = f"plc_prove.duty_{one.kind}"
    try:
        return text(key, lang, text=one.text)
    except KeyError:
        return one.text


def table(trace: Trace, show: _Shown, lang: Lang) -> list[str]:
    """The trace in columns: scan, time, inputs, outputs and other variables."""
    names = [*trace.inputs, *trace.outputs, *[one for one in trace.others if one not in trace.outputs]][:COLUMNS]
    rows = [[text("plc_prove.line_scan", lang), text("plc_prove.line_time", lang), *names]]
    last = 0
    for row in _worth_showing(trace):
        if row.scan > last + 1:
            rows.append(["..."] + [""] * (len(names) + 1))
        last = row.scan
        values = {**row.after, **row.inputs}
        cells = [_cell(show(name, values[name])) if name in values else "" for name in names]
        rows.append([str(row.scan), show_duration(row.now_ns), *cells])
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _cell(value: object) -> str:
    """A value as ST writes it."""
    return str(value).upper() if isinstance(value, bool) else str(value)


def _worth_showing(trace: Trace) -> list[Row]:
    """Of a long run its start, its end, and the scans at which an input or output changes."""
    if len(trace.rows) <= ROWS:
        return list(trace.rows)

    def seen(row: Row) -> list[str]:
        values = {**row.after, **row.inputs}
        return [repr(values.get(path)) for path in (*trace.inputs, *trace.outputs)]

    pairs = zip(trace.rows, trace.rows[1:], strict=False)
    moving = {row.scan for before, row in pairs if seen(before) != seen(row)}
    ends = {one.scan for one in (trace.rows[0], *trace.rows[-ENDS:])}
    shown = [one for one in trace.rows if one.scan in moving | ends]
    return shown if len(shown) <= ROWS else [trace.rows[0], *shown[1 - ROWS :]]


class _Shown:
    """Values by path as ST writes them."""

    def __init__(self, project: Project, unit_name: str) -> None:
        unit = project.unit(unit_name)
        self._layout = None if unit is None else Layout(project, unit)

    def __call__(self, path: str, value: object) -> Any:
        found = None if self._layout is None else self._layout.find(path)
        return value if found is None or value is None else show_value(value, found[1])


def _place(span: Span, sources: Mapping[str, Source]) -> tuple[str, int, int] | None:
    source = sources.get(span.source)
    if source is None:
        return None
    position = source.position(span.start)
    return source.name, position.line, position.column


def _lines(trace: Trace, sources: Mapping[str, Source]) -> list[int]:
    return sorted({place[1] for one in trace.spans if (place := _place(one, sources)) is not None})
