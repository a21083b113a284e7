"""Spacer, z3's engine for constrained Horn clauses: invariants that no template guesses (Komuravelli, Gurfinkel and
Chaki, "SMT-based model checking for recursive programs", CAV 2014), over whole numbers with exact wrap-around."""

from __future__ import annotations

from typing import Any

import z3

from assay.skills.plc.prove.fold import Term
from assay.skills.plc.prove.frames import Cone, Symbols
from assay.skills.plc.prove.system import System
from assay.skills.plc.prove.terms import boolean

#: More state than this is not worth a try.
MOST_STATES = 60


def never(system: System, bad: Term, *, effort: int, milliseconds: int) -> str | None:
    """The invariant, as text, that shows that ``bad`` never happens in a system over whole numbers; None when none was
    found. Only the proof is used: a run that violates is for the exact system to find."""
    symbols = Symbols()
    cone = Cone(system, [bad], symbols)
    if len(cone.states) > MOST_STATES or any(one.sort[0] == "real" for one in cone.states):
        return None
    if any(one.sort[0] == "real" for one in cone.inputs if one.term.get_id() in cone.ids):
        return None
    engine = z3.SolverFor("HORN")
    engine.set("engine", "spacer")
    engine.set("timeout", milliseconds)
    engine.set("rlimit", effort)
    pres = [one.pre for one in cone.states]
    posts = [z3.Const(f"{one.name}'", one.pre.sort()) for one in cone.states]
    reached = z3.Function("reached", *[one.sort() for one in pres], z3.BoolSort())
    terms = system.terms
    engine.add(reached(*[terms.lift(one.initial, one.sort) for one in cone.states]))
    held = [boolean(one) for one in cone.constraints] + [z3.Not(one) for one in cone.faults]
    moves = [post == terms.lift(one.next, one.sort) for one, post in zip(cone.states, posts, strict=True)]
    inputs = [one.term for one in cone.inputs if one.term.get_id() in cone.ids]
    engine.add(_for_all([*pres, *inputs, *posts], z3.Implies(z3.And(reached(*pres), *held, *moves), reached(*posts))))
    engine.add(_for_all([*pres, *inputs], z3.Implies(z3.And(reached(*pres), *held, boolean(bad)), False)))
    if engine.check() != z3.sat:
        return None
    meaning = engine.model().eval(reached(*pres))
    return " ".join(str(z3.simplify(meaning)).replace("@", "").split())[:300]


def _for_all(symbols: list[Any], body: Any) -> Any:
    return z3.ForAll(symbols, body) if symbols else body
