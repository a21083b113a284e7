"""How deep each line of a program stands, from the words that open and close and from the tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from assay.skills.plc.front import tree
from assay.skills.plc.front.source import Span

#: What stands deeper than the word that opens it, up to the word that closes it.
OPENS = {
    "IF": "END_IF", "CASE": "END_CASE", "FOR": "END_FOR", "WHILE": "END_WHILE", "REPEAT": "END_REPEAT",
    "STRUCT": "END_STRUCT", "UNION": "END_UNION", "REGION": "END_REGION", "CONST": "END_CONST", "LABEL": "END_LABEL",
    "__TRY": "__ENDTRY", "GET": "END_GET", "SET": "END_SET", "STEP": "END_STEP", "INITIAL_STEP": "END_STEP",
    "RESOURCE": "END_RESOURCE", "CONFIGURATION": "END_CONFIGURATION",
}  # fmt: skip
CLOSES = frozenset(OPENS.values()) | {"END_VAR"}
#: Words that stand as deep as the word that opened.
MIDDLE = frozenset({"ELSE", "ELSIF", "UNTIL", "__CATCH", "__FINALLY"})
#: Words that always begin a line of their own depth.
HEADS = frozenset(
    "PROGRAM FUNCTION FUNCTION_BLOCK CLASS INTERFACE NAMESPACE TYPE METHOD PROPERTY ACTION TRANSITION BEGIN DATA_BLOCK "
    "ORGANIZATION_BLOCK END_PROGRAM END_FUNCTION END_FUNCTION_BLOCK END_CLASS END_INTERFACE END_NAMESPACE END_TYPE "
    "END_METHOD END_PROPERTY END_ACTION END_TRANSITION END_DATA_BLOCK END_ORGANIZATION_BLOCK TASK USING "
    "NON_RETAIN KNOW_HOW_PROTECT".split()
)
_BEGINNERS = (
    tree.Assign, tree.CallStatement, tree.If, tree.Case, tree.For, tree.While, tree.Repeat, tree.Jump, tree.Label,
    tree.Region, tree.Try, tree.Empty, tree.VarDecl, tree.VarBlock, tree.TypeDecl, tree.CaseArm, tree.Pou, tree.Method,
    tree.Property, tree.Action, tree.DataBlock, tree.SfcStep, tree.SfcTransition, tree.Task, tree.ProgramInstance,
)  # fmt: skip


def nodes(root: object) -> Iterator[object]:
    """Every node of a tree."""
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, tuple) and not isinstance(node, Span):
            stack.extend(node)
        elif is_dataclass(node):
            yield node
            stack.extend(getattr(node, one.name) for one in fields(node))


class Beginnings:
    """Where statements and declarations begin, where the arms of a CASE do, and which words open an instance only."""

    def __init__(self, unit: tree.Unit) -> None:
        self.starts: set[int] = set()
        self.arms: set[int] = set()
        #: ``REGION``-like words count as openers only where the tree has such a node.
        self.soft: set[int] = set()
        self.jumps: set[int] = set()
        for node in nodes(unit):
            if isinstance(node, _BEGINNERS):
                self.starts.add(node.span.start)
            if isinstance(node, tree.CaseArm):
                self.arms.add(node.span.start)
            elif isinstance(node, tree.SfcStep):
                self.soft.add(node.span.start)
                self.starts.update(name.span.start for name, _, _ in node.actions)
            elif isinstance(node, tree.Label):
                self.jumps.add(node.span.start)
            elif isinstance(node, (tree.VarBlock, tree.Try, tree.Configuration)):
                self.soft.add(node.span.start)
            elif isinstance(node, tree.Property):
                self.soft.update(one.span.start for one in (node.getter, node.setter) if one)


class Depth:
    """The depth as the tokens go by."""

    def __init__(self, beginnings: Beginnings) -> None:
        self.beginnings = beginnings
        self.stack: list[str] = []
        self.brackets = 0

    def before(self, key: str, start: int) -> int:
        """The depth of a line that begins with this token; to be asked before :meth:`step`."""
        depth = len(self.stack)
        if start in self.beginnings.arms or (key == "ELSE" and "ARM" in self.stack[-1:]):
            return depth - ("ARM" in self.stack[-1:])
        if key == "ELSE" and self.stack[-1:] == ["END_CASE"]:
            return depth
        if key in MIDDLE:
            return max(0, depth - 1)
        if key in CLOSES:
            return self.closing(key)
        if key in (")", "]"):
            return depth + max(0, self.brackets - 1)
        depth += self.brackets
        if self.brackets == 0 and self.is_continued(key, start):
            depth += 1
        return depth

    def closing(self, key: str) -> int:
        """The depth of the word that ``key`` closes."""
        for place in range(len(self.stack) - 1, -1, -1):
            if self.stack[place] == key:
                return place
        return len(self.stack)

    def is_continued(self, key: str, start: int) -> bool:
        """Whether the token stands in the middle of a statement or declaration."""
        if key in ("(", "STRUCT", "UNION", "") and not self.stack:
            return False
        return start not in self.beginnings.starts and key not in OPENS and key not in HEADS and key != ";"

    def step(self, key: str, start: int) -> None:
        """Past this token."""
        if start in self.beginnings.arms or (key == "ELSE" and self.stack[-1:] in (["ARM"], ["END_CASE"])):
            if self.stack[-1:] == ["ARM"]:
                self.stack.pop()
            self.stack.append("ARM")
        if key in ("(", "["):
            self.brackets += 1
        elif key in (")", "]"):
            self.brackets = max(0, self.brackets - 1)
        elif key in CLOSES:
            del self.stack[self.closing(key) :]
        elif self.is_opener(key, start):
            self.brackets = 0
            self.stack.append(OPENS.get(key, "END_VAR"))
        elif key in HEADS:
            self.brackets = 0
            self.stack = [one for one in self.stack if one in ("END_RESOURCE", "END_CONFIGURATION")]

    def is_opener(self, key: str, start: int) -> bool:
        """Whether the token opens something here."""
        if key in ("IF", "CASE", "FOR", "WHILE", "REPEAT", "STRUCT", "REGION"):
            return True
        if key in ("UNION", "RESOURCE", "LABEL"):
            return start not in self.beginnings.starts and key != "LABEL"
        return start in self.beginnings.soft
