"""TwinCAT's XML around Structured Text (TcPOU, TcGVL, TcDUT, TcTLEO, TcIO): one source a file, put together in the
order of the file, with the words that the XML says instead of the text (``END_METHOD`` and such)."""

from __future__ import annotations

import re

from assay.skills.plc.front.diagnostic import Diagnostic
from assay.skills.plc.front.source import Dialect, Source, Span
from assay.skills.plc.front.xmltree import Assembly, Node

_WORD = re.compile(
    r"\(\*.*?(?:\*\)|\Z)|//[^\n]*|/\*.*?(?:\*/|\Z)|\{[^}]*\}"
    r"|\b(PROGRAM|FUNCTION_BLOCK|FUNCTION|INTERFACE)\b",
    re.IGNORECASE | re.DOTALL,
)


def is_twincat(root: Node) -> bool:
    """Whether the root is that of a TwinCAT object."""
    return root.tag == "TcPlcObject"


def read_twincat(root: Node, name: str, dialect: Dialect = "twincat") -> tuple[Source, list[Diagnostic]]:
    """The source of one file, and what of it is no text and so is left out."""
    reader = _Reader(name)
    for node in root.children:
        if node.tag in ("POU", "Itf"):
            reader.unit(node)
        elif node.tag in ("GVL", "ParameterList"):
            reader.globals(node)
        elif node.tag in ("DUT", "EnumerationTextList"):
            reader.declaration(node)
    return reader.out.source(name, dialect), reader.diagnostics(name)


class _Reader:
    def __init__(self, name: str) -> None:
        self.name = name
        self.out = Assembly()
        self.skipped: list[tuple[int, str, str]] = []

    def diagnostics(self, name: str) -> list[Diagnostic]:
        return [
            Diagnostic("ST4010", "error", Span(name, place, place), "plc_front.body_kind", {"name": unit, "kind": kind})
            for place, unit, kind in self.skipped
        ]

    def declaration(self, node: Node) -> str:
        """The declaration's text goes in; gives it."""
        found = node.child("Declaration")
        if found is None:
            return ""
        self.out.pieces(found.pieces)
        if self.out.last != "\n":
            self.out.say("", found.end)
        return found.text

    def body(self, node: Node) -> None:
        """The statements; another language than text is named."""
        found = node.child("Implementation")
        if found is None:
            return
        text = found.child("ST")
        if text is not None:
            self.out.pieces(text.pieces)
            if self.out.last != "\n":
                self.out.say("", text.end)
        elif found.children:
            self.skipped.append((self.out.length, node.get("Name"), found.children[0].tag))

    def unit(self, node: Node) -> None:
        """A unit with its members; the text of the declaration says of which kind it is."""
        text = self.declaration(node)
        word = next((found[1].upper() for found in _WORD.finditer(text) if found[1]), "FUNCTION_BLOCK")
        self.body(node)
        for member in node.children:
            if member.tag == "Method":
                self.declaration(member)
                self.body(member)
                self.out.say("END_METHOD", member.end)
            elif member.tag == "Property":
                self.property(member)
            elif member.tag == "Action":
                self.out.say(f"ACTION {member.get('Name')} :", (member.line, member.column))
                self.body(member)
                self.out.say("END_ACTION", member.end)
            elif member.tag == "Transition":
                self.skipped.append((self.out.length, member.get("Name"), "SFC"))
        self.out.say(f"END_{word}", node.end)

    def property(self, node: Node) -> None:
        self.declaration(node)
        for accessor in node.all("Get", "Set"):
            word = accessor.tag.upper()
            self.out.say(word, (accessor.line, accessor.column))
            self.declaration(accessor)
            self.body(accessor)
            self.out.say(f"END_{word}", accessor.end)
        self.out.say("END_PROPERTY", node.end)

    def globals(self, node: Node) -> None:
        self.out.say(f"{{attribute 'list_name' := '{node.get('Name')}'}}", (node.line, node.column))
        self.declaration(node)
