"""Guesses for invariants of a transition system: what was true in every sampled state, by templates.

The templates are those that programs of PLCs are made of: a value that stays in a range or in a set of steps, a step
that fixes an output, outputs that exclude or imply each other, a flag that tells on which side of a limit a count or a
time is, two counts or times with a fixed sum or difference, a timer's distance from the clock and a watched duration.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from assay.skills.plc.prove.fold import Term
from assay.skills.plc.prove.samples import Samples
from assay.skills.plc.prove.system import StateVar, System
from assay.skills.plc.prove.terms import Bits, and_, boolean, known, not_, or_

#: Most guesses in all, and most of one kind.
MOST, MOST_OF_A_KIND = 1_600, 700

#: Flags of which every two are compared.
MOST_FLAGS = 300

#: A step counter has at most this many values.
STEPS = 16


@dataclass(frozen=True, slots=True)
class Invariant:
    """``term`` over the symbols of the state holds in every state that can be reached; ``text`` says it in words."""

    text: str
    term: Any


@dataclass(slots=True)
class _Column:
    """A state variable with its sampled values."""

    var: StateVar
    values: list[Term]

    @property
    def name(self) -> str:
        return f"({self.var.name} - clock)" if self.var.stamp else self.var.name


def guesses(system: System, samples: Samples, states: list[StateVar]) -> list[Invariant]:
    """Guesses over some of the state variables, the simplest first."""
    rows = samples.states
    if not rows:
        return []
    columns = [_Column(one, [row.get(one.number, one.initial) for row in rows]) for one in states if one.number != -1]
    flags = [one for one in columns if one.var.sort[0] == "bool"]
    wholes = [one for one in columns if one.var.sort[0] in ("int", "time")]
    reals = [one for one in columns if one.var.sort[0] == "real"]
    terms = system.terms
    found: list[Invariant] = []
    for maker in (
        _single(terms, flags, wholes, samples),
        _reals(terms, reals),
        _steps(terms, flags, wholes),
        _sides(terms, flags, wholes),
        _pairs(terms, wholes, flags),
        _implications(flags),
    ):
        for count, one in enumerate(maker):
            if count >= MOST_OF_A_KIND or len(found) >= MOST:
                break
            found.append(one)
    return found


def _single(terms: Bits, flags: list[_Column], wholes: list[_Column], samples: Samples) -> Iterator[Invariant]:
    for one in flags:
        if len(set(one.values)) == 1:
            value = one.values[0]
            yield Invariant(one.name if value else f"NOT {one.name}", one.var.pre if value else not_(one.var.pre))
    for one in wholes:
        sort, pre = one.var.sort, one.var.pre
        seen = sorted(set(one.values))
        low, high = seen[0], seen[-1]
        if low == high:
            yield Invariant(f"{one.name} = {low}", boolean(terms.binary("eq", pre, low, sort)))
        elif len(seen) <= STEPS:
            term = or_(*[terms.binary("eq", pre, value, sort) for value in seen])
            yield Invariant(f"{one.name} in {{{', '.join(map(str, seen))}}}", term)
        pool = samples.times + samples.whole if sort[1] == 64 else samples.whole
        for limit in sorted({low, *[value for value in (0, 1) if value <= low]}):
            yield Invariant(f"{one.name} >= {limit}", boolean(terms.binary("ge", pre, limit, sort)))
        above = sorted({value for value in pool if value >= high})[:3]
        for limit in sorted({high, *above, *[0 for _ in (1,) if high <= 0]}):
            yield Invariant(f"{one.name} <= {limit}", boolean(terms.binary("le", pre, limit, sort)))


def _reals(terms: Bits, reals: list[_Column]) -> Iterator[Invariant]:
    for one in reals:
        seen = [value for value in one.values if value == value]
        if not seen:
            continue
        if min(seen) == max(seen):
            yield Invariant(f"{one.name} = {seen[0]}", boolean(terms.binary("eq", one.var.pre, seen[0], one.var.sort)))
        if min(seen) >= 0.0:
            yield Invariant(f"{one.name} >= 0.0", boolean(terms.binary("ge", one.var.pre, 0.0, one.var.sort)))


def _is_step(one: _Column) -> bool:
    return 1 < len(set(one.values)) <= STEPS and one.var.sort[1] <= 32 and not one.var.watch


def _steps(terms: Bits, flags: list[_Column], wholes: list[_Column]) -> Iterator[Invariant]:
    """What a step says about flags and other steps."""
    for step in (one for one in wholes if _is_step(one)):
        for value in sorted(set(step.values)):
            here = [index for index, one in enumerate(step.values) if one == value]
            at = terms.binary("eq", step.var.pre, value, step.var.sort)
            for flag in flags:
                met = {flag.values[index] for index in here}
                if len(met) == 1 and len(set(flag.values)) > 1:
                    is_on = met.pop()
                    text = f"{step.name} = {value} => {'' if is_on else 'NOT '}{flag.name}"
                    yield Invariant(text, or_(not_(at), flag.var.pre if is_on else not_(flag.var.pre)))
            for other in wholes:
                seen = {other.values[index] for index in here}
                if other is not step and len(seen) == 1 and len(set(other.values)) > 1:
                    other_value = seen.pop()
                    same = terms.binary("eq", other.var.pre, other_value, other.var.sort)
                    text = f"{step.name} = {value} => {other.name} = {other_value}"
                    yield Invariant(text, or_(not_(at), same))


def _sides(terms: Bits, flags: list[_Column], wholes: list[_Column]) -> Iterator[Invariant]:
    """What a flag says about the range of a count or time."""
    for flag in flags:
        for on in (True, False):
            here = [index for index, one in enumerate(flag.values) if one is on]
            if not here or len(here) == len(flag.values):
                continue
            other = not_(flag.var.pre) if on else flag.var.pre
            for one in wholes:
                inside = [one.values[index] for index in here]
                sort = one.var.sort
                says = f"{'' if on else 'NOT '}{flag.name} => {one.name}"
                if min(inside) == max(inside):
                    same = terms.binary("eq", one.var.pre, inside[0], sort)
                    yield Invariant(f"{says} = {inside[0]}", or_(other, same))
                    continue
                if min(inside) > min(one.values):
                    over = terms.binary("ge", one.var.pre, min(inside), sort)
                    yield Invariant(f"{says} >= {min(inside)}", or_(other, over))
                if max(inside) < max(one.values):
                    under = terms.binary("le", one.var.pre, max(inside), sort)
                    yield Invariant(f"{says} <= {max(inside)}", or_(other, under))


def _pairs(terms: Bits, wholes: list[_Column], flags: list[_Column]) -> Iterator[Invariant]:
    """Sums, differences and orders of two counts or times, everywhere or where a flag is on or off."""
    moving = [one for one in wholes if len(set(one.values)) > 1][:24]
    for first, second in combinations(moving, 2):
        if first.var.sort != second.var.sort:
            continue
        yield from _relations(terms, first, second, range(len(first.values)), None, "")
        for flag in flags[:24]:
            for on in (True, False):
                here = [index for index, one in enumerate(flag.values) if one is on]
                if len(here) >= 3 and len(here) < len(flag.values):
                    guard = not_(flag.var.pre) if on else flag.var.pre
                    says = f"{'' if on else 'NOT '}{flag.name} => "
                    yield from _relations(terms, first, second, here, guard, says)


def _relations(terms: Bits, first: _Column, second: _Column, here: Any, guard: Any, says: str) -> Iterator[Invariant]:
    sort = first.var.sort
    one, other = first.var.pre, second.var.pre
    lefts, rights = [first.values[index] for index in here], [second.values[index] for index in here]
    if guard is not None and (len(set(lefts)) == 1 or len(set(rights)) == 1):
        return
    made: list[tuple[str, Term]] = []
    sums = {left + right for left, right in zip(lefts, rights, strict=True)}
    differences = {left - right for left, right in zip(lefts, rights, strict=True)}
    total = terms.binary("add", one, other, sort)
    if len(sums) == 1:
        made.append((f"{first.name} + {second.name} = {(value := sums.pop())}", terms.binary("eq", total, value, sort)))
    elif sort[1] == 64 and max(sums) <= 0:
        made.append((f"{first.name} + {second.name} <= 0", terms.binary("le", total, 0, sort)))
    elif sort[1] == 64 and min(sums) >= 0:
        made.append((f"{first.name} + {second.name} >= 0", terms.binary("ge", total, 0, sort)))
    if len(differences) == 1:
        value = differences.pop()
        difference = terms.binary("sub", one, other, sort)
        made.append((f"{first.name} - {second.name} = {value}", terms.binary("eq", difference, value, sort)))
    elif max(differences) <= 0:
        made.append((f"{first.name} <= {second.name}", terms.binary("le", one, other, sort)))
    elif min(differences) >= 0:
        made.append((f"{first.name} >= {second.name}", terms.binary("ge", one, other, sort)))
    for text, term in made:
        if not known(term):
            yield Invariant(says + text, term if guard is None else or_(guard, term))


def _implications(flags: list[_Column]) -> Iterator[Invariant]:
    moving = [one for one in flags if len(set(one.values)) > 1][:MOST_FLAGS]
    for first, second in combinations(moving, 2):
        met = set(zip(first.values, second.values, strict=True))
        for one in (True, False):
            for other in (True, False):
                if (one, other) not in met:
                    left = f"{'' if one else 'NOT '}{first.name}"
                    right = f"{'' if other else 'NOT '}{second.name}"
                    both = and_(
                        first.var.pre if one else not_(first.var.pre), second.var.pre if other else not_(second.var.pre)
                    )
                    yield Invariant(f"NOT ({left} AND {right})", not_(both))
