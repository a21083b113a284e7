"""A unit with its properties and obligations: everything decided, every refutation repeated, every verdict given.

The whole unit is taken first. Where it is too big, each property gets the slice of the unit that it depends on.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from assay.kernel.errors import InputError
from assay.skills.plc.ir.nodes import Project, Unit
from assay.skills.plc.prove import duties
from assay.skills.plc.prove.directed import Far, far
from assay.skills.plc.prove.judging import scans_of
from assay.skills.plc.prove.layout import TooBig
from assay.skills.plc.prove.property import Property
from assay.skills.plc.prove.replay import Replayer, as_trace, inputs_by_path
from assay.skills.plc.prove.resolve import resolve
from assay.skills.plc.prove.search import Found, Limits, Search
from assay.skills.plc.prove.slicing import sliced
from assay.skills.plc.prove.spacer import never
from assay.skills.plc.prove.system import VARYING, System, build
from assay.skills.plc.prove.terms import proof
from assay.skills.plc.prove.verdict import Reason, Report, Verdict
from assay.skills.plc.prove.watcher import Meant
from assay.skills.plc.prove.whole import Whole

#: Turns to which a loop is unrolled whose number of turns is not plain, one attempt after the other.
UNROLLED = (8, 40, 160)

#: z3's measure of work, and seconds on top, that Spacer gets for one property.
SPACER_EFFORT, SPACER_SECONDS = 2_000_000, 2.0

#: Scans that the search looks at beyond those that a property's own bound takes, and the most because of a bound.
BEYOND, DEEPEST = 6, 200

#: Scans in which the condition of a proved property is looked for.
MEETING = 10


_OPEN = ("BOUNDED", "UNKNOWN")


@dataclass(frozen=True, slots=True)
class Options:
    """``scan_ns`` None: the scan time varies between 1 ms and 10 s. ``depth``: scans searched from the start.
    ``timeout``: seconds of wall time for everything; what is not decided then is BOUNDED or UNKNOWN. ``effort``: z3's
    measure of work for one question, which does not depend on the machine."""

    scan_ns: int | None = 100_000_000
    depth: int = 30
    timeout: float = 60.0
    effort: int = 30_000_000
    obligations: bool = True
    backends: tuple[Any, ...] = ("python", "c")

    def limits(self, seconds: float) -> Limits:
        """What one search may cost when so much time is left."""
        return Limits(self.depth, self.effort, max(seconds, 0.1))


@dataclass(slots=True)
class _Case:
    """A property on its way to a verdict."""

    meant: Meant
    unsound: tuple[Reason, ...]
    verdict: Verdict | None = None
    notes: list[Reason] = field(default_factory=list)


def prove(project: Project, unit_name: str, properties: Sequence[Property], options: Options | None = None) -> Report:
    """Verdicts on one unit's properties (all of them are taken to be about it) and obligations.

    Raises InputError when there is no such unit or it cannot run alone.
    """
    options = options or Options()
    unit = project.unit(unit_name)
    if unit is None or unit.kind not in ("program", "function_block", "function"):
        raise InputError("plc_prove.no_unit", name=unit_name)
    started = time.monotonic()
    with deep(), proof():
        return _Prover(project, unit, options).report(properties, started)


@contextmanager
def deep() -> Iterator[None]:
    """Branches nest as deeply as the program's: the interpreter needs more of Python's stack."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, 20_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


