"""Siemens SCL as Structured Text of the standard: names without quotes and ``#``, blocks as units, data blocks as
globals. Other dialects are Structured Text already and stay as they are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from assay.skills.plc.front import tree
from assay.skills.plc.front.diagnostic import Diagnostic
from assay.skills.plc.front.layout import nodes
from assay.skills.plc.front.lexer import Tokens, tokenize
from assay.skills.plc.front.literals import coded
from assay.skills.plc.front.parser import Parsed
from assay.skills.plc.front.rewrite import Edits, flat, plain_name, variables
from assay.skills.plc.front.source import Source, Span

_Starts = dict[str, "str | _Starts"]

_PREFIXES = {
    "B": "BYTE",
    "W": "WORD",
    "DW": "DWORD",
    "LW": "LWORD",
    "L": "DINT",
    "S5T": "T",
    "S5TIME": "T",
    "DTL": "DT",
}
_TYPES = {"S5TIME": "TIME", "DTL": "DT", "TON_TIME": "TON", "TOF_TIME": "TOF", "TP_TIME": "TP", "IEC_TIMER": "TON"}
_OPERANDS = frozenset({"name", "quoted", "local", "int", "typed", "direct"})
_BLOCK = re.compile(r"S?FB ?\d+")
_COUNTER = re.compile(r"(CTU|CTD|CTUD)_\w+\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Called:
    """What the calls of all sources may name. ``outputs``: those of each function; ``blocks``: function blocks."""

    outputs: dict[str, set[str]]
    blocks: frozenset[str]


def called(units: Iterable[tree.Unit]) -> Called:
    """The functions and function blocks of all sources."""
    pous = [one for unit in units for one in flat(unit.elements) if isinstance(one, tree.Pou)]
    return Called(
        {
            one.name.key: variables(block for block in one.blocks if block.section == "VAR_OUTPUT")
            for one in pous
            if one.kind == "FUNCTION"
        },
        frozenset(one.name.key for one in pous if one.kind == "FUNCTION_BLOCK"),
    )


def to_st(source: Source, parsed: Parsed, known: Called) -> tuple[str, list[Diagnostic]]:
    """The text and what of it has no equal."""
    if source.dialect != "scl":
        return source.text, []
    rewriter = _Rewriter(source, parsed, known)
    return rewriter.run(), rewriter.diagnostics


class _Rewriter:
    def __init__(self, source: Source, parsed: Parsed, known: Called) -> None:
        self.source = source
        self.unit = parsed.unit
        self.known = known
        self.edits = Edits(source.text)
        self.diagnostics: list[Diagnostic] = []

    def lost(self, what: str, span: Span, name: str = "") -> None:
        values = {"what": what, "name": name}
        self.diagnostics.append(Diagnostic("ST4020", "warning", span, "plc_front.not_written", values))

    def run(self) -> str:
        tokens = tokenize(self.source)
        for one in flat(self.unit.elements):
            if isinstance(one, tree.TypeDecl):
                self.type_decl(one)
        for node in nodes(self.unit):
            if isinstance(node, tree.PartAccess) and node.size != "X":
                self.lost(f".%{node.size}{node.index}", node.span)
            elif isinstance(node, tree.Jump) and node.kind == "GOTO":
                self.lost("GOTO", node.span)
            elif isinstance(node, tree.Literal_) and node.type_name == "P#":
                self.lost(node.raw, node.span)
            elif isinstance(node, tree.Call):
                self.call(node)
        self.heads(tokens)
        for place in range(len(tokens.kinds)):
            self.token(tokens, place)
        for one in flat(self.unit.elements):
            if isinstance(one, tree.DataBlock):
                self.data_block(one)
        return self.edits.apply()

    def call(self, node: tree.Call) -> None:
        """STEP 7 writes ``:=`` for the outputs of functions too, and the block before its data block."""
        match node.target:
            case tree.NameExpr(name=name):
                outputs = self.known.outputs.get(name.key, set())
            case tree.Member(base=tree.NameExpr(name=block, sigil=sigil), name=name) if sigil != "#":
                if block.key in self.known.blocks or _BLOCK.fullmatch(block.key):
                    self.edits.replace(node.target.span.start, name.span.start, "")
                return
            case _:
                return
        for one in node.arguments:
            if one.mode == ":=" and one.name is not None and one.value is not None and one.name.key in outputs:
                place = self.source.text.index(":=", one.name.span.end)
                self.edits.replace(place, place + 2, "=>")

    def heads(self, tokens: Tokens) -> None:
        """The lines of a block's head that only SCL has, and its pragmas."""
        for one in tokens.trivia:
            word = one.text.lstrip("{ ").split(" ")[0].split(":")[0].upper()
            if one.kind == "pragma":
                self.edits.replace(one.span.start, one.span.end, "" if word else one.text)
            elif one.text.startswith("(/*"):
                inner = one.text[3:-3].replace("*)", "* )")
                self.edits.replace(one.span.start, one.span.end, f"(*{inner}*)")

    def token(self, tokens: Tokens, place: int) -> None:
        kind, key = tokens.kinds[place], tokens.keys[place]
        start, end = tokens.starts[place], tokens.ends[place]
        text = self.source.text[start:end]
        if kind == "quoted":
            self.edits.replace(start, end, plain_name(text[1:-1]))
        elif kind == "local":
            self.edits.replace(start, end, plain_name(text[1:].strip('"')))
        elif kind == "region":
            self.edits.replace(start, end, f"// {text}" if key == "REGION" else "")
        elif kind in ("typed", "time", "date"):
            prefix, mark, rest = text.partition("#")
            if rest.startswith("(") or prefix.upper() in ("C", "BCD16", "BCD32"):
                self.coded(start, end, text)
                return
            new = _PREFIXES.get(prefix.upper())
            if new and mark:
                self.edits.replace(start, end, f"{new}#{rest}")
        elif kind == "name":
            self.word(tokens, place, key, start, end)
        elif key in ("ORGANIZATION_BLOCK", "END_ORGANIZATION_BLOCK"):
            self.edits.replace(start, end, key.replace("ORGANIZATION_BLOCK", "PROGRAM"))

    def coded(self, start: int, end: int, text: str) -> None:
        """A word written by its bytes or its decimal digits, which the standard writes as a number."""
        try:
            _, value, name = coded(text)
        except ValueError:
            return
        self.edits.replace(start, end, f"{name}#16#{value:X}")

    def word(self, tokens: Tokens, place: int, key: str, start: int, end: int) -> None:
        """A word that is no name of the program."""
        before = tokens.keys[place - 1] if place else ""
        if key == "BEGIN" and tokens.keys[place + 1] != ":=":
            self.edits.replace(start, end, "")
        elif key == "VOID" and before == ":":
            self.edits.replace(tokens.starts[place - 1], end, "")
        elif key in ("KNOW_HOW_PROTECT", "DB_SPECIFIC"):
            self.edits.replace(start, end, "")
        elif key == "DIV" and place and (before in (")", "]", "^") or tokens.kinds[place - 1] in _OPERANDS):
            self.edits.replace(start, end, "/")
        elif before in (":", "OF") and (key in _TYPES or _COUNTER.match(key)):
            self.edits.replace(start, end, _TYPES.get(key, key.partition("_")[0]))

    def type_decl(self, one: tree.TypeDecl) -> None:
        """``TYPE "x" STRUCT`` gets its colon."""
        gap = self.source.text[one.name.span.end : one.spec.span.start]
        if ":" not in gap.replace("VERSION :", ""):
            self.edits.put(one.name.span.end, " : ")

    def data_block(self, one: tree.DataBlock) -> None:
        """A data block becomes a global: of its block's type, or of a structure of its own."""
        name = plain_name(one.name.text)
        starts, rest = self.starts(one)
        note = ""
        if rest:
            self.lost("BEGIN", one.span, one.name.text)
            note = " ".join(self.edits.within(left.span.start, left.span.end) for left in rest)
            note = f" (* {note.replace('*)', '* )')} *)"
        kind = f"{name}_T" if one.type is None else plain_name(one.type.parts[-1].text)
        new = f"VAR_GLOBAL\n    {name} : {kind}{starts};\nEND_VAR{note}"
        fields = [var for block in one.blocks for var in block.declarations]
        if one.type is not None:
            self.edits.replace(one.span.start, one.span.end, new)
            return
        head, tail = f"TYPE {name}_T : STRUCT\n    ", f"\nEND_STRUCT;\nEND_TYPE\n{new}"
        if not fields:
            self.edits.replace(one.span.start, one.span.end, head + tail)
            return
        self.edits.replace(one.span.start, fields[0].span.start, head)
        for block, after in pairwise(block.declarations for block in one.blocks if block.declarations):
            self.edits.replace(block[-1].span.end, after[0].span.start, "\n    ")
        self.edits.replace(fields[-1].span.end, one.span.end, tail)

    def starts(self, one: tree.DataBlock) -> tuple[str, list[tree.Assign]]:
        """The start values of a data block as one initial value, and those that are no part of one (elements)."""
        found: _Starts = {}
        rest = [assign for assign in one.assigns if not self.start(found, assign)]
        return (f" := {_written(found)}" if found else ""), rest

    def start(self, found: _Starts, assign: tree.Assign) -> bool:
        """Whether an initial value of structures holds what is assigned."""
        path = [] if len(assign.targets) != 1 or assign.op != ":=" else _path(assign.targets[0])
        for name in path[:-1]:
            inner = found.setdefault(name, {})
            if isinstance(inner, str):
                return False
            found = inner
        if not path or isinstance(found.get(path[-1]), dict):
            return False
        found[path[-1]] = self.edits.within(assign.value.span.start, assign.value.span.end)
        return True


def _path(target: tree.Expr) -> list[str]:
    """``a.b.c``; empty for elements of arrays."""
    match target:
        case tree.NameExpr(name=name):
            return [plain_name(name.text)]
        case tree.Member(base=base, name=name):
            before = _path(base)
            return [*before, plain_name(name.text)] if before else []
        case _:
            return []


def _written(starts: _Starts) -> str:
    parts = [f"{name} := {one if isinstance(one, str) else _written(one)}" for name, one in starts.items()]
    return f"({', '.join(parts)})"
