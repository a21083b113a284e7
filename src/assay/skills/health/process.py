"""Pumps, fans, compressors, turbines, filters and valves from their process measurements: a figure against the
machine's own clean period at the same load, its trend to a limit, and the failures that it speaks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from assay.kernel.errors import InputError
from assay.models.health.process.parts import Excess, over_load
from assay.models.health.process.quantities import Result
from assay.models.health.process.steady import baseline
from assay.models.health.trend import Passage, passage
from assay.plant.blobs import load_blob
from assay.plant.series import Floats, Frame
from assay.skills.health.arguments import ProcessArguments
from assay.skills.health.machines import diagnosed
from assay.skills.health.methods import LEAD_DAYS, Record, course, dated, head, life_of, trend_value
from assay.skills.health.process_kinds import KINDS, figure_of
from assay.skills.health.process_rows import (
    Columns,
    Flags,
    at_rest,
    believable,
    figures,
    possible,
    read_columns,
    running,
)
from assay.skills.health.process_valve import by_valve
from assay.skills.health.values import act_value, finished, life_value, number, reasons_value


def by_process(arguments: ProcessArguments) -> dict[str, Any]:
    """The figure of one machine over time, its trend to the limit, and what speaks for a failure."""
    import assay.models.health.diagnosis
    import assay.models.health.process  # noqa: F401  (texts of both)

    frame = load_blob(arguments.history or "").good()
    if KINDS[arguments.kind].name == "valve":
        return by_valve(frame, arguments)
    days = np.asarray((frame.times - frame.times[:1]).astype(np.int64) / 8.64e13, np.float64)
    columns = _with_reference(read_columns(frame, arguments), days, arguments.normal)
    runs = running(columns)
    possible(columns, runs)
    used = at_rest(columns, runs)
    # The normal period is a share of the time, and what it holds is the rows used in it.
    normal = used & (days <= arguments.normal * days[-1])
    figure = figures(columns, used)
    believable(columns, figure, used, normal)
    return _value(frame, arguments, columns, (days, normal, used, runs), figure)


def _with_reference(columns: Columns, days: Floats, share: float) -> Columns:
    """A filter's reference flow: what was said, in the flow's unit, else the usual flow of the normal period."""
    from dataclasses import replace

    if columns.kind.name != "filter":
        return columns
    flow = columns.si["flow"]
    said = columns.numbers.get("reference")
    early = flow[(days <= share * days[-1]) & (flow > 0.0)] if len(days) else flow
    usual = float(np.median(early)) if len(early) else 0.0
    value = usual if said is None else said * columns.sizes["flow"]
    return columns if value <= 0.0 else replace(columns, numbers={**columns.numbers, "reference": value})


def _value(
    frame: Frame,
    arguments: ProcessArguments,
    columns: Columns,
    rows: tuple[Floats, Flags, Flags, Flags],
    figure: Result,
) -> dict[str, Any]:
    days, normal, used, runs = rows
    kind, falling = columns.kind, columns.kind.figure == "efficiency"
    judged = _last(figure.values)
    excess = over_load(figure.values, columns.load, normal, judged)
    size = 1.0 if falling else columns.sizes["dp"]
    clean = float(np.nanmedian(excess.clean.expected(columns.load)[normal])) / size
    followed = (1.0 + excess.share) * (1.0 if falling else clean)
    limit = _limit(arguments.limit, kind.limit, clean, falling)
    shown = passage(days, followed, limit, rising=not falling, confidence=arguments.confidence)
    own = arguments.model_copy(update={"falling": falling})
    seen = np.isfinite(followed)
    record = Record(days[seen], followed[seen, None], (kind.figure,), "d", frame.start)
    level = float(np.nanmedian(figure.values[judged]))
    about = {
        "kind": kind.name,
        "level": number(level / size),
        "sigma": number(2.0 * float(np.nanmedian(figure.sigma[judged])) / size),
        "unit": "1" if falling else columns.units["dp"],
        "clean": number(clean),
        "share": number(1.0 + excess.level),
        "share_sigma": number(2.0 * excess.noise * (1.0 / excess.rows + 1.0 / excess.clean.rows) ** 0.5),
        "limit": number(limit),
        "load": "load" if "load" in columns.si else kind.load,
        "rows": {"all": len(days), "running": int(runs.sum()), "steady": int(used.sum()), "used": int(seen.sum())},
        "units": dict(columns.units),
        "accuracy_assumed": columns.accuracy_assumed,
    }
    value = {
        **followed_value(shown, record, own, kind.figure, limit),
        "skipped": number(1.0 - float(seen.sum()) / max(int(runs.sum()), 1)),
        "reasons": reasons_value(_reasons(columns, normal, judged)),
        "process": about,
        **diagnosed(
            _findings(columns, normal, judged, excess),
            arguments.equipment_class or kind.equipment_class,
            arguments.asset,
            arguments.cases,
        ),
    }
    doubts = {"assumed_units": bool(columns.assumed), f"assumed_{kind.figure}": arguments.limit is None}
    doubts["untested"] = value["life"] is not None and not shown.passed and shown.tested == 0
    return dated(finished(value, doubts), record)


def _last(values: Floats) -> Flags:
    """(n,) the last twentieth of what is defined, at least five rows."""
    at = np.flatnonzero(np.isfinite(values))
    found = np.zeros(len(values), np.bool_)
    found[at[-max(5, len(at) // 20) :]] = True
    return found


def _limit(said: float | None, usual: float, clean: float, falling: bool) -> float:
    """An efficiency's limit is a share of the clean one at the same load; a pressure drop's is in its own unit."""
    if falling:
        limit = usual if said is None else said
        if not 0.0 < limit < 1.0:
            raise InputError("health.process_share_wrong", limit=limit)
        return limit
    limit = usual * clean if said is None else said
    if not limit > clean:
        raise InputError("health.process_limit_wrong", limit=f"{limit:g}", clean=f"{clean:.3g}")
    return limit


def followed_value(
    shown: Passage, record: Record, arguments: ProcessArguments, name: str, limit: float
) -> dict[str, Any]:
    """What every value of this tool begins with: the figure's trend, remaining life, and the date that costs least.

    A limit that was assumed and is passed says that the machine is not as it was, not that its life is over.
    """
    assumed = arguments.limit is None
    life = None if assumed and shown.passed else life_of(shown, arguments.confidence)
    now = float(record.time[-1])
    return {
        **head(arguments, "process", "d", LEAD_DAYS),
        "now": {"time": now, "at": record.moment(0.0), "age": now, "rows": len(record.time)},
        "life": None if life is None else life_value(life),
        "trend": {**trend_value(shown, None, record, name, limit, arguments), "assumed": assumed},
        "indicator": course(shown, name, limit),
        "act": None if life is None or shown.passed else act_value(shown.lives, arguments.costs.costs(), now),
    }


def _reasons(columns: Columns, normal: Flags, judged: Flags) -> list[tuple[str, float]]:
    """By tag: what the figure lost because the tag is not where it was in the normal period at the same load."""
    found = []
    kind, load = columns.kind, columns.load
    actual = figure_of(kind, columns.si, {}, columns.numbers).values
    for role in kind.roles:
        if role not in columns.tags or columns.si[role] is load:
            continue
        usual = baseline(load[normal], columns.si[role][normal], 2).expected(load)
        other = figure_of(kind, {**columns.si, role: usual}, {}, columns.numbers).values
        lost = (actual - other)[judged]
        if np.isfinite(lost).any():
            found.append((columns.tags[role], float(np.nanmedian(lost))))
    return found


def _findings(columns: Columns, normal: Flags, judged: Flags, excess: Excess) -> Mapping[str, bool]:
    """The figure, the head, and a motor's current against their own normal at the same load."""
    from assay.models.health.diagnosis.findings import of_excess

    kind, load = columns.kind, columns.load
    seen = of_excess(kind.figure, excess)
    more = {}
    if kind.heads is not None:
        low, high = kind.heads
        more["head"] = columns.si[high] - columns.si[low]
    if "current" in columns.si:
        more["current"] = columns.si["current"]
    for name, values in more.items():
        seen |= of_excess(name, over_load(values, load, normal, judged))
    return seen
