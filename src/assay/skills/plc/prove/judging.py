"""What the automaton of a property says of a run whose conditions are known, scan by scan: :mod:`watcher` on lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from assay.skills.plc.prove.property import Bound
from assay.skills.plc.prove.watcher import Meant


@dataclass(frozen=True, slots=True)
class Columns:
    """The values of a property's expressions at each scan end."""

    when: Sequence[bool]
    then: Sequence[bool]
    before: Sequence[bool] | None = None
    of: Sequence[Sequence[bool]] = field(default=())


@dataclass(frozen=True, slots=True)
class Judged:
    """The first scans (from 0) at which the property is violated (reached) and at which its condition is met."""

    bad: int | None
    met: int | None


def judged(meant: Meant, columns: Columns, elapsed: Sequence[int], scan_ns: int | None) -> Judged:
    """The meaning of the proof on plain values. ``elapsed``: nanoseconds since the scan before."""
    kind, when, then = meant.property.kind, list(columns.when), columns.then
    if columns.before is not None:
        when = [now and was for now, was in zip(when, [False, *columns.before], strict=False)]
    if kind == "exclusive":
        return Judged(_first([sum(row) > 1 for row in zip(*columns.of, strict=True)]), 0)
    if kind in ("response", "held", "stays"):
        return _lasting(meant, when, then, elapsed, scan_ns)
    wanted = kind in ("forbidden", "reachable")
    return Judged(_first([a and b == wanted for a, b in zip(when, then, strict=True)]), _first(when))


def _first(values: Sequence[bool]) -> int | None:
    return next((place for place, value in enumerate(values) if value), None)


def scans_of(bound: Bound | None, scan_ns: int | None, longest_ns: int) -> int:
    """How many scans a bound takes at least; ``longest_ns`` is the longest scan where the scan time varies."""
    if bound is None:
        return 0
    if bound.scans is not None:
        return bound.scans
    return -(-(bound.time_ns or 0) // (scan_ns or longest_ns))


def _lasting(
    meant: Meant, when: Sequence[bool], then: Sequence[bool], elapsed: Sequence[int], scan_ns: int | None
) -> Judged:
    kind = meant.property.kind
    bound = meant.property.within if kind == "response" else meant.property.lasting
    assert bound is not None
    by_scans = bound.scans is not None
    limit = bound.scans if bound.scans is not None else bound.time_ns or 0
    if kind == "held" and by_scans:
        limit = max(limit - 1, 0)
    if kind == "response" and scan_ns is not None and not by_scans:
        limit = limit // scan_ns * scan_ns
    late_only = kind == "response" and scan_ns is None and not by_scans
    on, since, met = False, 0, None
    for place, (now, fine, passed) in enumerate(zip(when, then, elapsed, strict=True)):
        since = since + (1 if by_scans else passed) if on else 0
        if kind == "response":
            active = on or now
            bad = active and (since > limit if late_only else not fine and since >= limit)
            on, mets = active and not fine and not bad, now
        elif kind == "held":
            mets = now and since >= limit
            bad, on = mets and not fine, now
        else:
            since = 0 if now else since
            on = (now or on) and since < limit
            bad, mets = on and not fine, now
        met = place if met is None and mets else met
        if bad:
            return Judged(place, met)
    return Judged(None, met)
