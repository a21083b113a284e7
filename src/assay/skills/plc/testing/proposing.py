"""Test cases made for a program: random and boundary inputs, kept when they run something new or notice a new mutant.

The search grows what it kept (coverage-guided, as in Zalewski's AFL) over values at which the program decides; its
random numbers come from a seed, and its budget is counted in runs, so that the same program gives the same tests. The
expected values are what the program did: each case is marked ``proposed`` until a person has confirmed it.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from assay.skills.plc.ir.nodes import Project, Unit
from assay.skills.plc.run.machine import Machine, machine
from assay.skills.plc.testing.coverage import Coverage
from assay.skills.plc.testing.instrument import instrument
from assay.skills.plc.testing.judge import BoundCase, bind
from assay.skills.plc.testing.layout import Layout
from assay.skills.plc.testing.mutants import Mutant
from assay.skills.plc.testing.observing import Observer, Seen, cut
from assay.skills.plc.testing.scoring import MUTANT_WATCHDOG, killed_by, machines
from assay.skills.plc.testing.stimuli import Move, Stimuli
from assay.skills.plc.testing.suites import suites_of
from assay.skills.plc.testing.values import show_value

#: Knows a run that tells a version of the unit from the original, or None.
Telling = Callable[[Project], "list[Move] | None"]
MOST_SCANS = 3000
MOST_CASES = 60


@dataclass(frozen=True, slots=True)
class Proposal:
    """``document``: the suite as T.json. ``covered`` of ``points``; ``killed`` of ``mutants``."""

    document: dict[str, Any]
    covered: int
    points: int
    killed: int
    mutants: int


def propose(
    project: Project,
    unit: Unit,
    *,
    scan_ns: int = 100_000_000,
    mutants: Sequence[Mutant] = (),
    runs: int = 400,
    seed: int = 1,
    telling: Telling | None = None,
) -> Proposal:
    """A suite for a unit: first cases that run what no case before has run, then, for each mutant left, runs that
    notice it. ``telling`` is asked for such a run where the search finds none."""
    search = _Search(project, unit, scan_ns, seed)
    search.cover(runs)
    alive = search.kill(list(mutants), max(20, runs // 6), telling)
    document = search.document()
    hit = len(search.coverage.hit())
    total = len(search.coverage.points)
    return Proposal(document, hit, total, len(mutants) - len(alive), len(mutants))


class _Search:
    def __init__(self, project: Project, unit: Unit, scan_ns: int, seed: int) -> None:
        self.project, self.unit, self.scan_ns = project, unit, scan_ns
        self.layout = Layout(project, unit)
        self.rng = random.Random(f"propose {seed}")
        self.stimuli = Stimuli(project, unit, scan_ns)
        self.observer = Observer(project, unit)
        noted = instrument(project)
        self.coverage = Coverage(noted.points)
        self._machine = machine(noted.project, unit.name, watchdog=MUTANT_WATCHDOG)
        self._plain = machine(project, unit.name, watchdog=MUTANT_WATCHDOG)
        self.kept: list[list[Move]] = []

    # --- what runs ---

    def cover(self, runs: int) -> None:
        """Keep every case that runs a new point, shortened to what it needs for that."""
        for _ in range(runs):
            if len(self.kept) >= MOST_CASES or len(self.coverage.hit()) == len(self.coverage.points):
                return
            moves = self._candidate()
            before = self.coverage.hit()
            if self._run(moves) and self.coverage.take(self._machine):
                self.kept.append(self._shortened(moves, self._runs_again(self.coverage.hit() - before)))

    def _candidate(self) -> list[Move]:
        rng = self.rng
        if not self.kept or rng.random() < 0.35:
            return self.stimuli.case(rng)
        moves = list(rng.choice(self.kept))
        form = rng.random()
        if form < 0.5:
            moves += self.stimuli.case(rng, 3)
        elif form < 0.8:
            place = rng.randrange(len(moves))
            fresh = self.stimuli.move(rng, 0.1)
            moves[place] = Move({**moves[place].sets, **fresh.sets}, fresh.scans, fresh.scan_ns)
        else:
            moves.insert(rng.randrange(len(moves) + 1), self.stimuli.move(rng, 0.2))
        return moves

    def _run(self, moves: list[Move]) -> bool:
        """Whether the run ended without a fault (a faulting run is no test of what was meant)."""
        if sum(move.scans for move in moves) > MOST_SCANS:
            return False
        return not any(isinstance(one, str) for one in self.observer.run(self._machine, moves))

    def _runs_again(self, gained: frozenset[int]) -> Callable[[list[Move]], bool]:
        return lambda moves: gained <= self._points(moves)

    def _points(self, moves: list[Move]) -> frozenset[int]:
        if not self._run(moves):
            return frozenset()
        alone = Coverage(self.coverage.points)
        alone.take(self._machine)
        return alone.hit()

    def _shortened(self, moves: list[Move], still: Callable[[list[Move]], bool]) -> list[Move]:
        """Without the steps, and the scans, that are not needed."""
        place = len(moves) - 1
        while place >= 0 and len(moves) > 1:
            shorter = moves[:place] + moves[place + 1 :]
            if still(shorter):
                moves = shorter
            place -= 1
        for place, move in enumerate(moves):
            if move.scans > 1:
                shorter = [*moves[:place], Move(move.sets, 1, move.scan_ns), *moves[place + 1 :]]
                if still(shorter):
                    moves = shorter
        return moves

    # --- what is noticed ---

    def kill(self, mutants: list[Mutant], runs: int, telling: Telling | None) -> list[Mutant]:
        """Mutants that no case notices, after adding a case for each that one of ``runs`` runs tells from the original.
        Such a case ends with the scan in which the difference shows."""
        order = list(self._bound(self.kept))
        alive = [one for one in mutants if killed_by(one.project, self.unit.name, order) is None]
        pool = self._pool(runs) if alive else []
        tested = machines([one.project for one in alive], self.unit.name)
        others = {one.id: other for one, other in zip(alive, tested, strict=True)}
        missed: list[Mutant] = []
        while alive:
            mutant = alive.pop(0)
            case = self._telling(others[mutant.id], pool) if len(self.kept) < MOST_CASES else None
            if case is None and telling is not None and len(self.kept) < MOST_CASES:
                case = self._confirmed(others[mutant.id], telling(mutant.project))
            if case is None:
                missed.append(mutant)
                continue
            self.kept.append(case)
            bound = list(self._bound([case]))
            alive = [one for one in alive if killed_by(one.project, self.unit.name, bound) is None]
        return missed

    def _pool(self, runs: int) -> list[tuple[list[Move], list[Seen]]]:
        """Runs of the original that end without a fault, with what it gave."""
        made = []
        for _ in range(runs):
            moves = self._candidate()
            if self._run(moves):
                made.append((moves, list(self.observer.run(self._plain, moves))))
        return made

    def _telling(self, other: Machine, pool: list[tuple[list[Move], list[Seen]]]) -> list[Move] | None:
        for moves, seen in pool:
            found = self.observer.difference(other, moves, seen)
            if found is not None:
                return self._shortened(cut(moves, found[0]), lambda shorter: self._tells(other, shorter))
        return None

    def _confirmed(self, other: Machine, moves: list[Move] | None) -> list[Move] | None:
        """A run from elsewhere, as far as it sets what can be set here, if it tells the mutant indeed."""
        if moves is None:
            return None
        spelled = {path.upper(): path for path in self.stimuli.leaves}
        own = [
            Move(
                {spelled[path.upper()]: value for path, value in one.sets.items() if path.upper() in spelled},
                one.scans,
                one.scan_ns,
            )
            for one in moves
        ]
        return self._telling(other, [(own, list(self.observer.run(self._plain, own)))])

    def _tells(self, other: Machine, moves: list[Move]) -> bool:
        """Whether the difference shows after the last scan, where a case looks."""
        seen = list(self.observer.run(self._plain, moves))
        found = self.observer.difference(other, moves, seen)
        return found is not None and found[0] == len(seen)

    def _bound(self, cases: list[list[Move]]) -> Sequence[BoundCase]:
        if not cases:
            return ()
        (suite,) = suites_of(self.document(cases))
        return bind(suite.cases, self.layout)

    # --- as T.json ---

    def document(self, cases: list[list[Move]] | None = None) -> dict[str, Any]:
        """The suite; the expected values are read from the program itself."""
        chosen = self.kept if cases is None else cases
        made = [
            {"name": f"proposed {index}", "proposed": True, "steps": self._steps(moves)}
            for index, moves in enumerate(chosen, 1)
        ]
        return {"pou": self.unit.name, "scan": f"{self.scan_ns / 10**6:.15g}ms", "cases": made}

    def _steps(self, moves: list[Move]) -> list[dict[str, Any]]:
        self._plain.reset()
        steps: list[dict[str, Any]] = []
        for move in moves:
            for turn in range(move.scans):
                first = not steps and turn == 0
                self._plain.scan(move.sets if turn == 0 else None, 0 if first else move.scan_ns)
            sets = {path: show_value(value, self.stimuli.leaves[path]) for path, value in move.sets.items()}
            step: dict[str, Any] = {"set": sets, "scans": move.scans, "expect": self._expected()}
            if move.scan_ns != self.scan_ns:
                step["scan"] = f"{move.scan_ns / 10**6:.6f}".rstrip("0").rstrip(".") + "ms"
            steps.append(step)
        return steps

    def _expected(self) -> dict[str, Any]:
        read = ((path, kind, self._plain.read(path)) for path, kind in self.observer.places)
        return {path: show_value(value, kind) for path, kind, value in read if _sayable(value)}


def _sayable(value: Any) -> bool:
    """NaN and infinity are no values that a test can expect."""
    return not isinstance(value, float) or math.isfinite(value)
