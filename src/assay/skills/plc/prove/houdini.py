"""From guesses to invariants: drop what the first state breaks or one step breaks, until all that is left holds.

Flanagan and Leino, "Houdini, an annotation assistant for ESC/Java" (FME 2001): the greatest subset of the guesses that
is inductive as a whole.
"""

from __future__ import annotations

import math
import time
from typing import Any

import z3

from assay.skills.plc.prove.candidates import Invariant
from assay.skills.plc.prove.frames import Cone, Frames, Symbols
from assay.skills.plc.prove.terms import boolean, known

#: z3's measure of work for one question: guesses that need more are not worth it.
EASY = 400_000

#: Most rounds; a round drops at least one guess.
ROUNDS = 200


def invariants(cone: Cone, guesses: list[Invariant], effort: int, deadline: float = math.inf) -> list[Invariant]:
    """Those guesses that together hold in every state that can be reached (over a run without faults); none when the
    ``deadline`` (of the monotonic clock) comes first."""
    terms, symbols = cone.system.terms, Symbols()
    first = {one.pre.get_id(): (one.pre, terms.lift(one.initial, one.sort)) for one in cone.system.states}
    left = [one for one in guesses if not known(one.term) and _holds_first(first, symbols, one)]
    if not left or not cone.states:
        return []
    frames = Frames(cone, start=False, effort=effort)
    frames.grow()
    solver = frames.solver
    before = [z3.Bool(f"assume!{number}") for number in range(len(left))]
    after = []
    for literal, one in zip(before, left, strict=True):
        solver.add(z3.Implies(literal, frames.at(one.term, 0)))
        after.append(frames.after(one.term))
    alive = _together(solver, before, after, deadline)
    return [left[number] for number in _one_by_one(solver, before, after, alive, deadline)]


def _together(solver: Any, before: list[Any], after: list[Any], deadline: float) -> list[int]:
    """Drop what one model after the other breaks, as long as the solver finds models easily."""
    alive = list(range(len(before)))
    solver.set("rlimit", EASY)
    for _ in range(ROUNDS):
        if not alive or time.monotonic() > deadline:
            return []
        solver.push()
        solver.add(z3.Or(*[z3.Not(after[number]) for number in alive]))
        answer = solver.check(*[before[number] for number in alive])
        broken = _broken(solver, after, alive) if answer == z3.sat else set()
        solver.pop()
        if not broken:
            break
        alive = [number for number in alive if number not in broken]
    return alive


def _broken(solver: Any, after: list[Any], alive: list[int]) -> set[int]:
    model = solver.model()
    return {number for number in alive if z3.is_false(model.eval(after[number], model_completion=True))}


def _one_by_one(solver: Any, before: list[Any], after: list[Any], alive: list[int], deadline: float) -> list[int]:
    """Each of what is left from all of what is left, until nothing more falls; what costs too much falls too."""
    settled: set[int] = set()
    while True:
        number = next((one for one in alive if one not in settled), None)
        if number is None:
            return alive
        if time.monotonic() > deadline:
            return []
        answer = solver.check(*[before[one] for one in alive], z3.Not(after[number]))
        if answer == z3.unsat:
            settled.add(number)
            continue
        broken = _broken(solver, after, alive) if answer == z3.sat else set()
        alive = [one for one in alive if one not in broken and one != number]
        settled = set()


def _holds_first(first: dict[int, tuple[Any, Any]], symbols: Symbols, guess: Invariant) -> bool:
    pairs = [first[one] for one in symbols.of(guess.term) if one in first]
    return bool(z3.is_true(z3.simplify(z3.substitute(boolean(guess.term), *pairs))))
