"""A unit with its properties, ready to be run scan by scan over plain or symbolic values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from assay.skills.plc.ir.nodes import Project, Unit, Variable
from assay.skills.plc.ir.types import BOOL, Block, DataType
from assay.skills.plc.prove.fold import Term
from assay.skills.plc.prove.interpreter import Interpreter
from assay.skills.plc.prove.layout import Layout, TooBig, kept
from assay.skills.plc.prove.memory import TIME_SORT, Branch, Check, Layer, Stamp
from assay.skills.plc.prove.places import Frame, Ref
from assay.skills.plc.prove.terms import Bits
from assay.skills.plc.prove.walk import Calls, effects
from assay.skills.plc.prove.watcher import Meant, Seen, Watcher


@dataclass(frozen=True, slots=True)
class Slot:
    """One scalar that lives from scan to scan. ``role``: ``input`` (anything, each scan), ``state``, ``watch`` (a
    property's memory) or ``fixed`` (nothing writes it)."""

    number: int
    name: str
    type: DataType
    role: str
    initial: Term


@dataclass(slots=True)
class Outcome:
    """What one scan gave: for each property what it means, the checks and branches met, whether a fault happened."""

    seen: dict[str, Seen] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)
    unknowns: list[Term] = field(default_factory=list)
    fault: Term = False


class Model:
    """``scan_ns`` None: the scan time varies. ``body``: run these statements instead of the unit's own (a slice)."""

    def __init__(
        self,
        project: Project,
        unit: Unit,
        properties: Sequence[Meant] = (),
        *,
        scan_ns: int | None = 100_000_000,
        terms: Bits | None = None,
        loop_bound: int = 16,
    ) -> None:
        self.project, self.unit, self.scan_ns = project, unit, scan_ns
        self.calls = Calls(project)
        self.notes: list[tuple[str, dict[str, object]]] = []
        self.run = Interpreter(project, terms or Bits(), Layout(project), loop_bound=loop_bound)
        self.slots: dict[int, Slot] = {}
        self.stamps: set[int] = set()
        self._own: dict[str, Ref] = {}
        self._base, self._block = self._instance()
        self._globals({name for one in properties for name in _globals_in(one)})
        self.run.frame = self._frame()
        self.run.record = False
        self.watchers = [Watcher(self.run, one, scan_ns) for one in properties]
        self.run.record = True
        for watcher in self.watchers:
            for slot in watcher.slots:
                self._known(slot, "watch")
        self._mark = len(self.run.sorts)

    # --- memory

    def _known(self, number: int, role: str) -> None:
        kind = self.run.types[number]
        if kind is not None:
            initial = self.run.read(number)
            self.slots[number] = Slot(number, self.run.names[number].removeprefix("."), kind, role, initial)

    def _instance(self) -> tuple[int | None, Block | None]:
        written = self.calls.written(self.unit.name)
        if self.unit.kind == "function":
            for one in self.unit.variables:
                self._own[one.name.upper()] = self._variable(one, self._role(one, None))
            return None, None
        block = Block(self.unit.name)
        base = self.run.allocate(block, "", None)
        place = base + 1
        for one in kept(self.unit):
            size = self.run.layout.size(one.type)
            for number in range(place, place + size):
                self._known(number, self._role(one, written))
            place += size
        for one in self.unit.variables:
            if one.section == "in_out":
                self.run.bound[base, one.name.upper()] = self._variable(one, "input")
        return base, block

    def _variable(self, one: Variable, role: str) -> Ref:
        if self.run.layout.size(one.type) == 0:
            raise TooBig("open_array")
        base = self.run.allocate(one.type, one.name, one.initial)
        for number in range(base, len(self.run.sorts)):
            self._known(number, role)
        return Ref(((True, base),), one.type)

    @staticmethod
    def _role(one: Variable, written: set[str] | None) -> str:
        if one.constant:
            return "fixed"
        if one.section in ("input", "in_out") or one.location.upper().startswith("%I"):
            return "input"
        return "state" if written is None or one.name.upper() in written else "fixed"

    def _globals(self, spoken_of: set[str]) -> None:
        """The globals in use: those that the unit's own run writes are state, those that nobody may write are fixed,
        and the others are inputs, because something else may set them."""
        used, written = self.calls.globals(self.unit.name)
        for key, one in sorted((name.upper(), value) for name, value in self.project.globals.items()):
            if key not in used | spoken_of:
                continue
            role = "fixed" if one.constant else "state" if key in written else "input"
            if one.location.upper().startswith("%I"):
                role = "input"
            if role == "input":
                self.notes.append(("note_global", {"name": one.name}))
            self.run.globals[key] = self._variable(one, role)

    def _frame(self) -> Frame:
        return Frame(self.unit, self._base, self._block, dict(self._own))

    # --- a scan

    def initial(self) -> dict[int, Term]:
        """The state before the first scan (points in time as distances from the clock, which is 0)."""
        return {one.number: one.initial for one in self.slots.values() if one.role in ("state", "watch")}

    def scan(self, state: Mapping[int, Term], inputs: Mapping[int, Term], elapsed: Term, clock: Term) -> Outcome:
        """One scan from a state. Its end is read with :meth:`after`."""
        run = self.run
        del run.sorts[self._mark :], run.types[self._mark :], run.names[self._mark :]
        run.layer, run.path, run.checks, run.branches = Layer(), [], [], []
        run.unknowns, run.steps, run.leaves = [], 0, 0
        run.now = run.terms.binary("add", clock, elapsed, TIME_SORT)
        for one in self.slots.values():
            run.put(one.number, one.initial)
        for number, value in state.items():
            run.put(number, self._aged(value, elapsed) if number in self.stamps else value)
        for number, value in inputs.items():
            run.put(number, value)
        if self.unit.kind == "function":
            for one in self.slots.values():
                if one.role == "state":
                    run.put(one.number, one.initial)
        run.frame = self._frame()
        for watcher in self.watchers:
            watcher.start()
        self._run_body()
        outcome = Outcome(checks=run.checks, branches=run.branches, fault=run.faults())
        for watcher in self.watchers:
            outcome.seen[watcher.property.id] = watcher.end(elapsed)
        outcome.unknowns = [term for term, _ in run.unknowns]
        return outcome

    def _aged(self, offset: Term, elapsed: Term) -> Stamp:
        return Stamp(self.run.terms.binary("sub", offset, elapsed, TIME_SORT))

    def _run_body(self) -> None:
        frame = self.run.frame
        for one in self.unit.variables:
            if one.section == "temp" and one.name.upper() not in frame.own:
                base = self.run.allocate(one.type, one.name, one.initial)
                frame.own[one.name.upper()] = Ref(((True, base),), one.type)
        frame.flags = (self.run.allocate(BOOL, "!return"),)
        self.run.run(self.unit.body)

    def after(self, number: int) -> Term:
        """The value of a slot at the end of the last scan: of a point in time (see ``stamps``) its distance."""
        value = self.run.read(number)
        return self.run.offset(value) if number in self.stamps else value


def _globals_in(meant: Meant) -> set[str]:
    """Globals that a property speaks of, by upper-case name."""
    return {name for one in meant.expressions() for kind, name in effects(one).reads if kind == "."}