class _Prover:
    def __init__(self, project: Project, unit: Unit, options: Options) -> None:
        self.project, self.unit, self.options = project, unit, options
        self.replayer = Replayer(project, unit, options.scan_ns, options.backends)
        self.notes: list[Reason] = []
        self.deadline = time.monotonic() + options.timeout

    def report(self, properties: Sequence[Property], started: float) -> Report:
        cases = [_Case(meant, reasons) for meant, reasons in resolve(self.project, self.unit, properties)]
        sound = [one for one in cases if not one.unsound]
        obligations: tuple[Verdict, ...] = ()
        try:
            search, loops = self._whole([one.meant for one in sound])
            self.notes += search.system.model.notes
            self._judge(search, loops, sound)
            if self.options.obligations:
                obligations = duties.obligations(search, self.replayer, self.unit, loops)
        except (TooBig, RecursionError) as error:
            key = error.args[0] if isinstance(error, TooBig) else "too_deep"
            self.notes.append((key, {}))
            self._slices(sound, key)
            if self.options.obligations:
                obligations = duties.without_search(self.replayer, self.unit, (key, {}))
        self.notes += duties.contradictions([one.meant for one in sound], self.project, self.unit)
        verdicts = tuple(self._closed(one) for one in cases)
        return Report(self.unit.name, verdicts, obligations, tuple(self.notes), time.monotonic() - started)

    @staticmethod
    def _closed(case: _Case) -> Verdict:
        one = case.meant.property
        if case.unsound:
            return Verdict(one.id, one.kind, "UNSOUND", one.text or one.wording(), why=case.unsound, span=one.span)
        assert case.verdict is not None
        return replace(case.verdict, notes=tuple(case.notes))

    # --- the system

    def _whole(
        self, meant: Sequence[Meant], unit: Unit | None = None, share: int = 1
    ) -> tuple[Search, dict[str, Found]]:
        """The system, unrolled as far as its loops are shown to run; and what is known of those loops. ``share``: how
        many searches the time that is left is for."""
        until = time.monotonic() + (self.deadline - time.monotonic()) / share
        for bound in UNROLLED:
            system = build(
                self.project, unit or self.unit, meant, scan_ns=self.options.scan_ns, loop_bound=bound, deadline=until
            )  # fmt: skip
            search = Search(system, self.options.limits(until - time.monotonic()))
            targets = {f"{number}": one.bad for number, one in enumerate(system.obligations) if one.kind == "unwind"}
            loops = search.decide(targets, depth=min(self.options.depth, 6), ends=False) if targets else {}
            if all(one.status == "PROVED" for one in loops.values()):
                break
        return search, loops

    def _slices(self, cases: Sequence[_Case], key: str) -> None:
        """The unit is too big as a whole: the slice of each property."""
        for number, case in enumerate(cases):
            small = sliced(self.project, self.unit, case.meant)
            if small is None:
                self._give_up(case, key)
                continue
            try:
                search, loops = self._whole([case.meant], small, len(cases) - number)
                self._judge(search, loops, [case])
            except (TooBig, RecursionError) as error:
                self._give_up(case, error.args[0] if isinstance(error, TooBig) else "too_deep")

    @staticmethod
    def _give_up(case: _Case, key: str) -> None:
        one = case.meant.property
        case.verdict = Verdict(one.id, one.kind, "UNKNOWN", one.text or one.wording(), why=((key, {}),), span=one.span)

    # --- verdicts

    def _judge(self, search: Search, loops: dict[str, Found], cases: Sequence[_Case]) -> None:
        system = search.system
        found = search.decide({one.meant.property.id: system.bads[one.meant.property.id] for one in cases})
        self._far(search, cases, found)
        self._deeper(search, cases, found)
        self._integers(search, cases, found)
        for case in cases:
            case.verdict = self._verdict(search, loops, case, found[case.meant.property.id])
        self._vacuous(search, [one for one in cases if one.verdict and one.verdict.status == "PROVED"])

    def _far(self, search: Search, cases: Sequence[_Case], found: dict[str, Found]) -> None:
        """What is still open: long runs in the executor."""
        left = [one.meant for one in cases if found[one.meant.property.id].status in _OPEN]
        started = time.monotonic()
        runs = far(search.system, search.samples, left, search.deadline) if left else Far()
        for meant in left:
            rows = runs.rows.get(meant.property.id)
            if rows is None:
                continue
            if self._violates(search.system, meant, rows)[1]:
                spent = (time.monotonic() - started) / len(left)
                found[meant.property.id] = Found("REFUTED", "simulation", len(rows), rows=rows, seconds=spent)

    def _deeper(self, search: Search, cases: Sequence[_Case], found: dict[str, Found]) -> None:
        """What is still open and speaks of more scans than were searched."""
        depths: dict[int, list[str]] = {}
        for case in cases:
            name, need = case.meant.property.id, self._need(case.meant)
            if found[name].status in _OPEN and self.options.depth < need + BEYOND <= DEEPEST:
                depths.setdefault(need + BEYOND, []).append(name)
        for depth, names in sorted(depths.items()):
            deeper = search.decide({name: search.system.bads[name] for name in names}, depth=depth)
            found |= {name: one for name, one in deeper.items() if one.status not in _OPEN or one.k > found[name].k}

    def _need(self, meant: Meant) -> int:
        """Scans within which the bound of a property has passed for the first time."""
        bound = meant.property.within or meant.property.lasting
        return 0 if bound is None else 1 + scans_of(bound, self.options.scan_ns, VARYING[1])

    def _integers(self, search: Search, cases: Sequence[_Case], found: dict[str, Found]) -> None:
        """What is still open: Spacer over whole numbers, on the same unrolling."""
        open_cases = [one for one in cases if found[one.meant.property.id].status in _OPEN]
        if not open_cases or search.late:
            return
        model = search.system.model
        try:
            system = build(
                self.project, model.unit, [one.meant for one in open_cases], scan_ns=self.options.scan_ns,
                terms=Whole(), loop_bound=model.run.loop_bound,
            )  # fmt: skip
        except TooBig:
            return
        for number, case in enumerate(open_cases):
            name, started = case.meant.property.id, time.monotonic()
            share = int(1000 * min(SPACER_SECONDS, (search.deadline - started) / (len(open_cases) - number)))
            if share <= 0:
                return
            invariant = never(system, system.bads[name], effort=SPACER_EFFORT, milliseconds=share)
            if invariant is not None:
                spent = found[name].seconds + time.monotonic() - started
                found[name] = Found("PROVED", "spacer", 0, (invariant,), seconds=spent)

    def _verdict(self, search: Search, loops: dict[str, Found], case: _Case, found: Found) -> Verdict:
        one = case.meant.property
        made = Verdict(
            one.id, one.kind, found.status, one.text or one.wording(), found.method, found.k, found.seconds,
            found.invariants, why=found.why, span=one.span,
        )  # fmt: skip
        reach = one.kind == "reachable"
        if found.status == "REFUTED":
            made = self._repeated(search.system, case.meant, found, made)
            if reach and made.status == "REFUTED":
                made = replace(made, status="PROVED")
        elif found.status == "PROVED":
            if not all(loop.status == "PROVED" for loop in loops.values()):
                return replace(made, status="UNKNOWN", why=(("why_loop", {"turns": UNROLLED[-1]}),))
            if reach:
                made = replace(made, status="REFUTED", why=(("why_never", {}),))
        elif reach:
            made = replace(made, status="UNKNOWN", why=(("why_not_reached", {"k": found.k}), *found.why))
        elif found.status == "BOUNDED" and one.kind in ("response", "held") and found.k < self._need(case.meant):
            why: Reason = ("why_short", {"k": found.k, "need": self._need(case.meant)})
            made = replace(made, status="UNKNOWN", why=(why, *found.why))
        return made

    def _violates(
        self, system: System, meant: Meant, found: Sequence[dict[int, Any]]
    ) -> tuple[list[tuple[int, dict[str, Any]]], tuple[str, ...], list[dict[str, Any]]]:
        """A run as the executors take it, those that repeat it, and its states."""
        names = {one.number: one.name for one in system.model.slots.values()}
        rows = [(self.options.scan_ns or int(row.get(-1, 0)), inputs_by_path(names, row)) for row in found]
        states, replayed = self.replayer.violates(meant, rows)
        return rows, replayed, states

    def _repeated(self, system: System, meant: Meant, found: Found, made: Verdict) -> Verdict:
        rows, replayed, states = self._violates(system, meant, found.rows)
        if not replayed:
            return replace(made, status="UNKNOWN", why=(("why_not_repeated", {"k": found.k}),))
        spans = self.replayer.ran(rows)
        return replace(made, trace=as_trace(self.unit, rows, states, meant, replayed, spans))

    def _vacuous(self, search: Search, cases: Sequence[_Case]) -> None:
        """Whether the condition of a proved implication can be met at all."""
        asked = [
            one
            for one in cases
            if one.meant.when is not None and one.meant.property.kind in ("implication", "response", "held", "stays")
        ]
        asked = [one for one in asked if one.meant.property.id not in search.samples.met]
        runs = far(search.system, search.samples, [one.meant for one in asked], search.deadline) if asked else Far()
        for case in asked:
            name = case.meant.property.id
            if name in runs.met:
                continue
            depth = max(MEETING, self._need(case.meant) + BEYOND)
            found = search.decide({name: search.system.mets[name]}, depth=min(depth, DEEPEST))[name]
            if found.status == "PROVED":
                case.notes.append(("note_vacuous", {}))
            elif found.status in _OPEN and found.k >= self._need(case.meant):
                case.notes.append(("note_not_met", {"k": found.k}))
