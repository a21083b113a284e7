"""Test cases made for a program: random and boundary inputs, kept when they run something new or notice a new mutant.

The search grows what it kept (coverage-guided, as in Zalewski's AFL) over values at which the program decides; its
random numbers come from a seed, and its budget is counted in runs, so that the same program gives the same tests. The
expected values are what the program did: each case is marked ``proposed`` until a person has confirmed it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from assay.skills.plc.ir.nodes import Project, Unit
from assay.skills.plc.ir.types import DataType
from assay.skills.plc.run.machine import machine
from assay.skills.plc.testing.coverage import Coverage
from assay.skills.plc.testing.instrument import instrument
from assay.skills.plc.testing.judge import bind
from assay.skills.plc.testing.layout import Layout
from assay.skills.plc.testing.mutants import Mutant
from assay.skills.plc.testing.scoring import MUTANT_WATCHDOG, killed_by
from assay.skills.plc.testing.stimuli import Move, Stimuli
from assay.skills.plc.testing.suites import suites_of
from assay.skills.plc.testing.values import show_value

MOST_SCANS = 3000
MOST_CASES = 60


@dataclass
class Proposal:
    """``document``: the suite as T.json. ``covered`` of ``points``; ``killed`` of ``mutants``."""

    document: dict[str, Any]
    covered: int
    points: int
    killed: int
    mutants: int
    cases: list[list[Move]] = field(default_factory=list)


def propose(
    project: Project,
    unit: Unit,
    *,
    scan_ns: int = 100_000_000,
    mutants: Sequence[Mutant] = (),
    runs: int = 400,
    seed: int = 1,
) -> Proposal:
    """A suite for a unit: first cases that run what no case before has run, then, for each mutant left, runs that
    notice it."""
    search = _Search(project, unit, scan_ns, seed)
    search.cover(runs)
    alive = search.kill(list(mutants), max(5, runs // 20))
    document = search.document()
    hit = len(search.coverage.hit())
    total = len(search.coverage.points)
    return Proposal(document, hit, total, len(mutants) - len(alive), len(mutants), search.kept)


class _Search:
    def __init__(self, project: Project, unit: Unit, scan_ns: int, seed: int) -> None:
        self.project, self.unit, self.scan_ns = project, unit, scan_ns
        self.layout = Layout(project, unit)
        self.rng = random.Random(f"propose {seed}")
        self.stimuli = Stimuli(project, unit, scan_ns)
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
                gained = self.coverage.hit() - before
                self.kept.append(self._shortened(moves, lambda shorter, want=gained: want <= self._points(shorter)))

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
            moves[place] = Move({**moves[place].sets, **self.stimuli.sets(rng, 0.1)}, self.stimuli.wait(rng))
        else:
            moves.insert(rng.randrange(len(moves) + 1), Move(self.stimuli.sets(rng, 0.2), self.stimuli.wait(rng)))
        return moves

    def _run(self, moves: list[Move]) -> bool:
        """Whether the run ended without a fault (a faulting run is no test of what was meant)."""
        self._machine.reset()
        left, first = MOST_SCANS, True
        for move in moves:
            for turn in range(move.scans):
                self._machine.scan(move.sets if turn == 0 else None, 0 if first else self.scan_ns)
                first = False
                left -= 1
                if self._machine.fault is not None or left < 0:
                    return False
        return True

    def _points(self, moves: list[Move]) -> frozenset[int]:
        if not self._run(moves):
            return frozenset()
        alone = Coverage(self.coverage.points)
        alone.take(self._machine)
        return alone.hit()

    def _shortened(self, moves: list[Move], still: Any) -> list[Move]:
        """Without the steps, and the scans, that are not needed."""
        place = len(moves) - 1
        while place >= 0 and len(moves) > 1:
            shorter = moves[:place] + moves[place + 1 :]
            if still(shorter):
                moves = shorter
            place -= 1
        for place, move in enumerate(moves):
            if move.scans > 1:
                shorter = [*moves[:place], Move(move.sets, 1), *moves[place + 1 :]]
                if still(shorter):
                    moves = shorter
        return moves

    # --- what is noticed ---

    def kill(self, mutants: list[Mutant], tries: int) -> list[Mutant]:
        """Mutants that no kept case notices, after adding cases that notice more of them."""
        order = list(self._bound(self.kept))
        alive = [one for one in mutants if killed_by(one.project, self.unit.name, order) is None]
        tried = 0
        while alive and tried < tries and len(self.kept) < MOST_CASES:
            tried += 1
            moves = self._candidate()
            if not self._run(moves):
                continue
            bound = self._bound([moves])
            noticed = [one for one in alive if killed_by(one.project, self.unit.name, list(bound)) is not None]
            if noticed:
                self.coverage.take(self._machine)
                self.kept.append(moves)
                gone = {one.id for one in noticed}
                alive = [one for one in alive if one.id not in gone]
                tried = 0
        return alive

    def _bound(self, cases: list[list[Move]]) -> Any:
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
        return {"pou": self.unit.name, "scan": f"{self.scan_ns / 10**6:g}ms", "cases": made}

    def _steps(self, moves: list[Move]) -> list[dict[str, Any]]:
        self._plain.reset()
        steps: list[dict[str, Any]] = []
        for move in moves:
            for turn in range(move.scans):
                first = not steps and turn == 0
                self._plain.scan(move.sets if turn == 0 else None, 0 if first else self.scan_ns)
            sets = {path: show_value(value, self.stimuli.leaves[path]) for path, value in move.sets.items()}
            steps.append({"set": sets, "scans": move.scans, "expect": self._expected()})
        return steps

    def _expected(self) -> dict[str, Any]:
        made: dict[str, Any] = {}
        shown = self.layout.outputs or tuple(one for one in self.unit.variables if one.section == "static")
        for one in shown:
            for path, kind in self.layout.leaves(one.name, one.type):
                value = self._plain.read(path)
                if _sayable(value, kind):
                    made[path] = show_value(value, kind)
        return made


def _sayable(value: Any, kind: DataType) -> bool:
    """NaN and infinity are no values that a test can expect."""
    return not (isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))))
