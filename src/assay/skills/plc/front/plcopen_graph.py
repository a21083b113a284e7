"""Function-block and ladder diagrams of PLCopen XML as statements.

What a network computes is written as one statement for each thing that it sets: an output variable, a coil, a call of
an instance. The order is that of the diagram: by ``executionOrderId`` where it is given, else what feeds comes before
what is fed, and else from the top and the left. A contact, coil or input that looks for an edge becomes an instance of
R_TRIG or F_TRIG of its own. What has no equal in text (jumps, blocks that run by EN alone) is named, and the body
counts as not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assay.skills.plc.front.xmltree import Node

_SIMPLE = re.compile(r"[\w.%#\[\]^]+\Z")
_FIXED = re.compile(r"(?:IN\d*|)\Z", re.IGNORECASE)
_INSTANCE = re.compile(r"\w+\Z", re.ASCII)
_EDGES = {"rising": "R_TRIG", "falling": "F_TRIG"}
_MAX_DEPTH = 60
_OPERATORS = {
    "AND": " AND ", "OR": " OR ", "XOR": " XOR ", "ADD": " + ", "SUB": " - ", "MUL": " * ", "DIV": " / ",
    "MOD": " MOD ", "GT": " > ", "GE": " >= ", "LT": " < ", "LE": " <= ", "EQ": " = ", "NE": " <> ",
}  # fmt: skip


class NoText(Exception):
    """A part of a diagram that has no equal in text."""

    def __init__(self, what: str, node: Node) -> None:
        super().__init__(what)
        self.what = what
        self.node = node


def _tight(text: str) -> str:
    return text if _SIMPLE.match(text) else f"({text})"


class Diagram:
    """One body in FBD or LD."""

    def __init__(self, body: Node) -> None:
        self.nodes = {one.get("localId"): one for one in body.children if one.get("localId")}
        self.lines: list[tuple[str, Node]] = []
        self.done: set[str] = set()
        self.running: set[str] = set()
        #: The instances that look for edges, by name, with their blocks.
        self.edges: dict[str, str] = {}

    def statements(self) -> list[tuple[str, Node]]:
        """The statements, each with the element that it stands for. Raises NoText."""
        for node in self.ordered():
            self.emit(node)
        return self.lines

    def ordered(self) -> list[Node]:
        """The elements that set something, in the order in which they run."""
        found = [one for one in self.nodes.values() if one.tag in _EMITTED or self.is_instance(one)]
        for one in self.nodes.values():
            if one.tag in ("label", "jump"):
                raise NoText(one.tag, one)

        def rank(node: Node) -> tuple[int, float, float]:
            order = node.get("executionOrderId")
            place = node.child("position")
            x, y = (float(place.get(axis, "0") or 0) for axis in "xy") if place else (0.0, 0.0)
            return (int(order) if order.isdigit() and int(order) else 1 << 30, y, x)

        return sorted(found, key=rank)

    def is_instance(self, node: Node) -> bool:
        """Whether a block is called as a statement of its own."""
        return node.tag == "block" and (bool(node.get("instanceName")) or node.get("typeName") == "EXECUTE")

    def emit(self, node: Node) -> None:
        """The statement of an element, once; before it those of the instances that feed it."""
        key = node.get("localId")
        if key in self.done:
            return
        self.done.add(key)
        self.running.add(key)
        text = _EMITTED[node.tag](self, node) if node.tag in _EMITTED else self.call(node)
        self.running.discard(key)
        if text:
            self.lines.append((text, node))

    # --- what feeds an element

    def sources(self, holder: Node) -> Iterator[tuple[Node, str]]:
        """The elements whose wires end here, with the output's name."""
        point = holder.child("connectionPointIn")
        for one in point.all("connection") if point else ():
            found = self.nodes.get(one.get("refLocalId"))
            if found is None:
                raise NoText("connection", holder)
            yield found, one.get("formalParameter")

    def fed(self, holder: Node, depth: int) -> str:
        """The expression at an input; several wires mean OR; no wire gives nothing."""
        found = [self.value(node, name, depth + 1) for node, name in self.sources(holder)]
        if len(found) > 1:
            return "TRUE" if "TRUE" in found else " OR ".join(_tight(one) for one in found)
        return found[0] if found else ""

    def value(self, node: Node, name: str, depth: int) -> str:
        """What an element hands on."""
        if depth > _MAX_DEPTH:
            raise NoText("loop", node)
        tag = node.tag
        if tag == "leftPowerRail":
            return "TRUE"
        if tag in ("inVariable", "inOutVariable"):
            text = self.expression(node)
            return f"NOT {_tight(text)}" if node.get("negated") == "true" else text
        if tag == "contact":
            return self.contact(node, depth)
        if tag == "coil":
            return self.fed(node, depth) or "TRUE"
        if tag == "block":
            return self.output(node, name, depth)
        if tag == "continuation":
            wanted = node.get("name")
            for one in self.nodes.values():
                if one.tag == "connector" and one.get("name") == wanted:
                    return self.fed(one, depth)
        if tag == "rightPowerRail":
            return self.fed(node, depth)
        raise NoText(tag, node)

    def expression(self, node: Node) -> str:
        found = node.child("expression") or node.child("variable")
        text = found.text.strip() if found else ""
        if not text:
            raise NoText(node.tag, node)
        return text

    def edge(self, holder: Node, node: Node, text: str, name: str = "") -> str:
        """The expression as it is, or whether it just rose or fell when the element looks for that."""
        kind = _EDGES.get(holder.get("edge", "none"), "")
        if not kind:
            return text
        instance = f"EDGE_{node.get('localId')}{name and '_'}{name}"
        if not _INSTANCE.match(instance):
            raise NoText("edge", node)
        if instance not in self.edges:
            self.edges[instance] = kind
            self.lines.append((f"{instance}(CLK := {text});", node))
        return f"{instance}.Q"

    def contact(self, node: Node, depth: int) -> str:
        before = self.fed(node, depth)
        own = self.expression(node)
        own = f"NOT {_tight(own)}" if node.get("negated") == "true" else own
        own = self.edge(node, node, own)
        return own if before in ("", "TRUE") else f"{_tight(before)} AND {own}"

    def output(self, node: Node, name: str, depth: int) -> str:
        """An output of a block: of an instance its variable, of a function the call itself."""
        negated = any(
            one.get("negated") == "true" and one.get("formalParameter") == name
            for one in self.variables(node, "outputVariables")
        )
        if node.get("typeName") == "EXECUTE":
            self.emit(node)
            text = self.enable(node) or "TRUE"
        elif self.is_instance(node):
            if node.get("localId") not in self.running:
                self.emit(node)
            text = f"{node.get('instanceName')}.{name}"
        else:
            if name.upper() == "ENO":
                raise NoText("ENO", node)
            text = self.function(node, depth)
        return f"NOT {_tight(text)}" if negated else text

    def variables(self, node: Node, *lists: str) -> Iterator[Node]:
        for holder in node.all(*lists):
            yield from holder.all("variable")

    def inputs(self, node: Node, depth: int) -> Iterator[tuple[str, str]]:
        """The inputs that are fed, with their expressions."""
        for one in self.variables(node, "inputVariables", "inOutVariables"):
            name, text = one.get("formalParameter"), self.fed(one, depth)
            if name.upper() == "EN":
                if text not in ("", "TRUE"):
                    raise NoText("EN", node)
                continue
            if text:
                text = f"NOT {_tight(text)}" if one.get("negated") == "true" else text
                yield name, self.edge(one, node, text, name)

    def function(self, node: Node, depth: int) -> str:
        name, found = node.get("typeName"), list(self.inputs(node, depth))
        operator = _OPERATORS.get(name.upper())
        if operator and len(found) >= 2:
            return operator.join(_tight(text) for _, text in found)
        if name.upper() == "NOT" and len(found) == 1:
            return f"NOT {_tight(found[0][1])}"
        if name.upper() == "MOVE" and len(found) == 1:
            return found[0][1]
        if all(_FIXED.match(formal) for formal, _ in found):
            return f"{name}({', '.join(text for _, text in found)})"
        return f"{name}({', '.join(f'{formal} := {text}' for formal, text in found)})"

    # --- statements

    def enable(self, node: Node) -> str:
        """What is wired to EN; empty for nothing."""
        for one in self.variables(node, "inputVariables"):
            if one.get("formalParameter").upper() == "EN":
                return self.fed(one, 0)
        return ""

    def call(self, node: Node) -> str:
        if node.get("typeName") == "EXECUTE":
            code = next((one.text.strip() for one in node.walk() if one.tag == "STCode"), "")
            return f"IF {self.enable(node) or 'TRUE'} THEN\n{code}\nEND_IF"
        return f"{node.get('instanceName')}({', '.join(f'{name} := {text}' for name, text in self.inputs(node, 0))});"

    def assign(self, node: Node) -> str:
        text = self.fed(node, 0)
        if not text:
            return ""
        text = f"NOT {_tight(text)}" if node.get("negated") == "true" else text
        return f"{self.expression(node)} := {text};"

    def coil(self, node: Node) -> str:
        storage, target = node.get("storage", "none"), self.expression(node)
        text = self.fed(node, 0) or "TRUE"
        text = self.edge(node, node, f"NOT {_tight(text)}" if node.get("negated") == "true" else text)
        if storage in ("set", "reset"):
            value = "TRUE" if storage == "set" else "FALSE"
            return f"IF {text} THEN {target} := {value}; END_IF"
        return f"{target} := {text};"

    def leave(self, node: Node) -> str:
        return f"IF {self.fed(node, 0) or 'TRUE'} THEN RETURN; END_IF"


_EMITTED = {
    "outVariable": Diagram.assign, "inOutVariable": Diagram.assign, "coil": Diagram.coil, "return": Diagram.leave,
}  # fmt: skip
