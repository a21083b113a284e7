"""Jumps in a flat list of statements become structures where that says the same: IF, REPEAT and WHILE."""

from __future__ import annotations

from dataclasses import dataclass

from assay.skills.plc.front import tree
from assay.skills.plc.front.source import NOWHERE, Span
from assay.skills.plc.front.tree import Expr, Name, Statement


@dataclass(slots=True)
class Item:
    """A statement, a label, or a jump with its condition (None: always)."""

    done: Statement | None = None
    label: Name | None = None
    jump: Name | None = None
    condition: Expr | None = None
    span: Span = NOWHERE


def structured(items: list[Item]) -> tuple[Statement, ...]:
    """The statements; a jump that is no structure stays a jump to its label."""
    items = list(items)
    while _once(items):
        pass
    targets = {one.jump.key for one in items if one.jump is not None}
    out: list[Statement] = []
    for one in items:
        if one.done is not None:
            out.append(one.done)
        elif one.label is not None:
            if one.label.key in targets:
                out.append(tree.Label(one.label, one.label.span))
        elif one.jump is not None:
            leave = tree.Jump("GOTO", one.span, one.jump)
            branch = None if one.condition is None else tree.Branch(one.condition, (leave,), one.span)
            out.append(leave if branch is None else tree.If((branch,), None, one.span))
    return tuple(out)


def _once(items: list[Item]) -> bool:
    """One jump made a structure; False when none is left that can be."""
    places = {one.label.key: at for at, one in enumerate(items) if one.label is not None}
    jumps: dict[str, int] = {}
    for one in items:
        if one.jump is not None:
            jumps[one.jump.key] = jumps.get(one.jump.key, 0) + 1
    for at, one in enumerate(items):
        if one.label is not None and one.label.key not in jumps:
            del items[at]
            return True
    return any(
        _forward(items, at, places, jumps) or _backward(items, at, places, jumps)
        for at, one in enumerate(items)
        if one.jump is not None
    )


def _forward(items: list[Item], at: int, places: dict[str, int], jumps: dict[str, int]) -> bool:
    """A jump over lines that nothing enters is an IF; when they end with a jump over the lines behind, that is ELSE."""
    one = items[at]
    assert one.jump is not None
    end = places.get(one.jump.key, -1)
    if end <= at or one.condition is None:
        return False
    inside = items[at + 1 : end]
    if all(part.done is not None for part in inside):
        items[at:end] = _choice(one, inside, None)
        return True
    last = inside[-1]
    if last.jump is None or last.condition is not None or jumps[one.jump.key] > 1:
        return False
    far = places.get(last.jump.key, -1)
    other = items[end + 1 : far] if far > end else []
    if far <= end or not all(part.done is not None for part in (*inside[:-1], *other)):
        return False
    items[at:far] = _choice(one, inside[:-1], other)
    return True


def _backward(items: list[Item], at: int, places: dict[str, int], jumps: dict[str, int]) -> bool:
    """A jump back is a loop: REPEAT with a condition, else a WHILE that jumps to the line behind it leave."""
    one = items[at]
    assert one.jump is not None
    begin = places.get(one.jump.key, len(items))
    if begin >= at or jumps[one.jump.key] > 1:
        return False
    inside = items[begin + 1 : at]
    span = (inside[0].span if inside and inside[0].done is None else one.span).to(one.span)
    if one.condition is not None:
        if not all(part.done is not None for part in inside):
            return False
        body = tuple(part.done for part in inside if part.done is not None)
        items[begin : at + 1] = [Item(tree.Repeat(body, _negated(one.condition), span), span=span)]
        return True
    behind = {part.label.key for part in items[at + 1 : at + 2] if part.label is not None}
    leaves = [part for part in inside if part.jump is not None]
    if not leaves or any(part.label is not None for part in inside):
        return False
    if any(part.jump is None or part.jump.key not in behind or part.condition is None for part in leaves):
        return False
    parts: list[Statement] = []
    for part in inside:
        if part.done is not None:
            parts.append(part.done)
        elif part.condition is not None:
            leave = tree.Jump("EXIT", part.span)
            parts.append(tree.If((tree.Branch(part.condition, (leave,), part.span),), None, part.span))
    always = tree.Literal_("bool", True, None, "TRUE", one.span)
    items[begin : at + 1] = [Item(tree.While(always, tuple(parts), span), span=span)]
    return True


def _negated(condition: Expr) -> Expr:
    if isinstance(condition, tree.Unary) and condition.op == "NOT":
        return condition.operand
    inner: Expr = tree.Paren(condition, condition.span) if isinstance(condition, tree.Binary) else condition
    return tree.Unary("NOT", inner, condition.span)


def _choice(jump: Item, inside: list[Item], other: list[Item] | None) -> list[Item]:
    """The lines that are jumped over, as an IF."""
    body = tuple(one.done for one in inside if one.done is not None)
    orelse = None if other is None else tuple(one.done for one in other if one.done is not None)
    assert jump.condition is not None
    if not body and not orelse:
        return []
    span = jump.span if not body else jump.span.to(body[-1].span)
    return [Item(tree.If((tree.Branch(_negated(jump.condition), body, span),), orelse, span))]
