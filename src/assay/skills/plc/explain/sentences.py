"""What a unit does, sentence by sentence, each tied to the lines it is made from. Nothing here comes from a model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assay.kernel.texts import Lang, text
from assay.skills.plc.explain.facts import Facts, Guard, Write, bases, read_facts
from assay.skills.plc.explain.graph import Graph, is_input, is_output, outside
from assay.skills.plc.explain.roles import Helper, States, conjuncts, helpers, is_block, latch, states
from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import nodes
from assay.skills.plc.ir.nodes import Project, Unit, Variable
from assay.skills.plc.ir.types import BOOL
from assay.skills.plc.testing.wording import words

#: Most names or conditions in one sentence, and most writes of a variable of which every two are compared.
SAID, COMPARED = 40, 200


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the explanation. ``topic``: ``purpose``, ``timer``, ``counter``, ``edge``, ``latch``, ``state``,
    ``output`` or ``internal``; ``subject`` is the variable; ``spans`` are the statements it is made from."""

    topic: str
    subject: str
    key: str
    values: dict[str, object]
    spans: tuple[Span, ...]

    def text(self, lang: Lang) -> str:
        """The sentence in a language."""
        return text(
            f"plc_explain.{self.key}", lang, **{name: _said(value, lang) for name, value in self.values.items()}
        )


@dataclass(frozen=True, slots=True)
class Joined:
    """Conditions joined by AND (``every``) or OR in the reader's language; ``before``: how many more stand around."""

    parts: tuple[str, ...]
    every: bool
    before: int = 0


@dataclass(frozen=True, slots=True)
class Listed:
    """Names in a row; of a long list the first ones and how many more there are."""

    names: tuple[str, ...]


def explain(project: Project, unit: Unit) -> list[Sentence]:
    """The sentences about a unit: interface, state machines, timers, counters, edges, then each output and each
    internal variable that something hangs on."""
    facts = read_facts(project, unit)
    found = [_purpose(facts)]
    machines = states(facts)
    for one in machines:
        found.extend(_states(one))
    for helper in helpers(facts):
        found.append(_helper(helper))
    named = {one.name.upper() for one in machines}
    graph = Graph.of(facts)
    outward, inward = [], []
    for variable in (*unit.variables, *_globals(project, facts)):
        if variable.section == "in_out" or variable.section == "global" or is_output(variable):
            outward.append(variable)
        elif variable.section in ("static", "temp", "external") and not variable.constant and not is_input(variable):
            inward.append(variable)
    for variable in outward:
        found.extend(_variable(facts, graph, variable, "output", named))
    for variable in inward:
        if not is_block(facts, variable.name) and variable.name.upper() not in named:
            found.extend(_variable(facts, graph, variable, "internal", named))
    return found


def _globals(project: Project, facts: Facts) -> list[Variable]:
    """The globals that a unit writes."""
    known = {name.upper(): (name, one) for name, one in project.globals.items()}
    written = {one.base.upper() for one in facts.writes}
    here = [known[name.upper()] for name in outside(facts) if name.upper() in written and name.upper() in known]
    return [replace(one, name=name, section="global") for name, one in here]


def _purpose(facts: Facts) -> Sentence:
    unit = facts.unit
    written = {one.base.upper() for one in facts.writes}
    inputs = [one.name for one in unit.variables if is_input(one) or one.section == "in_out"]
    inputs += [name for name in outside(facts) if name.upper() not in written]
    outputs = [one.name for one in unit.variables if is_output(one) or one.section == "in_out"]
    outputs += [name for name in outside(facts) if name.upper() in written]
    values: dict[str, object] = {"name": unit.name, "inputs": _list(inputs), "outputs": _list(outputs)}
    return Sentence("purpose", unit.name, f"purpose_{unit.kind}", values, (unit.span,))


def _states(one: States) -> Iterator[Sentence]:
    values: dict[str, object] = {"name": one.name, "values": ", ".join(one.values)}
    yield Sentence("state", one.name, "state_values", values, tuple(step.span for step in one.steps))
    for step in one.steps:
        filled: dict[str, object] = {"name": one.name, "target": step.target, "when": _guards(step.guards)}
        key = "state_step_any" if step.source is None else "state_step"
        if step.source is not None:
            filled["source"] = step.source
        if not step.guards:
            key += "_always"
        yield Sentence("state", one.name, key, filled, (step.span, *(guard.span for guard in step.guards[-SAID:])))


