"""Sequential charts of PLCopen XML as the textual charts of the standard (IEC 61131-3:2013, 6.7)."""

from __future__ import annotations

from collections.abc import Iterator

from assay.skills.plc.front.plcopen_graph import Diagram, NoText
from assay.skills.plc.front.xmltree import Node, Piece


class Sequence:
    """One body in SFC. ``transitions``: the conditions by name that the unit declares beside the chart;
    ``actions``: the names of its actions."""

    def __init__(self, body: Node, transitions: dict[str, Node], actions: frozenset[str] = frozenset()) -> None:
        self.body = body
        self.named = transitions
        self.actions = actions
        self.nodes = {one.get("localId"): one for one in body.children if one.get("localId")}
        #: Actions that stand in the chart itself: name, body.
        self.inline: list[tuple[str, Node]] = []

    def lines(self) -> Iterator[tuple[str, Node, list[Piece] | None]]:
        """Pieces of text with the element they stand for; with pieces of the file where they come from it. Raises
        NoText."""
        for one in self.body.children:
            if one.tag == "macroStep" or (one.tag == "step" and self.names_action(one)):
                raise NoText("action" if one.tag == "step" else one.tag, one)
            if one.tag == "step":
                word = "INITIAL_STEP" if one.get("initialStep") == "true" else "STEP"
                yield f"{word} {one.get('name')} :", one, None
                for text in self.associations(one):
                    yield text, one, None
                yield "END_STEP", one, None
        for one in self.body.all("transition"):
            sources, targets = list(self.before(one, 0)), list(self.after(one))
            if not sources or not targets:
                raise NoText("transition", one)
            rank = f" (PRIORITY := {one.get('priority')})" if one.get("priority").isdigit() else ""
            yield f"TRANSITION{rank} FROM {_names(sources)} TO {_names(targets)} :=", one, None
            yield from self.condition(one)
            yield "END_TRANSITION", one, None

    def names_action(self, step: Node) -> bool:
        """Whether a step of CODESYS names an action in its own settings: when it runs is not told there."""
        added = step.child("addData")
        texts = (one.text.strip().upper() for one in added.walk()) if added else ()
        return any(text in self.actions for text in texts)

    def associations(self, step: Node) -> Iterator[str]:
        """``action(N);`` for each action block at the step."""
        for block in self.body.all("actionBlock"):
            if not any(self.nodes.get(key) is step for key in _feeds(block)):
                continue
            for action in block.all("action"):
                qualifier = action.get("qualifier", "N") or "N"
                duration = action.get("duration")
                duration = f", {duration}" if duration else ""
                reference = action.child("reference")
                inline = action.child("inline")
                if reference is not None:
                    name = reference.get("name")
                elif inline is not None:
                    name = f"{step.get('name')}_{len(self.inline) + 1}"
                    self.inline.append((name, inline))
                else:
                    continue
                yield f"    {name}({qualifier}{duration});"

    def condition(self, node: Node) -> Iterator[tuple[str, Node, list[Piece] | None]]:
        holder = node.child("condition")
        if holder is None:
            raise NoText("condition", node)
        reference, inline = holder.child("reference"), holder.child("inline")
        body = inline
        if reference is not None:
            body = self.named.get(reference.get("name").upper())
            if body is None:
                yield f"    {reference.get('name')};", node, None
                return
        if body is not None:
            text = body.child("ST") or body.path("body", "ST")
            if text is None:
                raise NoText("condition", node)
            yield "", node, [one for one in text.deep_pieces() if one.text.strip()] + [Piece("\n", *text.end)]
            return
        fed = Diagram(self.body).fed(holder, 0)
        if not fed:
            raise NoText("condition", node)
        yield f"    {fed};", node, None

    def before(self, node: Node, depth: int) -> Iterator[Node]:
        """The steps that a transition leaves."""
        for key in _feeds(node):
            found = self.nodes.get(key)
            if found is None or depth > 50:
                raise NoText("connection", node)
            if found.tag == "step":
                yield found
            elif found.tag != "transition":
                yield from self.before(found, depth + 1)

    def after(self, node: Node) -> Iterator[Node]:
        """The steps that a transition enters, jumps followed."""
        for one in self.body.all("step", "jumpStep"):
            if any(found is node for found in self.from_transitions(one, 0)):
                yield one

    def from_transitions(self, node: Node, depth: int) -> Iterator[Node]:
        for key in _feeds(node):
            found = self.nodes.get(key)
            if found is None or depth > 50:
                raise NoText("connection", node)
            if found.tag == "transition":
                yield found
            elif found.tag != "step":
                yield from self.from_transitions(found, depth + 1)


def _feeds(node: Node) -> Iterator[str]:
    for point in node.all("connectionPointIn"):
        for one in point.all("connection"):
            yield one.get("refLocalId")


def _names(nodes: list[Node]) -> str:
    names = list(dict.fromkeys(one.get("targetName") or one.get("name") for one in nodes))
    return names[0] if len(names) == 1 else f"({', '.join(names)})"
