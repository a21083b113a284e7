"""The port of an executor: a unit of a checked project with its memory, a virtual clock, scans and faults.

Both executors (``backend`` ``python`` and ``c``) agree on every value, on :meth:`Machine.state` and on the fault. What
``ir/nodes.py`` and ``ir/builtins.py`` leave open is settled here:

* an assignment evaluates its value first, then the place, then stores; a binary operator, arguments and indices from
  left to right;
* a call of a function block resolves the instance, then evaluates and stores its inputs one after the other in the
  order of the call, binds in_outs, runs the body, then stores the outputs in the order of the call. A function or
  method gets all its inputs, then the places of its in_outs, and gives back its outputs after it has ended;
* an in_out or pointer is a place, resolved once: a later change of an index does not move it;
* ``watchdog`` limits the turns of loops and the calls of units together in one scan (a turn or a call counts when it
  begins); ``recursion`` counts the open calls of units that can reach themselves: the 65th is the fault;
* a subrange is checked when a value is converted to it; a value for an input of the machine must be in its type;
* an input with an edge is TRUE in the body only in the call of its edge; between calls it holds what was written;
* temporaries and the locals of functions and methods are no state: they stand neither in :meth:`Machine.state` nor in
  paths (of a function that is itself run, inputs, outputs and result do);
* a scan is: clock on by ``elapsed_ns``, inputs set, one run of the unit. A machine that is faulted no longer runs: a
  scan sets the clock and inputs and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from assay.kernel.texts import Lang, text
from assay.skills.plc.front.source import NOWHERE, Span
from assay.skills.plc.ir.nodes import Project

Backend = Literal["python", "c"]
FaultKind = Literal["div_zero", "index", "range", "null", "watchdog", "recursion"]

#: In the order of their numbers in generated code (from 1).
FAULT_KINDS: tuple[FaultKind, ...] = ("div_zero", "index", "range", "null", "watchdog", "recursion")

#: Open calls of units that can call themselves.
RECURSION_LIMIT = 64

#: Loop turns and calls in one scan.
WATCHDOG = 1_000_000


@dataclass(frozen=True, slots=True)
class Fault:
    """Why and where a scan ended before its end. ``span`` is that of the operation, loop or call."""

    kind: FaultKind
    span: Span = NOWHERE

    def sentence(self, lang: Lang = "en") -> str:
        """What happened, in one sentence without the place."""
        return text(f"plc_run.fault_{self.kind}", lang)


@dataclass(frozen=True, slots=True)
class Hits:
    """What has run since the machine was made: spans of statements; and branches, each the span of a condition (of
    IF, ELSIF, a loop), of a CASE arm, or of the CASE itself for "no arm", with how it went. A loop's branch is TRUE
    for each turn and FALSE where it ends by its condition. ``coverage.points`` gives all there are."""

    statements: frozenset[Span] = frozenset()
    branches: frozenset[tuple[Span, bool]] = frozenset()


class Machine(Protocol):
    """A running unit. Paths are without case: ``q``, ``timer.ET``, ``a[3].b``, ``m[1,2]``; globals by their full name
    (``GVL.Speed``; ``.Speed`` where the unit has a variable of that name). Values are those of ``ir/types.py``; a
    pointer, reference or interface reads as the path of what it points to, or None."""

    @property
    def project(self) -> Project: ...

    @property
    def unit_name(self) -> str:
        """The unit's full name as declared."""

    @property
    def backend(self) -> Backend: ...

    @property
    def now_ns(self) -> int:
        """The virtual clock: nanoseconds since the start of the run."""

    @property
    def fault(self) -> Fault | None:
        """The fault that stopped the machine; :meth:`reset` and :meth:`restart` take it away."""

    @property
    def hits(self) -> Hits:
        """Coverage; empty unless the machine was made with ``coverage`` (Python only)."""

    def reset(self) -> None:
        """Cold start: initial values everywhere, the clock at 0."""

    def restart(self) -> None:
        """Warm start: variables that are RETAIN keep their values, the others get their initial ones; the clock goes
        on."""

    def scan(self, inputs: Mapping[str, object] | None = None, elapsed_ns: int = 0) -> None:
        """One scan. Raises InputError for an unknown path or a value that its type cannot hold, before anything is
        changed; a fault of the program stands in :attr:`fault`."""

    def run(
        self,
        scans: int,
        inputs: Mapping[str, Sequence[object]],
        outputs: Sequence[str],
        elapsed_ns: int | Sequence[int],
    ) -> dict[str, list[object]]:
        """Many scans at the speed of the backend: a value a scan for each input path (scalars without strings), and
        the values of the output paths after each scan. Rows stop before the scan that faults."""

    def read(self, path: str) -> object:
        """The value at a path (arrays as lists, structures and blocks as dicts)."""

    def write(self, path: str, value: object) -> None:
        """Set the value at a path. Raises InputError when the path is unknown or the value does not fit."""

    def outputs(self) -> dict[str, object]:
        """The unit's outputs, in_outs and result by name."""

    def state(self) -> dict[str, object]:
        """All variables, scalar by scalar: flat paths -> values. NaN is ``math.nan``."""

    def load(self, state: Mapping[str, object]) -> None:
        """Take over values as :meth:`state` gave them (also those of a machine of the other backend)."""


def machine(
    project: Project,
    unit_name: str,
    *,
    backend: Backend = "python",
    watchdog: int = WATCHDOG,
    coverage: bool = False,
) -> Machine:
    """A machine for a program, function block or function of ``project``, after a cold start.

    Raises InputError when there is no such unit, when it cannot run alone (an in_out ``ARRAY[*]``) or needs more memory
    than a machine may have, and MissingDependency when backend ``c`` finds no C compiler.
    """
    if backend == "c":
        return compile_many([(project, unit_name)], watchdog=watchdog)[0]
    from assay.skills.plc.run.py.machine import PythonMachine

    return PythonMachine(project, unit_name, watchdog=watchdog, coverage=coverage)


def compile_many(units: Sequence[tuple[Project, str]], *, watchdog: int = WATCHDOG) -> list[Machine]:
    """C machines for many units in one translation unit: one start of the compiler. Raises as :func:`machine`."""
    from assay.skills.plc.run.c.machine import c_machines

    return list(c_machines(units, watchdog=watchdog))