def _helper(one: Helper) -> Sentence:
    spans = tuple(call.span for call in one.calls)
    values: dict[str, object] = {"name": one.instance}
    wanted = {
        "timer": ("IN", "PT"), "counter": ("CU", "CD", "R", "LD", "PV"), "edge": ("CLK",),
        "latch": ("S1", "R", "S", "R1"),
    }[one.family]  # fmt: skip
    parts = [(name, given) for name in wanted if (given := one.given(name)) is not None]
    if one.family in ("timer", "edge") and len(parts) == len(wanted):
        values |= {name.lower(): words(given) for name, given in parts}
        return Sentence(one.family, one.instance, f"{one.family}_{one.kind}", values, spans)
    values |= {"kind": one.kind.upper(), "inputs": ", ".join(f"{name} := {words(given)}" for name, given in parts)}
    return Sentence(one.family, one.instance, "helper", values, spans)


def _variable(facts: Facts, graph: Graph, variable: Variable, topic: str, machines: set[str]) -> Iterator[Sentence]:
    writes = facts.of(variable.name)
    if not writes:
        if topic == "output":
            yield Sentence(topic, variable.name, "never_written", {"name": variable.name}, (variable.span,))
        return
    if variable.name.upper() not in machines:
        times = Counter(one.path for one in writes)
        for one in writes:
            yield _write(one, topic, variable, alone=times[one.path] == 1)
        yield from _order(writes, topic, variable)
    deep = graph.sources(variable.name) if topic == "output" else []
    if deep:
        spans = tuple(one.span for one in writes[:SAID])
        yield Sentence(topic, variable.name, "hangs_on", {"name": variable.name, "sources": _list(deep)}, spans)


def _order(writes: Sequence[Write], topic: str, variable: Variable) -> Iterator[Sentence]:
    """Says that the last one counts, where two writes of one place may happen in one scan."""
    writes = writes[:COMPARED]
    for number, one in enumerate(writes):
        rest = [other for other in writes[number + 1 :] if other.path == one.path and not one.excludes(other)]
        later = [other for other in rest if one.base not in bases(other.value)]  # sum := sum + x builds on it
        if later and one.until is None:
            yield Sentence(topic, variable.name, "last_counts", {"name": one.path}, (one.span, later[0].span))
            return


def _write(one: Write, topic: str, variable: Variable, *, alone: bool) -> Sentence:
    spans = (one.span, *(guard.span for guard in one.guards[-SAID:]))
    values: dict[str, object] = {"name": one.path, "value": words(one.value), "when": _guards(one.guards)}
    guarded = "_when" if one.guards else ""
    if one.until is not None:
        return Sentence(topic, variable.name, "runs" + guarded, values | {"until": words(one.until)}, spans)
    if one.value.type == BOOL and one.type == BOOL:
        if isinstance(one.value, nodes.Const):
            return Sentence(topic, variable.name, ("sets" if one.value.value else "resets") + guarded, values, spans)
        held = latch(one)
        if held is not None:
            values |= {"sets": _either(held.sets), "keeps": _all(held.keeps)}
            key = "latched" if held.keeps else "latched_for_ever"
            return Sentence(topic, variable.name, key + guarded, values, spans)
        parts = conjuncts(one.value)
        if not alone:  # something else may write it: no "exactly"
            return Sentence(topic, variable.name, "gets" + guarded, values, spans)
        if len(parts) > 1:
            return Sentence(topic, variable.name, "follows_all" + guarded, values | {"value": _all(parts)}, spans)
        return Sentence(topic, variable.name, "follows" + guarded, values, spans)
    return Sentence(topic, variable.name, "gets" + guarded, values, spans)


def _guards(guards: Sequence[Guard]) -> Joined:
    near = guards[-SAID:]
    return Joined(tuple(dict.fromkeys(one.text() for one in near)), every=True, before=len(guards) - len(near))


def _all(parts: Iterable[nodes.Expr]) -> Joined:
    return Joined(tuple(words(one) for one in parts), every=True)


def _either(parts: Iterable[nodes.Expr]) -> Joined:
    return Joined(tuple(words(one) for one in parts), every=False)


def _list(names: Sequence[str]) -> Listed:
    return Listed(tuple(names))


def _said(value: Any, lang: Lang) -> object:
    if isinstance(value, Listed):
        return ", ".join([*value.names[:SAID], *_more(len(value.names) - SAID, lang)]) or "-"
    if isinstance(value, Joined):
        joint = text(f"plc_explain.{'and' if value.every else 'or'}", lang)
        many = value.every and len(value.parts) > 1
        said = [f"({one})" if many and _loose(one) else one for one in value.parts[:SAID]]
        return joint.join([*_more(value.before, lang), *said, *_more(len(value.parts) - SAID, lang)])
    return value


def _more(count: int, lang: Lang) -> list[str]:
    return [text("plc_explain.more", lang, count=count)] if count > 0 else []


def _loose(part: str) -> bool:
    """Whether a condition holds an OR outside of all parentheses."""
    depth, bare = 0, []
    for c in part:
        depth += (c == "(") - (c == ")")
        bare.append(c if depth == 0 else ".")
    return " OR " in "".join(bare)
